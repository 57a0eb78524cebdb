"""How many requests of a key may run in 60 seconds.

A fixed window is opened by the first request in it; a rolling one always reaches back 60 seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    limit: int
    remaining: int
    reset: int
    allowed: bool
    retry_after: int


class Rates:
    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}
        self._moments: dict[str, deque[float]] = {}

    def count(self, credential: str, limit: int, now: float) -> Standing:
        """Count one request of ``credential`` and say whether it may run."""
        opened, used = self._windows.get(credential, (now, 0))
        if now >= opened + WINDOW_SECONDS:
            opened, used = now, 0
        used += 1
        self._windows[credential] = (opened, used)
        reset = opened + WINDOW_SECONDS
        return Standing(
            limit=limit,
            remaining=max(0, limit - used),
            reset=int(reset) + 1,
            allowed=used <= limit,
            retry_after=max(1, int(reset - now) + 1),
        )

    def count_rolling(self, credential: str, limit: int, now: float) -> Standing:
        """As :meth:`count` over the last 60 seconds; a refused request does not count."""
        moments = self._moments.setdefault(credential, deque())
        while moments and moments[0] <= now - WINDOW_SECONDS:
            moments.popleft()
        allowed = len(moments) < limit
        if allowed:
            moments.append(now)
        reset = (moments[0] if moments else now) + WINDOW_SECONDS
        return Standing(
            limit=limit,
            remaining=max(0, limit - len(moments)),
            reset=int(reset) + 1,
            allowed=allowed,
            retry_after=max(1, int(reset - now) + 1),
        )

    def clear(self) -> None:
        self._windows.clear()
        self._moments.clear()
