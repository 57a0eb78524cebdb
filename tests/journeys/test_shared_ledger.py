"""Two tills on one ledger: chosen in settings, joined with a code, cut off and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from posapp import app, building
from posapp.model.secret import Secret
from posapp.sandbox.server import start
from tests.database import DatabaseServer, database_server, started_server
from tests.journeys.live import PASSPHRASE, Shop
from tests.journeys.places import SUCCESS
from tests.journeys.till import Till
from tests.waiting import until

__all__ = ["database_server", "started_server"]

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("qapp")]
_SLOW = 30.0  # seconds; the passphrase is meant to be costly
_RESTART = "Close the program and start it again to use it."


class TillsPage:
    """The settings of tills and shared ledger, with a person at them."""

    def __init__(self, till: Till) -> None:
        self.till = till

    async def open(self) -> None:
        await self.till.settings()
        await self.till.tab_to("settings.entry_tills")
        await self.till.press(Qt.Key.Key_Space)
        await until(lambda: self.till.shows("tills.kept"))

    async def share(self, server: DatabaseServer, *, name: str, code: str = "") -> None:
        """Fill the form with this server."""
        address = server.address
        await self.till.choose("tills.kept", "Shared, on a PostgreSQL server")
        await self.till.fill("tills.till", name)
        await self.till.fill("tills.host", address.host)
        await self.till.fill("tills.port", str(address.port))
        await self.till.fill("tills.database", address.database)
        await self.till.fill("tills.user", address.user)
        await self.till.fill("tills.password", "unused")
        if code:
            await self.till.fill("tills.code", code)

    async def press(self, name: str, *, answer: str) -> None:
        await self.till.tab_to(name)
        await self.till.press(Qt.Key.Key_Space)
        await self.answers(answer)

    async def answers(self, words: str) -> None:
        await until(
            lambda: words in self.till.reads("tills.answer"),
            _SLOW,
            what=f"{words!r}, not {self.till.reads('tills.answer')!r}",
        )


async def at(till: Till) -> None:
    """Go to this till: the keyboard is its own from now on."""
    till.window.activateWindow()
    await until(lambda: QApplication.activeWindow() is till.window, what="the other keyboard")


async def enter(till: Till) -> None:
    """The passphrase at the door of a shop that was set up before."""
    await Shop(till).enter(PASSPHRASE)
    await until(lambda: till.shows("counter.search"), _SLOW, what="the counter")


async def test_a_second_till_is_let_in_and_both_see_what_the_other_does(
    home: Path, tmp_path: Path, database_server: DatabaseServer
) -> None:
    sandbox = await start()
    try:
        async with Shop.opened(home) as shop:
            await shop.add_flowlix(sandbox.endpoints.flowlix)
            page = TillsPage(shop.till)
            await page.open()
            await page.share(database_server, name="T1")
            await page.press("tills.test", answer="The connection is not encrypted")
            assert "The database is empty." in shop.till.reads("tills.answer")
            await page.press("tills.save", answer=_RESTART)
            assert shop.till.reads("tills.password") == ""
        async with app.open(home) as window:
            till = Till(window)
            await enter(till)
            page = TillsPage(till)
            await page.open()
            assert till.sees("This till works on the shared ledger.")
            await page.press("tills.invite", answer="within a day")
            code = till.reads("tills.code_shown")
            await _join(tmp_path / "second", database_server, code)
            async with app.open(tmp_path / "second") as other:
                await _work_together(till, Till(other), database_server)
    finally:
        await sandbox.stop()


async def _join(home: Path, server: DatabaseServer, code: str) -> None:
    async with Shop.opened(home) as shop:
        page = TillsPage(shop.till)
        await page.open()
        await page.share(server, name="T2")
        await page.press("tills.save", answer="")
        await until(lambda: shop.till.problem("tills.code"), _SLOW, what="a word about the code")
        assert "joining code" in shop.till.problem("tills.code")
        await shop.till.fill("tills.code", code.lower().replace("-", " "))
        await page.press("tills.save", answer=_RESTART)
        assert shop.till.shows("settings.entry_shop")


async def _work_together(one: Till, two: Till, server: DatabaseServer) -> None:
    await at(two)
    await enter(two)
    await two.custom_line("Gift box 4.50")
    await two.customer("Ada Muster")
    await two.key_card(SUCCESS)
    assert await two.charge() == "approved"
    await at(one)
    await one.payments()
    await until(lambda: one.shown_payments() == 1, what="the other till's payment")
    server.crash()
    try:
        for till in (one, two):
            await until(lambda till=till: till.shows("cut_off"), _SLOW, what="the banner")  # type: ignore[misc]
            assert "does not answer" in till.reads("cut_off.words")
        assert one.shown_payments() == 1  # what stands there stays
    finally:
        server.start()
    for till in (one, two):
        await until(lambda till=till: not till.shows("cut_off"), _SLOW, what="back again")  # type: ignore[misc]
    await at(two)
    await two.go_on()


async def test_payments_are_moved_with_one_command_and_nothing_is_lost(
    home: Path, database_server: DatabaseServer
) -> None:
    sandbox = await start()
    try:
        async with Shop.opened(home) as shop:
            till = shop.till
            await shop.add_flowlix(sandbox.endpoints.flowlix)
            await till.counter()
            await till.custom_line("Gift box 4.50")
            await till.customer("Ada Muster")
            await till.key_card(SUCCESS)
            assert await till.charge() == "approved"
            await till.go_on()
            page = TillsPage(till)
            await page.open()
            await page.share(database_server, name="T1")
            await page.press("tills.save", answer="posapp move-ledger")
            with pytest.raises(app.StartRefused, match="already in use"):
                await app.move_ledger(home, Secret(PASSPHRASE))
        assert await app.move_ledger(home, Secret(PASSPHRASE)) == 0
        with pytest.raises(app.StartRefused, match="already"):
            await app.move_ledger(home, Secret(PASSPHRASE))
        async with app.open(home) as window:
            till = Till(window)
            await enter(till)
            await till.payments()
            await until(lambda: till.shown_payments() == 1, what="the payment that was moved")
        folder = app.folder_of(home, training=False)
        findings = await building.health(folder, Secret(PASSPHRASE), training=False)
        assert [each.part for each in findings if not each.sound] == []
    finally:
        await sandbox.stop()
