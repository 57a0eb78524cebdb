"""What the strip over the screens says."""

from __future__ import annotations

import pytest

from posapp.desk.soundness import Notice, Trouble
from posapp.ui.notices.state import view_of

PAUSED = Notice(Trouble.PAUSED, "Main is paused.", "main")
STOPPED = Notice(Trouble.STOPPED, "The disk failed.")


def test_a_sound_till_has_no_strip() -> None:
    assert view_of(()) is None


@pytest.mark.parametrize(
    ("trouble", "head", "action"),
    [
        (Trouble.UNSAVED, "Result not saved", ""),
        (Trouble.STOPPED, "No payments can be taken", ""),
        (Trouble.OLDER, "An older copy of the ledger", "Go on with this copy"),
        (Trouble.CLOCK, "The clock is wrong", ""),
        (Trouble.PAUSED, "Account paused", "Resume the account"),
    ],
)
def test_every_trouble_has_a_head_and_what_can_be_done_by_a_key(
    trouble: Trouble, head: str, action: str
) -> None:
    view = view_of([Notice(trouble, "Why.")])
    assert view is not None
    assert (view.head, view.action, view.more) == (head, action, "")
    assert view.spoken == f"{head}. Why."


def test_the_worst_one_is_shown_and_the_others_are_counted() -> None:
    view = view_of([STOPPED, PAUSED])
    assert view is not None
    assert (view.notice, view.more) == (STOPPED, "1 more")
