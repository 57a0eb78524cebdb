"""What a charge, card verification or payout is found by in the list of payments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from posapp.ledger import search
from posapp.ledger.tables import HISTORY, attempts, orders, payments
from posapp.model.money import Money

_EVERY_CHARGE = (
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
            (payments.c.account == attempts.c.account) & (payments.c.id == attempts.c.payment_id),
        )
    )
    .where(attempts.c.kind.in_(HISTORY))
)
_OF_ATTEMPT = _EVERY_CHARGE.where(attempts.c.id == bindparam("one"))
_PAGE_AFTER = (
    _EVERY_CHARGE.where(attempts.c.id > bindparam("last")).order_by(attempts.c.id).limit(1000)
)
_OF_ORDER = _EVERY_CHARGE.where(attempts.c.order_id == bindparam("one"))


def index_charge(connection: Connection, attempt_id: int) -> None:
    """Bring the index up to date with attempt, order and payment; refunds and
    other actions have no entry."""
    _index(connection, connection.execute(_OF_ATTEMPT, {"one": attempt_id}))


def index_order(connection: Connection, order_id: str) -> None:
    """The same for every charge of an order, whose customer was changed."""
    _index(connection, connection.execute(_OF_ORDER, {"one": order_id}))


def index_all(connection: Connection) -> None:
    """Every charge, in an index that is empty; page by page."""
    last = 0
    while page := connection.execute(_PAGE_AFTER, {"last": last}).all():
        _index(connection, page)
        last = page[-1].id


def index_payments(connection: Connection, account: str, payment_ids: Collection[str]) -> None:
    """The same for every charge that became one of these payments."""
    these = attempts.c.payment_id.in_(payment_ids)
    _index(
        connection, connection.execute(_EVERY_CHARGE.where(attempts.c.account == account, these))
    )


def _index(connection: Connection, charges: Iterable[Any]) -> None:
    words = []
    for row in charges:
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
