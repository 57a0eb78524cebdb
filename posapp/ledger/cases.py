"""What waits for a person: open cases, who took them, how they were closed, alarms over money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    func,
    insert,
    not_,
    select,
    update,
)

from posapp.ledger.alarms import end, raise_alarm
from posapp.ledger.attempt_rows import read_attempt
from posapp.ledger.audit import Audit
from posapp.ledger.card_guard import refuse_in_reason
from posapp.ledger.codec import attempt_from, micros, moment, moment_or_none
from posapp.ledger.engine import Database
from posapp.ledger.errors import NoSuchEntry
from posapp.ledger.journal import Journal
from posapp.ledger.snapshots import keep_payment, read_payment
from posapp.ledger.tables import CHARGES, alarms, attempts, cases, is_open, orders, payments
from posapp.model.attempt import Attempt, BrokenRule, Kind, State, Verdict
from posapp.model.case import (
    Alarm,
    AlarmEnd,
    AlarmKind,
    Case,
    Closing,
    OpenQuestions,
)
from posapp.model.payment import Payment, PaymentStatus

_PAYMENT = and_(payments.c.account == attempts.c.account, payments.c.id == attempts.c.payment_id)
_OF_ATTEMPT = select(cases).where(cases.c.attempt_id == bindparam("attempt"))
_CLOSED = _OF_ATTEMPT.with_only_columns(cases.c.attempt_id).where(cases.c.closed_at.is_not(None))


class Cases:
    def __init__(
        self, database: Database, trail: Audit, clock: Callable[[], datetime], journal: Journal
    ) -> None:
        self._database = database
        self._trail = trail
        self._clock = clock
        self._journal = journal

    async def questions(self) -> OpenQuestions:
        """Every alarm, every open case and everything that is being looked up, newest first.

        What waits for a customer is not among them.
        """

        def work(connection: Connection) -> OpenQuestions:
            found = _open_cases(connection)
            return OpenQuestions(
                alarms=_alarms(connection),
                cases=tuple(c for c in found if c.attempt.state is State.OPEN_CASE),
                unknown=tuple(c for c in found if c.attempt.state is not State.OPEN_CASE),
            )

        return await self._database.read(work)

    async def read(self, attempt_id: int) -> Case:
        """The case of one attempt, whatever its state.

        Raises:
            NoSuchEntry: there is no such attempt.
        """

        def work(connection: Connection) -> Case:
            found = _read(connection, attempts.c.id == attempt_id)
            if not found:
                raise NoSuchEntry("There is no such attempt in the journal.")
            return found[0]

        return await self._database.read(work)

    async def alarm(self, alarm_id: int) -> Alarm | None:
        """The alarm with this id while it lasts, else None."""
        return await self._database.read(
            lambda connection: next(iter(_alarms(connection, alarms.c.id == alarm_id)), None)
        )

    async def take(self, attempt_id: int, *, who: str) -> None:
        """Write down who finds out; taking it from somebody else is noted too."""

        def work(connection: Connection) -> None:
            before = self._case_row(connection, attempt_id)
            detail = {"from": before["owner"]} if before["owner"] else {}
            self._put(connection, attempt_id, owner=who, taken_at=micros(self._clock()))
            self._note(connection, attempt_id, "case_taken", who, detail)

        await self._database.write(work)

    async def close(self, attempt_id: int, closing: Closing, *, who: str) -> Attempt:
        """End an open case with what a person saw; attempt, case and audit entry are one.

        Raises:
            BrokenRule: it is no open case any more.
            HoldsCardNumber: the reason holds what looks like a card number.
        """
        refuse_in_reason(closing.reason)

        def work(connection: Connection) -> Attempt:
            attempt = self._journal.close_case(connection, attempt_id, closing, who=who)
            self._put(
                connection,
                attempt_id,
                closed_at=micros(self._clock()),
                closed_by=who,
                approved_by=closing.approved_by,
                outcome=closing.end.value,
                seen=closing.seen.value,
                reason=closing.reason,
            )
            detail = {
                "kind": attempt.intent.kind.value,
                "outcome": closing.end.value,
                "seen": closing.seen.value,
                "reason": closing.reason,
                "approved_by": closing.approved_by,
            }
            self._note(connection, attempt_id, "case_closed", who, detail)
            return attempt

        return await self._database.write(work)

    async def raise_alarm(
        self, kind: AlarmKind, *, attempt_id: int, payment: Payment | None
    ) -> bool:
        """Keep the payment and raise an alarm over it; False where it was raised before.

        Args:
            payment: None for a payout.
        """

        def work(connection: Connection) -> bool:
            attempt = read_attempt(connection, attempt_id)
            if payment is not None:
                keep_payment(connection, payment, self._clock())
            return raise_alarm(
                connection,
                self._trail,
                kind,
                attempt_id=attempt_id,
                account=attempt.intent.account,
                number=payment.id if payment else attempt.payment_id,
                at=self._clock(),
                request_id=payment.request_id if payment else "",
            )

        return await self._database.write(work)

    async def acknowledge(self, alarm_id: int, *, reason: str, who: str) -> bool:
        """End an alarm although the money was not given back; False where it had ended before."""
        refuse_in_reason(reason)

        def work(connection: Connection) -> bool:
            row = connection.execute(
                select(alarms.c.attempt_id, alarms.c.kind).where(alarms.c.id == alarm_id)
            ).one_or_none()
            if row is None:
                raise NoSuchEntry("There is no such alarm in the ledger.")
            at = self._clock()
            if not end(connection, alarm_id, AlarmEnd.ACKNOWLEDGED, who=who, at=at, reason=reason):
                return False
            detail = {"alarm": row.kind, "reason": reason}
            self._note(connection, row.attempt_id, "alarm_acknowledged", who, detail)
            return True

        return await self._database.write(work)

    async def was_closed(self, attempt_id: int) -> bool:
        """Whether a person has closed the case of this attempt."""
        return await self._database.read(
            lambda connection: (
                connection.execute(_CLOSED, {"attempt": attempt_id}).first() is not None
            )
        )

    async def recent_charge(
        self, account: str, *, since: datetime, before: datetime
    ) -> Attempt | None:
        """The newest charge of this account in that time which the gateway has confirmed."""

        def work(connection: Connection) -> Attempt | None:
            row = (
                connection.execute(
                    select(attempts)
                    .where(
                        attempts.c.prepared_at >= micros(since),
                        attempts.c.prepared_at < micros(before),
                        attempts.c.account == account,
                        attempts.c.kind.in_(CHARGES),
                        attempts.c.verdict == Verdict.APPROVED.value,
                        attempts.c.payment_id != "",
                    )
                    .order_by(attempts.c.prepared_at.desc(), attempts.c.id.desc())
                    .limit(1)
                )
                .mappings()
                .one_or_none()
            )
            return attempt_from(row) if row else None

        return await self._database.read(work)

    def _case_row(self, connection: Connection, attempt_id: int) -> RowMapping:
        """The row about a case, made where there is none yet."""
        of_attempt = {"attempt": attempt_id}
        row = connection.execute(_OF_ATTEMPT, of_attempt).mappings().one_or_none()
        if row is None:
            connection.execute(insert(cases).values(attempt_id=attempt_id))
            row = connection.execute(_OF_ATTEMPT, of_attempt).mappings().one()
        return row

    def _put(self, connection: Connection, attempt_id: int, **values: object) -> None:
        self._case_row(connection, attempt_id)
        connection.execute(update(cases).where(cases.c.attempt_id == attempt_id).values(**values))

    def _note(
        self,
        connection: Connection,
        attempt_id: int,
        event: str,
        who: str,
        detail: Mapping[str, str],
    ) -> None:
        subject = f"attempt:{attempt_id}"
        self._trail.append(connection, event, subject=subject, who=who, detail=detail)


def _open_cases(connection: Connection) -> tuple[Case, ...]:
    waits = and_(
        attempts.c.state == State.PENDING.value,
        func.coalesce(payments.c.status, "") == PaymentStatus.ACTION_NEEDED.value,
    )
    return _read(connection, is_open(attempts), not_(waits))


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Case, ...]:
    rows = connection.execute(
        select(
            attempts,
            orders.c.number.label("order_number"),
            orders.c.customer.label("order_customer"),
            cases.c.owner,
            cases.c.taken_at,
        )
        .select_from(
            attempts.outerjoin(orders, orders.c.id == attempts.c.order_id)
            .outerjoin(cases, cases.c.attempt_id == attempts.c.id)
            .outerjoin(payments, _PAYMENT)
        )
        .where(*conditions)
        .order_by(attempts.c.prepared_at.desc(), attempts.c.id.desc())
    ).mappings()
    return tuple(
        Case(
            attempt=attempt_from(row),
            order_number=row["order_number"] or 0,
            customer=_named(row["order_customer"]),
            owner=row["owner"] or "",
            taken_at=moment_or_none(row["taken_at"]),
        )
        for row in rows
    )


def _alarms(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Alarm, ...]:
    rows = connection.execute(
        select(alarms).where(alarms.c.ended_at.is_(None), *conditions).order_by(alarms.c.id.desc())
    ).mappings()
    found = []
    for row in rows:
        case = _read(connection, attempts.c.id == row["attempt_id"])[0]
        payment = read_payment(connection, row["account"], row["payment_id"])
        if payment is None and case.attempt.intent.kind is not Kind.PAYOUT:
            raise BrokenRule("An alarm is about a payment that was never kept.")
        found.append(
            Alarm(
                id=row["id"],
                kind=AlarmKind(row["kind"]),
                attempt=case.attempt,
                payment=payment,
                raised_at=moment(row["raised_at"]),
                order_number=case.order_number,
                customer=case.customer,
            )
        )
    return tuple(found)


def _named(customer: Mapping[str, str] | None) -> str:
    known = customer or {}
    return known.get("name") or known.get("phone") or known.get("email") or ""
