"""Payments as the gateways last described them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from posapp.ledger.codec import micros, payment_from, payment_row
from posapp.ledger.tables import payments
from posapp.model.attempt import CLOCKS_DIFFER
from posapp.model.payment import Payment

_WHICH = and_(payments.c.account == bindparam("of_account"), payments.c.id == bindparam("of_id"))
_ONE = select(payments).where(_WHICH)
_REPLACE = update(payments).where(_WHICH)
_ADD = insert(payments)


def keep_payment(connection: Connection, payment: Payment, at: datetime) -> None:
    """Insert or replace the snapshot, in the caller's transaction."""
    row = payment_row(payment, at)
    which = {"of_account": payment.account, "of_id": payment.id}
    if connection.execute(_REPLACE, row | which).rowcount == 0:
        connection.execute(_ADD, row)


def keep_listed(
    connection: Connection, payment: Payment, asked_at: datetime, *, now: datetime
) -> None:
    """As ``keep_payment``, for an answer that took a while: what was read after ``asked_at`` is
    newer and stays, unless it was read by a clock that was ahead."""
    newer = select(payments.c.id).where(
        payments.c.account == payment.account,
        payments.c.id == payment.id,
        payments.c.read_at > micros(asked_at),
        payments.c.read_at <= micros(now + CLOCKS_DIFFER),
    )
    if connection.execute(newer).scalar() is None:
        keep_payment(connection, payment, asked_at)


def read_payment(connection: Connection, account: str, payment_id: str) -> Payment | None:
    which = {"of_account": account, "of_id": payment_id}
    row = connection.execute(_ONE, which).mappings().one_or_none()
    return payment_from(row) if row else None
