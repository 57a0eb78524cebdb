"""Pictures of every screen, light and dark, from the real program in training mode.

``python -m tests.shots FOLDER [--scale 2]`` writes ``NAME-light.png`` and ``NAME-dark.png`` and
prints their paths. Nothing is compared: the pictures are for people to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from posapp import app
from posapp.runtime.loop import run
from posapp.ui import theme
from tests.database import DatabaseServer
from tests.journeys.gateway import Gateway
from tests.journeys.till import Till
from tests.waiting import until

SUCCESS, DECLINED, CHALLENGED = "4242424242424242", "4000000000000002", "4635440000002223"
FLOWLIX = "Practice Flowlix"
_SETTLING = 0.05
PASSPHRASE = "a passphrase nobody needs to keep"


class Camera:
    """Takes the window with whatever dialog stands over it, in both colour schemes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.taken: list[Path] = []

    async def take(self, till: Till, name: str) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        for dark in (True, False):
            theme.apply(application, dark=dark)
            await asyncio.sleep(_SETTLING)  # the new colours reach the widgets with the next events
            path = self._folder / f"{name}-{'dark' if dark else 'light'}.png"
            self._shoot(till.window, path)
            self.taken.append(path)

    @staticmethod
    def _shoot(window: QWidget, path: Path) -> None:
        picture = window.grab()
        painter = QPainter(picture)
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                origin = window.mapToGlobal(QPoint(0, 0))
                painter.drawPixmap(dialog.mapToGlobal(QPoint(0, 0)) - origin, dialog.grab())
        painter.end()
        if not picture.save(str(path)):
            raise RuntimeError(f"The picture cannot be written to {path}.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.shots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", default="1", help="2 paints as on a screen at 200 %%")
    chosen = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = chosen.scale  # read when Qt starts, below
    folder: Path = chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)

    async def everything() -> int:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.Ireland))
        with tempfile.TemporaryDirectory(prefix="posapp-shots-") as home:
            async with app.open(Path(home), training=True) as window:
                till = Till(window)
                async with await Gateway.of(till) as gateway:
                    await _practise(till, gateway, camera)
            async with app.open(Path(home)) as window:
                await _first_start(Till(window), camera)
            place = Path(tempfile.mkdtemp(prefix="posapp-shots-server-"))
            server = DatabaseServer(place)
            try:
                async with app.open(Path(home)) as window:
                    await camera.take(Till(window), "passphrase")
                    await _share(Till(window), camera, server)
                async with app.open(Path(home)) as window:
                    await _shared(Till(window), camera, server)
            finally:
                server.stop()
                shutil.rmtree(place)
        for path in camera.taken:
            print(path)
        return 0

    return run(everything, argv=["posapp-shots"])


async def _practise(till: Till, gateway: Gateway, camera: Camera) -> None:
    await _order(till, camera)
    await _results(till, gateway, camera)
    await _payments(till, camera)
    await till.settings()
    await camera.take(till, "settings-account")
    await till.tab_to("settings.entry_shop")
    await till.press(Qt.Key.Key_Space)
    await until(lambda: till.shows("shop.name"))
    await camera.take(till, "settings-shop")
    await till.counter()
    await till.lock()
    await camera.take(till, "lock")
    await till.type("0000")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("lock.pin"))
    await camera.take(till, "lock-wrong-pin")


async def _order(till: Till, camera: Camera) -> None:
    await camera.take(till, "counter-empty")
    await till.press(Qt.Key.Key_F2)
    await till.type("tea")
    await until(lambda: till.shows("counter.suggestions"))
    await camera.take(till, "suggestions")
    await till.press(Qt.Key.Key_Down)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: len(till.lines()) == 1)
    await till.find_product("mug")
    await till.custom_line("Gift box 4.50")
    await till.customer("Ada Muster")
    await till.account(FLOWLIX)
    await till.card_number("424242424242")
    await camera.take(till, "card-being-typed")
    await till.type("4241")
    await till.tab_to("card.expiry")
    await till.type("01 20")
    await till.tab_to("card.code")
    await till.type("12")
    await till.press(Qt.Key.Key_Return)
    await camera.take(till, "card-problems")
    await till.tab_to("counter.customer_details")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("customer"))
    await till.fill("customer.email", "ada at example")
    await till.press(Qt.Key.Key_Return)
    await camera.take(till, "customer-dialog")
    await till.leave("customer")
    for name in ("card.expiry", "card.code"):
        await till.tab_to(name)
        await _empty(till)
    await till.press(Qt.Key.Key_F8)
    await _empty(till)


async def _empty(till: Till) -> None:
    for _ in range(20):
        await till.press(Qt.Key.Key_Backspace)


