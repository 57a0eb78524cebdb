"""A span of whole days at one place on earth, as the instants it begins and ends at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

Midnight = Callable[[date], datetime]
"""The instant at which a day begins somewhere, with its offset."""

LONGEST_WINDOW = 31
"""Days."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the beginning of ``first`` to the end of ``last``. ``since`` is part of it, ``until``
    is not; both have the offset of the place. A day with a change of the clock is 23 or 25 hours.
    """

    first: date
    last: date
    since: datetime
    until: datetime


def midnight_in(zone: tzinfo) -> Midnight:
    """Days as they are counted in this zone."""
    return lambda day: datetime.combine(day, time.min, tzinfo=zone)


def midnight_here(day: date) -> datetime:
    """Days as this computer counts them."""
    return datetime.combine(day, time.min).astimezone()


def window_of(first: date, last: date, midnight: Midnight) -> Window:
    """The span of these days, both included.

    Raises:
        ValueError: with a sentence, where it ends before it begins or is too long.
    """
    if last < first:
        raise ValueError("The last day lies before the first. Choose a later last day.")
    if (last - first).days >= LONGEST_WINDOW:
        raise ValueError(f"Choose at most {LONGEST_WINDOW} days at a time.")
    return Window(first, last, midnight(first), midnight(last + timedelta(days=1)))
