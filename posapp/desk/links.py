"""Payment links: the customer pays alone on the gateway's page and reads out no card."""

from __future__ import annotations

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.gateways.abilities import PaymentPages
from posapp.gateways.port import Gateway, Rejected
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import Intent, Kind
from posapp.model.order import Order


class Links:
    def __init__(self, till: Till, sales: Sales) -> None:
        self._till = till
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
        gateway: Gateway = self._till.accounts.gateway(account)
        if not isinstance(gateway, PaymentPages):
            raise Refused(
                f"{gateway.label} cannot make payment links. Choose another gateway account."
            )
        charge = await self._sales.new_charge(order, gateway)
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
        return await self._sales.carry_out(gateway, prepared, intent, gateway.send_page)
