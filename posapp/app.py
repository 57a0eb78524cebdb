"""Builds every part once, owns every lifetime. The only place that knows all parts.

The window comes first. Database, network and sandbox are imported in a worker thread after the
first paint; what is typed in between waits at the ``Opening``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from posapp.runtime import crash, dialogs, log
from posapp.runtime.collector import MainThreadGC
from posapp.runtime.loop import application
from posapp.runtime.once import FolderInUse, FolderLock, FolderUnusable
from posapp.runtime.signals import listening, signal
from posapp.runtime.tasks import cancel_all, spawn
from posapp.runtime.threads import in_thread
from posapp.ui import theme
from posapp.ui.format import amount_style
from posapp.ui.main_window import MainWindow
from posapp.ui.opening import Opening

if TYPE_CHECKING:
    from posapp.desk.desk import Desk
    from posapp.gateways.transport import Transport
    from posapp.ledger.ledger import Ledger
    from posapp.model.secret import Secret
    from posapp.sandbox.server import Sandbox
    from posapp.vault.store import Vault

_log = logging.getLogger(__name__)
TILL = "T1"
CURRENCY = "EUR"


class StartRefused(Exception):
    """The program cannot start. ``str()`` says what, where and what next; nothing was changed."""


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open(home: Path, *, training: bool = False) -> AsyncIterator[MainWindow]:  # noqa: A001
    """Open the program on a data folder and yield its window.

    In training the window is yielded when the desk is ready to charge; otherwise as soon as it
    asks for the passphrase (or, on the first start, how to begin).

    Args:
        home: the data folder; training and live keep apart below it.

    Raises:
        StartRefused: with one sentence; nothing was changed.
    """
    folder = home / ("training" if training else "live")
    async with AsyncExitStack() as lifetimes:
        try:
            lifetimes.enter_context(FolderLock.take(folder))
        except (FolderInUse, FolderUnusable) as problem:
            raise StartRefused(str(problem)) from problem
        lifetimes.callback(log.start(folder).stop)
        theme.apply(application([]), dark=theme.system_is_dark())
        collector = MainThreadGC()
        collector.start()
        lifetimes.callback(collector.stop)
        opening = Opening()
        window = MainWindow(opening, amount_style(), training=training, currency=CURRENCY)
        lifetimes.callback(window.deleteLater)
        lifetimes.callback(window.leave)
        lifetimes.push_async_callback(cancel_all, within=5)
        window.show()
        await signal(window.painted, 30)
        _milestone("painted")
        house = House(folder, window, opening, lifetimes)
        if training:
            await house.practise()
        else:
            await house.unlock()
        collector.settle()
        yield window


class House:
    """Opens vault, ledger, gateways and desk, in this order, and hands the desk to the window."""

    def __init__(
        self, folder: Path, window: MainWindow, opening: Opening, lifetimes: AsyncExitStack
    ) -> None:
        self._folder = folder
        self._window = window
        self._opening = opening
        self._lifetimes = lifetimes

    async def practise(self) -> None:
        """Training: no passphrase, a training gateway of our own, a sample catalogue."""
        sandbox, vault = await asyncio.gather(self._sandbox(), self._training_vault())
        await self._desk(vault, sandbox)

    async def unlock(self) -> None:
        """Live: ask for the passphrase, or on the first start for everything."""

        def there() -> bool:
            from posapp.vault.store import Vault

            return Vault.exists(self._vault_path)

        if await in_thread(there):
            self._window.ask_passphrase("Welcome back", self._open_vault)
            return
        from posapp.ui.welcome.screen import WelcomeScreen

        self._window.show_front(WelcomeScreen(self._create_vault))

    @property
    def _vault_path(self) -> Path:
        return self._folder / "vault"

    async def _open_vault(self, passphrase: Secret) -> None:
        from posapp.desk.errors import Refused
        from posapp.vault.errors import VaultError
        from posapp.vault.store import Vault

        try:
            vault = await in_thread(Vault.open, self._vault_path, passphrase)
        except VaultError as problem:
            raise Refused(str(problem)) from problem
        await self._enter(vault)

    async def _create_vault(self, passphrase: Secret, pin: Secret, shop: str, owner: str) -> None:
        from posapp.desk.errors import Refused
        from posapp.vault.errors import VaultError
        from posapp.vault.pin import hash_pin
        from posapp.vault.settings import VaultContents, owner_from, shop_from
        from posapp.vault.store import Vault

        try:
            hashed = await in_thread(hash_pin, pin)
            person = owner_from({"name": owner, "pin_hash": hashed})
            contents = VaultContents(shop=shop_from({"name": shop}), owner=person)
            vault = await in_thread(Vault.create, self._vault_path, passphrase, contents)
        except VaultError as problem:
            raise Refused(str(problem)) from problem
        await self._enter(vault)

    async def _enter(self, vault: Vault) -> None:
        from posapp.desk.errors import Refused

        self._lifetimes.callback(vault.lock)
        try:
            await self._desk(vault, None)
        except StartRefused as problem:
            raise Refused(str(problem)) from problem
        self._window.show_work()
        if vault.notice:
            self._window.messages.problem(vault.notice)
        if not vault.contents.accounts:
            self._window.go_to("settings")

    async def _sandbox(self) -> Sandbox:
        from posapp.sandbox.errors import SandboxError

        def prepare() -> None:
            from posapp.sandbox import server

            server.prepare()

        await in_thread(prepare)
        from posapp.sandbox.server import start

        try:
            sandbox = await start(state=self._folder / "gateway.json")
        except SandboxError as problem:
            raise StartRefused(str(problem)) from problem
        self._lifetimes.push_async_callback(sandbox.stop)
        return sandbox

    async def _training_vault(self) -> Vault:
        def open_it() -> Vault:
            from posapp.vault.settings import Shop, VaultContents
            from posapp.vault.store import Vault

            contents = VaultContents(shop=Shop(name="Muster & Co"))
            return Vault.training(self._vault_path, contents)

        from posapp.vault.errors import VaultError

        try:
            vault = await in_thread(open_it)
        except VaultError as problem:
            raise StartRefused(str(problem)) from problem
        self._lifetimes.callback(vault.lock)
        return vault

    async def _desk(self, vault: Vault, sandbox: Sandbox | None) -> None:
        await in_thread(_import_the_desk)
        from posapp.desk.practice import stock
        from posapp.gateways.transport import Transport
        from posapp.ledger.errors import LedgerError
        from posapp.ledger.ledger import Ledger

        try:
            ledger = await Ledger.open(
                self._folder / "ledger.db",
                key=vault.key_for("ledger"),
                audit_key=vault.key_for("audit"),
                clock=now,
                till=TILL,
            )
            self._lifetimes.push_async_callback(ledger.close)
            if sandbox is not None:
                await stock(ledger)
            await ledger.journal.recover()
        except LedgerError as problem:
            raise StartRefused(str(problem)) from problem
        transport = await in_thread(Transport)
        self._lifetimes.push_async_callback(transport.close)
        desk = _build(vault, ledger, transport, sandbox)
        self._opening.finish(desk)
        await self._window.begin(desk)
        spawn(desk.recovery.run(), name="recovery")
        _milestone("ready")


def _import_the_desk() -> None:
    """Everything heavy, in the worker thread that runs this: database, network, validation."""
    import posapp.desk.accounts
    import posapp.desk.book
    import posapp.desk.desk
    import posapp.gateways.transport
    import posapp.ledger.ledger  # noqa: F401


def _build(
    vault: Vault, ledger: Ledger, transport: Transport, sandbox: Sandbox | None
) -> Desk:
    from posapp.desk.accounts import Accounts
    from posapp.desk.book import Book
    from posapp.desk.desk import Desk
    from posapp.desk.links import Links
    from posapp.desk.orders import Orders
    from posapp.desk.papers import Papers
    from posapp.desk.people import People
    from posapp.desk.practice import training_accounts
    from posapp.desk.recovery import Recovery
    from posapp.desk.refunds import Refunds
    from posapp.desk.sales import Sales
    from posapp.desk.settings import Settings
    from posapp.desk.till import Till

    training = sandbox is not None
    accounts = Accounts(transport=transport, clock=now)
    till = Till(name=TILL, ledger=ledger, accounts=accounts)
    settings = Settings(vault=vault, till=till)
    if sandbox is not None:
        settings.use_training_accounts(training_accounts(json.loads(sandbox.endpoints.as_json())))
    sales, refunds = Sales(till), Refunds(till)
    recovery = Recovery(till, sales=sales, refunds=refunds, clock=now)
    owner = vault.contents.owner
    return Desk(
        training=training,
        till=till,
        book=Book(till, recovery=recovery, refunds=refunds),
        links=Links(till, sales),
        orders=Orders(ledger=ledger, currency=settings.currency or CURRENCY),
        papers=Papers(till, settings=settings, clock=now),
        people=People(ledger=ledger, owner=owner, clock=now, training=training),
        recovery=recovery,
        refunds=refunds,
        sales=sales,
        settings=settings,
    )


async def run(home: Path, *, training: bool) -> int:
    """Show the window until it is closed; returns the exit code."""
    crashes = crash.CrashPath()
    crashes.install()
    try:
        async with open(home, training=training) as window:
            crashes.tell(window.messages.problem)
            await _until_closed(window)
            crashes.stop_telling()
    finally:
        crashes.uninstall()
    return 0


async def _until_closed(window: MainWindow) -> None:
    """The first wish to close waits for money that is on its way; the second one does not."""
    while True:
        await _close_wanted(window)
        desk: Desk | None = window.desk
        if desk is None or not desk.till.under_way.busy:
            return
        window.messages.problem(
            "A payment is on its way. The window closes as soon as it has ended. "
            "Close it again to leave now; the payment is then looked up at the next start."
        )
        waiting = spawn(desk.till.under_way.quiet(), name="wait for the payment")
        insisting = spawn(_close_wanted(window), name="wait for a second wish")
        done, rest = await asyncio.wait({waiting, insisting}, return_when="FIRST_COMPLETED")
        for task in rest:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if done:
            return


async def _close_wanted(window: MainWindow) -> None:
    with listening(window.close_wanted, sender=window) as wish:
        await wish


def say_refusal(sentence: str) -> None:
    """One sentence for whoever started the program, on the terminal or, without one, in a box."""
    if sys.stderr is not None:
        print(sentence, file=sys.stderr)
        return
    dialogs.alarm(sentence)


def _milestone(step: str) -> None:
    """For the start bench: a wall-clock mark in the log."""
    _log.info("start", extra={"step": step, "milliseconds": round(time.time() * 1000)})
