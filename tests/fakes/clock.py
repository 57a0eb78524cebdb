"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class MovableClock:
    """Called, it says the time. ``sleep`` passes time instead of waiting for it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by

    async def sleep(self, seconds: float) -> None:
        """As ``asyncio.sleep``, on this clock; every other task gets its turn first."""
        await asyncio.sleep(0)
        self.move(timedelta(seconds=seconds))
