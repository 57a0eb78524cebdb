"""What is asked of a payment besides refunds: captures, voids, increments, reversals, retries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from posapp.desk.balances import fresh_payment
from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.following import await_end, conclude, done_before
from posapp.desk.outcome import Outcome
from posapp.desk.refunds import Refunds, reason_problem
from posapp.desk.sending import fresh_salt, not_saved, send_once
from posapp.desk.till import Till
from posapp.gateways.abilities import (
    ActionRequest,
    Again,
    Capture,
    Increment,
    PaymentActions,
    RetryCancellation,
    Reversal,
    Void,
)
from posapp.gateways.port import Gateway, GatewayError, Rejected
from posapp.ledger.errors import AccountPaused, LedgerError
from posapp.model.access import Role, permission_problem
from posapp.model.allowed import (
    NO_ACTIONS,
    Allowed,
    allowed,
    capture_problem,
    in_the_way,
    increment_problem,
    left_to_capture,
    retry_cancellation_problem,
    reversal_problem,
    void_problem,
)
from posapp.model.attempt import Attempt, BrokenRule, Intent, Kind, State, action_key
from posapp.model.history import PaymentDetail
from posapp.model.judge_action import ACTION_OF, find_action, judge_action
from posapp.model.money import Money
from posapp.model.payment import ActionRecord, Payment

_log = logging.getLogger(__name__)
_NOTHING_BACK = "Nothing was given back"
_NOTHING = {
    Kind.CAPTURE: "Nothing was captured",
    Kind.VOID: "Nothing was voided",
    Kind.INCREMENT: "Nothing more was reserved",
    Kind.REVERSAL: _NOTHING_BACK,
    Kind.RETRY_CANCELLATION: "The retries were not called off",
}
_LETTER = {
    Kind.CAPTURE: "C",
    Kind.VOID: "V",
    Kind.INCREMENT: "I",
    Kind.REVERSAL: "B",
    Kind.RETRY_CANCELLATION: "N",
}
"""What stands for the kind in a reference; refunds have the R."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a person asks for. ``amount`` None is all there is."""

    kind: Kind
    who: str
    amount: Money | None = None
    final: bool = True
    reason: str = ""


