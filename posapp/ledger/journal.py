"""The payment journal: every request that can move money, written down before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from posapp.ledger.audit import Audit
from posapp.ledger.codec import attempt_from, intent_row, micros
from posapp.ledger.engine import Database
from posapp.ledger.errors import NoSuchEntry, NothingLeft, OrderBusy, OrderPaid, SameKey
from posapp.ledger.payments import index_attempt, keep_payment, read_payment
from posapp.ledger.tables import attempts, orders
from posapp.model.attempt import (
    OPEN_STATES,
    Attempt,
    BrokenRule,
    Intent,
    Kind,
    State,
    Verdict,
    check_change,
)
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import Payment

_OPEN = [state.value for state in OPEN_STATES]
_PROGRAM = "program"


class Journal:
    def __init__(
        self, database: Database, audit: Audit, clock: Callable[[], datetime], till: str
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._till = till

    async def begin(self, intent: Intent) -> Attempt:
        """Write the intent down; on the disk when this returns. Nothing may be sent before.

        Raises:
            OrderBusy: another payment of this order is open.
            OrderPaid: the order is paid.
            NothingLeft: the refund is larger than what is left, open refunds counted.
            SameKey: this refund was asked for already.
        """
        return await self._database.write(lambda connection: self._begin(connection, intent))

    async def sending(self, attempt_id: int) -> Attempt:
        """The next thing that happens is the first byte."""
        return await self._database.write(
            lambda connection: self._change(
                connection,
                _read(connection, attempt_id),
                State.SENDING,
                sent_at=micros(self._clock()),
            )
        )

    async def settle(
        self,
        attempt_id: int,
        *,
        state: State,
        verdict: Verdict | None = None,
        payment: Payment | None = None,
        refund_id: str = "",
        note: str = "",
        said: str = "",
        request_id: str = "",
        who: str = "",
    ) -> Attempt:
        """Write down what is proved: attempt, snapshot, order and audit entry in one transaction.

        The state it already has is a refresh: the snapshot is kept, nothing else happens.

        Raises:
            BrokenRule: this state may not follow the present one.
        """

        def work(connection: Connection) -> Attempt:
            before = _read(connection, attempt_id)
            if payment is not None:
                keep_payment(connection, payment, self._clock())
            values = _given(
                note=note,
                said=said,
                request_id=request_id,
                refund_id=refund_id,
                payment_id="" if before.intent.kind is Kind.REFUND or not payment else payment.id,
                verdict=verdict.value if verdict else "",
            )
            if state is before.state:
                connection.execute(
                    update(attempts).where(attempts.c.id == attempt_id).values(**values)
                    if values
                    else update(attempts).where(attempts.c.id == attempt_id).values(state=state)
                )
                after = _read(connection, attempt_id)
            else:
                if not state.is_open:
                    values["ended_at"] = micros(self._clock())
                after = self._change(connection, before, state, payment=payment, who=who, **values)
            self._set_order(connection, after)
            index_attempt(connection, after, payment)
            return after

        return await self._database.write(work)

    async def looked_up(self, attempt_id: int, *, absent: bool, note: str = "") -> Attempt:
        """Count a look-up; ``absent`` when it was complete and found nothing."""

        def work(connection: Connection) -> Attempt:
            before = _read(connection, attempt_id)
            connection.execute(
                update(attempts)
                .where(attempts.c.id == attempt_id)
                .values(
                    look_ups=before.look_ups + 1,
                    absent=before.absent + int(absent),
                    looked_up_at=micros(self._clock()),
                    note=note or before.note,
                )
            )
            return _read(connection, attempt_id)

        return await self._database.write(work)

    async def recover(self) -> tuple[Attempt, ...]:
        """At the start: what was being sent is not known; what was only prepared never left.

        Returns:
            Every attempt that is open, newest first.
        """

        def work(connection: Connection) -> tuple[Attempt, ...]:
            for attempt in _open(connection):
                if attempt.intent.till != self._till:
                    continue
                if attempt.state is State.SENDING:
                    note = "The program ended while this was being sent."
                    self._change(connection, attempt, State.UNKNOWN, note=note)
                elif attempt.state is State.PREPARED:
                    note = "The program ended before this was sent."
                    after = self._change(
                        connection,
                        attempt,
                        State.NOT_SENT,
                        note=note,
                        ended_at=micros(self._clock()),
                    )
                    self._set_order(connection, after)
            return _open(connection)

        return await self._database.write(work)

    async def open_attempts(self) -> tuple[Attempt, ...]:
        """Every attempt whose end is not known, newest first."""
        return await self._database.read(_open)

    async def read(self, attempt_id: int) -> Attempt:
        """The attempt with this id.

        Raises:
            NoSuchEntry: there is none.
        """
        return await self._database.read(lambda connection: _read(connection, attempt_id))

    async def refunds_of(self, payment: Payment) -> tuple[Attempt, ...]:
        """Every refund we ever tried on this payment, newest first."""
        return await self._database.read(
            lambda connection: refunds_of(connection, payment.account, payment.id)
        )

    def _begin(self, connection: Connection, intent: Intent) -> Attempt:
        if intent.kind is Kind.REFUND:
            _check_left(connection, intent)
        else:
            _claim_order(connection, intent)
        try:
            number = connection.execute(
                insert(attempts)
                .values(
                    **intent_row(intent),
                    state=State.PREPARED.value,
                    prepared_at=micros(self._clock()),
                )
                .returning(attempts.c.id)
            ).scalar_one()
        except IntegrityError as error:
            if "key" in str(error.orig):
                raise SameKey from error
            raise
        attempt = _read(connection, number)
        self._note(connection, attempt, intent.who, {})
        return attempt

    def _change(
        self,
        connection: Connection,
        before: Attempt,
        state: State,
        *,
        payment: Payment | None = None,
        who: str = "",
        **values: object,
    ) -> Attempt:
        check_change(before.state, state)
        connection.execute(
            update(attempts)
            .where(attempts.c.id == before.id)
            .values(state=state.value, **values)
        )
        after = _read(connection, before.id)
        more = {"auth_code": payment.auth_code} if payment and payment.auth_code else {}
        self._note(connection, after, who or before.intent.who, more)
        return after

    def _note(
        self, connection: Connection, attempt: Attempt, who: str, more: Mapping[str, str]
    ) -> None:
        intent = attempt.intent
        detail = {
            "kind": intent.kind.value,
            "state": attempt.state.value,
            "verdict": attempt.verdict.value if attempt.verdict else "",
            "minor": str(intent.amount.minor),
            "currency": intent.amount.currency,
            "note": attempt.note,
            "said": attempt.said,
            "request_id": attempt.request_id,
            **more,
        }
        self._audit.append(
            connection,
            "attempt",
            subject=f"attempt:{attempt.id}",
            who=who or _PROGRAM,
            detail={name: value for name, value in detail.items() if value},
        )

    def _set_order(self, connection: Connection, attempt: Attempt) -> None:
        if attempt.intent.kind is Kind.REFUND:
            return
        if attempt.state.is_open:
            state = OrderState.LOCKED
        elif attempt.verdict is Verdict.APPROVED:
            state = OrderState.PAID
        else:
            state = OrderState.OPEN
        connection.execute(
            update(orders)
            .where(orders.c.id == attempt.intent.order_id, orders.c.state != OrderState.PAID.value)
            .values(state=state.value, changed_at=micros(self._clock()))
        )


def refunds_of(connection: Connection, account: str, payment_id: str) -> tuple[Attempt, ...]:
    rows = connection.execute(
        select(attempts)
        .where(
            attempts.c.kind == Kind.REFUND.value,
            attempts.c.account == account,
            attempts.c.payment_id == payment_id,
        )
        .order_by(attempts.c.id.desc())
    ).mappings()
    return tuple(attempt_from(row) for row in rows)


def _claim_order(connection: Connection, intent: Intent) -> None:
    state = connection.execute(
        select(orders.c.state).where(orders.c.id == intent.order_id)
    ).scalar()
    if state is None:
        raise NoSuchEntry("There is no such order in the ledger.")
    if state == OrderState.PAID.value:
        raise OrderPaid
    busy = connection.execute(
        select(attempts.c.id).where(
            attempts.c.order_id == intent.order_id,
            attempts.c.kind != Kind.REFUND.value,
            attempts.c.state.in_(_OPEN),
        )
    ).scalar()
    if busy is not None:
        raise OrderBusy(busy)
    connection.execute(
        update(orders)
        .where(orders.c.id == intent.order_id)
        .values(state=OrderState.LOCKED.value, attempts=orders.c.attempts + 1)
    )


def _check_left(connection: Connection, intent: Intent) -> None:
    payment = read_payment(connection, intent.account, intent.payment_id)
    if payment is None:
        raise NoSuchEntry("There is no such payment in the ledger.")
    shown = {record.id for record in payment.refunds}
    reserved = sum(
        attempt.intent.amount.minor
        for attempt in refunds_of(connection, intent.account, intent.payment_id)
        if attempt.state.is_open and attempt.refund_id not in shown
    )
    left = max(0, payment.left_to_refund().minor - reserved)
    if intent.amount.minor > left:
        raise NothingLeft(Money(left, intent.amount.currency))


def _open(connection: Connection) -> tuple[Attempt, ...]:
    rows = connection.execute(
        select(attempts).where(attempts.c.state.in_(_OPEN)).order_by(attempts.c.id.desc())
    ).mappings()
    return tuple(attempt_from(row) for row in rows)


def _read(connection: Connection, attempt_id: int) -> Attempt:
    row = (
        connection.execute(select(attempts).where(attempts.c.id == attempt_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NoSuchEntry("There is no such attempt in the journal.")
    return attempt_from(row)


def _given(**values: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


__all__ = ["BrokenRule", "Journal", "refunds_of"]
