"""Numbers with the right form of their noun, and spans of time in words. No Qt here."""

from __future__ import annotations

from datetime import timedelta


def counted(number: int, one: str, many: str) -> str:
    """``1 charge``, ``2 charges``; ``many`` also for none."""
    return f"{number} {one if number == 1 else many}"


def span_words(span: timedelta) -> str:
    """The two largest units at most, rounded down: ``45 seconds``, ``3 hours 5 minutes``."""
    seconds = max(0, int(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = (
        (days, "day", "days"),
        (hours, "hour", "hours"),
        (minutes, "minute", "minutes"),
        (seconds, "second", "seconds"),
    )
    first = next((index for index, (number, _, _) in enumerate(parts) if number), 3)
    shown = parts[first : first + 2]
    return " ".join(counted(*part) for part in shown if part[0]) or "0 seconds"


def age_words(span: timedelta) -> str:
    """The largest unit alone, for lists: ``< 1 min``, ``5 min``, ``3 h``, ``2 days``."""
    minutes = max(0, int(span.total_seconds())) // 60
    if minutes < 1:
        return "< 1 min"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else counted(hours // 24, "day", "days")


def countdown_words(span: timedelta | None) -> str:
    """When the gateway is asked next, as a sentence that is right at this second."""
    if span is None:
        return "It is not looked up by itself any more."
    if span <= timedelta(0):
        return "It is being looked up now…"
    return f"Looked up next in {span_words(span + timedelta(seconds=0.999))}."
