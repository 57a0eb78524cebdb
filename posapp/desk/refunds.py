"""Giving money back, never more than is left, and never shown as done before it is."""

from __future__ import annotations

import logging
from dataclasses import replace

from posapp.desk.balances import fresh_payment
from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.sending import fresh_salt, not_saved, send_once, write_down
from posapp.desk.till import Till
from posapp.gateways.port import Gateway, GatewayError, Prepared, Refund, Rejected
from posapp.ledger.errors import LedgerAway, LedgerError
from posapp.model.attempt import Attempt, Intent, Kind, State, refund_key
from posapp.model.case import AlarmKind
from posapp.model.judge import find_refund, judge_refund
from posapp.model.money import Money
from posapp.model.payment import Payment, refund_problem

_log = logging.getLogger(__name__)
_POLLS = (0.5, 0.7, 1.0, 1.5, 2.0, 2.0)
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
        payment = await fresh_payment(self._till, gateway, detail.payment, nothing=_NOTHING)
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
                fresh = await fresh_payment(self._till, gateway, payment, nothing=_NOTHING)
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
        mine = await self._ledger.journal.refunds_of(payment)
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
                return await self._send(gateway, prepared, attempt, payment)
            except LedgerError as failed:
                return Outcome(not_saved(attempt, failed), payment)

    async def _send(
        self, gateway: Gateway, prepared: Prepared, attempt: Attempt, payment: Payment
    ) -> Outcome:
        journal = self._ledger.journal
        answer = await send_once(journal, attempt, gateway.send_refund(prepared))
        if isinstance(answer, Attempt):
            return Outcome(answer, payment)
        finding = judge_refund(attempt.intent, answer)
        if finding.foreign:
            await self._till.distrust(attempt, finding.note)
        settled = await journal.settle(
            attempt.id,
            state=finding.state,
            verdict=finding.verdict,
            refund_id=answer.id,
            note=finding.note,
        )
        return await self._await_end(Outcome(settled, payment), gateway)

    async def look(self, attempt: Attempt, gateway: Gateway) -> Outcome | None:
        """Read the payment and settle this refund as far as it shows; None when it is absent.

        Where several refunds could be this one, nothing is proved and nothing changes.
        """
        payment = await gateway.read(attempt.intent.payment_id)
        mine = await self._ledger.journal.refunds_of(payment)
        record = find_refund(attempt, payment, others=mine)
        if record is None:
            await self._ledger.payments.store(payment)
            if _could_be_several(attempt, payment, mine):
                return Outcome(attempt, payment)
            return None
        finding = judge_refund(attempt.intent, record)
        if finding.foreign:
            await self._till.distrust(attempt, finding.note)
        stays_a_case = attempt.state is State.OPEN_CASE and finding.verdict is None
        if attempt.state is State.NOT_CHARGED and finding.state is not State.SETTLED:
            return Outcome(attempt, payment)  # late, and still proves nothing
        if attempt.state is State.SETTLED and finding.verdict is not attempt.verdict:
            if finding.state is State.SETTLED:  # a person had seen something else
                await self._ledger.cases.raise_alarm(
                    AlarmKind.CONTRADICTED, attempt_id=attempt.id, payment=payment
                )
            return Outcome(attempt, payment)
        settled = await write_down(
            self._ledger.journal,
            attempt,
            state=State.OPEN_CASE if stays_a_case else finding.state,
            verdict=finding.verdict,
            payment=payment,
            refund_id=record.id,
            note=finding.note,
        )
        return Outcome(settled, payment)

    async def _await_end(self, outcome: Outcome, gateway: Gateway) -> Outcome:
        """Stay a few seconds; most refunds are confirmed in that time."""
        for pause in _POLLS:
            if outcome.attempt.state is not State.PENDING:
                break
            await self._till.sleep(pause)
            try:
                outcome = await self.look(outcome.attempt, gateway) or outcome
            except GatewayError:
                continue  # the recovery goes on asking
            except LedgerAway:
                break  # so much is kept; the recovery goes on when the server is back
            except LedgerError:
                raise
            except Exception:
                _log.exception("the gateway's answer was not understood")
                continue
        return outcome


def reason_problem(reason: str) -> str | None:
    """Why this cannot be the reason for giving money back, as a sentence, or None."""
    if len(reason.strip()) > LONGEST_REASON:
        return f"The reason has at most {LONGEST_REASON} characters."
    return None if reason.strip() else "Give a reason for giving it back."


def _could_be_several(attempt: Attempt, payment: Payment, mine: tuple[Attempt, ...]) -> bool:
    """Whether the gateway shows refunds that fit this attempt and cannot be told apart."""
    return not attempt.refund_id and any(
        find_refund(attempt, replace(payment, refunds=(record,)), others=mine)
        for record in payment.refunds
    )


def _reserved(payment: Payment, mine: tuple[Attempt, ...]) -> int:
    """Open refunds of ours that the gateway's snapshot does not show yet, in minor units."""
    shown = {record.id for record in payment.refunds}
    return sum(
        attempt.intent.amount.minor
        for attempt in mine
        if attempt.state.is_open and attempt.refund_id not in shown
    )
