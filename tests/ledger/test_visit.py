"""What a look at the server makes of its clock, its way and its disk."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytest.importorskip("psycopg", exc_type=ImportError)

from posapp.ledger.visit import Contents, Visit


def seen(
    *, ahead: int = 0, is_here: bool = False, is_encrypted: bool = True, lasting: str = "on"
) -> Visit:
    return Visit(
        version="17.2",
        contents=Contents.OURS,
        is_here=is_here,
        is_encrypted=is_encrypted,
        synchronous_commit=lasting,
        clock_ahead=timedelta(seconds=ahead),
    )


@pytest.mark.parametrize("ahead", [-120, -6, 0, 6, 120])
def test_clocks_that_differ_by_two_minutes_at_most_agree(ahead: int) -> None:
    assert seen(ahead=ahead).is_sound
    assert "clock" not in seen(ahead=ahead).words()


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (121, "Its clock is 121 s ahead of this computer's"),
        (-121, "Its clock is 121 s behind this computer's"),
    ],
)
def test_clocks_that_differ_by_more_are_a_problem_and_said(ahead: int, words: str) -> None:
    assert not seen(ahead=ahead).is_sound
    assert words in seen(ahead=ahead).words()


def test_a_way_others_can_listen_to_is_a_problem_except_on_this_computer() -> None:
    assert not seen(is_encrypted=False).is_sound
    assert "Warning" in seen(is_encrypted=False).words()
    assert seen(is_encrypted=False, is_here=True).is_sound


def test_commits_that_do_not_wait_for_the_disk_are_a_problem() -> None:
    assert not seen(lasting="off").is_sound
    assert "synchronous_commit" in seen(lasting="off").words()