class Actions:
    """One at a time on each payment, whatever tills there are; the journal sees to it.

    Each method asks once and waits a little for the end. All raise ``Refused`` before anything was
    sent and ``NothingMoved`` where it is proved that nothing was done.

    Args:
        role: what the person at the till is; None while nobody is signed in.
    """

    def __init__(self, till: Till, *, refunds: Refunds, role: Callable[[], Role | None]) -> None:
        self._till = till
        self._ledger = till.ledger
        self._refunds = refunds
        self._role = role

    async def capture(
        self, charge_attempt: int, amount: Money, *, who: str, final: bool = True
    ) -> Outcome:
        """Take what was reserved, or a part of it; ``final`` releases what is then left."""
        return await self._ask(charge_attempt, _Wish(Kind.CAPTURE, who, amount, final))

    async def void(self, charge_attempt: int, *, reason: str, who: str) -> Outcome:
        """Release all that is reserved and not captured."""
        return await self._ask(charge_attempt, _Wish(Kind.VOID, who, reason=reason))

    async def increment(self, charge_attempt: int, amount: Money, *, who: str) -> Outcome:
        """Let a reservation that was made as an estimate grow by ``amount``."""
        return await self._ask(charge_attempt, _Wish(Kind.INCREMENT, who, amount))

    async def reverse(self, charge_attempt: int, *, reason: str, who: str) -> Outcome:
        """Give everything back, whichever way is right."""
        return await self._ask(charge_attempt, _Wish(Kind.REVERSAL, who, reason=reason))

    async def cancel_retry(self, charge_attempt: int, *, who: str) -> Outcome:
        """Call off the gateway's own further tries of a declined payment."""
        return await self._ask(charge_attempt, _Wish(Kind.RETRY_CANCELLATION, who))

    async def give_back(self, charge_attempt: int, *, reason: str, who: str) -> Outcome:
        """Undo a payment that should not be: void it where nothing was captured, else refund all
        that is left."""
        with ledger_refusals():
            detail = await self._ledger.payments.detail(charge_attempt)
        return await self.undo(_payment_of(detail), of=detail.attempt, reason=reason, who=who)

    async def undo(self, payment: Payment, *, of: Attempt, reason: str, who: str) -> Outcome:
        """The same for a payment that the gateway shows under an attempt of ours."""
        gateway = self._till.accounts.gateway(payment.account)
        with ledger_refusals():
            fresh = await fresh_payment(self._till, gateway, payment, of=of, nothing=_NOTHING_BACK)
        voidable = not fresh.captured and fresh.left_to_capture()
        if voidable and isinstance(gateway, PaymentActions):
            return await self._ask_of(fresh, of, _Wish(Kind.VOID, who, reason=reason))
        return await self._refunds.refund_rest(fresh, of=of, reason=reason, who=who)

    async def allowed(self, detail: PaymentDetail) -> Allowed | None:
        """What the person at the till may ask of a payment now; None where there is none yet."""
        if detail.payment is None:
            return None
        gateway = self._till.accounts.gateway(detail.payment.account)
        return allowed(
            detail.payment,
            (*detail.actions, *detail.refunds),
            role=self._role(),
            has_actions=isinstance(gateway, PaymentActions),
        )

    async def look(self, attempt: Attempt, gateway: Gateway) -> Outcome | None:
        """Read the payment and settle this action as far as it shows; None when it is absent.

        Where several entries could be this one, nothing is proved and nothing changes.
        """
        payment = await gateway.read(attempt.intent.payment_id)
        mine = await self._ledger.journal.asked_of(payment)
        shown = find_action(attempt, payment, others=mine)
        if len(shown) == 1:
            settled = await conclude(
                self._till,
                attempt,
                judge_action(attempt.intent, shown[0], payment),
                payment=payment,
                action_id=shown[0].id,
            )
            return Outcome(settled, payment)
        await self._ledger.payments.store(payment)
        return Outcome(attempt, payment) if shown else None

    async def repeat(self, attempt: Attempt, gateway: Gateway) -> Attempt | None:
        """Send the very same bytes under the same key once more; None where that may not be.

        To be called only when a complete look-up has just proved that they never arrived. Whatever
        the answer refuses now says nothing about the first time: that stays unknown.
        """
        intent = attempt.intent
        if intent.till != self._till.name or not isinstance(gateway, PaymentActions):
            return None
        prepared = gateway.prepare_again(
            Again(
                kind=ACTION_OF[intent.kind],
                payment_id=intent.payment_id,
                body=intent.body,
                key=intent.key,
                reference=intent.reference,
                amount=intent.amount,
            )
        )
        if prepared.fingerprint != intent.fingerprint:
            _log.error("the bytes of an action are not those that were sent")
            return None
        with self._till.under_way.money(), self._till.under_way.following(attempt.id):
            try:
                attempt = await self._ledger.journal.sending_again(attempt.id)
            except AccountPaused:
                return None
            try:
                record = await gateway.send_action(prepared)
            except GatewayError as problem:
                note = f"Sent once more. {problem}"
            except Exception:
                _log.exception("the gateway's answer was not understood")
                note = "Sent once more. The answer could not be understood."
            else:
                others = await self._ledger.journal.others(attempt)
                return await self._accepted(attempt, record, done_before(others))
            return await self._ledger.journal.settle(attempt.id, state=State.UNKNOWN, note=note)

    async def _ask(self, charge_attempt: int, wish: _Wish) -> Outcome:
        with ledger_refusals():
            detail = await self._ledger.payments.detail(charge_attempt)
        return await self._ask_of(_payment_of(detail), detail.attempt, wish)

    async def _ask_of(self, known: Payment, charge: Attempt, wish: _Wish) -> Outcome:
        try:
            with self._till.under_way.money():
                return await self._carry_out(known, charge, wish)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            self._till.changed()

    async def _carry_out(self, known: Payment, charge: Attempt, wish: _Wish) -> Outcome:
        if problem := permission_problem(self._role(), wish.kind):
            raise Refused(problem)
        gateway = self._till.accounts.gateway(known.account)
        if not isinstance(gateway, PaymentActions):
            raise Refused(NO_ACTIONS)
        payment = await fresh_payment(
            self._till, gateway, known, of=charge, nothing=_NOTHING[wish.kind]
        )
        mine = await self._ledger.journal.asked_of(payment)
        if problem := _problem(wish, payment, mine):
            raise Refused(problem)
        number = await self._ledger.orders.number_of(charge.intent.order_id)
        tries = sum(each.intent.kind is wish.kind for each in mine) + 1
        asked = _request(
            wish,
            payment,
            reference=(
                f"{self._till.name[:6]}-{number}-{_LETTER[wish.kind]}{tries}-{fresh_salt()}"
            ),
        )
        if problem := gateway.action_problem(asked):
            raise Refused(problem)
        try:
            prepared = gateway.prepare_action(asked)
        except Rejected as rejected:
            raise Refused(str(rejected), fields=rejected.fields) from rejected
        older = done_before(mine, payment)
        attempt = await self._ledger.journal.begin(
            Intent(
                kind=wish.kind,
                account=payment.account,
                amount=_amount(wish, payment),
                reference=asked.reference,
                key=asked.key,
                fingerprint=prepared.fingerprint,
                who=wish.who,
                till=self._till.name,
                order_id=charge.intent.order_id,
                payment_id=payment.id,
                reason=wish.reason.strip(),
                card_brand=charge.intent.card_brand,
                card_last4=charge.intent.card_last4,
                body=bytes(prepared.body) if prepared.keeps else b"",
            )
        )
        with self._till.under_way.following(attempt.id):
            attempt = await self._ledger.journal.sending(attempt.id)
            try:
                answer = await send_once(
                    self._ledger.journal, attempt, gateway.send_action(prepared)
                )
                if isinstance(answer, Attempt):
                    return Outcome(answer, payment)
                accepted = await self._accepted(attempt, answer, older)
                return await await_end(
                    self._till,
                    Outcome(accepted, payment),
                    lambda current: self.look(current, gateway),
                )
            except LedgerError as failed:
                return Outcome(not_saved(attempt, failed), payment)

    async def _accepted(
        self, attempt: Attempt, record: ActionRecord, older: frozenset[str]
    ) -> Attempt:
        """Write down what the answer itself says; the payment as it is now was not read yet."""
        finding = judge_action(attempt.intent, record, older=older)
        return await conclude(self._till, attempt, finding, action_id=record.id)


