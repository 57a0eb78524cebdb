"""Words on receipts: outside text made safe to print, dates, rates, and what a status is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from posapp.model.card import (
    LONGEST_NUMBER,
    SHORTEST_NUMBER,
    CardSummary,
    Digits,
    brand_of,
    number_problem,
)
from posapp.model.display import AmountStyle
from posapp.model.payment import ActionState, PaymentStatus

TRAINING = "Training – no money moved"
TAX = "VAT"
MASK = "••••"
NO_BREAK = "\u00a0"

LONGEST_TEXT = 400
_MARKS_ON_ONE_LETTER = 3
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
# Joiners that scripts and emoji need; every other format character is dropped, the ones that turn
# the writing direction first of all.
_JOINERS = frozenset("\u200c\u200d")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
_OBJECT = "\ufffc"  # stands for a picture inside a text document

_DIGIT_RUN = re.compile(r"\d(?:[\s\-–.,/_·]{0,3}\d)+")
_PLAIN_RUN = re.compile(r"\d+")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Tone(StrEnum):
    """The three truths about money: it moved, it did not move, it is not known yet."""

    MOVED = "moved"
    NOT_MOVED = "not_moved"
    NOT_KNOWN = "not_known"


SALE_RESULT: dict[PaymentStatus, tuple[str, Tone]] = {
    PaymentStatus.CAPTURED: ("Paid", Tone.MOVED),
    PaymentStatus.PARTLY_REFUNDED: ("Paid, partly refunded", Tone.MOVED),
    PaymentStatus.REFUNDED: ("Paid, refunded in full", Tone.MOVED),
    PaymentStatus.AUTHORISED: ("Approved – reserved, not yet collected", Tone.MOVED),
    PaymentStatus.PARTLY_CAPTURED: ("Approved – partly collected", Tone.MOVED),
    PaymentStatus.VERIFIED: ("Card verified – no money moved", Tone.NOT_MOVED),
    PaymentStatus.DECLINED: ("Declined – not paid", Tone.NOT_MOVED),
    PaymentStatus.CANCELED: ("Cancelled – not paid", Tone.NOT_MOVED),
    PaymentStatus.EXPIRED: ("Expired – not paid", Tone.NOT_MOVED),
    PaymentStatus.VOIDED: ("Voided – not paid", Tone.NOT_MOVED),
    PaymentStatus.PENDING: ("Payment requested, not yet confirmed", Tone.NOT_KNOWN),
    PaymentStatus.RETRY_SCHEDULED: ("Declined for now, to be tried again", Tone.NOT_KNOWN),
    PaymentStatus.ACTION_NEEDED: ("Waiting for the customer – not yet paid", Tone.NOT_KNOWN),
    PaymentStatus.UNKNOWN: ("Not known yet – the payment is being checked", Tone.NOT_KNOWN),
}
REFUND_RESULT: dict[ActionState, tuple[str, Tone]] = {
    ActionState.DONE: ("Refunded", Tone.MOVED),
    ActionState.PENDING: ("Refund requested, not yet confirmed", Tone.NOT_KNOWN),
    ActionState.FAILED: ("Refund failed – no money was returned", Tone.NOT_MOVED),
}


def printable(text: str) -> str:
    """``text`` as one line that cannot disturb a layout.

    Control, direction and private characters are dropped, blanks become one space, letters keep at
    most three stacked marks, and more than ``LONGEST_TEXT`` characters end in an ellipsis.
    """
    return _shortened(_flat(text))


def from_outside(text: str) -> str:
    """Text a person typed: printable, and a card number in it cut to its last four digits."""
    return _shortened(_DIGIT_RUN.sub(_without_card, _flat(text)))


def identifier(text: str) -> str:
    """A code or reference: printable, and a card number used as one cut to its last four digits.

    Only unbroken digits count here, because references join short numbers with dashes.
    """
    return _shortened(_PLAIN_RUN.sub(_without_card, _flat(text)))


def card_line(card: CardSummary) -> str:
    """``Visa •••• 4242``; never more than four digits, whatever the summary holds."""
    last4 = "".join(char for char in card.last4 if char in "0123456789")[-4:]
    brand = "".join(char for char in printable(card.brand) if not char.isdecimal()).strip()
    return " ".join(part for part in (brand or "Card", MASK, last4) if part)


def day_and_time(at: datetime) -> str:
    """``21 Nov 2025, 14:02 UTC+01:00``.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("A time on a receipt needs its time zone.")
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} {_zone(offset)}"


def percent(rate: Decimal, style: AmountStyle) -> str:
    """``19 %``, ``5.5 %``: no needless zeros, the locale's decimal mark."""
    shown = f"{rate:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown.replace('.', style.decimal)}{NO_BREAK}%"


def _zone(offset: timedelta) -> str:
    if not offset:
        return "UTC"
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _flat(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char in _BREAKS or category == "Zs":
            kept.append(" ")
        elif char in _JOINERS or (
            category not in _DROPPED_CATEGORIES
            and marks <= _MARKS_ON_ONE_LETTER
            and char != _OBJECT
            and not _is_noncharacter(char)
        ):
            kept.append(char)
    return " ".join("".join(kept).split())


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1].rstrip()}…"


def _is_noncharacter(char: str) -> bool:
    code = ord(char)
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _without_card(found: re.Match[str]) -> str:
    """The run of digits with every card number in it masked."""
    shown = found.group()
    places = [index for index, char in enumerate(shown) if char.isdecimal()]
    codes = bytes(48 + unicodedata.decimal(shown[index]) for index in places)
    parts: list[str] = []
    done = 0
    for start, end in _card_windows(codes):
        parts.append(shown[done : places[start]])
        parts.append(f"{MASK} {codes[end - 4 : end].decode('ascii')}")
        done = places[end - 1] + 1
    return "".join(parts) + shown[done:]


def _card_windows(codes: bytes) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in a run of ASCII digits: the longest first, none overlapping."""
    start = 0
    while start + SHORTEST_NUMBER <= len(codes):
        for length in range(min(LONGEST_NUMBER, len(codes) - start), SHORTEST_NUMBER - 1, -1):
            number = Digits(codes[start : start + length])
            if brand_of(number) and number_problem(number, finished=True) is None:
                yield start, start + length
                start += length
                break
        else:
            start += 1
