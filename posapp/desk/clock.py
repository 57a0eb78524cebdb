"""The time by which money is judged: set once at the start, and corrected by nobody while we run.

Between its start and its end the program counts time itself, so a clock that is set, summer time
or another time zone change no age. Against a clock that was wrong from the beginning there are the
gateways, which say the time in every answer: where the two differ, each rule takes the estimate
that is on the safe side.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from posapp.gateways.waking import elapsed

MOST_APART = timedelta(seconds=120)
"""How far this computer and a gateway may differ before people are told."""


def _wall() -> datetime:
    return datetime.now(UTC)


class SteadyClock:
    """Called, it says the time, UTC.

    Args:
        wall: the computer's clock, read once.
        steady: seconds on a clock that nobody sets and that goes on while the computer sleeps.
    """

    def __init__(
        self, wall: Callable[[], datetime] = _wall, steady: Callable[[], float] = elapsed
    ) -> None:
        self._steady = steady
        self._began = steady()
        self._start = wall()
        self.ahead = timedelta(0)
        """How far this clock is before the gateways', by their last answer; negative behind."""

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=self._steady() - self._began)

    def hear(self, said: datetime) -> None:
        """A gateway said what time it is."""
        self.ahead = self() - said

    @property
    def differs(self) -> bool:
        """Whether this computer's clock cannot be right, or the gateway's."""
        return abs(self.ahead) > MOST_APART

    def earliest(self) -> datetime:
        """The earlier estimate: nothing is older than by this. For what needs patience."""
        return self() - max(self.ahead, timedelta(0)) if self.differs else self()

    def latest(self) -> datetime:
        """The later estimate: nothing is younger than by this. For keys, which have a window."""
        return self() - min(self.ahead, timedelta(0)) if self.differs else self()

    def between(self) -> tuple[datetime, datetime]:
        """The earlier and the later estimate."""
        return self.earliest(), self.latest()
