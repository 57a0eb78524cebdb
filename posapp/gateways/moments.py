"""Points in time as the gateways write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from posapp.gateways.strict_json import Unreadable

_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def from_iso(text: str) -> datetime:
    """ISO 8601 with any number of decimals; without an offset it is UTC.

    Raises:
        Unreadable: it is no such thing.
    """
    moment = None
    try:
        moment = datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text.strip()))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise Unreadable
    return moment


def to_iso(moment: datetime) -> str:
    """ISO 8601 in UTC, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_unix(seconds: int) -> datetime:
    """Seconds since 1970, UTC.

    Raises:
        Unreadable: beyond what a date can hold.
    """
    moment = None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None:
        raise Unreadable
    return moment