async def _results(till: Till, gateway: Gateway, camera: Camera) -> None:
    await till.key_card(DECLINED)
    await till.charge()
    await camera.take(till, "declined")
    await till.go_on()
    await gateway.fault("delay_after", "flowlix.create_payment", seconds=1.0)
    await till.key_card(SUCCESS)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("counter.running"))
    await camera.take(till, "running")
    await till.result()
    await camera.take(till, "approved")
    await till.receipt()
    await camera.take(till, "receipt")
    await till.leave("receipt")
    await till.go_on()
    await till.phone_order(product="strainer", caller="B. Lindqvist")
    await till.key_card(CHALLENGED)
    await till.charge()
    await camera.take(till, "action-needed")
    await till.go_on()
    await till.phone_order(product="honey")
    await gateway.fault("drop_after", "flowlix.create_payment")
    await gateway.fault("error_before", "flowlix.list_payments", times=None, status=503)
    await till.key_card(SUCCESS)
    await till.charge()
    await camera.take(till, "unknown")
    await till.go_on()


async def _payments(till: Till, camera: Camera) -> None:
    await till.payments()
    await until(lambda: till.shown_payments() == 4, 10)
    await camera.take(till, "payments-unknown")
    await till.look_up("nothing like this", found=0)
    await camera.take(till, "payments-nothing-found")
    await till.look_up("Ada", found=3)
    await till.press(Qt.Key.Key_Down)
    await until(lambda: till.find("payment.refund").isEnabled(), 10)
    await camera.take(till, "payments")
    await till.ask_refund()
    await till.fill("refund.amount", "999")
    await till.fill("refund.reason", "Broken mug")
    await till.press(Qt.Key.Key_Return)
    await camera.take(till, "refund-dialog-problem")
    await till.fill("refund.amount", "12.90")
    await camera.take(till, "refund-dialog")
    await till.fill("refund.reason", "Broken mug")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("refund"), 10)
    await camera.take(till, "refund-pending")
    await until(lambda: any("confirmed" in entry for entry in till.timeline()), 10)
    await camera.take(till, "refunded-in-part")


async def _first_start(till: Till, camera: Camera) -> None:
    await camera.take(till, "welcome")
    await till.tab_to("welcome.passphrase")
    await till.type("short")
    await till.press(Qt.Key.Key_Return)
    await camera.take(till, "welcome-problems")
    for name, text in (
        ("welcome.shop", "Muster & Co"),
        ("welcome.owner", "Ada Muster"),
        ("welcome.passphrase", PASSPHRASE),
        ("welcome.passphrase_again", PASSPHRASE),
        ("welcome.pin", "735291"),
        ("welcome.pin_again", "735291"),
    ):
        await till.fill(name, text)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("settings.add_account"), 30)
    await camera.take(till, "settings-first")
    await till.tab_to("settings.add_account")
    await till.press(Qt.Key.Key_Return)
    await camera.take(till, "settings-new-account")


async def _enter(till: Till) -> None:
    await till.type(PASSPHRASE)
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.shows("nav.settings"), 30)


async def _tills(till: Till) -> None:
    await till.settings()
    await till.tab_to("settings.entry_tills")
    await till.press(Qt.Key.Key_Space)
    await until(lambda: till.shows("tills.kept"))


async def _share(till: Till, camera: Camera, server: DatabaseServer) -> None:
    await _enter(till)
    await _tills(till)
    await camera.take(till, "tills-own")
    await till.choose("tills.kept", "Shared, on a PostgreSQL server")
    await till.fill("tills.till", "Till 1")
    await till.fill("tills.database", server.address.database)
    await till.tab_to("tills.save")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("tills.till"), 10)
    await camera.take(till, "tills-problems")
    await till.fill("tills.till", "T1")
    await till.fill("tills.host", server.address.host)
    await till.fill("tills.port", str(server.address.port))
    await till.fill("tills.user", server.address.user)
    await till.fill("tills.password", "unused")
    await till.tab_to("tills.test")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: "answers" in till.reads("tills.answer"), 10)
    await camera.take(till, "tills-tested")
    await till.tab_to("tills.save")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: "start it again" in till.reads("tills.answer"), 10)
    await camera.take(till, "tills-saved")


async def _shared(till: Till, camera: Camera, server: DatabaseServer) -> None:
    await _enter(till)
    await _tills(till)
    await till.tab_to("tills.invite")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.reads("tills.code_shown"), 10)
    await camera.take(till, "tills-joining-code")
    server.crash()
    try:
        await until(lambda: till.shows("cut_off"), 20)
        await till.counter()
        await camera.take(till, "ledger-away")
    finally:
        server.start()


if __name__ == "__main__":
    sys.exit(main())
