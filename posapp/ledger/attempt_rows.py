"""Attempts as they stand in the ledger, within a transaction: read, checked, compared."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from posapp.ledger.codec import attempt_from
from posapp.ledger.errors import NoSuchEntry, WrongPayment
from posapp.ledger.tables import attempts, is_open
from posapp.model.attempt import Attempt, BrokenRule, State, Verdict
from posapp.model.attempt_rules import check_attempt
from posapp.model.payment import Payment


def check_answer(
    before: Attempt,
    state: State,
    verdict: Verdict | None,
    payment: Payment | None,
    payout_id: str,
    refund_id: str,
) -> None:
    """Refuse what would contradict the attempt or what is proved about it already."""
    if (verdict is not None) is not (state is State.SETTLED):
        raise BrokenRule("A settled attempt has a verdict, any other has none.")
    if state is before.state and verdict is not before.verdict:
        raise BrokenRule(f"An attempt that was {before.verdict} cannot become {verdict}.")
    if refund_id and before.refund_id and refund_id != before.refund_id:
        raise WrongPayment
    if payout_id and before.payment_id not in ("", payout_id):
        raise WrongPayment
    if payment is None:
        return
    if payment.account != before.intent.account:
        raise WrongPayment
    if before.payment_id and payment.id != before.payment_id:
        raise WrongPayment


def attach(connection: Connection, settled: Attempt, **ids: str) -> None:
    """Keep the gateway's id of what a person had seen before the gateway told us."""
    missing = {name: value for name, value in ids.items() if value and not getattr(settled, name)}
    if missing:
        connection.execute(update(attempts).where(attempts.c.id == settled.id).values(**missing))


def open_attempts(connection: Connection) -> tuple[Attempt, ...]:
    rows = connection.execute(
        select(attempts).where(is_open(attempts)).order_by(attempts.c.id.desc())
    ).mappings()
    return tuple(attempt_from(row) for row in rows)


def read_attempt(connection: Connection, attempt_id: int) -> Attempt:
    row = (
        connection.execute(select(attempts).where(attempts.c.id == attempt_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NoSuchEntry("There is no such attempt in the journal.")
    return attempt_from(row)


def written(connection: Connection, attempt_id: int) -> Attempt:
    """What was just written, as it will be read.

    Raises:
        BrokenRule: it must not stand like this; the transaction is undone.
    """
    attempt = read_attempt(connection, attempt_id)
    check_attempt(attempt)
    return attempt
