"""Attempts as they stand in the ledger, within a transaction: read, checked, compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text, union_all, update

from posapp.ledger.codec import attempt_from, micros
from posapp.ledger.errors import NoSuchEntry, WrongPayment
from posapp.ledger.tables import CHARGES, PAID_OUT, attempts, cases, is_open
from posapp.model.attempt import Attempt, BrokenRule, Kind, State, Verdict
from posapp.model.attempt_rules import check_attempt
from posapp.model.money import Money
from posapp.model.payment import Payment, echo_problem

_ONE = select(attempts).where(attempts.c.id == bindparam("attempt"))
_CHANGE = update(attempts).where(attempts.c.id == bindparam("attempt"))
_OF_ACTION = select(attempts.c.id).where(
    attempts.c.account == bindparam("of_account"), attempts.c.action_id == bindparam("of_action")
)
_OPEN = select(attempts).where(is_open(attempts))
_CHARGE = select(attempts.c.id, attempts.c.reference, attempts.c.minor, attempts.c.currency).where(
    attempts.c.kind.in_((*CHARGES, Kind.VERIFY.value)),
    attempts.c.account == bindparam("of_account"),
    attempts.c.payment_id == bindparam("of_payment"),
)
_ALL_OPEN = _OPEN.order_by(attempts.c.prepared_at.desc(), attempts.c.id.desc())
_NOT_CHARGED = select(attempts).where(
    attempts.c.ended_at >= bindparam("since"),
    text(f"state = '{State.NOT_CHARGED.value}'"),  # as the index says it
)
_SETTLED_BY_A_PERSON = (
    select(attempts)
    .join(cases, cases.c.attempt_id == attempts.c.id)
    .where(
        cases.c.closed_at >= bindparam("since"),
        attempts.c.state == bindparam("state", State.SETTLED.value),
    )
)
_PAID_OUT = select(attempts).where(
    attempts.c.ended_at >= bindparam("since"),
    text(PAID_OUT),  # as the index says it
)
_LOOKED_FOR = union_all(_OPEN, _NOT_CHARGED, _SETTLED_BY_A_PERSON, _PAID_OUT)


def check_answer(
    before: Attempt,
    state: State,
    verdict: Verdict | None,
    payment: Payment | None,
    payout_id: str,
    action_id: str,
) -> None:
    """Refuse what would contradict the attempt or what is proved about it already."""
    if (verdict is not None) is not (state is State.SETTLED):
        raise BrokenRule("A settled attempt has a verdict, any other has none.")
    if state is before.state and verdict is not before.verdict:
        raise BrokenRule(f"An attempt that was {before.verdict} cannot become {verdict}.")
    if action_id and before.action_id and action_id != before.action_id:
        raise WrongPayment
    if payout_id and before.payment_id not in ("", payout_id):
        raise WrongPayment
    if payment is None:
        return
    if payment.account != before.intent.account:
        raise WrongPayment
    if before.payment_id and payment.id != before.payment_id:
        raise WrongPayment


def check_new(connection: Connection, before: Attempt, action_id: str) -> None:
    """Refuse what already stands as the end of something else."""
    if not action_id or before.action_id:
        return
    which = {"of_account": before.intent.account, "of_action": action_id}
    if connection.execute(_OF_ACTION, which).first() is not None:
        raise WrongPayment


def charge_of(connection: Connection, payment: Payment) -> int | None:
    """The attempt that made this payment, None where it was not ours.

    Raises:
        WrongPayment: what was read is not that payment: its reference and its amount never change.
    """
    which = {"of_account": payment.account, "of_payment": payment.id}
    row = connection.execute(_CHARGE, which).one_or_none()
    if row is None:
        return None
    asked = Money(row.minor, row.currency)
    if echo_problem(payment, reference=row.reference, amount=asked, live=None):
        raise WrongPayment
    return int(row.id)


def change_attempt(connection: Connection, attempt_id: int, values: Mapping[str, object]) -> None:
    connection.execute(_CHANGE, {"attempt": attempt_id, **values})


def attach(connection: Connection, settled: Attempt, **ids: str) -> None:
    """Keep the gateway's id of what a person had seen before the gateway told us."""
    missing = {name: value for name, value in ids.items() if value and not getattr(settled, name)}
    if missing:
        change_attempt(connection, settled.id, missing)


def open_attempts(connection: Connection) -> tuple[Attempt, ...]:
    return tuple(attempt_from(row) for row in connection.execute(_ALL_OPEN).mappings())


def looked_for(connection: Connection, since: datetime) -> tuple[Attempt, ...]:
    """What is open, and then what was taken as not charged, settled by a person or paid out since
    that time, both newest first."""
    rows = connection.execute(_LOOKED_FOR, {"since": micros(since)}).mappings()
    found = list({row["id"]: attempt_from(row) for row in rows}.values())
    found.sort(key=lambda each: (each.state.is_open, each.prepared_at, each.id), reverse=True)
    return tuple(found)


def read_attempt(connection: Connection, attempt_id: int) -> Attempt:
    row = connection.execute(_ONE, {"attempt": attempt_id}).mappings().one_or_none()
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


def given(**values: str) -> dict[str, object]:
    """Those that say something; the others leave the row as it is."""
    return {name: value for name, value in values.items() if value}
