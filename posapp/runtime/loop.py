"""The asyncio loop on Qt's event loop, and the one way to run a program on it.

Sockets and child processes come from qasync. What qasync leaves open is closed here:

* tasks are held by strong references, so the garbage collector cannot end one;
* callbacks run in strict order, never early, and a cancelled timeout leaves no Qt timer behind;
* a dialog that opens a nested Qt loop inside a task pauses the other tasks. On plain qasync
  those tasks are lost for good;
* ``close`` leaves no timer behind. A timer object that the garbage collector frees later on
  another thread crashes the process.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVarTuple, Unpack, cast
from weakref import WeakSet

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from posapp.runtime import crash
from posapp.runtime.application import Application, application
from posapp.runtime.calls import Calls, Later
from posapp.runtime.interrupts import Interrupts

if TYPE_CHECKING:

    class _QtLoop(asyncio.SelectorEventLoop):
        _timer: QObject

        def __init__(self, app: QApplication) -> None: ...
        def set_default_executor(self, executor: Executor | None) -> None: ...
        def _check_closed(self) -> None: ...

else:
    # QT_API names the Qt binding another program wants; qasync would obey it.
    _wish = os.environ.pop("QT_API", None)
    from qasync import QEventLoop as _QtLoop

    if _wish is not None:
        os.environ["QT_API"] = _wish

_Ts = TypeVarTuple("_Ts")

WORKERS = 4
__all__ = ["Application", "NestedLoop", "QEventLoop", "application", "run"]


class NestedLoop(RuntimeError):
    """A task opened a nested event loop."""


class QEventLoop(_QtLoop):
    """An asyncio loop driven by ``QApplication.exec()``."""

    def __init__(self, app: QApplication) -> None:
        self._calls = Calls(now=self.time, may_run=self._may_run, gave_up=self._give_up)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._nesting: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._leaving: BaseException | None = None
        self._workers: Executor | None = None
        super().__init__(app)
        self.set_default_executor(ThreadPoolExecutor(WORKERS, thread_name_prefix="posapp-worker"))
        self.set_task_factory(self._make_task)
        self.set_exception_handler(crash.from_loop)

    def run_forever(self) -> None:
        self._calls.resume()
        super().run_forever()
        if self._leaving is not None:
            leaving, self._leaving = self._leaving, None
            raise leaving

    def close(self) -> None:
        """Give everything back. Jobs on worker threads are not waited for; queued ones never
        start."""
        if self.is_closed() or self.is_running():
            super().close()
            return
        if self._workers is not None:
            self._workers.shutdown(wait=False, cancel_futures=True)
            self.set_default_executor(None)  # or qasync waits for the running jobs
        super().close()
        self._calls.close()
        self._tasks.clear()
        shiboken6.delete(self._timer)

    def call_soon(
        self,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._calls.soon(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()
        handle = Later(when, callback, args, self, context)
        self._calls.later(handle)
        return handle

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._calls.arrived.emit(handle)
        return handle

    def set_default_executor(self, executor: Executor | None) -> None:
        self._workers = executor
        super().set_default_executor(executor)

    def waiting(self) -> int:
        """How many callbacks and timeouts are pending (for tests and the soak run)."""
        return self._calls.waiting()

    def _add_callback(self, handle: asyncio.Handle) -> asyncio.Handle:
        """asyncio's own entry for signal handlers."""
        self._calls.soon(handle)
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._calls.drop(handle)

    def _may_run(self) -> bool:
        """Not while the loop stands still (Qt may still deliver events then), and not from a
        nested Qt loop that a task has opened: no second task can be entered there."""
        if not self.is_running():
            return False
        task = asyncio.current_task(self)
        if task is None:
            return True
        if task not in self._nesting:
            self._nesting.add(task)
            crash.report(
                NestedLoop(
                    "A nested event loop was opened inside a task; the other tasks wait until it "
                    "ends. Use posapp.runtime.dialogs.show() or await."
                ),
                where=task.get_name(),
            )
        return False

    def _give_up(self, leaving: BaseException) -> None:
        self._leaving = leaving
        self.stop()

    def _make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **named: Any,
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **named)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def run(main: Callable[[], Coroutine[Any, Any, int]], *, argv: Sequence[str]) -> int:
    """Run ``main`` to its end on the Qt loop and return its exit code.

    The first SIGINT, SIGTERM or wish to quit cancels ``main`` once; further ones change nothing,
    so that a payment under way can be brought to rest. A ``main`` that lets the cancellation
    through ends with 128 + the signal's number, or 0 after a wish to quit. Its exceptions are
    raised here.
    """
    app = application(argv)
    with asyncio.Runner(loop_factory=partial(QEventLoop, app)) as runner:
        return runner.run(_attended(main, app))


async def _attended(main: Callable[[], Coroutine[Any, Any, int]], app: QApplication) -> int:
    me = cast("asyncio.Task[Any]", asyncio.current_task())
    with Interrupts(me) as interrupts:
        if isinstance(app, Application):
            app.quit_asked.connect(interrupts.quit)
        try:
            return await main()
        except asyncio.CancelledError:
            if interrupts.exit_code is None:
                raise
            return interrupts.exit_code
        finally:
            if isinstance(app, Application):
                app.quit_asked.disconnect(interrupts.quit)
