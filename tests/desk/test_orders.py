"""The order on the counter is on the disk as it is typed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from posapp.desk.errors import Refused
from posapp.desk.orders import Orders
from posapp.desk.practice import stock
from posapp.model.order import Customer, Line
from tests.desk.shop import Shop, euros

pytestmark = pytest.mark.asyncio


@pytest.fixture
def orders(shop: Shop) -> Orders:
    return Orders(ledger=shop.ledger, currency="EUR")


async def test_the_order_left_open_is_taken_up_again(orders: Orders) -> None:
    order = await orders.current()
    order = order.add(Line("Mug", euros(1290), 2, Decimal(19), "MUG-1"))
    order = replace(order, customer=Customer(name="B. Lindqvist"))
    await orders.save(order)
    assert await orders.current() == order
    assert await orders.read(order.id) == order


async def test_after_a_paid_order_there_is_a_new_one(orders: Orders, shop: Shop) -> None:
    paid = await shop.order()
    await shop.charge(paid)
    following = await orders.current()
    assert (following.number, following.lines) == (paid.number + 1, ())


async def test_a_paid_order_cannot_be_changed(orders: Orders, shop: Shop) -> None:
    order = await shop.order()
    await shop.charge(order)
    with pytest.raises(Refused, match="cannot be changed"):
        await orders.save(replace(order, lines=()))
    assert len((await orders.read(order.id)).lines) == 1


async def test_products_and_customers_are_found(orders: Orders, shop: Shop) -> None:
    await stock(shop.ledger)
    await stock(shop.ledger)  # the shelves are filled once
    found = await orders.find_products("a")
    assert found
    assert await orders.find_products(found[0].sku) == (found[0],)
    await shop.ledger.customers.save(Customer(name="Ada Muster", phone="+49 30 111222"))
    assert [c.name for c in await orders.find_customers("mus")] == ["Ada Muster"]
    assert await orders.find_customers("  ") == ()
