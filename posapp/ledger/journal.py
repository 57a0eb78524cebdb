"""The payment journal: every request that can move money, written down before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from posapp.ledger.audit import Audit
from posapp.ledger.card_guard import refuse_in_intent, without_card_number
from posapp.ledger.charge_index import index_charge
from posapp.ledger.claims import asked_of, claim, refunds_of, set_order, write_down
from posapp.ledger.codec import attempt_from, micros
from posapp.ledger.engine import Database
from posapp.ledger.errors import NoSuchEntry, WrongPayment
from posapp.ledger.snapshots import keep_payment
from posapp.ledger.tables import DEAD, attempts, is_open
from posapp.model.attempt import (
    Attempt,
    BrokenRule,
    Intent,
    State,
    Verdict,
    check_change,
    may_repeat,
)
from posapp.model.attempt_rules import check_attempt, check_intent
from posapp.model.payment import Payment

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
            PaymentBusy: something else asked of this payment has to end first.
            NothingLeft: the refund is larger than what is left, open refunds counted.
            NotReserved: there is not so much left to capture, or nothing to release.
            SameKey: this was asked for already.
            HoldsCardNumber: something people typed holds what looks like a card number.
            BrokenRule: no such attempt may exist.
        """
        check_intent(intent)
        refuse_in_intent(intent)
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

    async def sending_again(self, attempt_id: int) -> Attempt:
        """The very bytes of an action that is proved absent leave once more; the look-ups begin
        anew. It stays as unknown as it was, so that nothing needs to be known about this ending.

        Raises:
            BrokenRule: it may not be sent again, or was already.
        """

        def work(connection: Connection) -> Attempt:
            before, now = _read(connection, attempt_id), self._clock()
            if not may_repeat(before, now):
                raise BrokenRule("This attempt may not be sent again.")
            connection.execute(
                update(attempts)
                .where(attempts.c.id == attempt_id)
                .values(
                    sent_at=micros(now),
                    repeats=before.repeats + 1,
                    absent=0,
                    look_ups=0,
                    looked_up_at=None,
                )
            )
            after = _written(connection, attempt_id)
            self._audit.append(
                connection,
                "sent_again",
                subject=f"attempt:{attempt_id}",
                who=_PROGRAM,
                detail={"kind": before.intent.kind.value},
            )
            return after

        return await self._database.write(work)

    async def settle(
        self,
        attempt_id: int,
        *,
        state: State,
        verdict: Verdict | None = None,
        payment: Payment | None = None,
        payout_id: str = "",
        refund_id: str = "",
        note: str = "",
        said: str = "",
        request_id: str = "",
        who: str = "",
    ) -> Attempt:
        """Write down what is proved: attempt, snapshot, order and audit entry in one transaction.

        The state it already has is a refresh: the snapshot is kept and, while the attempt is open,
        what was said; nothing that was proved before is changed.

        Args:
            refund_id: the gateway's id of the refund, or of another action on a payment.

        Raises:
            BrokenRule: this state may not follow the present one, or another end is proved already.
            WrongPayment: the answer is about another payment.
        """

        def work(connection: Connection) -> Attempt:
            before = _read(connection, attempt_id)
            check_answer(before, state, verdict, payment, payout_id, refund_id)
            if payment is not None:
                keep_payment(connection, payment, self._clock())
            values = _given(
                note=without_card_number(note),
                said=without_card_number(said),
                request_id=request_id,
                refund_id=refund_id,
                payment_id=payment.id if payment else payout_id,
                verdict=verdict.value if verdict else "",
            )
            if state is not before.state:
                if not state.is_open:
                    values["ended_at"] = micros(self._clock())
                self._change(connection, before, state, payment=payment, who=who, **values)
            elif state.is_open and values:
                connection.execute(
                    update(attempts).where(attempts.c.id == attempt_id).values(**values)
                )
            index_charge(connection, attempt_id)
            return _written(connection, attempt_id)

        return await self._database.write(work)

    async def looked_up(self, attempt_id: int, *, absent: bool, note: str = "") -> Attempt:
        """Count a look-up; ``absent`` when it was complete and found nothing, which is also noted
        in the audit trail."""

        def work(connection: Connection) -> Attempt:
            before = _read(connection, attempt_id)
            connection.execute(
                update(attempts)
                .where(attempts.c.id == attempt_id)
                .values(
                    look_ups=before.look_ups + 1,
                    absent=before.absent + int(absent),
                    looked_up_at=micros(self._clock()),
                    note=without_card_number(note) or before.note,
                )
            )
            if absent:
                self._audit.append(
                    connection,
                    "not_found",
                    subject=f"attempt:{attempt_id}",
                    who=_PROGRAM,
                    detail={"kind": before.intent.kind.value, "look_up": str(before.absent + 1)},
                )
            return _written(connection, attempt_id)

        return await self._database.write(work)

    async def recover(self, *, why: str = "The program ended") -> tuple[Attempt, ...]:
        """What was being sent is not known; what was only prepared never left.

        For the start, and for any time at which nothing of this till can be on its way.

        Args:
            why: the beginning of the note: what broke it off.

        Returns:
            Every attempt that is open, newest first.
        """

        def work(connection: Connection) -> tuple[Attempt, ...]:
            for attempt in _open(connection):
                if attempt.intent.till != self._till:
                    continue
                if attempt.state is State.SENDING:
                    note = f"{why} while this was being sent."
                    self._change(connection, attempt, State.UNKNOWN, note=note)
                elif attempt.state is State.PREPARED:
                    note = f"{why} before this was sent."
                    ended = micros(self._clock())
                    self._change(connection, attempt, State.NOT_SENT, note=note, ended_at=ended)
            return _open(connection)

        return await self._database.write(work)

    async def deliver(self) -> bool:
        """Write down what was answered while the server of a shared ledger was away; whether
        there was anything.

        Raises:
            LedgerError: some of it still waits.
        """
        return False

    async def open_attempts(self) -> tuple[Attempt, ...]:
        """Every attempt whose end is not known, newest first."""
        return await self._database.read(_open)

    async def not_charged_since(self, since: datetime) -> tuple[Attempt, ...]:
        """Attempts prepared since then that were taken as not charged, newest first."""

        def work(connection: Connection) -> tuple[Attempt, ...]:
            rows = connection.execute(
                select(attempts)
                .where(
                    attempts.c.prepared_at >= micros(since),
                    attempts.c.state == State.NOT_CHARGED.value,
                )
                .order_by(attempts.c.prepared_at.desc(), attempts.c.id.desc())
            ).mappings()
            return tuple(attempt_from(row) for row in rows)

        return await self._database.read(work)

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

    async def asked_of(self, payment: Payment) -> tuple[Attempt, ...]:
        """Everything we ever tried on this payment, refunds too, newest first."""
        return await self._database.read(
            lambda connection: asked_of(connection, payment.account, payment.id)
        )

    def _begin(self, connection: Connection, intent: Intent) -> Attempt:
        claim(connection, intent)
        number = write_down(connection, intent, micros(self._clock()))
        attempt = _written(connection, number)
        index_charge(connection, number)
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
        if state in DEAD:
            values["key_freed"] = 1
        connection.execute(
            update(attempts).where(attempts.c.id == before.id).values(state=state.value, **values)
        )
        after = _written(connection, before.id)
        more = {"auth_code": payment.auth_code} if payment and payment.auth_code else {}
        if before.state is State.SENDING and state is not State.NOT_SENT and before.sent_at:
            took = max(self._clock() - before.sent_at, timedelta(0))
            more["took_ms"] = str(took // timedelta(milliseconds=1))
        self._note(connection, after, who or before.intent.who, more)
        if before.intent.kind.pays_order:
            set_order(connection, before.intent.order_id, micros(self._clock()))
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


def _open(connection: Connection) -> tuple[Attempt, ...]:
    rows = connection.execute(
        select(attempts).where(is_open(attempts)).order_by(attempts.c.id.desc())
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


def _written(connection: Connection, attempt_id: int) -> Attempt:
    """What was just written, as it will be read.

    Raises:
        BrokenRule: it must not stand like this; the transaction is undone.
    """
    attempt = _read(connection, attempt_id)
    check_attempt(attempt)
    return attempt


def _given(**values: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


__all__ = ["BrokenRule", "Journal", "refunds_of"]
