"""The money rules, each switched off: the simulation has to notice every one."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from posapp.desk import absence, actions, balances, payouts, refunds, sales, sending
from posapp.desk.absence import Absence
from posapp.desk.canary import Canary
from posapp.desk.outcome import Outcome, Result
from posapp.desk.recovery import Recovery
from posapp.desk.sales import Sales, Taking
from posapp.gateways import transport
from posapp.gateways.call import Answer, Request
from posapp.gateways.port import NotSent, OutcomeUnknown
from posapp.gateways.transport import Transport
from posapp.ledger import attempt_rows, claims, journal
from posapp.ledger.journal import Journal
from posapp.ledger.ledger import Ledger
from posapp.model import attempt as attempts
from posapp.model import judge, judge_action
from posapp.model.attempt import Attempt, Intent, State, Verdict
from posapp.model.card import Card, Digits
from posapp.model.judge import Finding
from posapp.model.order import Order
from posapp.model.payment import ActionRecord, Payment, PaymentStatus, RefundRecord
from tests.simulation.bank import KINDS

Mutant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Mutant] = {}


def mutant(switch_off: Mutant) -> Mutant:
    MUTANTS[switch_off.__name__] = switch_off
    return switch_off


@mutant
def resend_with_the_same_key(monkey: pytest.MonkeyPatch) -> None:
    """A money request without an answer is sent again."""
    _send_again(monkey, lambda key: key)


@mutant
def resend_with_a_new_key(monkey: pytest.MonkeyPatch) -> None:
    """A money request without an answer is sent again as if it were another one."""
    _send_again(monkey, lambda key: f"{key}-again")


def _send_again(monkey: pytest.MonkeyPatch, rekeyed: Callable[[str], str]) -> None:
    real = Transport.money

    async def money(self: Transport, request: Request) -> Answer:
        body = bytes(request.body)
        try:
            return await real(self, request)
        except OutcomeUnknown:
            headers = {name: rekeyed(value) for name, value in request.headers.items()}
            return await real(self, replace(request, headers=headers, body=body))

    monkey.setattr(Transport, "money", money)


@mutant
def absent_after_a_minute(monkey: pytest.MonkeyPatch) -> None:
    """Two negative look-ups within a minute prove that nothing was charged."""
    monkey.setattr(attempts, "ABSENT_AFTER", timedelta(seconds=60))
    monkey.setattr(absence, "_WATCHED", timedelta(seconds=60))


@mutant
def one_look_proves_absence(monkey: pytest.MonkeyPatch) -> None:
    """The first negative look-up proves that nothing was charged."""
    monkey.setattr(Absence, "is_provable", lambda _self, _attempt: True)


@mutant
def a_failed_look_up_is_absence(monkey: pytest.MonkeyPatch) -> None:
    """A look-up that could not be made counts as one that found nothing, by a good search."""

    async def absent(self: Recovery, attempt: Attempt, _note: str) -> None:
        weighed: Absence = vars(self)["_absence"]
        await weighed.weigh(attempt, provable=weighed.is_provable(attempt))

    monkey.setattr(Recovery, "_not_answered", absent)
    monkey.setattr(Canary, "alive", lambda _self, _account, _kind: True)


@mutant
def any_search_is_believed(monkey: pytest.MonkeyPatch) -> None:
    """What a search does not find is not there, whether or not it ever found anything."""
    monkey.setattr(Canary, "alive", lambda _self, _account, _kind: True)


@mutant
def no_echo_check(monkey: pytest.MonkeyPatch) -> None:
    """An answer is believed whatever it is about."""
    monkey.setattr(judge, "echo_problem", lambda _payment, **_asked: None)


@mutant
def an_older_answer_is_believed(monkey: pytest.MonkeyPatch) -> None:
    """Whatever an answer to a refund or a capture names is taken for what was just asked."""
    for asking in (actions, refunds):
        monkey.setattr(asking, "done_before", lambda *_asked: frozenset())
    monkey.setattr(journal, "check_new", lambda _connection, _before, _action: None)
    drop_index(monkey, "one_attempt_an_action")


@mutant
def balances_of_something_else_are_believed(monkey: pytest.MonkeyPatch) -> None:
    """Nobody looks whether a payment that is read is still the one it was."""
    for reading in (balances, attempt_rows):
        monkey.setattr(reading, "echo_problem", lambda _payment, **_asked: None)


@mutant
def refund_checked_outside_the_transaction(monkey: pytest.MonkeyPatch) -> None:
    """What is left is looked at before, not while the refund is written down."""
    monkey.setattr(claims, "_check_left", lambda _connection, _intent: None)


@mutant
def open_refunds_reserve_nothing(monkey: pytest.MonkeyPatch) -> None:
    """Only what the gateway shows counts as given back."""
    monkey.setattr(claims, "_reserved", lambda _connection, _payment: 0)
    monkey.setattr(refunds, "_reserved", lambda _payment, _mine: 0)


@mutant
def journal_after_sending(monkey: pytest.MonkeyPatch) -> None:
    """The intent is written down once there is an answer to write down with it."""
    real = Sales.carry_out

    async def carry_out(
        self: Sales, gateway: Any, prepared: Any, intent: Intent, send: Callable[[Any], Any]
    ) -> Outcome:
        answered = _Kept()
        await answered.keep(send(prepared))
        return await real(self, gateway, prepared, intent, lambda _prepared: answered.told())

    monkey.setattr(Sales, "carry_out", carry_out)


class _Kept:
    """An answer, or the error instead of it, for later."""

    def __init__(self) -> None:
        self._answer: Any = None
        self._problem: Exception | None = None

    async def keep(self, asking: Awaitable[Any]) -> None:
        try:
            self._answer = await asking
        except Exception as problem:
            self._problem = problem

    async def told(self) -> Any:
        if self._problem is not None:
            raise self._problem
        return self._answer


@mutant
def a_timeout_is_not_sent(monkey: pytest.MonkeyPatch) -> None:
    """What had no answer counts as not charged."""
    real = sending.send_once

    async def send_once(journal: Journal, attempt: Attempt, request: Awaitable[Any]) -> Any:
        async def asked() -> Any:
            try:
                return await request
            except OutcomeUnknown as problem:
                raise NotSent(str(problem)) from problem

        return await real(journal, attempt, asked())

    for asking in (sales, refunds, actions, payouts):
        monkey.setattr(asking, "send_once", send_once)


@mutant
def a_server_fault_is_a_refusal(monkey: pytest.MonkeyPatch) -> None:
    """A 5xx proves that nothing was done."""
    monkey.setattr(transport, "DEFINITE", transport.DEFINITE | {500, 502, 503, 504})


@mutant
def what_was_being_sent_is_not_sent(monkey: pytest.MonkeyPatch) -> None:
    """After a crash, what was being sent counts as never sent."""
    real = Journal.recover

    async def recover(self: Journal, *, why: str = "") -> tuple[Attempt, ...]:
        for attempt in await self.open_attempts():
            if attempt.state is State.SENDING and attempt.intent.till == self._till:
                await self.settle(attempt.id, state=State.NOT_SENT)
        return await real(self, why=why)

    monkey.setattr(Journal, "recover", recover)


@mutant
def pending_is_approved(monkey: pytest.MonkeyPatch) -> None:
    """What the gateway is still working on counts as paid."""
    real = judge.judge_charge

    def judge_charge(intent: Intent, payment: Payment, *, live: bool) -> Finding:
        return _believed(real(intent, payment, live=live))

    monkey.setattr(sales, "judge_charge", judge_charge)


@mutant
def an_accepted_refund_is_done(monkey: pytest.MonkeyPatch) -> None:
    """A refund counts as given back when the gateway only took note of it."""
    real = judge.judge_refund

    def judged(intent: Intent, record: RefundRecord, **more: Any) -> Finding:
        return _believed(real(intent, record, **more))

    monkey.setattr(refunds, "judge_refund", judged)


@mutant
def an_accepted_action_is_done(monkey: pytest.MonkeyPatch) -> None:
    """A capture or void counts as done when the gateway only took note of it."""
    real = judge_action.judge_action

    def judged(intent: Intent, record: ActionRecord, *shown: Payment, **more: Any) -> Finding:
        return _believed(real(intent, record, *shown, **more))

    monkey.setattr(actions, "judge_action", judged)


@mutant
def a_form_sent_off_twice_is_two_payouts(monkey: pytest.MonkeyPatch) -> None:
    """Every click makes a key of its own."""
    monkey.setattr(payouts, "payout_key", lambda **_form: str(uuid.uuid4()))


def _believed(finding: Finding) -> Finding:
    if finding.state is State.PENDING:
        return Finding(State.SETTLED, Verdict.APPROVED)
    return finding


@mutant
def a_new_status_is_a_decline(monkey: pytest.MonkeyPatch) -> None:
    """A word of the gateway that is not known counts as no."""
    real = judge.judge_charge

    def judge_charge(intent: Intent, payment: Payment, *, live: bool) -> Finding:
        if payment.status is PaymentStatus.UNKNOWN:
            payment = replace(payment, status=PaymentStatus.DECLINED)
        return real(intent, payment, live=live)

    monkey.setattr(sales, "judge_charge", judge_charge)


@mutant
def pending_is_never_asked_about(monkey: pytest.MonkeyPatch) -> None:
    """Only what is unknown is looked up."""
    real = attempts.next_look_up

    def next_look_up(attempt: Attempt, now: datetime) -> Any:
        return None if attempt.state is State.PENDING else real(attempt, now)

    monkey.setattr(attempts, "next_look_up", next_look_up)


@mutant
def an_order_may_have_two_open_charges(monkey: pytest.MonkeyPatch) -> None:
    """Neither the claim nor the database keeps a second charge of an order away."""

    def claim(connection: Connection, intent: Intent) -> None:
        if intent.kind.acts_on_payment:
            claims._check_left(connection, intent)

    drop_index(monkey, "one_open_charge_an_order")
    monkey.setattr(journal, "claim", claim)
    monkey.setattr(sales, "charge_problem", lambda _order: None)


def drop_index(monkey: pytest.MonkeyPatch, name: str) -> None:
    """The database itself no longer refuses either."""
    real = Ledger.open.__func__  # type: ignore[attr-defined]

    async def opened(cls: type[Ledger], *asked: Any, **more: Any) -> Ledger:
        ledger: Ledger = await real(cls, *asked, **more)
        statement = text(f"DROP INDEX IF EXISTS {name}")
        await ledger._database.write(lambda connection: connection.execute(statement))
        return ledger

    monkey.setattr(Ledger, "open", classmethod(opened))


@mutant
def failover_when_unknown(monkey: pytest.MonkeyPatch) -> None:
    """A charge without an answer is tried through another account."""
    an_order_may_have_two_open_charges(monkey)
    real = Sales._charge

    async def charge(
        self: Sales, order: Order, card: Card, *, account: str, who: str, taking: Taking
    ) -> Outcome:
        with card.number.view() as number, card.code.view() as code:
            again = Card(
                number=Digits(bytes(number)),
                expiry=card.expiry,
                code=Digits(bytes(code)),
                name=card.name,
            )
        outcome = await real(self, order, card, account=account, who=who, taking=taking)
        if outcome.result is not Result.UNKNOWN:
            return outcome
        other = next(kind for kind in KINDS if kind != account)
        return await real(self, order, again, account=other, who=who, taking=taking)

    monkey.setattr(Sales, "_charge", charge)
