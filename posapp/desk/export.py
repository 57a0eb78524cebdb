"""The list of payments as a file other programs read: CSV that no spreadsheet executes, or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

from posapp.desk.book import Book
from posapp.desk.errors import Refused
from posapp.model.history import PaymentFilter, PaymentRow
from posapp.model.money import plain_decimal

Format = Literal["csv", "json"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_payments(book: Book, form: Format) -> AsyncIterator[str]:
    """Every payment, newest first, as pieces of text in the order they belong in.

    Columns: ``time`` (ISO 8601, UTC), ``order``, ``customer``, ``card``, ``last4``, ``amount``,
    ``refunded``, ``refund_pending`` (decimals with a point), ``currency``, ``state``, ``verdict``,
    ``status``, ``account``, ``reference``, ``kind`` (charge, hosted, verify or payout).
    """
    records = (_record(row) async for row in _rows(book))
    if form == "json":
        async for piece in json_pieces(records):
            yield piece
        return
    first = True
    async for record in records:
        yield (csv_line(tuple(record)) if first else "") + csv_line(tuple(record.values()))
        first = False


async def json_pieces(records: AsyncIterator[dict[str, str]]) -> AsyncIterator[str]:
    """A list of objects, as pieces of text in the order they belong in."""
    first = True
    async for record in records:
        yield ("[\n" if first else ",\n") + json.dumps(record, ensure_ascii=False)
        first = False
    yield "[]\n" if first else "\n]\n"


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; blocks.

    Raises:
        Refused: it cannot be written there; what stood there before still does.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as problem:
        raise Refused(
            f"{path.name} cannot be written ({problem.strerror}). Choose another place."
        ) from problem


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


async def _rows(book: Book) -> AsyncIterator[PaymentRow]:
    after = ""
    while True:
        page = await book.page(PaymentFilter(), after=after)
        for row in page.rows:
            yield row
        after = page.next
        if not after:
            return


def _record(row: PaymentRow) -> dict[str, str]:
    exponent = row.amount.exponent
    return {
        "time": row.at.isoformat(timespec="seconds"),
        "order": str(row.order_number),
        "customer": row.customer,
        "card": row.card_brand,
        "last4": row.card_last4,
        "amount": row.amount.plain(),
        "refunded": plain_decimal(row.refunded, exponent),
        "refund_pending": plain_decimal(row.refund_pending, exponent),
        "currency": row.amount.currency,
        "state": row.attempt_state.value,
        "verdict": row.verdict.value if row.verdict else "",
        "status": row.status.value if row.status else "",
        "account": row.account,
        "reference": row.reference,
        "kind": row.kind.value,
    }


def csv_line(cells: Sequence[str]) -> str:
    """A line of a table whose cells are all safe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
