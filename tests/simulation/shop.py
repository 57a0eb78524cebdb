"""A shop of two tills, and what can be done there."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from posapp.desk.actions import Actions
from posapp.desk.errors import Refused
from posapp.desk.links import Links
from posapp.desk.outcome import Outcome, Result
from posapp.desk.payouts import PayoutOrder, Payouts
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import AT_ONCE, Sales, Taking
from posapp.desk.till import Till
from posapp.gateways.transport import Transport
from posapp.ledger.errors import AccountPaused
from posapp.ledger.ledger import Ledger
from posapp.model.access import Role
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.order import Line, Order
from posapp.model.payout import AccountHolder, HolderKind
from tests.fakes.accounts import GivenAccounts
from tests.simulation.bank import KINDS, Bank
from tests.simulation.life import Life
from tests.simulation.network import Line as Phone
from tests.simulation.network import Weather

MORNING = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
LEDGER_KEY = bytes(range(32))
AUDIT_KEY = bytes(range(32, 64))
WHO = "Ada Muster"
_UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
GOOD, REFUSED, CHALLENGED = "approved", "declined", "challenged"
CARDS = {
    "payfac": {GOOD: "4242424242424242", REFUSED: "4544249167673670"},
    "flowlix": {
        GOOD: "4111111111111111",
        REFUSED: "4000000000000002",
        CHALLENGED: "4635440000002223",
    },
    "flowlix_classic": {
        GOOD: "4111111111111111",
        REFUSED: "4000000000009995",
        CHALLENGED: "4635440000002223",
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a clerk was shown about an attempt, and when."""

    attempt: int
    reference: str
    result: Result
    at: float


@dataclass(slots=True)
class Day:
    """What all tills of the shop share, and what is written down about them."""

    seed: int
    bank: Bank
    weather: Weather
    chance: random.Random
    file: Path
    began: datetime = MORNING
    told: list[Told] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def seconds(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds())

    def note(self, what: str) -> None:
        self.trace.append(f"{self.seconds():.3f} {what}")

    async def pause(self, low: float, high: float) -> None:
        await asyncio.sleep(self.chance.uniform(low, high))


class Counter:
    """One till: opened again whenever it died."""

    def __init__(self, day: Day, name: str) -> None:
        self._day = day
        self.name = name
        self.life = Life()
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether the program has started, and still lives."""
        return self._opened and self.life.alive

    async def open(self, *, steps: int | None) -> None:
        """Start the program; ``steps`` until it dies, None for a long life."""
        self.life, self._opened = Life(steps), False
        await self.life.start(self._open())
        self.recovering = self.life.start(self.recovery.run())
        self._opened = True

    async def close(self) -> None:
        """End it for good, in whatever state it is."""
        self.life.kill()
        await self.life.buried()
        await self.ledger.close()

    async def _open(self) -> None:
        day = self._day
        self.ledger = await Ledger.open(
            day.file, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=day.now, till=self.name
        )
        await self.ledger.journal.recover()
        phone = Phone(day.bank, day.weather, self.life, self._note)
        wire = Transport(network=phone, tls=_UNUSED)
        accounts = GivenAccounts(*(day.bank.account(kind, wire) for kind in KINDS))
        till = Till(name=self.name, ledger=self.ledger, accounts=accounts)
        self.sales, self.refunds = Sales(till), Refunds(till)
        self.links = Links(till, self.sales)
        self.actions = Actions(till, refunds=self.refunds, role=lambda: Role.MANAGER)
        self.payouts = Payouts(till, role=lambda: Role.MANAGER)
        self.recovery = Recovery(
            till,
            sales=self.sales,
            refunds=self.refunds,
            actions=self.actions,
            payouts=self.payouts,
            clock=day.now,
        )

    def _note(self, what: str) -> None:
        self._day.note(f"{self.name} {what}")

    # What staff do here. Each may be cut off by the death of the till.

    async def order(self, minor: int) -> Order:
        fresh = await self.ledger.orders.new("EUR")
        line = Line("Mug", Money(minor, "EUR"), 1, Decimal(19), "MUG-1")
        order = Order(
            id=fresh.id,
            number=fresh.number,
            currency=fresh.currency,
            created_at=fresh.created_at,
            lines=(line,),
        )
        await self.ledger.orders.save(order)
        return order

    async def charge(
        self, order: Order, kind: str, number: str, taking: Taking = AT_ONCE
    ) -> Outcome | None:
        """Charge once; None where it was refused or nothing moved."""
        asking = self.sales.charge(order, _card(number), account=kind, who=WHO, taking=taking)
        return await self._tried(asking)

    async def verify(self, kind: str, number: str) -> None:
        await self._tried(self.sales.verify(_card(number), account=kind, currency="EUR", who=WHO))

    async def link(self, order: Order, kind: str) -> Outcome | None:
        return await self._tried(self.links.create(order, account=kind, who=WHO))

    async def refund(self, attempt: int, minor: int) -> None:
        amount = Money(minor, "EUR")
        await self._tried(self.refunds.refund(attempt, amount, reason="Mug broke", who=WHO))

    async def capture(self, attempt: int, minor: int, *, final: bool) -> None:
        amount = Money(minor, "EUR")
        await self._tried(self.actions.capture(attempt, amount, who=WHO, final=final))

    async def void(self, attempt: int) -> None:
        await self._tried(self.actions.void(attempt, reason="Not wanted", who=WHO))

    async def increment(self, attempt: int, minor: int) -> None:
        await self._tried(self.actions.increment(attempt, Money(minor, "EUR"), who=WHO))

    async def reverse(self, attempt: int) -> None:
        await self._tried(self.actions.reverse(attempt, reason="Not wanted", who=WHO))

    async def pay_out(self, kind: str, number: str, minor: int, ticket: str) -> None:
        """Pay out what a form says; what makes forms different stands in the reason."""
        form = PayoutOrder(
            amount=Money(minor, "EUR"),
            destination=_card(number, code=b""),
            ticket=ticket,
            reason=ticket,
            holder=AccountHolder(HolderKind.INDIVIDUAL, first_name="Ada", last_name="Muster"),
            purpose="pension",
        )
        await self._tried(self.payouts.pay_out(form, account=kind, who=WHO))

    async def _tried(self, asking: Awaitable[Outcome]) -> Outcome | None:
        try:
            outcome = await asking
        except Refused as refused:
            self._note(f"refused: {type(refused).__name__}")
            if isinstance(refused.__cause__, AccountPaused):
                await self._owner_looks()
            return None
        self.saw(outcome)
        return outcome

    async def _owner_looks(self) -> None:
        """An answer did not fit: the owner is called, looks at it, and lets payments go on."""
        await self._day.pause(60, 1800)
        for each in await self.ledger.pauses.all():
            await self.ledger.pauses.resume(each.account, who=WHO)

    def saw(self, outcome: Outcome) -> None:
        attempt = outcome.attempt
        self._note(f"{attempt.intent.kind} {attempt.id}: {outcome.result}")
        told = Told(attempt.id, attempt.intent.reference, outcome.result, self._day.seconds())
        self._day.told.append(told)


def _card(number: str, code: bytes = b"100") -> Card:
    return Card(
        number=Digits(number.encode()), expiry=Expiry(12, 2030), code=Digits(code), name=WHO
    )
