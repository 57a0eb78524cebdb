"""What holds for every test: which loop it runs on, and that it leaves nothing behind.

Qt tests need no display. The environment is set before anything imports Qt.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from posapp.runtime import crash, dialogs
from posapp.runtime.loop import Application, QEventLoop, application
from tests import leaks

QT_FIXTURES = frozenset({"qtbot", "qapp"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--races", type=int, default=1000, help="how often two programs race")
    parser.addoption("--histories", type=int, default=20, help="how often a journal is lived")


def pytest_configure(config: pytest.Config) -> None:
    dialogs.guard()
    config.add_cleanup(leaks.note_threads())


def pytest_collection_finish() -> None:
    """The collector runs on the main thread only, between tests; what the imports made stays."""
    gc.collect()
    gc.freeze()
    gc.disable()


def qt_loop() -> QEventLoop:
    loop = QEventLoop(application(["posapp-tests"]))
    leaks.note_tasks(loop)
    return loop


def plain_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(crash.from_loop)
    leaks.note_tasks(loop)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # noqa: ARG001 - the hook passes it by name
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests that use Qt run on the product's own loop, the others on asyncio's."""
    if QT_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return {"qt": qt_loop}
    return {"plain": plain_loop}


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return Application


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a task, a thread, a visible window or a running timer.

    It is set up first and torn down last, but before the loop closes: closing would cancel the
    leaked tasks and hide them.
    """
    gc.disable()
    threads_before = set(threading.enumerate())
    windows_before = {leaks.identity(window) for window in leaks.windows()}
    runner = _runner(request)
    yield
    found: list[str] = []
    if runner is not None:
        found += leaks.tasks(runner.get_loop())
        runner.close()  # its worker threads end with it
    if isinstance(QCoreApplication.instance(), QApplication):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect(2 if QT_FIXTURES.intersection(request.fixturenames) else 1)
    shown, widgets = leaks.shown_or_ticking(windows_before)
    found += shown
    leaks.clear(widgets)
    found += leaks.threads(threads_before)
    if found:
        pytest.fail("The test left behind:\n  " + "\n  ".join(found), pytrace=False)


def _runner(request: pytest.FixtureRequest) -> asyncio.Runner | None:
    """The runner of an asynchronous test that has a loop of its own."""
    if not pytest_asyncio.is_async_test(request.node):
        return None
    marker = request.node.get_closest_marker("asyncio")
    if marker is not None and marker.kwargs.get("loop_scope", "function") != "function":
        return None
    runner: Any = request.getfixturevalue("_function_scoped_runner")
    return runner if isinstance(runner, asyncio.Runner) else None
