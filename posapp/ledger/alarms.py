"""Alarms over money, inside the transactions that raise and end them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from posapp.ledger.audit import Audit
from posapp.ledger.codec import micros
from posapp.ledger.tables import alarms, attempts
from posapp.model.attempt import Attempt, Kind, State
from posapp.model.case import AlarmEnd, AlarmKind, is_given_back
from posapp.model.payment import Payment

_PROGRAM = "program"


def raise_alarm(
    connection: Connection,
    trail: Audit,
    kind: AlarmKind,
    *,
    attempt_id: int,
    account: str,
    number: str,
    at: datetime,
    request_id: str = "",
) -> bool:
    """Raise it once, whoever sees it how often; False where it was raised before.

    Args:
        number: of the payment, whose snapshot has to be kept in the same transaction, or of the
            payout.
    """
    about = (
        alarms.c.kind == kind.value,
        alarms.c.attempt_id == attempt_id,
        alarms.c.account == account,
        alarms.c.payment_id == number,
    )
    if connection.execute(select(alarms.c.id).where(*about)).first() is not None:
        return False
    connection.execute(
        insert(alarms).values(
            kind=kind.value,
            attempt_id=attempt_id,
            account=account,
            payment_id=number,
            raised_at=micros(at),
        )
    )
    _note(connection, trail, attempt_id, "alarm_raised", _PROGRAM, kind.value, request_id)
    return True


def alarm_where_late(
    connection: Connection,
    trail: Audit,
    before: Attempt,
    number: str,
    request_id: str,
    *,
    at: datetime,
) -> None:
    """Raise an alarm where what is approved now was taken as not done."""
    moves = before.intent.kind not in (Kind.VERIFY, Kind.RETRY_CANCELLATION)
    if moves and before.state is State.NOT_CHARGED:
        raise_alarm(
            connection,
            trail,
            AlarmKind.LATE,
            attempt_id=before.id,
            account=before.intent.account,
            number=number,
            at=at,
            request_id=request_id,
        )


def end_where_given_back(
    connection: Connection, trail: Audit, payment: Payment, *, at: datetime
) -> None:
    """End the alarms over a payment that the gateway shows as given back, whoever gave it."""
    if not is_given_back(payment):
        return
    rows = connection.execute(
        select(alarms.c.id, alarms.c.attempt_id, alarms.c.kind)
        .select_from(alarms.join(attempts, attempts.c.id == alarms.c.attempt_id))
        .where(
            alarms.c.account == payment.account,
            alarms.c.payment_id == payment.id,
            alarms.c.ended_at.is_(None),
            alarms.c.kind != AlarmKind.CONTRADICTED.value,
            attempts.c.kind != Kind.REFUND.value,
        )
    ).all()
    for row in rows:
        end(connection, row.id, AlarmEnd.GIVEN_BACK, who=_PROGRAM, at=at)
        _note(
            connection, trail, row.attempt_id, "alarm_ended", _PROGRAM, row.kind, payment.request_id
        )


def end(
    connection: Connection,
    alarm_id: int,
    ending: AlarmEnd,
    *,
    who: str,
    at: datetime,
    reason: str = "",
) -> bool:
    """End an alarm; False where it had ended before."""
    ended = connection.execute(
        update(alarms)
        .where(alarms.c.id == alarm_id, alarms.c.ended_at.is_(None))
        .values(ended_at=micros(at), ending=ending.value, who=who, reason=reason)
    )
    return ended.rowcount > 0


def _note(
    connection: Connection,
    trail: Audit,
    attempt_id: int,
    event: str,
    who: str,
    kind: str,
    request_id: str,
) -> None:
    detail = {"alarm": kind, "request_id": request_id}
    trail.append(
        connection,
        event,
        subject=f"attempt:{attempt_id}",
        who=who,
        detail={name: value for name, value in detail.items() if value},
    )
