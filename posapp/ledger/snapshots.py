"""Payments as the gateways last described them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from posapp.ledger.codec import payment_from, payment_row
from posapp.ledger.tables import payments
from posapp.model.payment import Payment


def keep_payment(connection: Connection, payment: Payment, at: datetime) -> None:
    """Insert or replace the snapshot, in the caller's transaction."""
    row = payment_row(payment, at)
    where = and_(payments.c.account == payment.account, payments.c.id == payment.id)
    if connection.execute(update(payments).where(where).values(**row)).rowcount == 0:
        connection.execute(insert(payments).values(**row))


def read_payment(connection: Connection, account: str, payment_id: str) -> Payment | None:
    row = (
        connection.execute(
            select(payments).where(payments.c.account == account, payments.c.id == payment_id)
        )
        .mappings()
        .one_or_none()
    )
    return payment_from(row) if row else None
