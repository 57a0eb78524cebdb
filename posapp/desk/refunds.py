"""Giving money back, never more than is left, and never shown as done before it is."""

from __future__ import annotations

import logging

from posapp.desk.balances import fresh_payment
from posapp.desk.errors import Refused
from posapp.desk.following import await_end, conclude, done_before
from posapp.desk.outcome import Outcome
from posapp.desk.sending import fresh_salt, not_saved, send_once
from posapp.desk.till import Till
from posapp.gateways.port import Gateway, Prepared, Refund, Rejected
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import Attempt, Intent, Kind, refund_key
from posapp.model.judge import could_be, find_refund, judge_refund
from posapp.model.money import Money
from posapp.model.payment import Payment, refund_problem

_log = logging.getLogger(__name__)
LONGEST_REASON = 50
_NOTHING = "Nothing was refunded"


class Refunds:
    def __init__(self, till: Till) -> None:
        self._till = till
        self._ledger = till.ledger

    async def left(self, payment: Payment) -> Money:
        """What may be given back now, our own refunds that are still open counted."""
        reserved = _reserved(payment, await self._ledger.journal.refunds_of(payment))
        return Money(max(0, payment.left_to_refund().minor - reserved), payment.amount.currency)

    async def refund(self, charge_attempt: int, amount: Money, *, reason: str, who: str) -> Outcome:
        """Ask the gateway to give ``amount`` back, once, and wait a little for the end.

        Args:
            charge_attempt: the journal's id of the charge.

        Raises:
            Refused: before anything was sent.
            NothingMoved: it is proved that nothing was given back.
        """
        try:
            with self._till.under_way.money():
                return await self._refund(charge_attempt, amount, reason=reason, who=who)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            self._till.changed()

    async def _refund(
        self, charge_attempt: int, amount: Money, *, reason: str, who: str
    ) -> Outcome:
        detail = await self._ledger.payments.detail(charge_attempt)
        if detail.payment is None:
            raise Refused("This payment is not known to the gateway yet. Check it first.")
        gateway = self._till.accounts.gateway(detail.payment.account)
        payment = await fresh_payment(
            self._till, gateway, detail.payment, of=detail.attempt, nothing=_NOTHING
        )
        return await self._give(gateway, payment, amount, detail.attempt, reason=reason, who=who)

    async def refund_rest(self, payment: Payment, *, of: Attempt, reason: str, who: str) -> Outcome:
        """Give back all that is left of a payment that the gateway shows under an attempt of ours.

        Raises:
            Refused: before anything was sent.
            NothingMoved: it is proved that nothing was given back.
        """
        try:
            with self._till.under_way.money():
                gateway = self._till.accounts.gateway(payment.account)
                fresh = await fresh_payment(self._till, gateway, payment, of=of, nothing=_NOTHING)
                if not fresh.captured:
                    raise Refused(
                        "The bank has not handed this money over yet, so it cannot be refunded. "
                        "Try again in a minute."
                    )
                left = await self.left(fresh)
                return await self._give(gateway, fresh, left, of, reason=reason, who=who)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            self._till.changed()

    async def _give(
        self,
        gateway: Gateway,
        payment: Payment,
        amount: Money,
        charge: Attempt,
        *,
        reason: str,
        who: str,
    ) -> Outcome:
        """Refund a payment as it was read just now; ``charge`` is the attempt it belongs to."""
        asked = await self._ledger.journal.asked_of(payment)
        mine = tuple(each for each in asked if each.intent.kind is Kind.REFUND)
        older = done_before(asked, payment)
        problem = (
            reason_problem(reason)
            or refund_problem(payment, amount, reserved=_reserved(payment, mine))
            or gateway.refund_problem(payment, amount)
        )
        if problem:
            raise Refused(problem)
        number = await self._ledger.orders.number_of(charge.intent.order_id)
        refund = Refund(
            payment=payment,
            amount=amount,
            reason=reason.strip(),
            key=refund_key(
                account=payment.account,
                payment_id=payment.id,
                refunds_shown=len(payment.refunds),
                amount=amount,
            ),
            reference=f"{self._till.name[:6]}-{number}-R{len(mine) + 1}-{fresh_salt()}",
        )
        try:
            prepared = gateway.prepare_refund(refund)
        except Rejected as rejected:
            raise Refused(str(rejected), fields=rejected.fields) from rejected
        intent = Intent(
            kind=Kind.REFUND,
            account=payment.account,
            amount=amount,
            reference=refund.reference,
            key=refund.key,
            fingerprint=prepared.fingerprint,
            who=who,
            till=self._till.name,
            order_id=charge.intent.order_id,
            payment_id=payment.id,
            reason=refund.reason,
            card_brand=charge.intent.card_brand,
            card_last4=charge.intent.card_last4,
            body=bytes(prepared.body),
        )
        attempt = await self._ledger.journal.begin(intent)
        with self._till.under_way.following(attempt.id):
            attempt = await self._ledger.journal.sending(attempt.id)
            try:
                return await self._send(gateway, prepared, attempt, payment, older)
            except LedgerError as failed:
                return Outcome(not_saved(attempt, failed), payment)

    async def _send(
        self,
        gateway: Gateway,
        prepared: Prepared,
        attempt: Attempt,
        payment: Payment,
        older: frozenset[str],
    ) -> Outcome:
        request = gateway.send_refund(prepared)
        answer = await send_once(self._ledger.journal, attempt, request)
        if isinstance(answer, Attempt):
            return Outcome(answer, payment)
        finding = judge_refund(attempt.intent, answer, older=older)
        settled = await conclude(self._till, attempt, finding, action_id=answer.id)
        return await await_end(
            self._till, Outcome(settled, payment), lambda current: self.look(current, gateway)
        )

    async def look(self, attempt: Attempt, gateway: Gateway) -> Outcome | None:
        """Read the payment and settle this refund as far as it shows; None when it is absent.

        Where several refunds could be this one, nothing is proved and nothing changes; nor does
        one that was accepted and is not shown.
        """
        payment = await gateway.read(attempt.intent.payment_id)
        mine = await self._ledger.journal.asked_of(payment)
        record = find_refund(attempt, payment, others=mine)
        if record is None:
            await self._ledger.payments.store(payment)
            if attempt.action_id or could_be(attempt, payment, others=mine):
                return Outcome(attempt, payment)
            return None
        settled = await conclude(
            self._till,
            attempt,
            judge_refund(attempt.intent, record),
            payment=payment,
            action_id=record.id,
        )
        return Outcome(settled, payment)


def reason_problem(reason: str) -> str | None:
    """Why this cannot be the reason for giving money back, as a sentence, or None."""
    if len(reason.strip()) > LONGEST_REASON:
        return f"The reason has at most {LONGEST_REASON} characters."
    return None if reason.strip() else "Give a reason for giving it back."


def _reserved(payment: Payment, mine: tuple[Attempt, ...]) -> int:
    """Open refunds of ours that the gateway's snapshot does not show yet, in minor units."""
    shown = {record.id for record in payment.refunds}
    return sum(
        attempt.intent.amount.minor
        for attempt in mine
        if attempt.state.is_open and attempt.action_id not in shown
    )
