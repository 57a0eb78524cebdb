"""A till with a PayFac account at a real training gateway, whose slow steps wait to be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from posapp.desk.outcome import Outcome
from posapp.desk.payouts import PayoutOrder
from posapp.desk.sales import Taking
from posapp.desk.till import Till
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.transport import Patience, Transport
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt
from posapp.model.payment import Payment
from posapp.sandbox.server import start
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, WHO, Shop, card
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.gateways.payfac.payouts import CHANNEL, SOURCE
from tests.gateways.training import payfac_connection
from tests.sandbox.callers import Admin, Payfac

RESERVE = Taking(capture=False)
ESTIMATE = Taking(capture=False, estimated=True)
_PATIENCE = Patience(tries=(0.0,))


class PayfacShop(Shop):
    """The parts of a till on one ledger; ``settles`` tells whether steps end while it waits."""

    gateway: PayfacGateway  # type: ignore[assignment]

    def __init__(
        self, till: Till, gateway: PayfacGateway, clock: MovableClock, world: World
    ) -> None:
        super().__init__(till, gateway, clock)  # type: ignore[arg-type]
        self.world = world

    async def sale(self, taking: Taking = RESERVE, minor: int = 1290) -> Outcome:
        outcome = await self.sales.charge(
            await self.order(minor), card(), account="payfac", who=WHO, taking=taking
        )
        assert outcome.payment is not None
        return outcome

    async def captured(self, minor: int = 1290) -> Outcome:
        """A charge whose capture is done."""
        sale = await self.sale(Taking(), minor)
        await self.world.admin.settle()
        await self.book.check(sale.attempt.id, who=WHO)
        return sale

    async def read(self, sale: Outcome) -> Payment:
        assert sale.payment is not None
        return await self.gateway.read(sale.payment.id)

    async def search_is_proved(self) -> None:
        """An earlier charge, by which the search of the gateway shows that it finds ours."""
        await self.captured()
        self.clock.move(timedelta(hours=1))

    async def payouts_are_found(self, request: PayoutOrder) -> None:
        """An earlier payout whose answer got lost, by which the search shows that it finds ours."""
        await self.world.admin.fault("drop_after", "payfac.payment")
        lost = await self.payouts.pay_out(request, account="payfac", who=WHO)
        assert (await self.looked(lost.attempt)).payment_id
        self.clock.move(timedelta(hours=1))

    async def looked(self, attempt: Attempt) -> Attempt:
        """The attempt after one more look at the gateway."""
        return await self.recovery.check(attempt)

    async def proved_absent(self, attempt: Attempt) -> Attempt:
        """After two complete look-ups, the later one a quarter of an hour after the last byte."""
        first = await self.looked(attempt)
        assert first.state is attempt.state
        self.clock.move(timedelta(minutes=16))
        return await self.looked(first)


@dataclass
class World:
    """The training gateway, the ledger file, and the tills that are opened on both."""

    admin: Admin
    raw: Payfac
    path: Path
    clock: MovableClock
    gateway: PayfacGateway
    lifetimes: AsyncExitStack
    settles: bool = True

    async def sleep(self, seconds: float) -> None:
        """Time passes for the till; what was accepted at the gateway ends in it."""
        await self.clock.sleep(seconds)
        if self.settles:
            await self.admin.settle()

    async def till(self, name: str = "T1") -> PayfacShop:
        """One more till, or the same one started again."""
        ledger = await Ledger.open(
            self.path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=self.clock, till=name
        )
        self.lifetimes.push_async_callback(ledger.close)
        await ledger.journal.recover()
        till = Till(
            name=name,
            ledger=ledger,
            accounts=GivenAccounts(self.gateway),
            sleep=self.sleep,
        )
        return PayfacShop(till, self.gateway, self.clock, self)


@asynccontextmanager
async def opened_world(path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as lifetimes:
        sandbox = await start()
        lifetimes.push_async_callback(sandbox.stop)
        transport = Transport(patience=_PATIENCE)
        lifetimes.push_async_callback(transport.close)
        http = await lifetimes.enter_async_context(httpx.AsyncClient(trust_env=False))
        admin = Admin(http, sandbox.endpoints)
        await admin.set(payfac_settle_seconds=3600.0)
        connection = replace(
            payfac_connection(sandbox.endpoints),
            payout_source=SOURCE,
            processing_channel_id=CHANNEL,
        )
        gateway = PayfacGateway(connection, transport, clock=lambda: datetime.now(UTC))
        yield World(
            admin=admin,
            raw=Payfac(http, sandbox.endpoints, admin),
            path=path,
            clock=MovableClock(datetime.now(UTC)),
            gateway=gateway,
            lifetimes=lifetimes,
        )
