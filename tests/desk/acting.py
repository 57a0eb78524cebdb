"""What can be asked of a payment after its charge: how, by which call, and what it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from posapp.desk.outcome import Outcome
from posapp.model.attempt import Kind
from tests.desk.payfac_shop import PayfacShop, World
from tests.desk.shop import WHO, euros

Ask = Callable[[PayfacShop, int], Awaitable[Outcome]]


async def capture(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.capture(charge, euros(500), who=WHO, final=False)


async def void(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.void(charge, reason="Ordered twice", who=WHO)


async def increment(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.increment(charge, euros(300), who=WHO)


async def reverse(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.reverse(charge, reason="Ordered twice", who=WHO)


# What is asked, the name of the call, and (reserved, captured) before and after.
ROWS: dict[Kind, tuple[Ask, str, tuple[int, int]]] = {
    Kind.CAPTURE: (capture, "payfac.capture", (790, 500)),
    Kind.VOID: (void, "payfac.void", (0, 0)),
    Kind.INCREMENT: (increment, "payfac.increment", (1590, 0)),
    Kind.REVERSAL: (reverse, "payfac.reverse", (0, 0)),
}
every_kind = pytest.mark.parametrize("kind", ROWS)
BEFORE = (1290, 0)


async def balances(shop: PayfacShop, sale: Outcome) -> tuple[int, int]:
    payment = await shop.read(sale)
    return payment.capturable, payment.captured


async def calls_of(world: World, point: str) -> int:
    calls = (await world.admin.call("GET", "/calls")).json()["calls"]
    return sum(call["point"] == point for call in calls)
