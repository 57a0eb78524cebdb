"""Card numbers: check digit, brand, and the little of a card that may be kept."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

_BRANDS: tuple[tuple[str, tuple[tuple[int, int], ...], tuple[int, ...]], ...] = (
    # brand, ranges of leading digits, lengths; the narrower ranges come first
    ("amex", ((34, 34), (37, 37)), (15,)),
    ("diners", ((300, 305), (36, 36), (38, 39), (309, 309)), (14, 16, 19)),
    ("discover", ((6011, 6011), (644, 649), (65, 65)), (16, 19)),
    ("jcb", ((3528, 3589),), (16, 17, 18, 19)),
    ("mastercard", ((51, 55), (2221, 2720)), (16,)),
    ("visa", ((4, 4),), (13, 16, 19)),
    ("maestro", ((50, 50), (56, 69)), (12, 13, 14, 15, 16, 17, 18, 19)),
)


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stays of a card after the request is over. No number, no security code."""

    brand: str
    first6: str
    last4: str
    expiry_month: int
    expiry_year: int
    fingerprint: str
    holder: str | None = None


def luhn_valid(number: str) -> bool:
    """True when the last digit of ``number`` (digits only) is its Luhn check digit."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = ord(digit) - 48
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_card_number(number: object) -> bool:
    """True for a string of 12 to 19 ASCII digits; the check digit is not looked at."""
    return (
        isinstance(number, str)
        and 12 <= len(number) <= 19
        and number.isascii()
        and number.isdigit()
    )


def brand(number: str) -> str:
    """The brand in lower case, or ``unknown``."""
    for name, ranges, lengths in _BRANDS:
        if len(number) not in lengths:
            continue
        for low, high in ranges:
            width = len(str(low))
            if low <= int(number[:width]) <= high:
                return name
    return "unknown"


def code_length(number: str) -> int:
    """How many digits the security code of this card has."""
    return 4 if brand(number) == "amex" else 3


def fingerprint(number: str, key: str) -> str:
    """Same card, same 64 upper-case hex digits within one training state; not reversible."""
    return hmac.new(key.encode(), number.encode(), hashlib.sha256).hexdigest().upper()


def face(number: str, *, month: int, year: int, key: str, holder: str | None = None) -> CardFace:
    return CardFace(
        brand=brand(number),
        first6=number[:6],
        last4=number[-4:],
        expiry_month=month,
        expiry_year=year,
        fingerprint=fingerprint(number, key),
        holder=holder,
    )


def expired(month: int, year: int, *, today: tuple[int, int]) -> bool:
    """``today`` is (year, month); a card is good to the end of its month."""
    return (year, month) < today
