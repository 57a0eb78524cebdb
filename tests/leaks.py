"""What a test left behind: tasks, threads, windows, timers, with the place they came from."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

_origins: WeakKeyDictionary[object, str] = WeakKeyDictionary()
_OURS = "/tests/leaks.py"


def note_threads() -> Callable[[], None]:
    """Remember where each thread is started from now on. Returns what undoes it."""
    start = threading.Thread.start

    def noting(self: threading.Thread) -> None:
        _origins[self] = _caller()
        start(self)

    threading.Thread.start = noting  # type: ignore[method-assign]

    def undo() -> None:
        threading.Thread.start = start  # type: ignore[method-assign]

    return undo


def note_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Remember where each task of ``loop`` is made."""
    factory: Any = loop.get_task_factory() or _plain_task

    def noting(loop: asyncio.AbstractEventLoop, coro: Any, **named: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = factory(loop, coro, **named)
        _origins[task] = _caller()
        return task

    loop.set_task_factory(noting)


def _plain_task(loop: asyncio.AbstractEventLoop, coro: Any, **named: Any) -> asyncio.Task[Any]:
    return asyncio.Task(coro, loop=loop, **named)


def _caller() -> str:
    """The innermost place in the product or its tests, as ``file:line function``."""
    frame: FrameType | None = sys._getframe(2)
    inside: FrameType | None = frame
    while inside is not None:
        file = inside.f_code.co_filename.replace("\\", "/")
        if ("/posapp/" in file or "/tests/" in file) and not (
            file.endswith(("/runtime/tasks.py", "/runtime/loop.py", _OURS))
        ):
            frame = inside
            break
        inside = inside.f_back
    if frame is None:
        return "an unknown place"
    short = "/".join(frame.f_code.co_filename.replace("\\", "/").rsplit("/", 3)[-3:])
    return f"{short}:{frame.f_lineno} {frame.f_code.co_name}"


def _origin(thing: object) -> str:
    return _origins.get(thing, "an unknown place")


def tasks(loop: asyncio.AbstractEventLoop) -> list[str]:
    """The tasks of ``loop`` that still live. The loop must stand still."""
    if loop.is_closed():
        return []
    return [
        f"task “{task.get_name()}”, started in {_origin(task)}"
        for task in asyncio.all_tasks(loop)
        if not task.done()
    ]


def threads(before: set[threading.Thread], *, patience: float = 5) -> list[str]:
    """Threads that were not there before. Worker threads of a closed loop get ``patience``
    seconds to finish their last job."""
    found: list[str] = []
    for thread in threading.enumerate():
        if thread in before or thread is threading.current_thread():
            continue
        if isinstance(thread, threading._DummyThread):  # made by Qt, seen by Python in passing
            continue
        thread.join(patience)
        if thread.is_alive():
            found.append(
                f"thread “{thread.name}”, started in {_origin(thread)}, now {_position(thread)}"
            )
    return found


def _position(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return "gone"
    last = traceback.extract_stack(frame, limit=1)[0]
    return f"in {last.name} ({last.filename.rsplit('/', 1)[-1]}:{last.lineno})"


def windows() -> list[QWidget]:
    """All top-level widgets of the process."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return []
    return [widget for widget in app.topLevelWidgets() if shiboken6.isValid(widget)]


def identity(thing: QObject) -> int:
    """The address of the C++ object: the Python wrapper may change."""
    return int(shiboken6.getCppPointer(thing)[0])


def shown_or_ticking(before: set[int]) -> tuple[list[str], list[QWidget]]:
    """New top-level widgets that are still visible or own a running timer, and the widgets."""
    found: list[str] = []
    widgets: list[QWidget] = []
    for widget in windows():
        if identity(widget) in before:
            continue
        said = f"{type(widget).__name__} “{widget.objectName() or widget.windowTitle()}”"
        active = [timer for timer in widget.findChildren(QTimer) if timer.isActive()]
        if widget.isVisible():
            found.append(f"window {said} is still visible")
        found.extend(
            f"timer “{timer.objectName()}” every {timer.interval()} ms in window {said} still runs"
            for timer in active
        )
        if widget.isVisible() or active:
            widgets.append(widget)
    return found, widgets


def clear(widgets: list[QWidget]) -> None:
    """Take the leaked widgets away, so that the next test does not pay for them."""
    for widget in widgets:
        for timer in widget.findChildren(QTimer):
            timer.stop()
        widget.hide()
        widget.deleteLater()
