"""What a person mistypes: a sentence beside it, nothing sent, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt

from tests.journeys.gateway import Gateway
from tests.journeys.places import FLOWLIX, SUCCESS
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@dataclass(frozen=True, slots=True)
class Slip:
    """A card typed wrongly, the field it is about, and the keys that mend it there."""

    field: str
    mend: str
    number: str = SUCCESS
    expiry: str = "12 40"
    code: str = "123"
    wipes: int = 0


SLIPS = {
    "a wrong digit": Slip("card.number", "2", number="4242424242424241", wipes=1),
    "a number that is too short": Slip("card.number", "2", number=SUCCESS[:15]),
    "an expired card": Slip("card.expiry", "12 40", expiry="01 20", wipes=7),
    "a month that does not exist": Slip("card.expiry", "12 40", expiry="13 40", wipes=7),
    "no expiry": Slip("card.expiry", "12 40", expiry=""),
    "a short code": Slip("card.code", "3", code="12"),
    "no code": Slip("card.code", "123", code=""),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
async def test_a_card_typed_wrongly_is_mended_where_it_is_wrong_and_nothing_is_sent_before(
    till: Till, gateway: Gateway, slip: Slip
) -> None:
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(slip.number, expiry=slip.expiry, code=slip.code)
    await till.press(Qt.Key.Key_Return)
    assert till.problem(slip.field).endswith(".")
    assert till.sees(till.problem(slip.field))
    assert till.focus == slip.field
    assert till.status() == ""
    assert await gateway.charges() == []

    for _ in range(slip.wipes):
        await till.press(Qt.Key.Key_Backspace)
    await till.type(slip.mend)
    assert till.problem(slip.field) == ""
    assert await till.charge() == "approved"
    assert len(await gateway.charges()) == 1


async def test_a_wrong_card_number_is_told_at_its_last_digit(till: Till) -> None:
    await till.card_number("555555555555444")
    assert till.problem("card.number") == ""
    await till.type("5")
    assert till.problem("card.number").endswith(".")
    await till.press(Qt.Key.Key_Backspace)
    assert till.problem("card.number") == ""
    await till.type("4")
    assert till.problem("card.number") == ""


async def test_a_number_that_could_still_grow_is_judged_when_the_field_is_left(till: Till) -> None:
    await till.card_number("4242424242424241")
    assert till.problem("card.number") == ""
    await till.press(Qt.Key.Key_Tab)
    assert till.problem("card.number").endswith(".")


async def test_an_empty_order_is_not_charged_and_the_card_need_not_be_read_out_again(
    till: Till, gateway: Gateway
) -> None:
    await till.customer("Ada Muster")
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.sees("The order is empty. Add a line first."))
    assert await gateway.requests() == []

    await till.find_product("ceramic mug")
    await till.tab_to("card.charge")
    assert await till.charge() == "approved"
    assert len(await gateway.charges()) == 1


async def test_a_missing_name_is_asked_for_and_the_card_need_not_be_read_out_again(
    till: Till, gateway: Gateway
) -> None:
    await till.find_product("ceramic mug")
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("card.name"))
    assert till.focus == "card.name"
    assert await gateway.charges() == []

    await till.type("Ada Muster")
    assert await till.charge() == "approved"
    assert len(await gateway.charges()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "Gift box 0.00",
        "Gift box 4.5.0",
        "Gift box -3.00",
        "Gift box 1e5",
        "Gift box 4.505",
        "Gift box NaN",
        "Gift box 99999999999999999999",
        "Gift box",
        "",
    ],
)
async def test_an_amount_nobody_can_mean_becomes_no_line_and_stays_to_be_mended(
    till: Till, typed: str
) -> None:
    await till.press(Qt.Key.Key_F2)
    await till.type(typed)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("counter.search"))
    assert till.problem("counter.search").endswith((".", "4.50"))
    assert till.reads("counter.search") == typed
    assert till.lines() == []
    await till.replace("Gift box 4.50")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.lines() == ["1 times Gift box, € 4.50"])
    assert till.problem("counter.search") == ""


async def test_a_refund_that_cannot_be_is_refused_beside_the_field_and_sends_nothing(
    till: Till, gateway: Gateway
) -> None:
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
    await till.go_on()
    await till.payments()
    await till.ask_refund()

    for amount in ("12.91", "0.00", "", "five", "1.2.3", "-5.00", "5.005"):
        await till.fill("refund.amount", amount)
        await till.fill("refund.reason", "Broken mug")
        await till.press(Qt.Key.Key_Return)
        assert till.problem("refund.amount").endswith("."), amount
        assert till.sees(till.problem("refund.amount"))
        assert till.focus == "refund.amount"
        assert till.reads("refund.amount") == amount
        assert till.reads("refund.reason") == "Broken mug"

    await till.fill("refund.amount", "12.90")
    await till.fill("refund.reason", "")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("refund.reason").endswith(".")
    assert till.focus == "refund.reason"
    assert till.reads("refund.amount") == "12.90"
    assert "flowlix.create_refund" not in await gateway.requests()

    await till.type("Broken mug")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("refund"), 20)
    assert (await gateway.requests()).count("flowlix.create_refund") == 1
    await until(lambda: till.fact("Refunded") == "€ 12.90", 20)
    assert till.fact("Can be refunded") == "€ 0.00"
    assert not till.find("payment.refund").isEnabled()
