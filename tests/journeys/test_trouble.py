"""When the line breaks: what is said is true, and nobody pays twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from posapp.sandbox.server import start
from tests.journeys import places
from tests.journeys.gateway import Gateway
from tests.journeys.live import Shop
from tests.journeys.places import FLOWLIX, SUCCESS, Place
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@places.ALL
async def test_an_answer_that_is_lost_is_called_unknown_and_ends_as_the_gateway_says(
    till: Till, gateway: Gateway, place: Place
) -> None:
    await gateway.fault("drop_after", place.create)
    await gateway.fault("error_before", place.search, times=None, status=503)
    await till.phone_order()
    await till.account(place.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "unknown"
    assert "not known" in till.reads("result.status")
    assert till.sees("Do not charge again.")
    await until(lambda: not till.find("counter.search").isEnabled(), what="the order to lock")
    assert till.sees("It is locked until then.")

    await gateway.forget_faults()
    await till.payments()
    await until(lambda: till.shown_payments() == 1)
    assert "Not known yet" in till.rows("payments.list")[0]
    await till.check_with_gateway()
    await until(lambda: "Not known yet" not in till.rows("payments.list")[0], 20)
    await till.counter()
    await till.becomes("approved")
    assert await gateway.charges() == [place.create]
    assert len(await gateway.payments(place.api)) == 1


async def test_an_answer_that_is_lost_is_found_again_without_anybody_asking(
    till: Till, gateway: Gateway
) -> None:
    await gateway.fault("drop_after", FLOWLIX.create)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() in ("unknown", "approved")
    await till.becomes("approved")
    assert await gateway.charges() == [FLOWLIX.create]
    assert len(await gateway.payments(FLOWLIX.api)) == 1


async def test_the_next_caller_is_served_while_a_payment_is_not_known(
    till: Till, gateway: Gateway
) -> None:
    await gateway.fault("drop_after", FLOWLIX.create)
    await gateway.fault("error_before", FLOWLIX.search, times=None, status=503)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "unknown"
    await till.go_on()
    await till.phone_order(product="teapot", caller="B. Lindqvist")
    await till.key_card("5555555555554444")
    assert await till.charge() == "approved"
    assert "49.50" in till.reads("result.status")
    assert len(await gateway.payments(FLOWLIX.api)) == 2


async def test_a_second_press_charges_nothing_a_second_time(till: Till, gateway: Gateway) -> None:
    await gateway.fault("delay_after", FLOWLIX.create, seconds=0.3)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    button = till.find("card.charge")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
    assert await till.result() == "approved"
    assert await gateway.charges() == [FLOWLIX.create]
    await till.payments()
    await until(lambda: till.shown_payments() == 1)


async def test_a_hand_resting_on_enter_charges_once_and_does_not_begin_the_next_order(
    till: Till, gateway: Gateway
) -> None:
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    await till.hold_enter("approved")
    assert till.status() == "approved"
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert await gateway.charges() == [FLOWLIX.create]


@pytest_asyncio.fixture
async def shop(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Shop]:  # noqa: ARG001 - its loop
    async with Shop.opened(tmp_path / "home") as shop:
        yield shop


async def test_a_gateway_that_is_down_is_named_nothing_is_charged_and_later_it_works(
    shop: Shop, tmp_path: Path
) -> None:
    state = tmp_path / "gateway.json"
    sandbox = await start(state=state)
    origin = sandbox.endpoints.admin.base_url.removesuffix("/admin")
    till = shop.till
    try:
        await shop.add_flowlix(sandbox.endpoints.flowlix)
        await till.counter()
        await till.find_product("Gift box 4.50")
        await till.customer("Ada Muster")
    finally:
        await sandbox.stop()
    await till.key_card(SUCCESS)
    assert await till.charge() == "declined"
    assert "was not charged" in till.reads("result.status")
    assert "No money moved." in till.reads("result.message")
    await till.go_on()
    assert till.lines() == ["1 times Gift box, € 4.50"]

    sandbox = await start(port=int(origin.rpartition(":")[2]), state=state)
    try:
        await till.key_card(SUCCESS)
        assert await till.charge() == "approved"
        async with Gateway(origin) as gateway:
            assert len(await gateway.payments("flowlix")) == 1
    finally:
        await sandbox.stop()
