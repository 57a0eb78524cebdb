"""Notices that this computer stood still: it slept, was stopped, or hung, while a call was out.

What came back after such a gap may be an answer of long ago, or half of one; it proves nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

GAP = 10.0
"""Seconds without a sign of life after which nothing that was under way is believed."""

_BEAT = 1.0


def elapsed() -> float:
    """Seconds on a clock that nobody sets and that goes on while the computer sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # goes on, unlike CLOCK_UPTIME_RAW
    return time.monotonic()


class Watch:
    """Beats once a second for as long as a call is out; use it as ``with``."""

    def __init__(self, clock: Callable[[], float] = elapsed) -> None:
        self._clock = clock
        self._last = clock()
        self._longest = 0.0
        self._next: asyncio.TimerHandle | None = None

    @property
    def stood_still(self) -> bool:
        """Whether there was a gap so far."""
        self._note()
        return self._longest > GAP

    def __enter__(self) -> Watch:
        self._beat()
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._next is not None:
            self._next.cancel()

    def _beat(self) -> None:
        self._note()
        self._next = asyncio.get_running_loop().call_later(_BEAT, self._beat)

    def _note(self) -> None:
        now = self._clock()
        self._longest = max(self._longest, now - self._last)
        self._last = now
