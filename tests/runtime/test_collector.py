"""Garbage is collected on the main thread only."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from posapp.runtime.collector import MainThreadGC
from tests.runtime import programs
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


class Knot:
    """Garbage that only the collector can clear away; notes on which thread it went."""

    gone_on: list[threading.Thread]

    def __init__(self, gone_on: list[threading.Thread]) -> None:
        self.me = self
        self.gone_on = gone_on

    def __del__(self) -> None:
        self.gone_on.append(threading.current_thread())


@pytest.fixture
def collector() -> Iterator[MainThreadGC]:
    gc.enable()
    made = MainThreadGC()
    made.start()
    made.settle()
    yield made
    made.stop()
    gc.disable()


@pytest.mark.asyncio
@pytest.mark.usefixtures("collector")
async def test_garbage_made_on_a_worker_thread_is_cleared_on_the_main_thread() -> None:
    gone_on: list[threading.Thread] = []

    def work() -> None:
        for _ in range(gc.get_threshold()[0] * 3):
            Knot(gone_on)

    thread = threading.Thread(target=work)
    thread.start()
    await until(lambda: not thread.is_alive())
    assert gone_on == []  # the automatic collector would have run several times by now
    await until(lambda: gone_on)
    assert set(gone_on) == {threading.main_thread()}
    assert not gc.isenabled()


def test_a_check_with_little_garbage_does_nothing(collector: MainThreadGC) -> None:
    gc.collect()
    knot = Knot([])
    gone = weakref.ref(knot)
    del knot
    collector.check()
    assert gone() is not None
    gc.collect()
    assert gone() is None


def test_nothing_is_collected_before_the_program_has_started() -> None:
    program = programs.start(
        "import gc\n"
        "from posapp.runtime.loop import application\n"
        "from posapp.runtime.collector import MainThreadGC\n"
        "app = application(['posapp'])\n"
        "collector = MainThreadGC(); collector.start()\n"
        "before = gc.get_stats()\n"
        "from PySide6.QtTest import QTest\n"
        "kept = [[] for _ in range(10_000)]; QTest.qWait(700)\n"
        "print(gc.get_stats() == before)\n"
        "collector.settle()\n"
        "more = [[] for _ in range(10_000)]; QTest.qWait(700)\n"
        "print(gc.get_stats() == before)\n"
        "collector.stop()\n"
    )
    assert programs.ended(program) == (0, "True\nFalse\n", "")


def test_starting_and_stopping_leave_the_collector_as_it_was(collector: MainThreadGC) -> None:
    collector.start()
    collector.stop()
    assert gc.isenabled()
    gc.disable()
    collector.start()
    collector.stop()
    assert not gc.isenabled()


def test_after_settling_later_collections_skip_what_is_there() -> None:
    program = programs.start(
        "import gc\n"
        "from posapp.runtime.loop import application\n"
        "from posapp.runtime.collector import MainThreadGC\n"
        "app = application(['posapp'])\n"
        "collector = MainThreadGC(); collector.start(); collector.settle()\n"
        "print(gc.get_freeze_count() > 1000, gc.isenabled())\n"
        "collector.stop()\n"
        "print(gc.get_freeze_count(), gc.isenabled())\n"
    )
    assert programs.ended(program) == (0, "True False\n0 True\n", "")


@pytest.mark.asyncio
async def test_reference_counting_goes_on(collector: MainThreadGC) -> None:
    class Plain:
        pass

    thing = Plain()
    gone = weakref.ref(thing)
    del thing
    await asyncio.sleep(0)
    assert gone() is None
    assert not gc.isenabled()
    assert collector is not None
