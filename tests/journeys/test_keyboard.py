"""Without a mouse, and without eyes."""

from __future__ import annotations

import re
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from tests.journeys.gateway import Gateway
from tests.journeys.places import FLOWLIX, SUCCESS
from tests.journeys.till import CTRL, SHIFT, Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio
READING_ORDER = [
    "counter.search",
    "counter.add",
    "counter.lines",
    "counter.customer",
    "counter.pay_card",
    "counter.account",
    "card.number",
    "card.expiry",
    "card.code",
    "card.postcode",
    "card.name",
    "card.charge",
    "counter.pay_link",
]


async def test_tab_goes_through_the_counter_in_reading_order_and_back(till: Till) -> None:
    await till.find_product("ceramic mug")
    assert till.focus == READING_ORDER[0]
    forward = [till.focus]
    for _ in READING_ORDER[1:]:
        await till.press(Qt.Key.Key_Tab)
        forward.append(till.focus)
    assert forward == READING_ORDER
    back = [till.focus]
    for _ in READING_ORDER[1:]:
        await till.press(Qt.Key.Key_Backtab, SHIFT)
        back.append(till.focus)
    assert back == READING_ORDER[::-1]


async def test_tab_comes_round_to_where_it_began(till: Till) -> None:
    await till.find_product("ceramic mug")
    seen: list[str] = []
    for _ in range(60):
        await till.press(Qt.Key.Key_Tab)
        seen.append(till.focus)
        if till.focus == "counter.search":
            break
    assert seen[-1] == "counter.search"
    assert "" not in seen
    assert len(set(seen)) == len(seen)


async def test_the_keys_on_the_screen_do_what_they_say(till: Till) -> None:
    for key, name in (
        (Qt.Key.Key_F8, "card.number"),
        (Qt.Key.Key_F3, "counter.customer"),
        (Qt.Key.Key_F2, "counter.search"),
    ):
        await till.press(key)
        assert till.focus == name
    for key, name in (
        (Qt.Key.Key_2, "payments"),
        (Qt.Key.Key_3, "cases"),
        (Qt.Key.Key_4, "reconcile"),
        (Qt.Key.Key_5, "settings"),
        (Qt.Key.Key_1, "counter"),
    ):
        await till.press(key, CTRL)
        await until(partial(till.shows, name), what=name)
    assert till.focus == "counter.search"
    await till.press(Qt.Key.Key_2, CTRL)
    await until(lambda: till.shows("payments"))
    await till.press(Qt.Key.Key_F, CTRL)
    assert till.focus == "payments.search"


async def test_lines_are_counted_up_and_down_and_taken_out_and_put_back_by_key(till: Till) -> None:
    await till.find_product("ceramic mug")
    await till.find_product("teapot")
    await till.tab_to("counter.lines")
    await till.type("++-")
    await until(lambda: till.lines()[1].startswith("2 times Teapot"))
    await till.press(Qt.Key.Key_Up)
    await till.press(Qt.Key.Key_Delete)
    await until(lambda: len(till.lines()) == 1)
    assert till.total() == "€ 99.00"
    await till.tab_to("message.action")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: len(till.lines()) == 2)
    assert till.total() == "€ 111.90"


async def test_escape_never_loses_what_was_typed(till: Till) -> None:
    await till.find_product("ceramic mug")
    await till.customer("Ada Muster")
    await till.key_card(SUCCESS)
    for name in ("card.number", "card.expiry", "card.code", "card.postcode", "card.charge"):
        await till.tab_to(name)
        await till.press(Qt.Key.Key_Escape)
    await till.press(Qt.Key.Key_F3)
    await till.type("Somebody else")
    await till.press(Qt.Key.Key_Escape)
    await till.press(Qt.Key.Key_F2)
    await till.type("tea")
    await till.press(Qt.Key.Key_Escape)
    await till.press(Qt.Key.Key_Escape)
    assert till.reads("counter.search") == "tea"
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert till.sees("Ada Muster")
    await till.tab_to("card.charge")
    assert await till.charge() == "approved"


async def test_escape_leaves_a_dialog_and_keeps_the_order(till: Till) -> None:
    await till.phone_order()
    await till.tab_to("counter.customer_details")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("customer"))
    await till.fill("customer.city", "Bremen")
    await till.leave("customer")
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert till.sees("Ada Muster")


async def test_details_of_a_customer_are_kept_and_found_again(till: Till, gateway: Gateway) -> None:
    await till.phone_order()
    await till.tab_to("counter.customer_details")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("customer"))
    await till.fill("customer.country", "Germany")
    await till.fill("customer.email", "ada.example")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("customer.email").endswith(".")
    await till.fill("customer.email", "ada@shop.example")
    await till.fill("customer.country", "de")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("customer"))
    await until(lambda: till.sees("ada@shop.example"))
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
    [payment] = await gateway.payments(FLOWLIX.api)
    assert "ada@shop.example" in str(payment["buyer"])


async def test_the_lock_empties_the_card_and_keeps_the_order_and_the_pin_opens_it(
    till: Till,
) -> None:
    await till.phone_order()
    await till.key_card(SUCCESS)
    await till.lock()
    assert till.focus == "lock.pin"
    for key in (Qt.Key.Key_2, Qt.Key.Key_1):
        await till.press(key, CTRL)
    await till.press(Qt.Key.Key_Escape)
    assert till.shows("lock")
    assert not till.shows("counter")
    await till.type("000000")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("lock.pin"))
    assert till.shows("lock")

    await till.unlock(_practice_pin(till))
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert till.sees("Ada Muster")
    assert till.reads("card.expiry") == ""
    await till.tab_to("card.charge")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("card.number") == "Type the card number."
    assert till.problem("card.code") != ""


def _practice_pin(till: Till) -> str:
    shown = re.search(r"\b\d{6}\b", till.words())
    assert shown is not None
    return shown[0]


async def test_everything_a_key_can_reach_says_what_it_is(till: Till, gateway: Gateway) -> None:
    silent: dict[str, list[str]] = {}

    def look(where: str) -> None:
        if found := unnamed():
            silent[where] = found

    look("counter")
    await till.phone_order()
    await till.account(FLOWLIX.account)
    look("counter with an order")
    await till.tab_to("counter.customer_details")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("customer"))
    look("customer")
    await till.leave("customer")
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"
    look("result")
    await till.receipt()
    look("receipt")
    await till.leave("receipt")
    await till.go_on()
    await till.payments()
    await until(lambda: till.shown_payments() == 1)
    look("payments")
    await till.ask_refund()
    look("refund")
    await till.leave("refund")
    await till.settings()
    look("settings")
    await till.tab_to("settings.entry_shop")
    await till.press(Qt.Key.Key_Space)
    await until(lambda: till.shows("shop.name"))
    look("shop")
    await till.lock()
    look("lock")
    assert silent == {}
    assert len(await gateway.charges()) == 1


def unnamed() -> list[str]:
    """What takes the keyboard on the screen now and has no accessible name."""
    found: list[str] = []
    for top in QApplication.topLevelWidgets():
        for widget in (top, *top.findChildren(QWidget)):
            if not widget.isVisible() or not widget.isEnabled():
                continue
            if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                continue
            spoken = QAccessible.queryAccessibleInterface(widget)
            if not spoken.text(QAccessible.Text.Name).strip():
                found.append(f"{type(widget).__name__} {widget.objectName()}".strip())
    return found
