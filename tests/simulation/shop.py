"""A shop of two tills and what its staff and its customers do all day."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from posapp.desk.actions import Actions
from posapp.desk.errors import Refused
from posapp.desk.links import Links
from posapp.desk.outcome import Outcome, Result
from posapp.desk.payouts import Payouts
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.gateways.transport import Transport
from posapp.ledger.errors import AccountPaused, LedgerError
from posapp.ledger.ledger import Ledger
from posapp.model.access import Role
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.order import Line, Order
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

    async def open(self, *, steps: int | None) -> None:
        """Start the program; ``steps`` until it dies, None for a long life."""
        self.life = Life(steps)
        await self.life.start(self._open())
        self.recovering = self.life.start(self.recovery.run())

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

    async def charge(self, order: Order, kind: str, number: str) -> Outcome | None:
        """Charge once; None where it was refused or nothing moved."""
        card = Card(
            number=Digits(number.encode()),
            expiry=Expiry(12, 2030),
            code=Digits(b"100"),
            name=WHO,
        )
        return await self._tried(self.sales.charge(order, card, account=kind, who=WHO))

    async def link(self, order: Order, kind: str) -> Outcome | None:
        return await self._tried(self.links.create(order, account=kind, who=WHO))

    async def refund(self, attempt: int, minor: int) -> None:
        amount = Money(minor, "EUR")
        await self._tried(self.refunds.refund(attempt, amount, reason="Mug broke", who=WHO))

    async def _tried(self, asking: Callable[[], object] | object) -> Outcome | None:
        try:
            outcome = await asking  # type: ignore[misc]
        except Refused as refused:
            self._note(f"refused: {type(refused).__name__}")
            if isinstance(refused.__cause__, AccountPaused):
                await self._owner_looks()
            return None
        assert isinstance(outcome, Outcome)
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


class Staff:
    """Takes one order to its end, through refusals, doubts and dead tills."""

    def __init__(self, day: Day, counters: list[Counter]) -> None:
        self._day = day
        self._counters = counters

    async def serve(self) -> None:
        """One customer, from the first word to the last refund."""
        day, chance = self._day, self._day.chance
        counter = chance.choice(self._counters)
        kind = chance.choice(KINDS)
        minor = chance.randrange(500, 50_000)
        await day.pause(0, 120)
        order = await self._at(counter, lambda: counter.order(minor))
        if not isinstance(order, Order):
            return
        sale = await self._take(counter, order, kind)
        if sale is not None and chance.random() < 0.6:
            await self._give_back(sale, minor)

    async def _take(self, counter: Counter, order: Order, kind: str) -> int | None:
        """Try until it is paid or everyone gives up; the attempt that paid."""
        day, chance = self._day, self._day.chance
        for _ in range(4):
            doing: list[Callable[[], object]] = [self._one_try(counter, order, kind)]
            if chance.random() < 0.25:  # a double click, or the other till at the same time
                other = chance.choice(self._counters)
                doing.append(self._one_try(other, order, kind))
            outcomes = await asyncio.gather(*(self._at(counter, act) for act in doing))
            seen = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
            for outcome in seen:
                if outcome.result is Result.ACTION_NEEDED and outcome.payment:
                    await self._customer_acts(outcome.payment.action_url, kind)
            paid = [outcome for outcome in seen if outcome.result is Result.APPROVED]
            if paid and chance.random() < 0.9:
                return paid[0].attempt.id
            if chance.random() < 0.5:
                await day.pause(1, 90)  # impatient: tries again whatever is known
                continue
            await day.pause(60, 4000)
            for outcome in seen:
                now = await self._at(counter, self._look(counter, outcome.attempt.id))
                if isinstance(now, Outcome) and now.result is Result.APPROVED:
                    return outcome.attempt.id
        return None

    def _one_try(self, counter: Counter, order: Order, kind: str) -> Callable[[], object]:
        chance = self._day.chance
        if kind != "payfac" and chance.random() < 0.2:
            return lambda: counter.link(order, kind)
        cards = CARDS[kind]
        wanted = chance.choices((GOOD, REFUSED, CHALLENGED), (7, 2, 1))[0]
        number = cards.get(wanted, cards[GOOD])
        return lambda: counter.charge(order, kind, number)

    def _look(self, counter: Counter, attempt: int) -> Callable[[], object]:
        async def look() -> Outcome | None:
            try:
                outcome = await counter.sales.outcome(attempt)
            except Refused:
                return None  # the till cannot read its ledger now, and says so
            counter.saw(outcome)
            return outcome

        return look

    async def _give_back(self, sale: int, minor: int) -> None:
        chance = self._day.chance
        await self._day.pause(1, 300)
        for _ in range(chance.randrange(1, 4)):
            amounts = [
                chance.choice((minor, minor // 2, minor // 3, 100))
                for _ in range(chance.randrange(1, 3))
            ]
            await asyncio.gather(*(self._refund(sale, amount) for amount in amounts))
            await self._day.pause(1, 2000)

    async def _refund(self, sale: int, minor: int) -> None:
        counter = self._day.chance.choice(self._counters)
        await self._at(counter, lambda: counter.refund(sale, minor))

    async def _customer_acts(self, url: str, kind: str) -> None:
        """The customer opens the page, or never does."""
        day, chance = self._day, self._day.chance
        if not url or chance.random() < 0.25:
            return
        await day.pause(5, 1200)
        choice = chance.choices(("confirm", "refuse", "cancel"), (7, 1, 1))[0]
        form = f"do={choice}"
        if "/hpp/" in url and choice == "confirm":
            number = CARDS[kind][chance.choice((GOOD, GOOD, REFUSED))]
            form = f"do=pay&number={number}&expiry=12/30&code=100&holder=Ada"
        status = await day.bank.browse(url, form)
        day.note(f"customer {choice}: {status}")

    async def _at(self, counter: Counter, act: Callable[[], object]) -> object:
        """Do something at a till; nothing comes of it when the till dies meanwhile."""
        while not counter.life.alive:
            await self._day.pause(1, 60)
        doing = counter.life.start(_run(act))
        await asyncio.wait({doing})
        if doing.cancelled() or isinstance(doing.exception(), BaseException):
            problem = None if doing.cancelled() else doing.exception()
            if isinstance(problem, Exception) and not isinstance(problem, LedgerError):
                raise problem
            return None
        return doing.result()


async def _run(act: Callable[[], object]) -> object:
    return await act()  # type: ignore[misc]
