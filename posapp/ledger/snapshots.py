"""Payments as the gateways last described them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from posapp.ledger.codec import micros, payment_from, payment_row
from posapp.ledger.tables import payments
from posapp.model.payment import Payment


def keep_payment(connection: Connection, payment: Payment, at: datetime) -> None:
    """Insert or replace the snapshot, in the caller's transaction."""
    row = payment_row(payment, at)
    where = and_(payments.c.account == payment.account, payments.c.id == payment.id)
    if connection.execute(update(payments).where(where).values(**row)).rowcount == 0:
        connection.execute(insert(payments).values(**row))


def keep_listed(connection: Connection, payment: Payment, asked_at: datetime) -> None:
    """As ``keep_payment``, for an answer that took a while: what was read after ``asked_at`` is
    newer and stays."""
    newer = select(payments.c.id).where(
        payments.c.account == payment.account,
        payments.c.id == payment.id,
        payments.c.read_at > micros(asked_at),
    )
    if connection.execute(newer).scalar() is None:
        keep_payment(connection, payment, asked_at)


def read_payment(connection: Connection, account: str, payment_id: str) -> Payment | None:
    row = (
        connection.execute(
            select(payments).where(payments.c.account == account, payments.c.id == payment_id)
        )
        .mappings()
        .one_or_none()
    )
    return payment_from(row) if row else None
