"""A PayFac account and the training gateway behind it, with its clock and faults at hand."""

from __future__ import annotations

from dataclasses import replace

from posapp.gateways.abilities import ActionRequest, Capture, Increment, Reversal, Void
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import ActionRecord, ActionState, Payment
from tests.gateways import samples
from tests.sandbox.callers import Admin, Payfac

TOTAL = Money(1290, "EUR")
GOOD = "4242424242424242"


class Shop:
    """The account, and the clock and faults of the gateway it talks to."""

    def __init__(
        self, connection: PayfacConnection, transport: Transport, admin: Admin, raw: Payfac
    ) -> None:
        self.connection = connection
        self.transport = transport
        self.gateway = PayfacGateway(connection, transport, clock=samples.present)
        self.admin = admin
        self.raw = raw
        self._keys = 0

    async def charge(
        self,
        number: str = GOOD,
        amount: Money = TOTAL,
        *,
        capture: bool = False,
        estimated: bool = False,
    ) -> Payment:
        asked = replace(samples.charge(amount), capture=capture, estimated=estimated)
        prepared = self.gateway.prepare_charge(asked, samples.card(number))
        return await self.read(await self.gateway.send_charge(prepared))

    async def read(self, payment: Payment) -> Payment:
        return await self.gateway.read(payment.id)

    def key(self) -> str:
        self._keys += 1
        return f"action-{self._keys}"

    async def act(self, asked: ActionRequest) -> ActionRecord:
        return await self.gateway.send_action(self.gateway.prepare_action(asked))

    async def done(self, asked: ActionRequest) -> Payment:
        """Ask, see that nothing has happened yet, let time pass, read again."""
        record = await self.act(asked)
        assert record.state is ActionState.PENDING
        before = await self.read(asked.payment)
        assert before.state_of(record.id) is ActionState.PENDING
        await self.admin.settle()
        after = await self.read(asked.payment)
        assert after.state_of(record.id) is ActionState.DONE
        return after

    async def capture(self, payment: Payment, minor: int, *, final: bool = True) -> Payment:
        amount = Money(minor, "EUR")
        return await self.done(Capture(payment, amount, self.key(), "CAP-1", final=final))

    def void(self, payment: Payment) -> Void:
        return Void(payment, self.key(), "VOID-1")

    def increment(self, payment: Payment, minor: int) -> Increment:
        return Increment(payment, Money(minor, "EUR"), self.key(), "INC-1")

    def reversal(self, payment: Payment) -> Reversal:
        return Reversal(payment, self.key(), "REV-1", who="agent-7")


def totals(payment: Payment) -> tuple[int, int, int, int, int]:
    """Authorised, voided, left to capture, captured, left to refund."""
    return (
        payment.authorised,
        payment.voided,
        payment.capturable,
        payment.captured,
        payment.refundable,
    )
