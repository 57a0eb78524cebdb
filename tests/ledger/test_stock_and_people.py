"""Orders as they are typed, the catalogue, customers, and wrong PINs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from posapp.ledger.errors import NoSuchEntry, OrderNotOpen
from posapp.ledger.ledger import Ledger
from posapp.model.access import Lockout
from posapp.model.money import Money
from posapp.model.order import Customer, Product
from tests.ledger.conftest import Opener
from tests.ledger.samples import ADA, TEA, Clock, charge, new_order, paid

pytestmark = pytest.mark.asyncio


def product(sku: str, name: str, barcode: str = "", minor: int = 100) -> Product:
    return Product(sku, name, Money(minor, "EUR"), Decimal("7.5"), barcode)


async def names(ledger: Ledger, text: str) -> list[str]:
    return [each.name for each in await ledger.catalogue.search(text)]


async def test_an_order_is_kept_as_it_is_typed(ledger: Ledger, clock: Clock) -> None:
    empty = await ledger.orders.new("EUR")
    assert (empty.number, empty.created_at) == (1001, clock.now)
    filled = replace(empty, lines=(TEA, replace(TEA, name="Milk", sku="")), customer=ADA)
    for wanted in (filled, replace(filled, lines=()), filled):
        await ledger.orders.save(wanted)
        assert await ledger.orders.read(empty.id) == wanted
    assert (await ledger.orders.new("USD")).number == 1002


async def test_an_order_that_is_being_paid_cannot_be_changed(ledger: Ledger) -> None:
    order = await new_order(ledger)
    await ledger.journal.begin(charge(order))
    with pytest.raises(OrderNotOpen):
        await ledger.orders.save(replace(order, lines=()))
    assert (await ledger.orders.read(order.id)).lines == order.lines


async def test_a_till_goes_on_with_its_own_unpaid_order(opened: Opener) -> None:
    ledger, other = await opened("T1"), await opened("T2")
    assert await ledger.orders.draft() is None
    order = await new_order(ledger)
    await new_order(other)
    assert await ledger.orders.draft() == order
    await paid(ledger, order)
    assert await ledger.orders.draft() is None


async def test_products_are_found_by_parts_of_words_and_exact_codes_first(
    ledger: Ledger,
) -> None:
    await ledger.catalogue.fill(
        [
            product("T-1", "Green tea", "4000000000011"),
            product("T-2", "Black tea, loose", "4000000000028"),
            product("BLACK", "Zebra stripes"),
            product("C-1", "Crème brûlée"),
        ]
    )
    assert await names(ledger, "tea") == ["Black tea, loose", "Green tea"]
    assert await names(ledger, "BLACK") == ["Zebra stripes", "Black tea, loose"]
    assert await names(ledger, "tea gre") == ["Green tea"]
    assert await names(ledger, "4000000000028") == ["Black tea, loose"]
    assert await names(ledger, "t-1") == ["Green tea"]
    assert await names(ledger, "creme bru") == ["Crème brûlée"]
    assert await names(ledger, " ") == []
    assert await names(ledger, "coffee") == []


async def test_a_product_that_is_filled_in_again_is_replaced(ledger: Ledger) -> None:
    await ledger.catalogue.fill([product("A", "Old name", minor=100), product("B", "Other")])
    await ledger.catalogue.fill([product("A", "New name", minor=200), product("C", "Third")])
    assert await ledger.catalogue.count() == 3
    assert await names(ledger, "old") == []
    assert await ledger.catalogue.search("new") == (product("A", "New name", minor=200),)


async def test_ten_thousand_products_are_searched_without_reading_all(ledger: Ledger) -> None:
    await ledger.catalogue.fill(
        product(f"SKU-{n}", f"Thing {n}", str(4_000_000_000_000 + n)) for n in range(10_000)
    )
    assert len(await ledger.catalogue.search("t")) == 8
    assert await names(ledger, "SKU-4321") == ["Thing 4321"]
    assert await names(ledger, "4000000004322") == ["Thing 4322"]


async def test_customers_are_found_by_what_they_say(ledger: Ledger) -> None:
    ada = await ledger.customers.save(ADA)
    other = await ledger.customers.save(Customer(name="Åsa Øberg", phone="040 / 5556-77"))
    assert ada == replace(ADA, id=ada.id)
    assert ada.id != other.id
    for text in ("mus", "ADA", "ada muster", "muster.example", "0421 555", "5550199", "+49421"):
        assert await ledger.customers.search(text) == (ada,), text
    for text in ("asa", "oberg", "040/5556", "040 55 56", "0405556"):
        assert await ledger.customers.search(text) == (other,), text
    assert await ledger.customers.search("") == ()
    assert await ledger.customers.search("ada oberg") == ()


async def test_a_changed_customer_is_found_by_the_new_name_only(ledger: Ledger) -> None:
    ada = await ledger.customers.save(ADA)
    changed = await ledger.customers.save(replace(ada, name="Ada Beispiel", email=""))
    assert changed.id == ada.id
    assert await ledger.customers.search("beispiel") == (changed,)
    assert await ledger.customers.search("muster ada") == ()


@pytest.mark.parametrize("number", ["99", "none", "-1", "²"])
async def test_a_customer_that_is_not_there_cannot_be_changed(ledger: Ledger, number: str) -> None:
    with pytest.raises(NoSuchEntry):
        await ledger.customers.save(replace(ADA, id=number))


async def test_wrong_pins_are_remembered_across_restarts(opened: Opener, clock: Clock) -> None:
    ledger = await opened()
    assert await ledger.sign_ins.lockout("owner") == Lockout()
    await ledger.sign_ins.keep("owner", Lockout(3, clock.now))
    await ledger.sign_ins.keep("other", Lockout(1, None))
    await ledger.close()
    ledger = await opened()
    assert await ledger.sign_ins.lockout("owner") == Lockout(3, clock.now)
    await ledger.sign_ins.keep("owner", Lockout())
    assert await ledger.sign_ins.lockout("owner") == Lockout()
