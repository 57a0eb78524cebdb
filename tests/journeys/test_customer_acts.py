"""Payments the customer finishes alone: the bank's check and the payment link."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.journeys import places
from tests.journeys.gateway import Gateway
from tests.journeys.places import CHALLENGED, PAYFAC, SUCCESS, Place
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@places.BOTH_FLOWLIX
@pytest.mark.parametrize(
    ("choice", "ends"), [("confirm", "approved"), ("refuse", "declined")], ids=["yes", "no"]
)
async def test_the_bank_s_question_is_passed_on_as_a_link_and_its_answer_is_followed(
    till: Till, gateway: Gateway, place: Place, choice: str, ends: str
) -> None:
    await till.phone_order()
    await till.account(place.account)
    await till.key_card(CHALLENGED)
    assert await till.charge() == "action_needed"
    assert till.shows("result.link")
    await gateway.submit(till.reads("result.link"), do=choice)
    await till.becomes(ends)
    assert len(await gateway.charges()) == 1
    [payment] = await gateway.payments(place.api)
    assert place.ended(payment) == place.ends[ends == "approved"]


@places.BOTH_FLOWLIX
async def test_a_payment_link_is_paid_by_the_customer_and_the_till_follows(
    till: Till, gateway: Gateway, place: Place
) -> None:
    await till.phone_order()
    await till.account(place.account)
    await till.press(Qt.Key.Key_F9)
    assert await till.result() == "action_needed"
    await gateway.submit(
        till.reads("result.link"),
        number=SUCCESS,
        expiry="12/40",
        code="123",
        holder="Ada Muster",
        do="pay",
    )
    await till.becomes("approved")
    await until(lambda: till.sees("This order is paid."))
    [payment] = await gateway.payments(place.api)
    assert payment["amount"] == 1290
    assert place.ended(payment) == "succeeded"
    await till.go_on()
    await till.payments()
    await till.look_up("12.90", found=1)


async def test_a_gateway_without_payment_links_says_so_and_the_order_stays(
    till: Till, gateway: Gateway
) -> None:
    await till.phone_order()
    await till.account(PAYFAC.account)
    await till.press(Qt.Key.Key_F9)
    await until(lambda: till.sees("Choose another gateway account."))
    assert till.status() == ""
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert await gateway.charges() == []
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
