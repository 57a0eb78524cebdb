"""A card while it is being keyed: number and code in wipeable memory, and what may be kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

# Longest certain prefix wins; (first, last) of the leading digits, lengths of the whole number.
_RANGES: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("4", "4", "Visa", (13, 16, 19)),
    ("51", "55", "Mastercard", (16,)),
    ("2221", "2720", "Mastercard", (16,)),
    ("34", "34", "Amex", (15,)),
    ("37", "37", "Amex", (15,)),
    ("6011", "6011", "Discover", (16, 19)),
    ("644", "649", "Discover", (16, 19)),
    ("65", "65", "Discover", (16, 19)),
    ("3528", "3589", "JCB", (16, 17, 18, 19)),
    ("62", "62", "UnionPay", (16, 17, 18, 19)),
    ("300", "305", "Diners Club", (14, 16, 19)),
    ("3095", "3095", "Diners Club", (14, 16, 19)),
    ("36", "36", "Diners Club", (14, 16, 19)),
    ("38", "39", "Diners Club", (14, 16, 19)),
    ("50", "50", "Maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("56", "58", "Maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("63", "63", "Maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
    ("67", "67", "Maestro", (12, 13, 14, 15, 16, 17, 18, 19)),
)
LONGEST_NUMBER = 19
SHORTEST_NUMBER = 12
_ROOM = 32

_SHORTEST_FOUND = 13  # twelve digits in a text are too often something else
_LONGEST_PHONE = 15  # ITU-T E.164
_FIGURES = re.compile(r"\+?\d(?:[\s\u2010-\u2015\u2212-]*\d)*")


class Digits:
    """Digits typed into a field that holds a secret: changeable in place, wipeable, never shown.

    The room is taken once, so that typing leaves no outgrown copies behind in memory. There is
    deliberately no ``str()`` of it; ``view`` is the one way out.
    """

    __slots__ = ("_length", "_room")

    def __init__(self, digits: bytes | bytearray = b"") -> None:
        self._length = len(digits)
        self._room = bytearray(max(_ROOM, self._length))
        self._room[: self._length] = digits

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"Digits({self._length} hidden)"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("Card digits are not written anywhere.")

    def insert(self, position: int, digit: int) -> None:
        """Put one ASCII digit code (48-57) in at a position."""
        if not 48 <= digit <= 57:
            raise ValueError("Only digits belong here.")
        if self._length == len(self._room):
            self._move_to(bytearray(2 * self._length))
        position = min(max(0, position), self._length)
        for index in range(self._length, position, -1):
            self._room[index] = self._room[index - 1]
        self._room[position] = digit
        self._length += 1

    def delete(self, start: int, end: int) -> None:
        """Take out ``[start, end)``; the freed bytes are overwritten."""
        start, end = max(0, start), min(end, self._length)
        if start >= end:
            return
        for index in range(start, self._length):
            follower = index + end - start
            self._room[index] = self._room[follower] if follower < self._length else 0
        self._length -= end - start

    def wipe(self) -> None:
        """Overwrite everything; works while a view is held, which then shows zeros."""
        for index in range(len(self._room)):
            self._room[index] = 0
        self._length = 0

    def view(self) -> memoryview:
        """The live bytes, for checks and for building the one request; do not copy or keep."""
        return memoryview(self._room)[: self._length]

    def last(self, count: int) -> str:
        """At most the last four, as may be shown and stored."""
        shown = min(max(0, count), 4, self._length)
        return bytes(self._room[self._length - shown : self._length]).decode("ascii")

    def first(self, count: int) -> str:
        """At most the first six, as may be stored."""
        return bytes(self._room[: min(max(0, count), 6, self._length)]).decode("ascii")

    def _move_to(self, room: bytearray) -> None:
        room[: self._length] = self._room
        for index in range(len(self._room)):
            self._room[index] = 0
        self._room = room


@dataclass(frozen=True, slots=True)
class Expiry:
    """Month and four-digit year printed on the card; good until the month's last day."""

    month: int
    year: int

    def __str__(self) -> str:
        return f"{self.month:02d}/{self.year % 100:02d}"


@dataclass(frozen=True, slots=True)
class CardSummary:
    """What may be kept of a card."""

    brand: str
    last4: str
    first6: str = ""
    expiry: Expiry | None = None


class Card:
    """A keyed card. Holds the number and the code until ``wipe``; never printed, never stored."""

    __slots__ = ("code", "expiry", "name", "number", "postcode")

    def __init__(
        self, *, number: Digits, expiry: Expiry, code: Digits, name: str = "", postcode: str = ""
    ) -> None:
        self.number = number
        self.expiry = expiry
        self.code = code
        self.name = name
        self.postcode = postcode

    def __repr__(self) -> str:
        return "Card(hidden)"

    def summary(self) -> CardSummary:
        return CardSummary(
            brand=brand_of(self.number) or "Card",
            last4=self.number.last(4),
            first6=self.number.first(6),
            expiry=self.expiry,
        )

    def wipe(self) -> None:
        self.number.wipe()
        self.code.wipe()


