"""The payment journal: every request that can move money, written down before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from posapp.ledger.alarms import alarm_where_late, end_where_given_back
from posapp.ledger.attempt_rows import (
    attach,
    change_attempt,
    charge_of,
    check_answer,
    check_new,
    given,
    looked_for,
    open_attempts,
    read_attempt,
    written,
)
from posapp.ledger.audit import Audit
from posapp.ledger.card_guard import refuse_in_intent, without_card_number
from posapp.ledger.charge_index import index_charge
from posapp.ledger.claims import asked_of, claim, refunds_of, set_order, write_down
from posapp.ledger.codec import micros
from posapp.ledger.engine import Database
from posapp.ledger.pauses import refuse_paused
from posapp.ledger.snapshots import keep_payment
from posapp.ledger.tables import DEAD
from posapp.ledger.unsaved import Unsaved
from posapp.model.attempt import (
    Attempt,
    BrokenRule,
    Intent,
    State,
    Verdict,
    check_change,
    may_repeat,
)
from posapp.model.attempt_rules import check_intent
from posapp.model.case import CaseEnd, Closing
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
        self.unsaved = Unsaved(database)

    async def begin(self, intent: Intent) -> Attempt:
        """Write the intent down; on the disk when this returns. Nothing may be sent before.

        Raises:
            AccountPaused: an answer of this account did not fit what was asked.
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
                read_attempt(connection, attempt_id),
                State.SENDING,
                sent_at=micros(self._clock()),
            )
        )

    async def sending_again(self, attempt_id: int) -> Attempt:
        """The very bytes of an action that is proved absent leave once more; the look-ups begin
        anew. It stays as unknown as it was, so that nothing needs to be known about this ending.

        Raises:
            BrokenRule: it may not be sent again, or was already.
            AccountPaused: an answer of its account did not fit what was asked.
        """

        def work(connection: Connection) -> Attempt:
            before, now = read_attempt(connection, attempt_id), self._clock()
            refuse_paused(connection, before.intent.account)
            if not may_repeat(before, now):
                raise BrokenRule("This attempt may not be sent again.")
            anew: dict[str, object] = {"absent": 0, "look_ups": 0, "looked_up_at": None}
            sent = {"sent_at": micros(now), "repeats": before.repeats + 1}
            change_attempt(connection, attempt_id, {**anew, **sent})
            after = written(connection, attempt_id)
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
        action_id: str = "",
        note: str = "",
        said: str = "",
        request_id: str = "",
        who: str = "",
        seen: Attempt | None = None,
    ) -> Attempt:
        """Write down what is proved: attempt, snapshot, order and audit entry in one transaction.

        The state it already has is a refresh: the snapshot is kept and, while the attempt is open,
        what was said; nothing that was proved before is changed.

        Args:
            action_id: the gateway's id of the refund, or of another action on a payment.
            seen: the attempt about which this was found out; where it has ended or was sent again
                since, nothing is written.

        Raises:
            BrokenRule: this state may not follow the present one, or another end is proved already.
            WrongPayment: the answer is about another payment, or what another attempt did.
            LedgerFull, LedgerBusy, LedgerStopped: it is kept in ``unsaved``.
        """

        def work(connection: Connection) -> Attempt:
            before = read_attempt(connection, attempt_id)
            if seen is not None and not seen.is_same_sending(before):
                return before
            check_answer(before, state, verdict, payment, payout_id, action_id)
            check_new(connection, before, action_id)
            if payment is not None:
                if before.intent.kind.acts_on_payment:
                    charge_of(connection, payment)
                keep_payment(connection, payment, self._clock())
                end_where_given_back(connection, self._audit, payment, at=self._clock())
            if verdict is Verdict.APPROVED and (number := payment.id if payment else payout_id):
                alarm_where_late(
                    connection, self._audit, before, number, request_id, at=self._clock()
                )
            values = given(
                note=without_card_number(note),
                said=without_card_number(said),
                request_id=request_id,
                action_id=action_id,
                payment_id=payment.id if payment else payout_id,
                verdict=verdict.value if verdict else "",
            )
            if state is not before.state:
                if not state.is_open:
                    values["ended_at"] = micros(self._clock())
                self._change(connection, before, state, payment=payment, who=who, **values)
            elif state.is_open and values:
                change_attempt(connection, attempt_id, values)
            elif state is State.SETTLED:
                attach(
                    connection,
                    before,
                    payment_id=payment.id if payment else "",
                    action_id=action_id,
                )
            index_charge(connection, attempt_id)
            return written(connection, attempt_id)

        return await self.unsaved.write(attempt_id, work)

    async def looked_up(
        self,
        attempt_id: int,
        *,
        absent: bool,
        note: str = "",
        said: str = "",
        request_id: str = "",
        seen: Attempt | None = None,
    ) -> Attempt:
        """Count a look-up and keep it as evidence in the audit trail. One that brought no answer
        about something that has ended stands for no sweep: that is still to be made.

        Args:
            absent: it was complete and found nothing.
            seen: the attempt that was looked for; where it has ended or was sent again since,
                nothing is counted.
            note: why it brought no answer, as a sentence; empty where it brought one.
            said: the gateway's own words.
            request_id: the gateway's id of the call.
        """

        def work(connection: Connection) -> Attempt:
            before = read_attempt(connection, attempt_id)
            if seen is not None and not seen.is_same_sending(before):
                return before
            counted: dict[str, object] = {
                "look_ups": before.look_ups + 1,
                "absent": before.absent + 1 if absent else before.absent if note else 0,
                "note": without_card_number(note) or before.note,
            }
            if before.state.is_open or not note:
                counted["looked_up_at"] = micros(self._clock())
            change_attempt(connection, attempt_id, counted)
            kind, number = before.intent.kind.value, str(before.look_ups + 1)
            detail = {"kind": kind, "look_up": number, "note": note}
            detail |= {"said": said, "request_id": request_id}
            self._audit.append(
                connection,
                "not_found" if absent else "not_answered" if note else "looked_up",
                subject=f"attempt:{attempt_id}",
                who=_PROGRAM,
                detail={name: value for name, value in detail.items() if value},
            )
            return written(connection, attempt_id)

        return await self._database.write(work)

    async def recover(self, *, why: str = "The program ended") -> tuple[Attempt, ...]:
        """What was being sent is not known; what was only prepared never left.

        For the start, and for any time at which nothing of this till can be on its way.

        Args:
            why: the beginning of the note: what broke it off.

        Returns:
            Every attempt that is open, newest first.
        """
        await self.unsaved.save()  # what is known is not given up

        def work(connection: Connection) -> tuple[Attempt, ...]:
            for attempt in open_attempts(connection):
                if attempt.intent.till == self._till:
                    self._let_go(connection, attempt, why)
            return open_attempts(connection)

        return await self._database.write(work)

    async def take_over(self, seen: Attempt) -> Attempt:
        """The same for what another till was sending that does not come back."""

        def work(connection: Connection) -> Attempt:
            before = read_attempt(connection, seen.id)
            if seen.is_same_sending(before):
                self._let_go(connection, before, f"Till {seen.intent.till} did not come back")
            return written(connection, seen.id)

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
        return await self._database.read(open_attempts)

    async def looked_for(self, since: datetime) -> tuple[Attempt, ...]:
        """Everything a gateway is still asked about: what is open, and what was taken as not
        charged, or was settled by a person, since then. Each newest first."""
        return await self._database.read(lambda connection: looked_for(connection, since))

    async def read(self, attempt_id: int) -> Attempt:
        """The attempt with this id.

        Raises:
            NoSuchEntry: there is none.
        """
        return await self._database.read(lambda connection: read_attempt(connection, attempt_id))

    async def refunds_of(self, payment: Payment) -> tuple[Attempt, ...]:
        """Every refund we ever tried on this payment, newest first."""
        about = (payment.account, payment.id)
        return await self._database.read(lambda connection: refunds_of(connection, *about))

    async def asked_of(self, payment: Payment) -> tuple[Attempt, ...]:
        """Everything we ever tried on this payment, refunds too, newest first."""
        about = (payment.account, payment.id)
        return await self._database.read(lambda connection: asked_of(connection, *about))

    async def others(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """Everything else we ever tried on the payment this attempt is about, newest first."""
        about = (attempt.intent.account, attempt.intent.payment_id)
        asked = await self._database.read(lambda connection: asked_of(connection, *about))
        return tuple(each for each in asked if each.id != attempt.id)

    def close_case(
        self, connection: Connection, attempt_id: int, closing: Closing, *, who: str
    ) -> Attempt:
        """End an open case with what a person saw, in the caller's transaction.

        Raises:
            BrokenRule: it is no open case.
        """
        before = read_attempt(connection, attempt_id)
        if before.state is not State.OPEN_CASE:
            raise BrokenRule("Only an open case can be closed.")
        charged = closing.end is CaseEnd.CHARGED
        return self._change(
            connection,
            before,
            State.SETTLED if charged else State.NOT_CHARGED,
            who=who,
            verdict=Verdict.APPROVED.value if charged else None,
            note=f"Closed by hand: {closing.reason}",
            ended_at=micros(self._clock()),
        )

    def _begin(self, connection: Connection, intent: Intent) -> Attempt:
        refuse_paused(connection, intent.account)
        claim(connection, intent)
        number = write_down(connection, intent, micros(self._clock()))
        attempt = written(connection, number)
        index_charge(connection, number)
        self._note(connection, attempt, intent.who, {})
        return attempt

    def _let_go(self, connection: Connection, attempt: Attempt, why: str) -> None:
        if attempt.state is State.SENDING:
            note = f"{why} while this was being sent."
            self._change(connection, attempt, State.UNKNOWN, note=note)
        elif attempt.state is State.PREPARED:
            note, ended = f"{why} before this was sent.", micros(self._clock())
            self._change(connection, attempt, State.NOT_SENT, note=note, ended_at=ended)

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
        change_attempt(connection, before.id, {"state": state.value, **values})
        after = written(connection, before.id)
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


__all__ = ["BrokenRule", "Journal", "refunds_of"]
