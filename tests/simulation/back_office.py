"""What staff do besides charging: capture, void, raise, give back, check cards, pay out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tests.simulation.shop import CARDS, GOOD, REFUSED, Counter, Day

ACTING = "payfac"
"""The account at which payments can be captured by hand, and money can be paid out."""

PAID, UNPAID = "4921817844445119", "4818192525595285"
Act = Callable[[], Coroutine[Any, Any, object]]
Wish = Callable[[Counter], Coroutine[Any, Any, object]]


class BackOffice:
    """``do`` carries something out at a till, and waits for a till that died to come back."""

    def __init__(
        self, day: Day, counters: list[Counter], do: Callable[[Counter, Act], Awaitable[object]]
    ) -> None:
        self._day = day
        self._counters = counters
        self._do = do
        self._forms = 0

    async def collect(self, sale: int, minor: int) -> None:
        """Do something with a reservation, now and then two things at once."""
        chance = self._day.chance
        for _ in range(chance.randrange(1, 4)):
            await self._day.pause(1, 2000)
            wishes = [self._wish(sale, minor) for _ in range(chance.choice((1, 1, 2)))]
            await self._all(wishes)

    async def check_a_card(self) -> None:
        """Ask whether a card is good before anything is sold."""
        number = CARDS[ACTING][self._day.chance.choice((GOOD, GOOD, REFUSED))]
        await self._all([lambda counter: counter.verify(ACTING, number)])

    async def pay_out(self) -> None:
        """Send money out once; the form may be sent off twice, or at both tills."""
        chance = self._day.chance
        self._forms += 1
        ticket, minor = f"form {self._forms}", chance.randrange(500, 20_000)
        number = chance.choice((PAID, PAID, PAID, UNPAID))

        def send(counter: Counter) -> Coroutine[Any, Any, object]:
            return counter.pay_out(ACTING, number, minor, ticket)

        await self._all([send] * chance.choice((1, 2)))
        if chance.random() < 0.3:
            await self._day.pause(1, 900)
            await self._all([send])  # nobody is sure whether it was sent off

    def _wish(self, sale: int, minor: int) -> Wish:
        chance = self._day.chance
        amount = chance.choice((minor, minor // 2, minor // 3))
        final = chance.random() < 0.5
        wishes: tuple[Wish, ...] = (
            lambda counter: counter.capture(sale, amount, final=final),
            lambda counter: counter.void(sale),
            lambda counter: counter.increment(sale, amount),
            lambda counter: counter.reverse(sale),
        )
        return chance.choices(wishes, (6, 2, 3, 2))[0]

    async def _all(self, wishes: list[Wish]) -> None:
        await asyncio.gather(*(self._at_one(wish) for wish in wishes))

    def _at_one(self, wish: Wish) -> Awaitable[object]:
        counter = self._day.chance.choice(self._counters)
        return self._do(counter, lambda: wish(counter))
