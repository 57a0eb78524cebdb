"""What the strip over the screens says, worked out from what is wrong. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from posapp.desk.soundness import Notice, Trouble

_HEADS = {
    Trouble.UNSAVED: "Result not saved",
    Trouble.STOPPED: "No payments can be taken",
    Trouble.OLDER: "An older copy of the ledger",
    Trouble.PAUSED: "Account paused",
    Trouble.CLOCK: "The clock is wrong",
}
_ACTIONS = {Trouble.OLDER: "Go on with this copy", Trouble.PAUSED: "Resume the account"}


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice at a time; ``action`` is empty where nothing can be done by a key."""

    head: str
    words: str
    action: str
    more: str
    notice: Notice

    @property
    def spoken(self) -> str:
        return f"{self.head}. {self.words}"


def view_of(notices: Sequence[Notice], turned: int = 0) -> NoticeView | None:
    """The worst one, and how many more there are; None while all is well.

    Args:
        turned: how often somebody went on to the next one.
    """
    if not notices:
        return None
    worst, others = notices[turned % len(notices)], len(notices) - 1
    return NoticeView(
        head=_HEADS[worst.trouble],
        words=worst.words,
        action=_ACTIONS.get(worst.trouble, ""),
        more=f"{others} more" if others else "",
        notice=worst,
    )
