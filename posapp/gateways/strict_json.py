"""JSON from outside: read strictly, or refused as a whole."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import NoReturn

_DEEPEST = 32
_LONGEST_NUMBER = 40


class Unreadable(Exception):
    """The bytes are no answer that can be trusted. Says nothing of what they were."""


def parse(body: bytes) -> object:
    """The document in ``body``: dict, list, str, int, Decimal, bool or None.

    Refused are: anything but UTF-8, a name that occurs twice in one object, NaN and Infinity,
    numbers of more than 40 characters, lone surrogates, nesting deeper than 32.

    Raises:
        Unreadable: for all of these, and nothing else.
    """
    try:
        text = body.decode("utf-8-sig")
        document: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_int=_whole,
            parse_float=_decimal,
        )
        # Only an escape can spell a lone surrogate, and only brackets lead deeper.
        if "\\u" in text or text.count("[") + text.count("{") >= _DEEPEST:
            _check(document)
    except (ValueError, RecursionError, MemoryError, ArithmeticError):
        pass
    else:
        return document
    raise Unreadable


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError
    return int(digits)


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits) if len(digits) <= _LONGEST_NUMBER else Decimal("NaN")
    # A huge exponent is a short text and an endless integer.
    if not number.is_finite() or number.adjusted() > _LONGEST_NUMBER:
        raise ValueError
    return number


def _check(document: object) -> None:
    level: list[object] = [document]
    for _ in range(_DEEPEST):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, str) and not item.isascii():
                item.encode("utf-8")  # a lone surrogate raises
        if not below:
            return
        level = below
    raise ValueError
