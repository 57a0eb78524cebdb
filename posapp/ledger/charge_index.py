"""What a charge, card verification or payout is found by in the list of payments."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, select, true

from posapp.ledger import search
from posapp.ledger.tables import HISTORY, attempts, orders, payments
from posapp.model.money import Money


def index_charge(connection: Connection, attempt_id: int) -> None:
    """Bring the index up to date with attempt, order and payment; refunds and
    other actions have no entry."""
    _index(connection, attempts.c.id == attempt_id)


def index_order(connection: Connection, order_id: str) -> None:
    """The same for every charge of an order, whose customer was changed."""
    _index(connection, attempts.c.order_id == order_id)


def index_all(connection: Connection) -> None:
    """Every charge, in an index that is empty."""
    _index(connection, true())


def _index(connection: Connection, which: ColumnElement[bool]) -> None:
    rows = connection.execute(
        select(
            attempts.c.id,
            attempts.c.minor,
            attempts.c.currency,
            attempts.c.card_brand,
            attempts.c.card_last4,
            attempts.c.reference,
            attempts.c.payment_id,
            orders.c.number,
            orders.c.customer,
            payments.c.auth_code,
        )
        .select_from(
            attempts.outerjoin(orders, orders.c.id == attempts.c.order_id).outerjoin(
                payments,
                (payments.c.account == attempts.c.account)
                & (payments.c.id == attempts.c.payment_id),
            )
        )
        .where(which, attempts.c.kind.in_(HISTORY))
    ).all()
    words = []
    for row in rows:
        customer: Mapping[str, str] = row.customer or {}
        parts = (
            *search.amount_words(Money(row.minor, row.currency)),
            row.card_brand,
            row.card_last4,
            row.reference,
            row.payment_id,
            str(row.number or ""),
            customer.get("name", ""),
            customer.get("email", ""),
            *search.phone_words(customer.get("phone", "")),
            row.auth_code or "",
        )
        words.append((row.id, search.fold(parts)))
    search.index_rows(connection, "attempts_index", words)
