"""What the staff of a shop of two tills and its customers do all day."""

from __future__ import annotations

import asyncio

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.desk.sales import AT_ONCE, Taking
from posapp.ledger.errors import LedgerError
from posapp.model.order import Order
from tests.simulation.back_office import ACTING, Act, BackOffice
from tests.simulation.bank import KINDS
from tests.simulation.shop import CARDS, CHALLENGED, GOOD, REFUSED, Counter, Day


class Staff:
    """Takes one order to its end, through refusals, doubts and dead tills."""

    def __init__(self, day: Day, counters: list[Counter]) -> None:
        self._day = day
        self._counters = counters
        self._office = BackOffice(day, counters, self._at)

    async def serve(self) -> None:
        """One customer, from the first word to the last refund."""
        day, chance = self._day, self._day.chance
        counter = chance.choice(self._counters)
        kind = chance.choice(KINDS)
        minor = chance.randrange(500, 50_000)
        taking = self._taking(kind)
        await day.pause(0, 120)
        if chance.random() < 0.08:
            await self._office.check_a_card()
        order = await self._at(counter, lambda: counter.order(minor))
        if not isinstance(order, Order):
            return
        sale = await self._take(counter, order, kind, taking)
        if sale is not None and not taking.capture:
            await self._office.collect(sale, minor)
        if sale is not None and chance.random() < 0.6:
            await self._give_back(sale, minor)
        if chance.random() < 0.1:
            await self._office.pay_out()

    def _taking(self, kind: str) -> Taking:
        chance = self._day.chance
        if kind != ACTING or chance.random() < 0.4:
            return AT_ONCE
        return Taking(capture=False, estimated=chance.random() < 0.5)

    async def _take(self, counter: Counter, order: Order, kind: str, taking: Taking) -> int | None:
        """Try until it is paid or everyone gives up; the attempt that paid."""
        day, chance = self._day, self._day.chance
        for _ in range(4):
            doing: list[Act] = [self._one_try(counter, order, kind, taking)]
            if chance.random() < 0.25:  # a double click, or the other till at the same time
                other = chance.choice(self._counters)
                doing.append(self._one_try(other, order, kind, taking))
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

    def _one_try(self, counter: Counter, order: Order, kind: str, taking: Taking) -> Act:
        chance = self._day.chance
        if kind != "payfac" and chance.random() < 0.2:
            return lambda: counter.link(order, kind)
        cards = CARDS[kind]
        wanted = chance.choices((GOOD, REFUSED, CHALLENGED), (7, 2, 1))[0]
        number = cards.get(wanted, cards[GOOD])
        return lambda: counter.charge(order, kind, number, taking)

    def _look(self, counter: Counter, attempt: int) -> Act:
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

    async def _at(self, counter: Counter, act: Act) -> object:
        """Do something at a till; nothing comes of it when the till dies meanwhile."""
        while not counter.is_open:
            await self._day.pause(1, 60)
        doing = counter.life.start(act())
        await asyncio.wait({doing})
        if doing.cancelled() or isinstance(doing.exception(), BaseException):
            problem = None if doing.cancelled() else doing.exception()
            if isinstance(problem, Exception) and not isinstance(problem, LedgerError):
                raise problem
            return None
        return doing.result()
