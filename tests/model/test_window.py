"""Days begin where somebody says they do, also when the clock is changed in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from posapp.model.window import LONGEST_WINDOW, midnight_here, midnight_in, window_of

BERLIN = midnight_in(ZoneInfo("Europe/Berlin"))
WINTER, SPRING, AUTUMN = date(2026, 1, 15), date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(("day", "hours"), [(WINTER, 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_is_as_long_as_it_is_at_its_place(day: date, hours: int) -> None:
    window = window_of(day, day, BERLIN)
    length = window.until.astimezone(UTC) - window.since.astimezone(UTC)
    assert length == timedelta(hours=hours)


def test_the_same_day_begins_at_another_instant_elsewhere() -> None:
    here, there = window_of(WINTER, WINTER, BERLIN), window_of(WINTER, WINTER, midnight_in(UTC))
    assert here.since == datetime(2026, 1, 14, 23, tzinfo=UTC)
    assert there.since == datetime(2026, 1, 15, tzinfo=UTC)


def test_days_follow_each_other_without_gap_or_overlap() -> None:
    days = [SPRING + timedelta(days=number) for number in range(-2, 3)]
    windows = [window_of(day, day, BERLIN) for day in days]
    for before, after in pairwise(windows):
        assert before.until == after.since


def test_both_days_are_part_of_the_span() -> None:
    window = window_of(WINTER, WINTER + timedelta(days=2), midnight_in(UTC))
    assert window.until - window.since == timedelta(days=3)


def test_the_days_of_this_computer_have_an_offset() -> None:
    assert midnight_here(WINTER).utcoffset() is not None
    assert midnight_here(WINTER).hour == 0


def test_a_span_that_cannot_be_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="before the first"):
        window_of(WINTER, WINTER - timedelta(days=1), BERLIN)
    longest = WINTER + timedelta(days=LONGEST_WINDOW - 1)
    assert window_of(WINTER, longest, BERLIN).last == longest
    with pytest.raises(ValueError, match="at most 31 days"):
        window_of(WINTER, longest + timedelta(days=1), BERLIN)
