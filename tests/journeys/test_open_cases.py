"""What nobody knows yet: followed at the counter, found out by a person, given back when late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from posapp import app
from posapp.desk.clock import SteadyClock
from posapp.desk.people import PRACTICE_PIN
from posapp.ui.main_window import MainWindow
from tests.journeys.gateway import Gateway
from tests.journeys.places import FLOWLIX, SUCCESS
from tests.journeys.till import CTRL, Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio

_LONG = 30.0  # seconds; a bound for hangs


class LaterClock:
    """The clock of the till, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> LaterClock:
    clock = LaterClock()
    monkeypatch.setattr(SteadyClock, "__call__", lambda _self: clock())
    monkeypatch.setattr(SteadyClock, "between", lambda _self: (clock(), clock()))
    return clock


@pytest_asyncio.fixture
async def till(qapp: QApplication, home: Path, clock: LaterClock) -> AsyncIterator[Till]:  # noqa: ARG001 - its loop and time
    async with app.open(home, training=True) as window:
        yield Till(window)


def later(till: Till, clock: LaterClock, time: timedelta) -> None:
    """Time passes, and the recovery looks at the clock."""
    clock.ahead += time
    assert isinstance(till.window, MainWindow)
    assert till.window.desk is not None
    till.window.desk.till.bell.tell()


async def refunds(gateway: Gateway) -> int:
    """How many refunds the gateway was asked for."""
    return sum("refund" in call for call in await gateway.requests())


async def not_known(till: Till, gateway: Gateway) -> None:
    """A charge that was carried out, whose answer got lost, and a search that does not work."""
    await gateway.fault("drop_after", FLOWLIX.create)
    await gateway.fault("error_before", FLOWLIX.search, times=None, status=503)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "unknown"


async def test_what_is_not_known_says_when_it_is_looked_up_next_and_what_is_known(
    till: Till, gateway: Gateway
) -> None:
    await not_known(till, gateway)
    assert till.reads("result.countdown").startswith(("Looked up next in", "It is being looked"))
    assert till.sees("Other orders can go on")
    assert till.sees("I will call you back")
    await till.press(Qt.Key.Key_E, CTRL)
    await until(lambda: till.shows("case"), _LONG, what="the case")
    assert till.reads("case.state") == "Not known yet"
    assert not till.shows("case.close")
    await until(
        lambda: any("Looked up: no answer" in entry for entry in till.rows("case.timeline")),
        _LONG,
        what="the first look-up in the evidence",
    )
    await till.leave("case")
    await till.cases()
    await until(lambda: len(till.open_cases()) == 1, _LONG)
    assert "Not known yet" in till.open_cases()[0]
    await gateway.forget_faults()
    await until(lambda: not till.open_cases(), _LONG, what="the answer")
    assert till.sees("Nothing is open.")


async def test_a_case_is_closed_by_a_person_and_what_turns_up_late_is_given_back_by_one_key(
    till: Till, gateway: Gateway, clock: LaterClock
) -> None:
    await not_known(till, gateway)
    await till.go_on()
    later(till, clock, timedelta(hours=3, minutes=1))
    await till.cases()
    await until(
        lambda: any("Open case" in row for row in till.open_cases()), _LONG, what="the case"
    )
    await until(lambda: till.find("nav.cases").accessibleName() == "Open cases: 1 (Ctrl+3)")
    await till.open_case()
    assert till.focus == "case.outcome"
    await till.tab_to("case.take")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.reads("case.take") == "Taken by you", _LONG)
    assert till.fact("Who finds out") == "Trainee"
    await till.tab_to("case.reason")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("case.outcome") == "Choose what you saw."
    await till.choose("case.outcome", "Not charged")
    await till.choose("case.seen", "On our bank statement")
    await till.tab_to("case.reason")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("case.reason") == "Give a reason; it is kept with the case."
    await till.fill("case.reason", "Not on the statement")
    await till.tab_to("case.pin")
    await till.type("111222")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: "not right" in till.problem("case.pin"), _LONG)
    await till.type(PRACTICE_PIN)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("case"), _LONG, what="the case to close")
    await until(lambda: not till.open_cases(), _LONG)

    await gateway.forget_faults()
    assert not till.shows("alarm_banner")
    later(till, clock, timedelta(hours=1, minutes=1))
    await until(lambda: till.shows("alarm_banner"), _LONG, what="the alarm")
    assert "was charged after it was taken as not charged" in till.reads("alarm_banner.words")
    assert "€ 12.90" in till.reads("alarm_banner.undo").replace("\u00a0", " ")
    await till.counter()
    assert till.shows("alarm_banner")
    await till.press(Qt.Key.Key_G, CTRL)
    await until(lambda: not till.shows("alarm_banner"), _LONG, what="the money back")
    assert await refunds(gateway) == 1
    await till.cases()
    await until(lambda: till.sees("Nothing is open."), _LONG)


async def test_an_alarm_is_acknowledged_with_a_reason(
    till: Till, gateway: Gateway, clock: LaterClock
) -> None:
    await not_known(till, gateway)
    await till.go_on()
    later(till, clock, timedelta(hours=3, minutes=1))
    await till.cases()
    await until(lambda: any("Open case" in row for row in till.open_cases()), _LONG)
    await till.open_case()
    await till.fill("case.reason", "Seen nowhere")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("case.outcome") == "Choose what you saw."
    await till.choose("case.outcome", "Not charged")
    assert till.reads("case.close") == "Close as not charged"
    await till.tab_to("case.reason")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("case.seen") == "Choose where you saw it."
    await till.choose("case.seen", "The caller asked their bank")
    await till.fill("case.pin", "")
    await till.type(PRACTICE_PIN)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("case"), _LONG)
    await gateway.forget_faults()
    later(till, clock, timedelta(hours=1, minutes=1))
    await until(lambda: any("Charged late" in row for row in till.open_cases()), _LONG)
    await till.open_case("alarm")
    await till.tab_to("alarm.acknowledge")
    await till.press(Qt.Key.Key_Return)
    assert till.problem("alarm.reason") == "Give a reason; it is kept with the case."
    await till.type("The customer keeps the goods")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("alarm"), _LONG, what="the alarm to close")
    await until(lambda: not till.shows("alarm_banner"), _LONG)
    assert await refunds(gateway) == 0