def brand_of(number: Digits) -> str | None:
    """The brand, once the digits so far allow only one; otherwise None."""
    found = _range_of(number)
    return found[0] if found else None


def grouping_of(number: Digits) -> tuple[int, ...]:
    """How the digits are grouped when read out: 4-6-5 for Amex, 4-6-4 for Diners, else fours."""
    brand = brand_of(number)
    if brand == "Amex":
        return (4, 6, 5)
    if brand == "Diners Club" and len(number) <= 14:
        return (4, 6, 4)
    return (4, 4, 4, 4, 3)


def luhn_holds(digits: memoryview) -> bool:
    """The check digit every payment card number carries (ISO/IEC 7812-1, annex B)."""
    total = 0
    for index, code in enumerate(reversed(digits)):
        value = code - 48
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether a text holds what looks like a card number: 13 to 19 digits whose check digit is
    right, blanks and dashes between them ignored.

    A number begins and ends where a group of digits does; only inside a group longer than any
    card number is it looked for everywhere. No card number begins with 0, and up to 15 digits
    after a ``+`` are a telephone number.
    """
    for run in _FIGURES.findall(text):
        groups = re.findall(r"\d+", run)
        digits = "".join(str(unicodedata.decimal(c)) for group in groups for c in group)
        if run.startswith("+") and len(digits) <= _LONGEST_PHONE:
            continue
        edges = {0, *accumulate(len(group) for group in groups)}
        for group, end in zip(groups, accumulate(map(len, groups)), strict=True):
            if len(group) > LONGEST_NUMBER:
                edges.update(range(end - len(group), end))
        codes = memoryview(digits.encode("ascii"))
        for start in edges:
            for length in range(_SHORTEST_FOUND, LONGEST_NUMBER + 1):
                found = codes[start : start + length]
                if start + length in edges and found[0] != ord("0") and luhn_holds(found):
                    return True
    return False


def number_problem(number: Digits, *, finished: bool) -> str | None:
    """What is wrong with the number, as a sentence, or None.

    Args:
        finished: False while still typing: then only what further digits cannot mend is named.
    """
    length = len(number)
    if length == 0:
        return "Type the card number." if finished else None
    found = _range_of(number)
    lengths = found[1] if found else tuple(range(SHORTEST_NUMBER, LONGEST_NUMBER + 1))
    if length > lengths[-1]:
        return "This number has too many digits. Ask the caller to read it again."
    if length in lengths and luhn_holds(number.view()):
        return None
    if length == lengths[-1]:
        return "This is not a valid card number. Ask the caller to read it again."
    if not finished:
        return None
    if length in lengths:
        return "This is not a valid card number. Ask the caller to read it again."
    return "The card number is not complete. Ask for the missing digits."


def code_length(number: Digits) -> int:
    """Digits of the security code: four on Amex, three elsewhere."""
    return 4 if brand_of(number) == "Amex" else 3


def code_problem(code: Digits, number: Digits) -> str | None:
    """What is wrong with the security code, as a sentence, or None."""
    wanted = code_length(number)
    if len(code) == wanted:
        return None
    where = "on the front of the card" if wanted == 4 else "on the back of the card"
    if len(code) == 0:
        return f"Ask for the {wanted} digits {where}."
    return f"The security code has {wanted} digits, {where}."


def parse_expiry(text: str, today: date) -> Expiry:
    """Read ``MM/YY``, ``MMYY``, ``MM-YYYY`` and the like.

    Raises:
        ValueError: with a sentence for the clerk.
    """
    parts = "".join(c if c in "0123456789" else " " for c in text).split()
    if len(parts) == 1 and len(parts[0]) in (4, 6):
        parts = [parts[0][:2], parts[0][2:]]
    if not parts:
        raise ValueError("Type month and year, for example 09/29.")
    if len(parts) != 2 or len(parts[0]) > 2 or len(parts[1]) not in (2, 4):
        raise ValueError("Type month and year like 09/29.")
    month, year = int(parts[0]), int(parts[1])
    year += 2000 if len(parts[1]) == 2 else 0
    if not 1 <= month <= 12:
        raise ValueError("The month is between 01 and 12.")
    if (year, month) < (today.year, today.month):
        raise ValueError("This card has expired. Ask for another card.")
    if year > today.year + 20:
        raise ValueError("This year is too far ahead. Check the year on the card.")
    return Expiry(month, year)


def _range_of(number: Digits) -> tuple[str, tuple[int, ...]] | None:
    """Brand and lengths, once enough digits are there for the brand to be certain."""
    lead = bytes(number.view()[:4]).decode("ascii")
    for low, high, brand, lengths in _RANGES:
        if len(lead) >= len(low) and low <= lead[: len(low)] <= high:
            return brand, lengths
    return None
