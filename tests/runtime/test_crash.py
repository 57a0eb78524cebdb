"""Every unexpected error reaches the log and, as one sentence, the screen."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, qWarning
from pytestqt.qtbot import QtBot

from posapp.runtime import crash, log
from tests.runtime import programs
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")
CARD = "4242424242424242"


class Watched:
    """An installed crash path with a log of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / log.FILE
        self.log = log.start(folder)
        self.path = crash.CrashPath()
        self.path.install()

    def lines(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    started = Watched(tmp_path)
    yield started
    started.path.uninstall()
    started.log.stop()


class Bell(QObject):
    rung = Signal()

    def fail(self) -> None:
        raise ValueError("in a slot")


def test_an_error_in_a_plain_slot_is_reported(watched: Watched) -> None:
    bell = Bell()
    bell.rung.connect(bell.fail)
    bell.rung.emit()
    (line,) = watched.lines()
    assert line["event"] == "unexpected error"
    assert line["error"] == "ValueError: in a slot"
    assert line["trace"][-1].endswith("fail")
    assert len(watched.path.untold()) == 1


def test_an_error_in_a_thread_is_reported_with_the_threads_name(watched: Watched) -> None:
    def fail() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=fail, name="printer")
    thread.start()
    thread.join()
    (line,) = watched.lines()
    assert (line["where"], line["error"]) == ("printer", "ValueError: in a thread")


def test_an_error_while_clearing_away_is_reported(watched: Watched) -> None:
    class Fragile:
        def __del__(self) -> None:
            raise ValueError("while dying")

    Fragile()
    gc.collect()
    (line,) = watched.lines()
    assert line["error"] == "ValueError: while dying"


@pytest.mark.asyncio
async def test_an_error_in_a_loop_callback_is_reported(watched: Watched) -> None:
    def fail() -> None:
        raise ValueError("in a callback")

    asyncio.get_running_loop().call_soon(fail)
    await until(watched.lines)
    (line,) = watched.lines()
    assert line["error"] == "ValueError: in a callback"


@pytest.mark.asyncio
async def test_a_complaint_of_the_loop_without_an_exception_is_an_error_too(
    watched: Watched,
) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": "Task was destroyed"})
    (line,) = watched.lines()
    assert line["error"] == "RuntimeError: Task was destroyed"


@pytest.mark.qt_no_exception_capture
def test_messages_of_qt_go_to_the_log_redacted(watched: Watched) -> None:
    qWarning(f"cannot draw {CARD}")
    (line,) = watched.lines()
    assert line["logger"] == "posapp.qt"
    assert line["level"] == "WARNING"
    assert line["event"] == "cannot draw [card number removed]"
    assert watched.path.untold() == ()


def test_neither_the_log_nor_the_sentence_holds_card_data(watched: Watched) -> None:
    number = CARD
    try:
        raise ValueError(f"cannot charge {number}")
    except ValueError as error:
        watched.path.report(error, where="the sale")
    assert "4242" not in watched.file.read_text("utf-8")
    assert "4242" not in watched.path.untold()[0]


def test_an_error_that_repeats_is_written_less_and_less_often(watched: Watched) -> None:
    for _ in range(100):
        watched.path.report(ValueError("again"), where="a timer")
    watched.path.report(ValueError("again"), where="another timer")
    counts = [(line["where"], line["count"]) for line in watched.lines()]
    assert counts == [("a timer", 2**power) for power in range(7)] + [("another timer", 1)]


@pytest.mark.asyncio
async def test_sentences_wait_for_a_window_and_then_come_in_order(watched: Watched) -> None:
    shown: list[str] = []
    watched.path.report(ValueError("1"), where="first")
    watched.path.report(ValueError("2"), where="second")
    watched.path.tell(shown.append)
    watched.path.report(ValueError("3"), where="third")
    await until(lambda: len(shown) == 3)
    assert [sentence.split("”")[0] for sentence in shown] == ["“first", "“second", "“third"]
    assert watched.path.untold() == ()
    watched.path.stop_telling()
    watched.path.report(ValueError("4"), where="fourth")
    assert len(watched.path.untold()) == 1


@pytest.mark.asyncio
async def test_a_sentence_from_another_thread_is_shown_on_this_one(watched: Watched) -> None:
    shown: list[threading.Thread] = []
    watched.path.tell(lambda _: shown.append(threading.current_thread()))
    thread = threading.Thread(
        target=watched.path.report, args=(ValueError("x"),), kwargs={"where": "printer"}
    )
    thread.start()
    await until(lambda: shown)
    thread.join()
    assert shown == [threading.main_thread()]


def test_a_window_of_a_closed_loop_is_forgotten(watched: Watched) -> None:
    async def register() -> None:
        watched.path.tell(print)

    asyncio.run(register())
    watched.path.report(ValueError("late"), where="closing")
    assert len(watched.path.untold()) == 1


def test_reporting_never_raises(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Exception):
        @property
        def __traceback__(self) -> Any:  # type: ignore[override]
            raise LookupError

    watched.path.report(Broken(), where="anywhere")
    assert "Broken could not be reported: LookupError" in capsys.readouterr().err


def test_uninstalling_puts_every_hook_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    path = crash.CrashPath()
    path.install()
    path.install()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) != before
    path.watch_faults(tmp_path)
    path.uninstall()
    path.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


@pytest.mark.qt_no_exception_capture
def test_without_a_crash_path_errors_go_to_the_usual_hook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda *raised: seen.append(raised[1]))
    error = ValueError("nobody listens")
    crash.report(error, where="anywhere")
    assert seen == [error]


def test_a_fatal_fault_is_told_at_the_next_start(tmp_path: Path) -> None:
    program = programs.start(
        "import sys, pathlib, faulthandler\n"
        "from posapp.runtime.crash import CrashPath\n"
        "path = CrashPath(); path.install(); path.watch_faults(pathlib.Path(sys.argv[1]))\n"
        "faulthandler._sigabrt()\n",
        str(tmp_path),
    )
    code, _, _ = programs.ended(program)
    assert code != 0
    watched = Watched(tmp_path)
    try:
        watched.path.watch_faults(tmp_path)
        (line,) = watched.lines()
        assert line["event"] == "the last run ended with a fatal fault"
        assert "Abort" in line["error"]
        assert "ended unexpectedly last time" in watched.path.untold()[0]
    finally:
        watched.path.uninstall()
        watched.log.stop()
    again = crash.CrashPath()
    again.install()
    again.watch_faults(tmp_path)
    again.uninstall()
    assert again.untold() == ()


def test_before_a_log_runs_reports_go_to_stderr_as_json() -> None:
    program = programs.start(
        "from posapp.runtime import crash\n"
        "crash.CrashPath().install()\n"
        "raise ValueError('4242 4242 4242 4242')\n"
    )
    code, out, errors = programs.ended(program)
    assert (code, out) == (1, "")
    line = json.loads(errors)
    assert line["error"] == "ValueError: [card number removed]"
    assert line["trace"] == ["<string>:3 <module>"]


@pytest.mark.asyncio
async def test_an_error_in_a_qt_timer_is_reported(watched: Watched, qtbot: QtBot) -> None:
    bell = Bell()
    QTimer.singleShot(0, bell.fail)
    await until(watched.lines)
    assert watched.lines()[0]["error"] == "ValueError: in a slot"
    assert qtbot is not None
