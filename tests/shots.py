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
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QLocale, Qt

from posapp import app
from posapp.ledger.errors import LedgerFull
from posapp.model.attempt import State, Verdict
from posapp.model.case import AlarmKind
from posapp.model.history import PaymentFilter
from posapp.runtime.loop import run
from posapp.ui.main_window import MainWindow
from tests.camera import Camera
from tests.database import DatabaseServer
from tests.journeys.back_office import compared, reconcile
from tests.journeys.elsewhere import charge_elsewhere, refund_elsewhere
from tests.journeys.gateway import Gateway
from tests.journeys.till import Till
from tests.waiting import until

SUCCESS, DECLINED, CHALLENGED = "4242424242424242", "4000000000000002", "4635440000002223"
FLOWLIX = "Practice Flowlix"
PASSPHRASE = "a passphrase nobody needs to keep"


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
    await _open_cases(till, camera)
    await _reconcile(till, gateway, camera)
    await till.settings()
    await camera.take(till, "settings-account")
    await till.tab_to("settings.entry_shop")
    await till.press(Qt.Key.Key_Space)
    await until(lambda: till.shows("shop.name"))
    await camera.take(till, "settings-shop")
    await till.counter()
    await _notices(till, camera)
    await till.lock()
    await camera.take(till, "lock")
    await till.type("0000")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("lock.pin"))
    await camera.take(till, "lock-wrong-pin")


async def _notices(till: Till, camera: Camera) -> None:
    desk = till.window.desk  # type: ignore[attr-defined]  # it is the main window
    account = till.window.counter.card_form.chosen_account()  # type: ignore[attr-defined]
    why = "The answer names another amount: € 1.00 instead of € 12.90."
    await desk.till.ledger.pauses.pause(account, attempt=1, why=why)
    desk.till.changed()
    await until(lambda: till.shows("notice"))
    await camera.take(till, "notice-paused")
    desk.till.ledger.journal.unsaved.waiting[0] = _not_saved
    desk.till.changed()
    await until(lambda: till.reads("notice.head") == "Result not saved")
    await camera.take(till, "notice-unsaved")
    del desk.till.ledger.journal.unsaved.waiting[0]
    await desk.soundness.resume(account, who="Trainee")
    await until(lambda: not till.shows("notice"))


def _not_saved(_connection: object) -> None:
    """Stands for an answer that the disk does not take."""
    raise LedgerFull("The disk is full.")


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


async def _open_cases(till: Till, camera: Camera) -> None:
    """What takes hours to become a case, or luck to become an alarm, is written down at once."""
    window = till.window
    assert isinstance(window, MainWindow)
    desk = window.desk
    assert desk is not None
    await till.cases()
    await until(lambda: len(till.open_cases()) == 1, 10)
    await camera.take(till, "cases-unknown")
    await till.open_case()
    await camera.take(till, "case-being-looked-up")
    await till.leave("case")
    [unknown] = (await desk.cases.questions()).unknown
    note = "Still not known after three hours. A person has to find out."
    await desk.till.ledger.journal.settle(unknown.attempt.id, state=State.OPEN_CASE, note=note)
    page = await desk.book.page(PaymentFilter())
    paid = [row for row in page.rows if row.verdict is Verdict.APPROVED]
    for row, kind in zip(paid, (AlarmKind.LATE, AlarmKind.DOUBLE), strict=False):
        detail = await desk.book.detail(row.attempt_id)
        assert detail.payment is not None
        twin = replace(detail.payment, refunds=(), refunded=0, refund_pending=0, id=f"{kind}_1")
        await desk.till.ledger.cases.raise_alarm(kind, attempt_id=row.attempt_id, payment=twin)
    desk.news.tell()
    await until(lambda: len(till.open_cases()) > 1, 10)
    await camera.take(till, "cases")
    await till.press(Qt.Key.Key_Home)
    await till.open_case("alarm")
    await camera.take(till, "alarm")
    await till.leave("alarm")
    await till.press(Qt.Key.Key_End)
    await till.open_case()
    await till.press(Qt.Key.Key_Tab)
    await camera.take(till, "case")
    await till.choose("case.outcome", "Not charged")
    await till.choose("case.seen", "On the gateway's site")
    await till.fill("case.reason", "Not in the list of the day")
    await till.tab_to("case.pin")
    await till.type("111222")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: "not right" in till.problem("case.pin"))
    await camera.take(till, "case-wrong-pin")
    await till.leave("case")
    await till.counter()
    await camera.take(till, "counter-alarm")


async def _reconcile(till: Till, gateway: Gateway, camera: Camera) -> None:
    await reconcile(till)
    await till.choose("reconcile.account", FLOWLIX)
    await camera.take(till, "reconcile-nothing-yet")
    await gateway.forget_faults()
    for minor in (4990, 1290, 700):
        await charge_elsewhere(till, "training-flowlix", minor)
    paid = [one for one in await gateway.payments("flowlix") if one["status"] == "succeeded"]
    await asyncio.sleep(1.2)  # the list counts whole seconds, and the newest one is not over
    await gateway.fault("delay_before", "flowlix.list_payments", seconds=1.5)
    await till.press(Qt.Key.Key_F5)
    await until(lambda: till.shows("reconcile.stop"), 10)
    await camera.take(till, "reconcile-running")
    await till.press(Qt.Key.Key_Escape)
    await until(lambda: not till.shows("reconcile.stop"), 10)
    await camera.take(till, "reconcile-stopped")
    await refund_elsewhere(till, "training-flowlix", paid[0]["id"], 290)
    await asyncio.sleep(1.2)
    await till.press(Qt.Key.Key_F5)
    await compared(till)
    await camera.take(till, "reconcile")
    assert till.focus == "reconcile.list"
    await till.press(Qt.Key.Key_Down)
    await till.press(Qt.Key.Key_X)
    await until(lambda: till.shows("decision"))
    await till.press(Qt.Key.Key_Return)
    await until(lambda: till.problem("decision.text"))
    await camera.take(till, "reconcile-explain-problem")
    await till.replace("Taken by the shop in town with its own terminal")
    await till.press(Qt.Key.Key_Return)
    await until(lambda: not till.shows("decision"))
    await until(lambda: till.sees("Explained:"))
    await camera.take(till, "reconcile-explained")


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
