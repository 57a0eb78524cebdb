"""The list of payments as a file other programs read: CSV that no spreadsheet executes, or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Literal

from posapp.desk.book import Book
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
    first = True
    async for row in _rows(book):
        record = _record(row)
        if form == "csv":
            yield (_line(tuple(record)) if first else "") + _line(tuple(record.values()))
        else:
            yield ("[\n" if first else ",\n") + json.dumps(record, ensure_ascii=False)
        first = False
    if form == "json":
        yield "[]\n" if first else "\n]\n"


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


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
