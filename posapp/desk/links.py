"""Payment links: the customer pays alone on the gateway's page and reads out no card."""

from __future__ import annotations

import uuid

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.sales import Sales
from posapp.desk.sending import fresh_salt, not_saved, send_once
from posapp.desk.till import Till
from posapp.gateways.port import Charge, Gateway, PaymentPages, Rejected
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import Attempt, Intent, Kind, reference_for
from posapp.model.order import Order, charge_problem


class Links:
    def __init__(self, till: Till, sales: Sales) -> None:
        self._till = till
        self._ledger = till.ledger
        self._sales = sales

    async def create(self, order: Order, *, account: str, who: str) -> Outcome:
        """Ask the gateway for a page where the customer pays the order's total.

        Raises:
            Refused: before anything was sent.
            NothingMoved: it is proved that no page was made.
        """
        try:
            with self._till.under_way.money():
                return await self._create(order, account=account, who=who)
        except LedgerError as problem:
            raise Refused(str(problem)) from problem
        finally:
            self._till.changed()

    async def _create(self, order: Order, *, account: str, who: str) -> Outcome:
        if problem := charge_problem(order):
            raise Refused(problem)
        gateway: Gateway = self._till.accounts.gateway(account)
        if not isinstance(gateway, PaymentPages):
            raise Refused(
                f"{gateway.label} cannot make payment links. Choose another gateway account."
            )
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
        )
        if problem := gateway.charge_problem(charge):
            raise Refused(problem)
        try:
            prepared = gateway.prepare_page(charge)
        except Rejected as rejected:
            raise Refused(str(rejected), fields=rejected.fields) from rejected
        intent = Intent(
            kind=Kind.HOSTED,
            account=account,
            amount=charge.amount,
            reference=charge.reference,
            key=charge.key,
            fingerprint=prepared.fingerprint,
            who=who,
            till=self._till.name,
            order_id=order.id,
            body=bytes(prepared.body),
        )
        attempt = await self._ledger.journal.begin(intent)
        with self._till.under_way.following(attempt.id):
            attempt = await self._ledger.journal.sending(attempt.id)
            try:
                answer = await send_once(self._ledger.journal, attempt, gateway.send_page(prepared))
                if isinstance(answer, Attempt):
                    return Outcome(answer, None)
                return await self._sales.record(attempt, answer, gateway)
            except LedgerError as failed:
                return Outcome(not_saved(attempt, failed), None)
