"""The whole phone order, from the first key to the refund."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys import places
from tests.journeys.gateway import Gateway
from tests.journeys.places import SUCCESS, Place
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = [
    pytest.mark.asyncio,
    # The file dialog completes names in a pop-up, for which offscreen has no keyboard to grab.
    pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True),
]


@places.ALL
async def test_a_phone_order_is_charged_receipted_found_again_and_refunded_in_part(
    till: Till, gateway: Gateway, tmp_path: Path, place: Place
) -> None:
    await till.find_product("ceramic mug")
    await till.custom_line("Gift box 4.50")
    assert till.lines() == [
        "1 times Ceramic mug, blue, € 12.90",
        "1 times Gift box, € 4.50",
    ]
    assert till.total() == "€ 17.40"
    await till.customer("Ada Muster")
    await till.account(place.account)
    await till.key_card(SUCCESS)

    assert await till.charge() == "approved"
    assert "€ 17.40" in till.reads("result.status").replace("\u00a0", " ")
    assert till.fact("Card") == "Visa •••• 4242"

    await till.receipt()
    paper = tmp_path / "receipt.pdf"
    await till.save_receipt(paper)
    assert paper.read_bytes().startswith(b"%PDF")
    await till.leave("receipt")

    await till.go_on()
    assert till.lines() == []
    assert till.total() == "€ 0.00"

    await till.payments()
    await till.look_up("4242", found=1)
    await till.look_up("17.40", found=1)
    await till.refund("5.00", reason="Broken mug")
    await until(lambda: "Part refunded" in till.rows("payments.list")[0], 20)
    await until(lambda: any("Refund of € 5.00 confirmed" in e for e in till.timeline()), 20)
    await until(lambda: till.fact("Refunded") == "€ 5.00", 20)
    assert till.fact("Captured") == "€ 17.40"
    assert till.fact("Can be refunded") == "€ 12.40"

    [payment] = await gateway.payments(place.api)
    assert payment["amount"] == 1740
    assert place.refunded(payment) == 500


@places.ALL
async def test_after_a_declined_card_the_order_waits_for_another_one(
    till: Till, gateway: Gateway, place: Place
) -> None:
    await till.phone_order()
    await till.account(place.account)
    await till.key_card(place.declined)
    assert await till.charge() == "declined"
    assert till.reads("result.message").endswith("No money moved.")
    assert till.sees("another card") or till.sees("same card")

    await till.go_on()
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert till.focus == "card.number"
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"

    ends = [place.ended(payment) for payment in await gateway.payments(place.api)]
    assert ends == list(place.ends)
    assert len(await gateway.charges()) == 2


async def test_the_next_order_takes_another_number_and_nothing_of_the_last_customer(
    till: Till, gateway: Gateway
) -> None:
    await till.phone_order()
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
    await till.go_on()
    assert till.shows("counter.customer")
    assert till.reads("counter.customer") == ""
    assert not till.sees("Ada Muster")
    for name in ("card.expiry", "card.postcode", "card.name"):
        assert till.reads(name) == ""
    assert till.focus == "counter.search"
    await till.phone_order(product="teapot", caller="B. Lindqvist")
    await till.key_card("5555555555554444")
    assert await till.charge() == "approved"
    await till.payments()
    await until(lambda: till.shown_payments() == 2)
    assert len(await gateway.charges()) == 2
