"""A receipt as plain text for paper with a fixed number of columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from posapp.receipts.content import Fact, Item, Receipt
from posapp.receipts.wording import TAX

COLUMNS = 42
"""Columns of 80 mm paper in the printer's normal font."""

_NARROWEST = 24
_GAP = 2
_BLANKS = {ord("\u00a0"): " ", ord("\u202f"): " "}


def as_text(receipt: Receipt, *, columns: int = COLUMNS) -> str:
    """The receipt in lines of at most ``columns`` columns, each ended by a line feed.

    Raises:
        ValueError: the paper is narrower than 24 columns.
    """
    if columns < _NARROWEST:
        raise ValueError(f"A receipt needs at least {_NARROWEST} columns.")
    return "".join(f"{line.rstrip()}\n" for line in _lines(receipt, columns))


def width_of(text: str) -> int:
    """Columns ``text`` takes: two for wide characters, none for marks and joiners."""
    return sum(_columns(char) for char in text)


def wrapped(text: str, columns: int) -> list[str]:
    """``text`` in lines of at most ``columns`` columns, broken at blanks where possible.

    A word longer than a line is cut; marks stay with their letter. Empty text is one empty line.
    """
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(joined) <= columns:
            lines[-1] = joined
            continue
        if not lines[-1]:
            lines.pop()
        lines.extend(_pieces(word, columns))
    return lines


def _lines(receipt: Receipt, columns: int) -> Iterator[str]:
    rule = "-" * columns
    for line in filter(None, (receipt.shop, *receipt.shop_lines)):
        yield from _centred(line, columns)
    yield ""
    if receipt.mark:
        yield "*" * columns
        yield from _centred(receipt.mark.upper(), columns)
        yield "*" * columns
        yield ""
    yield from _centred(receipt.title.upper(), columns)
    yield from _centred(receipt.result.words, columns)
    if receipt.result.advice:
        yield from _centred(receipt.result.advice, columns)
    yield rule
    yield from _facts(receipt.about, columns)
    yield rule
    for item in receipt.items:
        yield from _item(item, columns)
    if receipt.items:
        yield rule
    yield from _pair(receipt.total.label.upper(), receipt.total.value, columns)
    yield from _facts(receipt.taxes, columns)
    yield rule
    yield from wrapped(receipt.payment_heading, columns)
    yield from _facts(receipt.payment, columns)
    yield rule
    for line in receipt.footer:
        yield from _centred(line, columns)


def _facts(facts: tuple[Fact, ...], columns: int) -> Iterator[str]:
    for fact in facts:
        yield from _pair(fact.label, fact.value, columns)


def _item(item: Item, columns: int) -> Iterator[str]:
    yield from wrapped(item.name, columns)
    detail = f"  {item.quantity} × {item.price}"
    yield from _pair(f"{detail}  {TAX} {item.rate}" if item.rate else detail, item.total, columns)


def _pair(label: str, value: str, columns: int) -> Iterator[str]:
    """Label on the left, value on the right; on lines of their own where both do not fit."""
    value = value.translate(_BLANKS)
    label = label.translate(_BLANKS)
    space = columns - width_of(label) - width_of(value)
    if space >= _GAP:
        yield f"{label}{' ' * space}{value}"
        return
    yield from (f"{_indent(label)}{part}" for part in wrapped(label, columns - _GAP))
    for part in wrapped(value, columns - _GAP):
        yield f"{' ' * (columns - width_of(part))}{part}"


def _indent(label: str) -> str:
    return " " * (len(label) - len(label.lstrip()))


def _centred(text: str, columns: int) -> Iterator[str]:
    for part in wrapped(text.translate(_BLANKS), columns):
        yield f"{' ' * ((columns - width_of(part)) // 2)}{part}"


def _pieces(word: str, columns: int) -> Iterator[str]:
    piece, taken = "", 0
    for char in word:
        wide = _columns(char)
        if taken + wide > columns:
            yield piece
            piece, taken = "", 0
        piece += char
        taken += wide
    yield piece


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
