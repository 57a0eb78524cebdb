"""No card number is stored, whatever field it is typed into."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from posapp.ledger.errors import HoldsCardNumber
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import BrokenRule, State
from posapp.model.money import Money
from posapp.model.order import Customer, Line, Product
from posapp.model.payment import ActionState, Decline, DeclineClass, RefundRecord
from tests.ledger.places import Place
from tests.ledger.samples import ADA, TEA, charge, new_order, paid, payment_of, refund, sent

pytestmark = pytest.mark.asyncio

NUMBER = "4242 4242 4242 4242"
TYPED = [field.name for field in fields(Customer) if field.name != "id"]


@pytest.mark.parametrize("name", TYPED)
async def test_no_field_of_a_customer_takes_a_card_number(
    ledger: Ledger, place: Place, name: str
) -> None:
    order = await new_order(ledger)
    before = place.everything()
    for customer in (replace(ADA, **{name: NUMBER}), replace(ADA, **{name: f"Ada {NUMBER}"})):
        with pytest.raises(HoldsCardNumber, match=name) as problem:
            await ledger.customers.save(customer)
        with pytest.raises(HoldsCardNumber, match=name):
            await ledger.orders.save(replace(order, customer=customer))
        assert "4242" not in str(problem.value)
    assert place.everything() == before


@pytest.mark.parametrize("line", [replace(TEA, name=NUMBER), replace(TEA, sku=NUMBER)])
async def test_no_line_of_an_order_takes_a_card_number(
    ledger: Ledger, place: Place, line: Line
) -> None:
    order = await new_order(ledger)
    before = place.everything()
    with pytest.raises(HoldsCardNumber, match="line 2"):
        await ledger.orders.save(replace(order, lines=(TEA, line)))
    assert place.everything() == before


async def test_an_article_number_of_the_catalogue_may_look_like_one(ledger: Ledger) -> None:
    barcode = "".join(("4006381", "333932"))  # passes the check of card numbers
    product = Product(barcode, "Pen", Money(100, "EUR"), Decimal(19), barcode)
    line = Line("Pen", Money(100, "EUR"), 1, Decimal(19), sku=barcode)
    order = await new_order(ledger)
    with pytest.raises(HoldsCardNumber):
        await ledger.orders.save(replace(order, lines=(line,)))
    await ledger.catalogue.fill([product])
    await ledger.orders.save(replace(order, lines=(line,)))
    assert (await ledger.orders.read(order.id)).lines == (line,)


async def test_no_intent_takes_a_card_number(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    good = refund(payment, 1)
    for bad in (
        replace(good, reason=NUMBER),
        replace(good, who=NUMBER),
        replace(good, till=NUMBER),
        replace(good, card_brand=NUMBER),
    ):
        with pytest.raises(HoldsCardNumber):
            await ledger.journal.begin(bad)
    with pytest.raises(BrokenRule):
        await ledger.journal.begin(replace(charge(await new_order(ledger)), body=b"bytes"))


async def test_our_own_references_and_keys_may_look_like_one(ledger: Ledger) -> None:
    intent = replace(charge(await new_order(ledger)), reference="4242-4242-4242-4242", key=NUMBER)
    assert (await ledger.journal.begin(intent)).intent == intent


async def test_what_a_gateway_says_is_kept_without_card_numbers(
    ledger: Ledger, place: Place
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    why = Decline("51", DeclineClass.SOFT, "caller", "next", True, said=NUMBER)
    given = RefundRecord("re", Money(1, "EUR"), ActionState.FAILED, reason=NUMBER, decline=why)
    payment = replace(payment_of(attempt), status_said=NUMBER, decline=why, refunds=(given,))
    await ledger.journal.settle(
        attempt.id, state=State.PENDING, payment=payment, note=NUMBER, said=NUMBER
    )
    await ledger.journal.looked_up(attempt.id, absent=True, note=f"said {NUMBER}")
    assert NUMBER not in str(place.everything())
    assert (await ledger.journal.read(attempt.id)).state is State.PENDING
