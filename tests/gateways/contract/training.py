"""The training gateway as the rows of the contract meet it, with all its levers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Charge, Gateway
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import Payment, RefundRecord
from posapp.sandbox.endpoints import Endpoints
from tests.gateways import samples
from tests.gateways.training import classic, flowlix, payfac_connection
from tests.sandbox.callers import Admin

TOTAL = Money(1290, "EUR")
PART = Money(290, "EUR")
REST = Money(1000, "EUR")
REFERENCE = "T1-1043-1-K7QX"
REASON = "Mug arrived broken"
SCOPE = "gateway payments:search"
FlowlixShop = FlowlixGateway | FlowlixClassicGateway


@dataclass(frozen=True, slots=True)
class Training:
    """A running training gateway whose slow steps wait until ``settle``.

    ``browser`` is what the customer has; it follows no redirect by itself.
    """

    endpoints: Endpoints
    transport: Transport
    browser: httpx.AsyncClient
    admin: Admin

    def flowlix(self) -> FlowlixGateway:
        shop = flowlix(self.endpoints, self.transport, False)
        assert isinstance(shop, FlowlixGateway)
        return shop

    def classic(self) -> FlowlixClassicGateway:
        shop = classic(self.endpoints, self.transport, False)
        assert isinstance(shop, FlowlixClassicGateway)
        return shop

    def payfac(
        self,
        *,
        clock: Callable[[], datetime] = samples.present,
        change: Callable[[PayfacConnection], PayfacConnection] = lambda made: made,
    ) -> PayfacGateway:
        connection = change(replace(payfac_connection(self.endpoints), scope=SCOPE))
        return PayfacGateway(connection, self.transport, clock=clock)

    async def settle(self) -> None:
        """Let all end that ends by itself."""
        await self.admin.settle()

    async def reached(self) -> dict[str, list[int]]:
        """The calls that arrived, by name, with the status each was answered with."""
        calls = (await self.admin.call("GET", "/calls")).json()["calls"]
        found: dict[str, list[int]] = {}
        for call in calls:
            found.setdefault(call["point"], []).append(call["status"])
        return found


def asked(
    amount: Money = TOTAL, *, reference: str = REFERENCE, description: str = "Two mugs"
) -> Charge:
    return samples.charge(
        amount,
        reference=reference,
        key=f"key-{reference}",
        description=description,
        customer=samples.ADA,
    )


async def charged(shop: Gateway, number: str, charge: Charge | None = None) -> Payment:
    """What the gateway answers to this charge with this card."""
    return await shop.send_charge(shop.prepare_charge(charge or asked(), samples.card(number)))


async def paid(
    training: Training, shop: Gateway, number: str, *, reference: str = REFERENCE
) -> Payment:
    """A payment whose money was taken, or refused for good."""
    first = await charged(shop, number, asked(reference=reference))
    await training.settle()
    return await shop.read(first.id)


async def refunded(shop: Gateway, payment: Payment, amount: Money) -> RefundRecord:
    """What the gateway answers to this refund."""
    refund = samples.refund(payment, amount, reason=REASON, key=f"refund-{payment.refundable}")
    return await shop.send_refund(shop.prepare_refund(refund))
