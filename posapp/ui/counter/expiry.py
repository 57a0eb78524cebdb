"""Formats an expiry date while it is typed: ``1230``, ``12/30`` and ``1/2030`` all work."""

from __future__ import annotations

from datetime import UTC, date, datetime


def spread(text: str, *, before: str) -> str:
    """What the field shows after a key.

    Args:
        text: what stands in the field after the key.
        before: what stood there before it.
    """
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    bare = text.strip()
    single = len(bare) >= 2 and bare[0].isdigit() and not bare[1].isdigit()
    if digits and (digits[0] in "23456789" or single):
        digits = "0" + digits
    longest = 6 if digits[2:4] == "20" else 4
    month, year = digits[:2], digits[2:longest]
    deleting = len(text) < len(before)
    if len(month) < 2 or (deleting and not year):
        return month
    return f"{month} / {year}"


def local_today() -> date:
    """The day at this till; a card is good until the last day of its month here."""
    return datetime.now(UTC).astimezone().date()
