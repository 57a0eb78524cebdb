"""A program runs to its end, whoever asks it to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from posapp.runtime import loop
from posapp.runtime.interrupts import Interrupts
from tests.runtime import programs
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


def test_run_returns_the_exit_code_of_main() -> None:
    async def main() -> int:
        await asyncio.sleep(0.001)
        return 7

    assert loop.run(main, argv=["posapp"]) == 7


def test_run_raises_what_main_raises() -> None:
    async def main() -> int:
        raise LookupError("no such home")

    with pytest.raises(LookupError, match="no such home"):
        loop.run(main, argv=["posapp"])


def test_leaving_from_a_callback_ends_run() -> None:
    async def main() -> int:
        asyncio.get_running_loop().call_soon(sys.exit, 9)
        await asyncio.sleep(60)
        return 0

    with pytest.raises(SystemExit) as left:
        loop.run(main, argv=["posapp"])
    assert left.value.code == 9


def test_run_does_not_wait_for_a_job_on_a_worker_thread() -> None:
    release, begun = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        release.wait(30)

    async def main() -> int:
        asyncio.get_running_loop().run_in_executor(None, job)
        await until(begun.is_set)
        return 0

    assert loop.run(main, argv=["posapp"]) == 0
    assert not release.is_set()
    release.set()


def test_the_last_window_does_not_end_the_program() -> None:
    app = loop.application(["posapp"])
    assert app is loop.application(["posapp"])
    assert not app.quitOnLastWindowClosed()
    assert app.applicationName() == "posapp"
    assert (
        QGuiApplication.highDpiScaleFactorRoundingPolicy()
        == Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )


def test_a_wish_to_quit_cancels_main_and_lets_it_finish() -> None:
    steps: list[str] = []

    async def main() -> int:
        try:
            QTimer.singleShot(0, QApplication.quit)
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.001)
            steps.append("ledger closed")
        return 1

    assert loop.run(main, argv=["posapp"]) == 0
    assert steps == ["ledger closed"]


@pytest.mark.parametrize(
    "by_loop",
    [
        False,
        pytest.param(
            True,
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="Windows loops cannot watch signals"
            ),
        ),
    ],
)
def test_the_first_signal_cancels_and_the_second_changes_nothing(by_loop: bool) -> None:
    cancelled: list[str] = []

    async def work(interrupts: Interrupts) -> None:
        for number in ("first", "second"):
            try:
                signal.raise_signal(signal.SIGINT)
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                cancelled.append(number)
        assert interrupts.exit_code == 128 + signal.SIGINT

    async def main() -> int:
        task = asyncio.current_task()
        assert task is not None
        with Interrupts(task, by_loop=by_loop) as interrupts:
            await work(interrupts)
        return 0

    before = signal.getsignal(signal.SIGINT)
    with asyncio.Runner(loop_factory=lambda: loop.QEventLoop(loop.application([]))) as runner:
        assert runner.run(main()) == 0
    assert cancelled == ["first"]
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.timeout(60)
def test_without_the_loops_help_an_idle_program_still_notices_a_signal() -> None:
    """Windows: Python sees the signal only when it runs bytecode, and an idle Qt runs none."""
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def interrupt(thread: int) -> None:
        time.sleep(0.05)  # by then the main thread sits in Qt
        signal.pthread_kill(thread, signal.SIGINT)

    async def main() -> int | None:
        task = asyncio.current_task()
        assert task is not None
        sender = threading.Thread(target=interrupt, args=(main_thread,))
        with Interrupts(task, by_loop=False) as interrupts:
            sender.start()
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                sender.join()
            return interrupts.exit_code

    with asyncio.Runner(loop_factory=lambda: loop.QEventLoop(loop.application([]))) as runner:
        assert runner.run(main()) == 128 + signal.SIGINT


PROGRAM = """
import asyncio, sys
from posapp.runtime.loop import run
async def main():
    print("ready")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print("closing")
        await asyncio.sleep(0.01)
        print("closed")
        if sys.argv[1] == "own code":
            return 5
        raise
sys.exit(run(main, argv=["posapp"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    ("number", "manner", "code"),
    [
        (signal.SIGTERM, "own code", 5),
        (signal.SIGTERM, "cancelled", 143),
        (signal.SIGINT, "cancelled", 130),
    ],
)
def test_a_signal_ends_an_idle_program_with_its_exit_code(
    number: signal.Signals, manner: str, code: int
) -> None:
    program = programs.start(PROGRAM, manner)
    assert programs.line(program) == "ready"
    program.send_signal(number)
    assert programs.ended(program) == (code, "closing\nclosed\n", "")
