"""Whose turn it is to ask a gateway: one question at a time, at most one a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

_PACE = timedelta(seconds=1)  # recovery is never the reason for a rate limit
_UNSAID = timedelta(minutes=1)  # how long to leave a gateway alone that does not say how long


class Turns:
    """Each gateway account has a queue of its own: a slow one keeps no other waiting."""

    def __init__(
        self, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[str, asyncio.Lock] = {}
        self._asked: dict[str, datetime] = {}
        self._quiet: dict[str, tuple[datetime, timedelta]] = {}

    @asynccontextmanager
    async def of(self, account: str) -> AsyncIterator[None]:
        """Wait for the turn at this account and keep it for the length of the block."""
        async with self._queues.setdefault(account, asyncio.Lock()):
            await self.pace(account)
            try:
                yield
            finally:
                self._asked[account] = self._clock()

    async def pace(self, account: str) -> None:
        """Before a further question within the same turn: wait until a second has passed."""
        last = self._asked.get(account)
        if last is not None:
            wait = min(_PACE, last + _PACE - self._clock())  # a clock set back holds up nothing
            if wait > timedelta(0):
                await self._sleep(wait.total_seconds())
        self._asked[account] = self._clock()

    def leave_alone(self, account: str, seconds: float | None) -> None:
        """The gateway asked for quiet: for so many seconds, None where it did not say."""
        quiet = _UNSAID if seconds is None else timedelta(seconds=max(0.0, seconds))
        self._quiet[account] = (self._clock(), quiet)

    def alone_until(self, account: str) -> datetime | None:
        """Until when this account wants to be left alone; None when it may be asked."""
        if account not in self._quiet:
            return None
        since, quiet = self._quiet[account]
        passed = self._clock() - since
        # Before the time at which it asked: the clock was set back, and nothing is known.
        return since + quiet if timedelta(0) <= passed < quiet else None
