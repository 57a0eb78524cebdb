"""Work on worker threads: named, cancellable before it begins, never silently failing."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from functools import partial

import pytest
from PySide6.QtCore import QObject

from posapp.runtime import crash, tasks, threads
from posapp.runtime.loop import WORKERS
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.asyncio
async def test_it_returns_what_the_function_returns_from_another_thread() -> None:
    def work(left: int, right: int) -> tuple[int, bool]:
        return left + right, threading.current_thread() is threading.main_thread()

    assert await threads.in_thread(work, 3, 4) == (7, False)


@pytest.mark.asyncio
async def test_it_raises_what_the_function_raises() -> None:
    def work() -> None:
        raise LookupError("no printer")

    with pytest.raises(LookupError, match="no printer"):
        await threads.in_thread(work)


@pytest.mark.asyncio
async def test_the_job_and_its_thread_bear_the_name_of_the_work() -> None:
    release, seen = threading.Event(), list[str]()

    def hash_passphrase() -> None:
        seen.append(threading.current_thread().name)
        release.wait(30)

    job = tasks.spawn(threads.in_thread(partial(hash_passphrase)), name="hashing")
    await until(threads.running)
    (name,) = threads.running()
    release.set()
    await job
    assert name.endswith("hash_passphrase")
    assert seen[0].startswith("posapp-worker")
    assert seen[0].endswith("hash_passphrase")
    assert threads.running() == ()


@pytest.mark.asyncio
async def test_the_work_sees_the_context_of_its_caller() -> None:
    attempt: ContextVar[str] = ContextVar("attempt", default="")
    attempt.set("att_1")
    assert await threads.in_thread(attempt.get) == "att_1"


@pytest.mark.asyncio
async def test_other_tasks_run_while_the_work_goes_on() -> None:
    release = threading.Event()
    job = tasks.spawn(threads.in_thread(release.wait, 30), name="blocked")
    await until(threads.running)
    asyncio.get_running_loop().call_soon(release.set)
    assert await job is True


@pytest.mark.asyncio
async def test_a_job_that_is_cancelled_before_its_turn_never_runs() -> None:
    release, ran = threading.Event(), list[str]()
    before = [tasks.spawn(threads.in_thread(release.wait, 30), name="busy") for _ in range(WORKERS)]
    await until(lambda: len(threads.running()) == WORKERS)
    late = tasks.spawn(threads.in_thread(ran.append, "late"), name="late")
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.wait([late])
    release.set()
    await asyncio.wait(before)
    await threads.in_thread(ran.append, "next")
    assert late.cancelled()
    assert ran == ["next"]


@pytest.mark.asyncio
async def test_a_failure_nobody_waits_for_still_reaches_the_crash_path() -> None:
    release = threading.Event()

    def save_settings() -> None:
        release.wait(30)
        raise OSError("disk full")

    path = crash.CrashPath()
    path.install()
    try:
        saving = tasks.spawn(threads.in_thread(save_settings), name="saving")
        await until(threads.running)
        saving.cancel()
        await asyncio.wait([saving])
        release.set()
        await until(path.untold)
        assert "save_settings" in path.untold()[0]
        assert saving.cancelled()
    finally:
        path.uninstall()


@pytest.mark.asyncio
async def test_qt_objects_may_not_cross() -> None:
    thing = QObject()
    with pytest.raises(TypeError, match="its own thread only"):
        await threads.in_thread(str, thing)
    with pytest.raises(TypeError, match="its own thread only"):
        await threads.in_thread(thing.objectName)
