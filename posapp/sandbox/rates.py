"""A fixed window of 60 seconds per key, opened by the first request in it."""

from __future__ import annotations

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

    def clear(self) -> None:
        self._windows.clear()
