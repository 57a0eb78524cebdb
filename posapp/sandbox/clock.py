"""The one clock of the training gateway, which its admin can move forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate

# The last second this calendar can print; a clock moved past it would break every answer.
_LAST_SECOND = 253_402_300_799.0
DAY = 86_400.0


class Clock:
    """Real time plus an offset in seconds that only grows.

    Nothing in the gateway waits on a timer: what is due is worked out from this clock
    whenever something is read.
    """

    def __init__(self, offset: float = 0.0, source: Callable[[], float] = time.time) -> None:
        self.offset = offset
        self._source = source
        self._latest = 0.0

    def now(self) -> float:
        """Seconds since 1970; never goes backwards while the gateway runs."""
        self._latest = max(self._latest, self._source() + self.offset)
        return self._latest

    def unmoved(self) -> float:
        """The machine's own time, which is what a client on it goes by."""
        return self._source()

    def advance(self, seconds: float) -> None:
        """Move forward.

        Raises:
            ValueError: if ``seconds`` is negative or leads past the year 9999.
        """
        if not seconds >= 0:
            raise ValueError("The clock only moves forward.")
        if self.now() + seconds > _LAST_SECOND - 1000 * DAY:
            raise ValueError("The clock cannot be moved that far.")
        self.offset += seconds


def iso(moment: float) -> str:
    """ISO 8601 in UTC with milliseconds, the form PayFac prints."""
    stamp = datetime.fromtimestamp(moment, UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def http_date(moment: float) -> str:
    return formatdate(moment, usegmt=True)


def parse_iso(text: str) -> float | None:
    """Seconds since 1970 for an ISO 8601 date-time with a zone (or UTC without), else None."""
    if "T" not in text and " " not in text:
        return None
    try:
        stamp = datetime.fromisoformat(text)
        return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
