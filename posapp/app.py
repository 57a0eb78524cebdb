"""Builds everything behind the painted window, hands it over, and ends it all in order.

Database, network, cryptography and sandbox are imported in a worker thread after the first
paint; what is typed in between waits at the ``Opening``.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import logging
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from posapp import front as fronts
from posapp.front import Front, StartRefused, folder_of
from posapp.runtime import crash, log, printers
from posapp.runtime.collector import MainThreadGC
from posapp.runtime.signals import listening, signal
from posapp.runtime.tasks import cancel_all, spawn
from posapp.runtime.threads import in_thread

if TYPE_CHECKING:
    from posapp.building import Building
    from posapp.desk.desk import Desk
    from posapp.desk.export import Format
    from posapp.model.secret import Secret
    from posapp.moving import Target
    from posapp.ui.main_window import MainWindow
    from posapp.ui.opening import Opening

__all__ = [
    "StartRefused",
    "change_address",
    "examine",
    "export",
    "folder_of",
    "move_ledger",
    "open",
    "run",
]

_log = logging.getLogger(__name__)
_LONGEST_REST = 65.0  # seconds; longer than the longest money call


@asynccontextmanager
async def open(home: Path, *, training: bool = False) -> AsyncIterator[MainWindow]:
    """Open the program on a data folder and yield its window.

    In training the window is yielded when the desk is ready to charge; otherwise as soon as it
    asks for the passphrase (or, on the first start, how to begin). On leaving, money that is on
    its way is waited for.

    Args:
        home: the data folder; training and live keep apart below it.

    Raises:
        StartRefused: with one sentence; nothing was changed.
    """
    front = fronts.build(home, training=training)
    try:
        async with _opened(front) as window:
            yield window
    finally:
        front.close()


async def run(front: Front) -> int:
    """Open what is behind a painted window and stay until it is closed; returns the exit code."""
    crashes = crash.CrashPath()
    crashes.install()
    try:
        async with _opened(front) as window:
            crashes.tell(window.messages.problem)
            await _until_closed(window)
            crashes.stop_telling()
    finally:
        front.close()
        crashes.uninstall()
    return 0


async def examine(home: Path, passphrase: Secret | None, *, training: bool, as_json: bool) -> int:
    """Print the health of everything below the data folder; 0 when all is sound."""
    from posapp import building
    from posapp.desk import doctor

    folder = folder_of(home, training=training)
    try:
        with fronts.take(folder):
            building.prepare()
            findings = [*await building.health(folder, passphrase, training=training)]
            findings.append(doctor.of_printers(printers.names()))
    except StartRefused as refusal:
        findings = [doctor.Finding("data folder", False, str(refusal))]
    sys.stdout.write(doctor.report(findings, as_json=as_json) + "\n")
    return 0 if doctor.is_sound(findings) else 1


async def export(
    home: Path, passphrase: Secret | None, *, training: bool, form: Format, output: Path | None
) -> int:
    """Write every payment to a file, whole or not at all, or to the terminal.

    Raises:
        StartRefused: with one sentence; an earlier file is untouched.
    """
    from posapp import building

    folder = folder_of(home, training=training)
    text = io.StringIO()
    with fronts.take(folder):
        building.prepare()
        try:
            await building.export(folder, passphrase, training=training, form=form, target=text)
        except building.Closed as problem:
            raise StartRefused(str(problem)) from problem
    if output is None:
        sys.stdout.write(text.getvalue())
        return 0
    try:
        part = output.with_name(output.name + ".part")
        part.write_text(text.getvalue(), encoding="utf-8", newline="")
        part.replace(output)
    except OSError as problem:
        raise StartRefused(
            f"{output} cannot be written ({problem.strerror}). Choose another place."
        ) from problem
    return 0


async def move_ledger(
    home: Path,
    passphrase: Secret | None,
    *,
    target: Target | None = None,
    training: bool = False,
    as_json: bool = False,
) -> int:
    """Take the ledger of this till to a server: the one named, or the one in its settings.

    Progress is written to a terminal only, the end as words or one JSON object.

    Raises:
        StartRefused: with one sentence; the ledger is as it was.
    """
    from posapp import building, moving

    line = _ProgressLine()
    folder = folder_of(home, training=training)
    with fronts.take(folder):
        try:
            done = await moving.move_ledger(
                folder, passphrase, target=target, training=training, progress=line.show
            )
        except building.Closed as problem:
            raise StartRefused(str(problem)) from problem
        finally:
            line.end()
    _print(done.as_json() if as_json else done.words())
    return 0


class _ProgressLine:
    """One line on the terminal that is written over; nothing where nobody looks on."""

    def __init__(self) -> None:
        self._seen = sys.stderr is not None and sys.stderr.isatty()
        self._begun = False

    def show(self, done: int, total: int) -> None:
        if self._seen:
            self._begun = True
            sys.stderr.write(f"\r{done} of {total} rows")
            sys.stderr.flush()

    def end(self) -> None:
        if self._begun:
            sys.stderr.write("\n")


async def change_address(
    home: Path, passphrase: Secret | None, *, changes: Mapping[str, str], password: Secret
) -> int:
    """Correct where the shared ledger of the live shop is, without opening it.

    Raises:
        StartRefused: with one sentence; nothing was saved.
    """
    from posapp import building

    folder = folder_of(home, training=False)
    with fronts.take(folder):
        try:
            done = await building.change_address(
                folder, passphrase, changes=changes, password=password
            )
        except building.Closed as problem:
            raise StartRefused(str(problem)) from problem
    _print(done)
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@asynccontextmanager
async def _opened(front: Front) -> AsyncIterator[MainWindow]:
    window = front.window
    async with AsyncExitStack() as lifetimes:
        lifetimes.callback(log.start(front.folder).stop)
        collector = MainThreadGC()
        collector.start()
        lifetimes.callback(collector.stop)
        if not front.painted_at:
            window.show()
            await signal(window.painted, 30)
            front.painted_at = time.monotonic()
        _milestone("painted", front.painted_at)
        behind = await lifetimes.enter_async_context(_behind(front))
        if front.training:
            await behind.practise()
        else:
            await behind.ask()
        collector.settle()
        yield window


@asynccontextmanager
async def _behind(front: Front) -> AsyncIterator[_Behind]:
    """Import the heavy half and keep its parts until nothing uses them any more."""
    importing = spawn(in_thread(_import_building), name="import the building")
    front.window.complete()
    building = await importing
    async with AsyncExitStack() as parts:
        behind = _Behind(building.Building(front.folder, parts), front.window, front.opening)
        try:
            yield behind
        finally:
            await behind.come_to_rest()
            await cancel_all(within=5)


def _import_building() -> ModuleType:
    building = importlib.import_module("posapp.building")
    building.prepare()
    return building


class _Behind:
    """Brings window and building together: the door, the first start, the desk."""

    def __init__(self, building: Building, window: MainWindow, opening: Opening) -> None:
        self._building = building
        self._window = window
        self._opening = opening
        self._desk: Desk | None = None

    async def practise(self) -> None:
        """Training is open at once."""
        from posapp.building import Closed

        try:
            await self._hand_over(await self._building.practise())
        except Closed as problem:
            raise StartRefused(str(problem)) from problem

    async def ask(self) -> None:
        """Live: the passphrase, or on the first start everything else."""
        if await self._building.is_set_up():
            self._window.ask_passphrase("Welcome back", self._unlock)
            return
        from posapp.ui.welcome.screen import WelcomeScreen

        self._window.show_front(WelcomeScreen(self._set_up))

    async def come_to_rest(self) -> None:
        """Wait for what was typed, and for money on its way unless somebody insisted on leaving."""
        if self._desk is not None:
            await self._window.counter.kept()
        if self._desk is not None and not self._window.insisted:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_REST):
                    await self._desk.till.under_way.quiet()

    async def _unlock(self, passphrase: Secret) -> None:
        desk, notice = await self._building.unlock(passphrase)
        desk.people.signed_in_by_passphrase()
        await self._hand_over(desk)
        self._enter(desk)
        if notice:
            self._window.messages.problem(notice)

    async def _set_up(self, passphrase: Secret, pin: Secret, shop: str, owner: str) -> None:
        desk = await self._building.set_up(passphrase=passphrase, pin=pin, shop=shop, owner=owner)
        desk.people.signed_in_by_passphrase()
        await self._hand_over(desk)
        self._enter(desk)

    def _enter(self, desk: Desk) -> None:
        self._window.show_work()
        if not desk.settings.accounts:
            self._window.go_to("settings")

    async def _hand_over(self, desk: Desk) -> None:
        self._desk = desk
        self._opening.finish(desk)
        await self._window.begin(desk)
        _milestone("ready", time.monotonic())
        spawn(desk.recovery.run(), name="recovery")
        spawn(desk.soundness.run(), name="soundness")
        self._window.make_back_office(desk)


async def _until_closed(window: MainWindow) -> None:
    """The first wish to close waits for money that is on its way; the second one does not."""
    while True:
        await _close_wanted(window)
        desk = window.desk
        if desk is None or not (desk.till.under_way.busy or desk.soundness.is_saving):
            return
        window.messages.problem(
            "A payment is on its way. The window closes as soon as it has ended. "
            "Close it again to leave now; the payment is then looked up at the next start."
            if desk.till.under_way.busy
            else "The result of a payment is not saved yet. The window closes as soon as it is. "
            "Close it again to leave now; the payment is then looked up at the next start."
        )
        waiting = spawn(_all_ended(desk), name="wait for the payment")
        insisting = spawn(_close_wanted(window), name="wait for a second wish")
        await asyncio.wait({waiting, insisting}, return_when=asyncio.FIRST_COMPLETED)
        window.insisted = insisting.done()
        for task in (waiting, insisting):
            task.cancel()
        await asyncio.wait({waiting, insisting})
        return


async def _all_ended(desk: Desk) -> None:
    """Wait until no money is under way and every result is saved."""
    await desk.till.under_way.quiet()
    await desk.soundness.all_saved()


async def _close_wanted(window: MainWindow) -> None:
    with listening(window.close_wanted, sender=window) as wish:
        await wish


def _milestone(step: str, at: float) -> None:
    """A mark of the system's monotonic clock in the log, for the start bench."""
    _log.info("start", extra=log.fields(step=step, milliseconds=round(at * 1000)))
