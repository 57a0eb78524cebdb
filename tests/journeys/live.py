"""A shop of its own in the live program, set up and kept with the keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt

from posapp import app
from tests.journeys.till import Till
from tests.waiting import until

PASSPHRASE = "a long sentence that opens this shop"
PIN = "735291"
_SLOW = 30.0  # seconds; the passphrase is meant to be costly


class FlowlixAddress(Protocol):
    """Where a Flowlix API is, and the key to it."""

    @property
    def base_url(self) -> str: ...
    @property
    def api_key(self) -> str: ...


class Shop:
    """The live program on a data folder, with a person at it."""

    def __init__(self, till: Till) -> None:
        self.till = till

    @classmethod
    @asynccontextmanager
    async def opened(cls, home: Path) -> AsyncIterator[Shop]:
        """Open on an empty folder and answer every question of the first start."""
        async with app.open(home) as window:
            shop = cls(Till(window))
            await shop.set_up()
            yield shop

    async def set_up(self) -> None:
        for name, text in (
            ("welcome.shop", "Muster & Co"),
            ("welcome.owner", "Ada Muster"),
            ("welcome.passphrase", PASSPHRASE),
            ("welcome.passphrase_again", PASSPHRASE),
            ("welcome.pin", PIN),
            ("welcome.pin_again", PIN),
        ):
            await self.till.fill(name, text)
        await self.till.press(Qt.Key.Key_Return)
        await until(lambda: self.till.shows("settings.add_account"), _SLOW, what="the settings")

    async def add_flowlix(self, where: FlowlixAddress, *, label: str = "Main shop") -> None:
        """Type a Flowlix account in test mode and save it."""
        till = self.till
        await till.tab_to("settings.add_account")
        await till.press(Qt.Key.Key_Space)
        await till.choose("account.kind", "Flowlix")
        await till.choose("account.mode", "Test: no real money")
        await till.fill("account.label", label)
        await till.fill("account.base_url", where.base_url)
        await till.fill("account.api_key", where.api_key)
        await till.tab_to("account.save")
        await till.press(Qt.Key.Key_Space)
        await until(lambda: till.sees(f"{label} is saved."), _SLOW, what="the account to be saved")

    async def enter(self, passphrase: str) -> None:
        """Type the passphrase at the door."""
        await self.till.type(passphrase)
        await self.till.press(Qt.Key.Key_Return)
