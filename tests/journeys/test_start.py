"""Starting, closing and starting again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from posapp import app
from posapp.desk.orders import Orders
from posapp.model.order import Order
from posapp.runtime.tasks import spawn
from posapp.sandbox.server import start
from tests.journeys.gateway import Gateway
from tests.journeys.live import PASSPHRASE, Shop
from tests.journeys.places import FLOWLIX, SUCCESS
from tests.journeys.till import CTRL, Till
from tests.waiting import until

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("qapp")]
ROOT = Path(__file__).resolve().parents[2]
_NOTES = ("posapp.log", "posapp.lock")


async def test_what_is_typed_before_the_desk_is_ready_is_kept(
    qapp: QApplication, home: Path
) -> None:
    async with AsyncExitStack() as stack:
        opening = spawn(stack.enter_async_context(app.open(home, training=True)), name="open")
        await until(lambda: _window(qapp) is not None, 20, what="the window")
        window = _window(qapp)
        assert window is not None
        till = Till(window)
        await till.type("ceramic mug")
        await till.press(Qt.Key.Key_Return)
        await till.press(Qt.Key.Key_F3)
        await till.type("Ada Muster")
        await till.press(Qt.Key.Key_Return)
        assert not opening.done(), "This computer is too fast for the test; type less."
        await opening
        await until(lambda: till.lines() == ["1 times Ceramic mug, blue, € 12.90"])
        assert till.sees("Ada Muster")
        assert till.reads("counter.search") == ""


def _window(qapp: QApplication) -> QWidget | None:
    shown = [w for w in qapp.topLevelWidgets() if w.objectName() == "window" and w.isVisible()]
    return shown[0] if shown else None


async def test_after_a_restart_the_payments_are_there_and_can_be_refunded(
    home: Path,
) -> None:
    async with app.open(home, training=True) as window:
        till = Till(window)
        await till.phone_order()
        await till.account(FLOWLIX.account)
        await till.key_card(SUCCESS)
        assert await till.charge() == "approved"
        await till.go_on()
        await till.find_product("teapot")
    async with app.open(home, training=True) as window:
        till = Till(window)
        assert till.lines() == ["1 times Teapot, cast iron, 0.8 l, € 49.50"]
        await till.payments()
        await until(lambda: till.shown_payments() == 1)
        await till.refund("2.90", reason="Broken handle")
        await until(lambda: "Part refunded" in till.rows("payments.list")[0], 20)
        await until(lambda: till.fact("Can be refunded") == "€ 10.00")
        async with await Gateway.of(till) as gateway:
            [payment] = await gateway.payments(FLOWLIX.api)
        assert FLOWLIX.refunded(payment) == 290


async def test_what_was_typed_in_the_last_moment_is_there_after_a_restart(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.open(home, training=True) as window:
        till = Till(window)
        save = Orders.save

        async def slowly(orders: Orders, order: Order) -> None:
            await asyncio.sleep(0.2)
            await save(orders, order)

        monkeypatch.setattr(Orders, "save", slowly)
        await till.find_product("teapot")
    async with app.open(home, training=True) as window:
        assert Till(window).lines() == ["1 times Teapot, cast iron, 0.8 l, € 49.50"]


async def test_the_first_start_sets_up_the_shop_and_the_next_one_asks_for_the_passphrase(
    tmp_path: Path, home: Path
) -> None:
    sandbox = await start(state=tmp_path / "gateway.json")
    try:
        async with Shop.opened(home) as shop:
            await shop.add_flowlix(sandbox.endpoints.flowlix)
            till = shop.till
            await till.counter()
            await till.find_product("Gift box 4.50")
            await till.customer("Ada Muster")
            await till.key_card(SUCCESS)
            assert await till.charge() == "approved"
        key = sandbox.endpoints.flowlix.api_key.encode()
        assert not [f for f in _files(home) if key in f.read_bytes()]

        async with app.open(home) as window:
            shop = Shop(Till(window))
            till = shop.till
            await shop.enter("not the passphrase of this shop")
            await until(lambda: till.problem("lock.passphrase"), 30)
            assert till.problem("lock.passphrase").endswith(".")
            assert till.shows("lock")
            await shop.enter(PASSPHRASE)
            await until(lambda: not till.shows("lock"), 30)
            await till.payments()
            await until(lambda: till.shown_payments() == 1)
            assert "€ 4.50" in till.rows("payments.list")[0].replace("\u00a0", " ")
            await till.refund("1.00", reason="Dented box")
            await until(lambda: till.fact("Can be refunded") == "€ 3.50", 20)
    finally:
        await sandbox.stop()


async def test_somebody_who_types_on_while_the_program_closes_does_no_harm(home: Path) -> None:
    # What fails in a task while it closes is found by the Qt plugin when this test ends.
    async with app.open(home, training=True) as window:
        till = Till(window)
        await till.phone_order()
        await till.account(FLOWLIX.account)
        await till.key_card(SUCCESS)
        assert await till.charge() == "approved"
        await till.payments()
        await until(lambda: till.shown_payments() == 1)
        await till.press(Qt.Key.Key_F, CTRL)
        hand = Hand(till.find("payments.search"))
        hand.start(1)
    hand.stop()


class Hand(QTimer):
    """Presses Enter in one field again and again, whatever else goes on."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self._field = field
        self.timeout.connect(self._press)

    @Slot()
    def _press(self) -> None:
        if isValid(self._field):
            QTest.keyClick(self._field, Qt.Key.Key_Return)


async def test_a_folder_that_is_open_already_is_not_opened_again(till: Till, home: Path) -> None:
    ended = await _run(home)
    assert ended.returncode == 1
    [sentence] = _said(ended)
    assert "already" in sentence
    await till.find_product("ceramic mug")  # the first one goes on


@pytest.mark.parametrize("file", ["vault", "ledger.db"])
async def test_a_file_that_is_garbage_is_named_and_left_as_it_is(home: Path, file: str) -> None:
    async with app.open(home, training=True) as window:
        await Till(window).find_product("ceramic mug")
    folder = home / "training"
    for part in folder.glob(f"{file}*"):
        part.write_bytes(b"this is neither a vault nor a ledger\n" * 200)
    before = _sums(home)
    ended = await _run(home)
    assert ended.returncode == 1
    [sentence] = _said(ended)
    assert str(folder / file) in sentence
    assert _sums(home) == before


async def _run(home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-P", "-m", "posapp", "--training", "--home", str(home)]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return await asyncio.to_thread(run)


def _said(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """What stands on the terminal, without what the offscreen platform says about itself."""
    lines = (ended.stdout + ended.stderr).splitlines()
    return [line for line in lines if not line.startswith("This plugin does not support")]


def _files(home: Path) -> list[Path]:
    return sorted(file for file in home.rglob("*") if file.is_file())


def _sums(home: Path) -> dict[Path, str]:
    return {
        file: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in _files(home)
        if file.name not in _NOTES
    }
