"""The object names of the window are a contract, and the read-me lists all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from posapp import app
from posapp.model.case import AlarmKind
from posapp.ui.main_window import MainWindow
from tests.journeys.back_office import compared, reconcile
from tests.journeys.places import SUCCESS
from tests.journeys.till import Till
from tests.waiting import until

README = Path(__file__).with_name("README.md")
_DIGITS = [f"lock.key_{digit}" for digit in range(10)]


def listed() -> set[str]:
    names: set[str] = set()
    for row in README.read_text("utf-8").splitlines():
        if row.startswith("| `"):
            cell = row.split("|")[1]
            names.update(_DIGITS if "…" in cell else re.findall(r"`([^`]+)`", cell))
    return names


def named(window: QWidget) -> set[str]:
    """The names somebody gave; Qt names its own parts ``qt_…``."""
    names = {widget.objectName() for widget in (window, *window.findChildren(QWidget))}
    return {name for name in names if name and not name.startswith("qt_")}


async def _alarm(till: Till) -> None:
    """The first charge counts as one that turned up late."""
    assert isinstance(till.window, MainWindow)
    desk = till.window.desk
    assert desk is not None
    payment = (await desk.book.detail(1)).payment
    assert payment is not None
    await desk.till.ledger.cases.raise_alarm(AlarmKind.LATE, attempt_id=1, payment=payment)
    desk.news.tell()
    await until(lambda: till.shows("alarm_banner"))


@pytest.mark.asyncio
@pytest.mark.usefixtures("qapp")
async def test_every_name_in_the_window_is_listed_and_every_listed_name_is_in_the_window(
    home: Path,
) -> None:
    seen: set[str] = set()
    async with app.open(home, training=True) as window:
        till = Till(window)
        await till.phone_order()
        await till.tab_to("counter.lines")
        await till.press(Qt.Key.Key_Delete)
        await until(lambda: till.shows("message.action"))
        await till.tab_to("message.action")
        await till.press(Qt.Key.Key_Return)
        await until(lambda: len(till.lines()) == 1)
        await till.tab_to("counter.customer_details")
        await till.press(Qt.Key.Key_Return)
        await until(lambda: till.shows("customer"))
        seen |= named(window)
        await till.leave("customer")
        await till.key_card(SUCCESS)
        assert await till.charge() == "approved"
        await till.receipt()
        seen |= named(window)
        await till.leave("receipt")
        await till.payments()
        await till.ask_refund()
        seen |= named(window)
        await till.leave("refund")
        await _alarm(till)
        await till.cases()
        await till.open_case("alarm")
        seen |= named(window)
        await till.leave("alarm")
        assert window.cases is not None
        window.cases.open_case(1)
        await until(lambda: till.shows("case"))
        seen |= named(window)
        await till.leave("case")
        await reconcile(till)
        await till.press(Qt.Key.Key_F5)
        await compared(till)
        await till.tab_to("reconcile.list")
        await till.press(Qt.Key.Key_A)
        await until(lambda: till.shows("decision"))
        seen |= named(window)
        await till.leave("decision")
        await till.settings()
        await till.lock()
        assert window.desk is not None
        await window.desk.till.ledger.pauses.pause("gone", attempt=1, why="Another amount.")
        window.desk.till.changed()
        await until(lambda: till.shows("notice"))
        seen |= named(window)
    async with app.open(home) as window:
        seen |= named(window)
    assert seen == listed()
