"""Taking a payment: the road from an order and a card to a proved outcome."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.following import await_end, conclude, is_pending
from posapp.desk.outcome import Outcome
from posapp.desk.sending import fresh_salt, not_saved, send_once
from posapp.desk.till import Till
from posapp.gateways.port import Charge, Gateway, Prepared, Rejected
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict, reference_for
from posapp.model.card import Card
from posapp.model.judge import judge_charge
from posapp.model.money import Money
from posapp.model.order import Order, charge_problem
from posapp.model.payment import Payment, PaymentStatus

_log = logging.getLogger(__name__)
_PAUSES = (0.4, 0.6, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
"""Seconds between read-outs while the gateway is still working on a charge."""

_CAPTURE_READS = 8
"""How often to look for the capture that follows an approval by itself."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How the money is taken: at once, or only reserved.

    Without ``capture`` it is captured by hand later, or by itself at ``capture_at``;
    ``estimated`` reserves an amount that may still grow. Not every gateway can do it.
    """

    capture: bool = True
    capture_at: datetime | None = None
    estimated: bool = False


AT_ONCE = Taking()


class Sales:
    """Charges orders. Everything it starts ends in the journal, whoever stops listening."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._ledger = till.ledger

    async def charge(
        self, order: Order, card: Card, *, account: str, who: str, taking: Taking = AT_ONCE
    ) -> Outcome:
        """Charge the order's total to the card, once.

        The card is wiped as soon as the request is built. When it is refused before that, it is
        as it was, for the caller to mend and try again, or to wipe.

        Raises:
            Refused: before anything was sent; ``fields`` names what to correct.
            NothingMoved: the request failed and it is proved that no money moved.
        """
        return await self._with_card(
            card, lambda: self._charge(order, card, account=account, who=who, taking=taking)
        )

    async def verify(self, card: Card, *, account: str, currency: str, who: str) -> Outcome:
        """Ask the bank whether the card is good, over nothing; no order has a part in it.

        Card and errors as for ``charge``.
        """
        return await self._with_card(
            card, lambda: self._verify(card, account=account, currency=currency, who=who)
        )

    async def _with_card(self, card: Card, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        try:
            with self._till.under_way.money():
                return await work()
        except Refused:
            raise
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        except BaseException:
            card.wipe()
            raise
        finally:
            self._till.changed()

    async def outcome(self, attempt_id: int) -> Outcome:
        """How an attempt stands now, from the ledger alone.

        Raises:
            Refused: the ledger cannot be read.
        """
        with ledger_refusals():
            return await self._outcome(attempt_id)

    async def _outcome(self, attempt_id: int) -> Outcome:
        await self._ledger.journal.deliver()  # never less than was known here before
        detail = await self._ledger.payments.detail(attempt_id)
        return Outcome(detail.attempt, detail.payment)

    async def _charge(
        self, order: Order, card: Card, *, account: str, who: str, taking: Taking
    ) -> Outcome:
        gateway = self._till.accounts.gateway(account)
        charge = await self.new_charge(order, gateway, taking)
        outcome = await self._keyed(Kind.CHARGE, charge, card, gateway, who=who, order_id=order.id)
        if not taking.capture:
            self._till.uncollected.pop(outcome.attempt.id, None)  # none follows by itself now
        return outcome

    async def _verify(self, card: Card, *, account: str, currency: str, who: str) -> Outcome:
        gateway = self._till.accounts.gateway(account)
        charge = Charge(
            amount=Money(0, currency),
            reference=f"{self._till.name[:6]}-K-{fresh_salt()}{fresh_salt()}",
            key=str(uuid.uuid4()),
            description="Card check",
        )
        if problem := gateway.charge_problem(charge):
            raise Refused(problem)
        return await self._keyed(Kind.VERIFY, charge, card, gateway, who=who)

    async def _keyed(
        self,
        kind: Kind,
        charge: Charge,
        card: Card,
        gateway: Gateway,
        *,
        who: str,
        order_id: str = "",
    ) -> Outcome:
        if not len(card.number):  # the till was locked meanwhile and the fields were emptied
            sentence = "The card has to be keyed again; its fields were emptied."
            raise Refused(sentence, fields={"number": sentence})
        summary = card.summary()
        try:
            prepared = gateway.prepare_charge(charge, card)
        except Rejected as rejected:
            raise Refused(str(rejected), fields=rejected.fields) from rejected
        card.wipe()
        intent = Intent(
            kind=kind,
            account=gateway.account,
            amount=charge.amount,
            reference=charge.reference,
            key=charge.key,
            fingerprint=prepared.fingerprint,
            who=who,
            till=self._till.name,
            order_id=order_id,
            card_brand=summary.brand,
            card_last4=summary.last4,
        )
        return await self.carry_out(gateway, prepared, intent, gateway.send_charge)

    async def new_charge(self, order: Order, gateway: Gateway, taking: Taking = AT_ONCE) -> Charge:
        """A charge of the order's total with a key and a reference of its own.

        Raises:
            Refused: the order cannot be charged now, or not through this gateway.
        """
        if problem := charge_problem(order):
            raise Refused(problem)
        sequence = await self._ledger.orders.attempts_so_far(order.id) + 1
        charge = Charge(
            amount=order.total,
            reference=reference_for(
                till=self._till.name,
                order_number=order.number,
                sequence=sequence,
                salt=fresh_salt(),
            ),
            key=str(uuid.uuid4()),
            description=f"Order {order.number}",
            customer=order.customer,
            capture=taking.capture,
            capture_at=taking.capture_at,
            estimated=taking.estimated,
        )
        if problem := gateway.charge_problem(charge):
            raise Refused(problem)
        return charge

    async def carry_out(
        self,
        gateway: Gateway,
        prepared: Prepared,
        intent: Intent,
        send: Callable[[Prepared], Awaitable[Payment]],
    ) -> Outcome:
        """Journal the intent, send the request once, write down what that proves.

        Raises:
            NothingMoved: it is proved that no money moved.
            LedgerError: the intent could not be written down, and nothing was sent.
        """
        try:
            attempt = await self._ledger.journal.begin(intent)
            with self._till.under_way.following(attempt.id):
                attempt = await self._ledger.journal.sending(attempt.id)
                try:
                    return await self._send(gateway, attempt, send(prepared))
                except LedgerError as failed:
                    return Outcome(not_saved(attempt, failed), None)
        finally:
            prepared.wipe()

    async def _send(
        self, gateway: Gateway, attempt: Attempt, request: Awaitable[Payment]
    ) -> Outcome:
        answer = await send_once(self._ledger.journal, attempt, request)
        if isinstance(answer, Attempt):
            return Outcome(answer, None)

        async def look(current: Attempt) -> Outcome:
            return await self.record(current, await gateway.read(current.payment_id), gateway)

        answered = await self.record(attempt, answer, gateway)
        return await await_end(self._till, answered, look, pauses=_PAUSES, goes_on=_works_on_it)

    async def record(self, attempt: Attempt, payment: Payment, gateway: Gateway) -> Outcome:
        """Write down what the gateway said about a charge, as far as it proves anything."""
        finding = judge_charge(attempt.intent, payment, live=gateway.live)
        settled = await conclude(
            self._till,
            attempt,
            finding,
            payment=payment,
            said=payment.status_said,
            request_id=payment.request_id,
        )
        pays = attempt.intent.kind.pays_order and settled.verdict is Verdict.APPROVED
        if pays and payment.status is PaymentStatus.AUTHORISED:
            self._till.uncollected.setdefault(attempt.id, _CAPTURE_READS)
        return Outcome(settled, None if finding.state is State.UNKNOWN else payment)


def _works_on_it(outcome: Outcome) -> bool:
    """Whether the gateway itself is still busy with the charge, and not a customer."""
    payment = outcome.payment
    return is_pending(outcome) and payment is not None and payment.status is PaymentStatus.PENDING
