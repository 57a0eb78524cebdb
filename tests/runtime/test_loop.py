"""The loop keeps asyncio's promises on Qt and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from posapp.runtime import crash, loop
from posapp.runtime.signals import signal as emission
from tests.runtime import programs
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


def running_loop() -> loop.QEventLoop:
    present = asyncio.get_running_loop()
    assert isinstance(present, loop.QEventLoop)
    return present


def timers_of(closed: loop.QEventLoop) -> int:
    dispatcher = QAbstractEventDispatcher.instance()
    assert dispatcher is not None
    return len(dispatcher.registeredTimers(closed._calls))


@pytest.mark.asyncio
async def test_callbacks_run_in_the_order_they_were_given() -> None:
    seen: list[int] = []
    for number in range(200):
        running_loop().call_soon(seen.append, number)
    await until(lambda: len(seen) == 200)
    assert seen == list(range(200))


@pytest.mark.asyncio
async def test_a_callback_added_by_a_callback_waits_for_the_next_turn() -> None:
    present, seen = running_loop(), list[str]()

    def first() -> None:
        present.call_soon(seen.append, "added")
        seen.append("first")

    present.call_soon(first)
    present.call_soon(seen.append, "second")
    await until(lambda: len(seen) == 3)
    assert seen == ["first", "second", "added"]


@pytest.mark.asyncio
@pytest.mark.parametrize("delay", [0.001, 0.0105, 0.25, 0.3])
async def test_a_sleep_is_never_shorter_than_asked(delay: float) -> None:
    began = time.monotonic()
    await asyncio.sleep(delay)
    assert time.monotonic() - began >= delay


@pytest.mark.asyncio
async def test_timeouts_that_did_not_happen_leave_no_timer() -> None:
    present = running_loop()
    before = present.waiting()
    for _ in range(100):
        async with asyncio.timeout(30):
            await asyncio.sleep(0)
    assert present.waiting() == before
    assert timers_of(present) <= 1  # the next turn


@pytest.mark.asyncio
async def test_a_cancelled_callback_does_not_run() -> None:
    seen: list[str] = []
    running_loop().call_soon(seen.append, "cancelled").cancel()
    running_loop().call_later(0.001, seen.append, "cancelled later").cancel()
    running_loop().call_later(0.02, seen.append, "kept")
    await until(lambda: "kept" in seen)
    assert seen == ["kept"]


@pytest.mark.asyncio
async def test_a_delay_longer_than_a_qt_timer_can_hold_is_accepted() -> None:
    handle = running_loop().call_later(90 * 24 * 3600, print, "never")
    assert handle.when() - running_loop().time() > 89 * 24 * 3600
    handle.cancel()


@pytest.mark.asyncio
async def test_a_call_from_another_thread_runs_here_in_its_own_context() -> None:
    wanted: contextvars.ContextVar[str] = contextvars.ContextVar("wanted", default="none")
    context = contextvars.copy_context()
    context.run(wanted.set, "attempt 7")
    present, seen = running_loop(), list[tuple[str, threading.Thread]]()

    def look() -> None:
        seen.append((wanted.get(), threading.current_thread()))

    def work() -> None:
        present.call_soon_threadsafe(look, context=context)

    thread = threading.Thread(target=work)
    thread.start()
    await until(lambda: seen)
    thread.join()
    assert seen == [("attempt 7", threading.main_thread())]


@pytest.mark.asyncio
async def test_a_waiting_task_survives_the_garbage_collector() -> None:
    futures: list[weakref.ref[asyncio.Future[str]]] = []

    async def wait() -> str:
        answer = asyncio.get_running_loop().create_future()
        futures.append(weakref.ref(answer))
        return await answer  # type: ignore[no-any-return]

    task = weakref.ref(asyncio.get_running_loop().create_task(wait()))
    await until(lambda: futures)
    gc.collect()
    waiting, running = futures[0](), task()
    assert waiting is not None
    assert running is not None
    waiting.set_result("still here")
    assert await running == "still here"


@pytest.mark.asyncio
async def test_a_nested_loop_in_a_task_pauses_the_others_and_loses_none() -> None:
    path = crash.CrashPath()
    path.install()
    try:
        ticks: list[int] = []

        async def tick() -> None:
            for number in range(20):
                ticks.append(number)
                await asyncio.sleep(0.001)

        async def nest() -> tuple[int, int]:
            before = len(ticks)
            nested = QEventLoop()
            QTimer.singleShot(50, nested.quit)
            really_exec: Callable[[QEventLoop], int] = QEventLoop.__dict__["exec"]._original
            really_exec(nested)
            return before, len(ticks)

        ticking = asyncio.get_running_loop().create_task(tick())
        await until(lambda: len(ticks) > 3)
        before, after = await asyncio.get_running_loop().create_task(nest(), name="the nest")
        await ticking
        assert before == after
        assert ticks == list(range(20))
        (sentence,) = path.untold()
        assert "the nest" in sentence
        assert "NestedLoop" in sentence
    finally:
        path.uninstall()


@pytest.mark.asyncio
async def test_tasks_go_on_while_a_plain_callback_runs_a_nested_loop() -> None:
    ticks: list[int] = []
    counts: list[tuple[int, int]] = []
    inner: list[QEventLoop] = []

    async def tick() -> None:
        for number in range(10):
            ticks.append(number)
            await asyncio.sleep(0.001)
        inner[0].quit()

    def nest() -> None:
        before = len(ticks)
        inner.append(QEventLoop())
        inner[0].exec()
        counts.append((before, len(ticks)))

    running_loop().call_soon(nest)
    await asyncio.get_running_loop().create_task(tick())
    await until(lambda: counts)
    assert counts == [(0, 10)]


def test_callbacks_wait_while_the_loop_stands_still(qtbot: QtBot) -> None:
    present = loop.QEventLoop(loop.application([]))
    seen: list[str] = []
    present.call_soon(seen.append, "soon")
    present.call_later(0.001, seen.append, "later")
    qtbot.wait(20)
    assert seen == []
    present.run_until_complete(asyncio.sleep(0.01))
    assert seen == ["soon", "later"]
    present.close()


def test_a_closed_loop_takes_no_more_calls_and_drops_late_ones() -> None:
    present = loop.QEventLoop(loop.application([]))
    present.close()
    present._calls.arrived.emit(asyncio.Handle(print, ("late",), present))
    assert present.waiting() == 0
    for call in (present.call_soon, present.call_soon_threadsafe):
        with pytest.raises(RuntimeError, match="closed"):
            call(print)
    with pytest.raises(RuntimeError, match="closed"):
        present.call_later(1, print)


def test_fifty_loops_in_one_process_leave_no_timer() -> None:
    closed: list[loop.QEventLoop] = []

    async def busy() -> None:
        here = asyncio.get_running_loop()
        here.call_later(3600, print, "much later")
        here.call_soon(print, "")
        await asyncio.sleep(0)

    for _ in range(50):
        present = loop.QEventLoop(loop.application([]))
        with asyncio.Runner(loop_factory=lambda ready=present: ready) as runner:  # type: ignore[misc]
            runner.run(busy())
        closed.append(present)
    assert [timers_of(present) for present in closed] == [0] * 50
    assert not any(shiboken6.isValid(present._timer) for present in closed)


def test_another_programs_choice_of_qt_binding_is_ignored() -> None:
    program = programs.start(
        "import os, posapp.runtime.loop; print(os.environ['QT_API'])", QT_API="pyqt5"
    )
    assert programs.ended(program) == (0, "pyqt5\n", "")


def test_the_loop_brings_no_heavy_library_with_it() -> None:
    program = programs.start(
        "import sys, posapp.runtime.loop, posapp.runtime.tasks, posapp.runtime.dialogs\n"
        "heavy = ['httpx', 'pydantic', 'sqlalchemy', 'cryptography', 'PySide6.QtNetwork',"
        " 'PySide6.QtPrintSupport', 'PySide6.QtSvg']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert programs.ended(program) == (0, "[]\n", "")


@pytest.mark.asyncio
async def test_sockets_work_on_the_loop() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        assert await reader.readline() == b"hello\n"
        writer.close()
        await writer.wait_closed()


@pytest.mark.asyncio
async def test_qt_timers_are_not_starved_by_busy_tasks() -> None:
    timer = QTimer()
    timer.setInterval(1)

    async def spin() -> None:
        while timer.isActive():  # noqa: ASYNC110 - being busy is the point
            await asyncio.sleep(0)

    timer.start()
    spinning = asyncio.get_running_loop().create_task(spin())
    for _ in range(3):
        assert await emission(timer.timeout, 5) == ()
    timer.stop()
    await spinning