def _payment_of(detail: PaymentDetail) -> Payment:
    if not detail.attempt.intent.kind.pays_order:
        raise Refused("This is no payment of an order: there is nothing to do with it.")
    if detail.payment is None:
        raise Refused("This payment is not known to the gateway yet. Check it first.")
    return detail.payment


def _problem(wish: _Wish, payment: Payment, mine: Sequence[Attempt]) -> str | None:
    """Why this cannot be asked of the payment, by its balances and what is under way."""
    if problem := in_the_way(wish.kind, mine):
        return problem
    shown = replace(payment, capturable=left_to_capture(payment, mine))
    if wish.kind in (Kind.CAPTURE, Kind.INCREMENT):
        if wish.amount is None or wish.amount.minor <= 0:
            return "Type an amount above zero."
        limit = capture_problem if wish.kind is Kind.CAPTURE else increment_problem
        return limit(shown, wish.amount)
    if wish.kind is Kind.RETRY_CANCELLATION:
        return retry_cancellation_problem(shown)
    return reason_problem(wish.reason) or (
        void_problem(shown) if wish.kind is Kind.VOID else reversal_problem(shown)
    )


def _amount(wish: _Wish, payment: Payment) -> Money:
    """What it is about, never nothing: a payment that is still retried has no balances."""
    if wish.amount is not None:
        return wish.amount
    left = payment.left_to_capture().minor
    if wish.kind is Kind.REVERSAL:
        left += payment.left_to_refund().minor
    if wish.kind is Kind.RETRY_CANCELLATION or not left:
        return payment.amount
    return Money(left, payment.amount.currency)


def _request(wish: _Wish, payment: Payment, *, reference: str) -> ActionRequest:
    key = action_key(
        wish.kind,
        account=payment.account,
        payment_id=payment.id,
        actions_shown=len(payment.history) + len(payment.refunds),
        amount=_amount(wish, payment),
    )
    amount = _amount(wish, payment)
    match wish.kind:
        case Kind.CAPTURE:
            return Capture(payment, amount, key, reference, final=wish.final)
        case Kind.INCREMENT:
            return Increment(payment, amount, key, reference)
        case Kind.VOID:
            return Void(payment, key, reference)
        case Kind.REVERSAL:
            return Reversal(payment, key, reference, who=wish.who)
        case Kind.RETRY_CANCELLATION:
            return RetryCancellation(payment, key, reference)
        case _:
            raise BrokenRule(f"A {wish.kind} is not asked of a payment like this.")
