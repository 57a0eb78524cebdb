"""Takes card numbers, keys and passwords out of a text that is going to be written down.

Rather too much than too little: a reference that happens to look like a card number is removed
as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CARD = "[card number removed]"
KEY = "[key removed]"

LONGEST_TEXT = 20_000
PASSES = 5  # what is taken out may lay bare a key that was glued to it

_SEPARATOR = r"(?:%20|[\s.\-_+/\u2010-\u2015]){0,3}"
_DIGITS = re.compile(rf"\d(?:{_SEPARATOR}\d){{11,}}")
_SEPARATORS = re.compile(r"%20|\D")

# How real card numbers begin and how long they are then; a part of a longer run has to fit.
_CARDS = (
    (re.compile(r"4|6"), (16, 19)),
    (re.compile(r"5|2[2-7]|35"), (16,)),
    (re.compile(r"34|37"), (15,)),
    (re.compile(r"3[0689]"), (14,)),
)

# A name made of parts joined by "_" in which one part is sk or rk: sk_sbox_..., api_live_sk_...
_SECRET_KEY = re.compile(r"(?<![A-Za-z0-9_])(?:[A-Za-z0-9]*_)*(?:[sr]k|whsec)_[\w\-.=+/]+", re.I)
_BEARER = re.compile(r"\b(?:bearer|basic)\s+[\w\-.~+/=]{8,}", re.I)
_JWT = re.compile(r"\beyJ[\w\-]+\.[\w\-]+(?:\.[\w\-]*)?")
_NAMED = re.compile(
    r"""\b((?:client[_-]?secret|api[_-]?key|access[_-]?token|password|passphrase|
        pin|cvv2?|cvc2?|security[_\ -]?code)["']?\s*[:=]\s*)
        (?:"[^"]*"|'[^']*'|[^\s"',;}\])&\[]+)""",
    re.I | re.X,
)
_AUTHORIZATION = re.compile(
    r"""\b((?:proxy-)?authorization["']?\s*[:=]\s*)(?=\S)[^\n,;}\[]+""", re.I
)


def passes_luhn(digits: Sequence[int]) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def holds_card_number(digits: str) -> bool:
    """Whether ``digits`` is, or contains, 12 to 19 digits that pass as a card number.

    The whole run counts with any start; a part of a longer run only when it begins like a card,
    or every long number would contain one by chance.
    """
    values = [int(digit) for digit in digits]
    if 12 <= len(values) <= 19 and passes_luhn(values):
        return True
    for start in range(len(values) - 13):
        for begin, lengths in _CARDS:
            if begin.match(digits, start):
                for length in lengths:
                    part = values[start : start + length]
                    if len(part) == length and passes_luhn(part):
                        return True
    return False


def redact(text: str) -> str:
    """``text`` without card numbers, keys, tokens and named secrets. Applying it twice changes
    nothing more. Texts over 20,000 characters are cut."""
    if len(text) > LONGEST_TEXT:
        # Not in the middle of a number: half a card number does not look like one.
        text = text[:LONGEST_TEXT].rstrip("0123456789 .-_") + " [cut]"
    for _ in range(PASSES):
        before, text = text, _redacted(text)
        if text == before:
            break
    return text


def _redacted(text: str) -> str:
    text = _JWT.sub(KEY, text)
    text = _BEARER.sub(KEY, text)
    text = _SECRET_KEY.sub(KEY, text)
    text = _AUTHORIZATION.sub(_without_value, text)
    text = _NAMED.sub(_without_value, text)
    return _DIGITS.sub(_without_card, text)


def _without_value(found: re.Match[str]) -> str:
    return f"{found[1]}{KEY}"


def _without_card(found: re.Match[str]) -> str:
    digits = _SEPARATORS.sub("", found[0])
    plain = "".join(str(int(digit)) for digit in digits)
    return CARD if holds_card_number(plain) else found[0]
