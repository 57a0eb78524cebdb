"""When the machine under the till fails, the screen says so and money stays where it is known."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from posapp import app
from posapp.ledger.errors import LedgerFull
from posapp.model.attempt import Attempt
from posapp.ui.main_window import MainWindow
from tests.journeys.gateway import Gateway
from tests.journeys.places import FLOWLIX, SUCCESS
from tests.journeys.till import Till
from tests.waiting import until

pytestmark = pytest.mark.asyncio
PRACTICE_PIN = "258046"


def window_of(till: Till) -> MainWindow:
    assert isinstance(till.window, MainWindow)
    return till.window


async def test_a_result_that_comes_while_the_till_is_locked_waits_behind_the_lock(
    till: Till, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.fault("delay_after", FLOWLIX.create, seconds=1.0)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    desk = window_of(till).desk
    assert desk is not None
    sent = asyncio.Event()
    sending = desk.till.ledger.journal.sending

    async def leaves(attempt_id: int) -> Attempt:
        attempt = await sending(attempt_id)
        sent.set()
        return attempt

    monkeypatch.setattr(desk.till.ledger.journal, "sending", leaves)
    await till.press(Qt.Key.Key_Return)
    await sent.wait()
    await till.lock()
    await desk.till.under_way.quiet()
    assert not till.shows("result.status")
    assert not till.sees("12.90")
    await till.unlock(PRACTICE_PIN)
    await till.becomes("approved")
    assert await gateway.charges() == [FLOWLIX.create]


async def test_a_charge_that_is_refused_behind_the_lock_takes_no_key_of_the_pin(
    till: Till, gateway: Gateway
) -> None:
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    await till.press(Qt.Key.Key_Return)
    await till.lock()  # the card is emptied before its request is built
    desk = window_of(till).desk
    assert desk is not None
    await desk.till.under_way.quiet()
    assert till.focus == "lock.pin"
    await till.unlock(PRACTICE_PIN)
    assert till.lines() == ["1 times Ceramic mug, blue, € 12.90"]
    assert len(await gateway.charges()) <= 1


async def test_a_result_the_disk_does_not_take_is_said_in_red_until_it_is_saved(
    till: Till, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = window_of(till).desk
    assert desk is not None
    journal = desk.till.ledger.journal
    settle, write = journal.settle, desk.till.ledger._database.write

    async def full(_work: object) -> None:
        raise LedgerFull("The disk is full.")

    async def fills(*given: object, **named: object) -> object:
        monkeypatch.setattr(desk.till.ledger._database, "write", full)
        return await settle(*given, **named)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.setattr(journal, "settle", fills)
    await till.phone_order()
    await till.account(FLOWLIX.account)
    await till.key_card(SUCCESS)
    assert await till.charge() == "unknown"
    await until(lambda: till.shows("notice"))
    assert till.reads("notice.head") == "Result not saved"
    assert "Do not charge again" in till.reads("notice.words")
    monkeypatch.setattr(journal, "settle", settle)
    monkeypatch.setattr(desk.till.ledger._database, "write", write)
    await until(lambda: not till.shows("notice"), 20)
    await till.becomes("approved")
    assert await gateway.charges() == [FLOWLIX.create]


async def test_a_paused_account_takes_no_money_until_it_is_resumed_by_a_key(
    till: Till, gateway: Gateway
) -> None:
    desk = window_of(till).desk
    assert desk is not None
    await till.phone_order()
    await till.account(FLOWLIX.account)
    account = window_of(till).counter.card_form.chosen_account()
    why = "The answer names another amount."
    await desk.till.ledger.pauses.pause(account, attempt=1, why=why)
    desk.till.changed()
    await until(lambda: till.shows("notice"))
    assert till.reads("notice.head") == "Account paused"
    assert why in till.reads("notice.words")
    await till.key_card(SUCCESS)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.sees("No money is moved through this gateway account"))
    assert await gateway.charges() == []
    await till.tab_to("notice.act")
    await till.press(Qt.Key.Key_Space)
    await until(lambda: not till.shows("notice"))
    await till.key_card(SUCCESS)
    assert await till.charge() == "approved"


@pytest.mark.usefixtures("qapp")
async def test_an_older_ledger_is_only_read_until_the_owner_goes_on_with_it(home: Path) -> None:
    folder = home / "training"
    async with app.open(home, training=True):
        pass
    shutil.copy(folder / "ledger.db", home / "morning.db")
    async with app.open(home, training=True) as window:
        till = Till(window)
        await till.phone_order()
        await till.account(FLOWLIX.account)
        await till.key_card(SUCCESS)
        assert await till.charge() == "approved"
    shutil.copy(home / "morning.db", folder / "ledger.db")
    async with app.open(home, training=True) as window:
        till = Till(window)
        await until(lambda: till.shows("notice"))
        assert till.reads("notice.head") == "An older copy of the ledger"
        assert str(folder / "evidence") in till.reads("notice.words")
        async with await Gateway.of(till) as gateway:
            await till.tab_to("notice.act")
            await till.press(Qt.Key.Key_Space)
            await until(lambda: not till.shows("notice"))
            await till.counter()
            await till.phone_order()
            await till.account(FLOWLIX.account)
            await till.key_card(SUCCESS)
            assert await till.charge() == "approved"
            assert len(await gateway.payments(FLOWLIX.api)) == 2
