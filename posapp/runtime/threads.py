"""Blocking work off the Qt thread: hashing, files, printers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar, TypeVarTuple, Unpack

from PySide6.QtCore import QObject

from posapp.runtime import crash

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_jobs: set[_Job[Any]] = set()
_jobs_lock = threading.Lock()


class _Job(Generic[T]):
    """One call on a worker thread. The thread bears the job's name while it runs."""

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self.name = name
        self._work = work
        self._lock = threading.Lock()
        self._begun = False
        self._dropped = False

    def __call__(self) -> T | None:
        with self._lock:
            if self._dropped:
                return None
            self._begun = True
        thread = threading.current_thread()
        usual_name, thread.name = thread.name, f"{thread.name}: {self.name}"
        with _jobs_lock:
            _jobs.add(self)
        try:
            return self._work()
        finally:
            with _jobs_lock:
                _jobs.discard(self)
            thread.name = usual_name

    def abandon(self, result: asyncio.Future[T | None]) -> None:
        """Nobody waits any more. If it has not begun it never will; if it has, a failure is
        still reported, because nobody else will see it."""
        with self._lock:
            self._dropped = not self._begun
        result.add_done_callback(self._read)

    def _read(self, result: asyncio.Future[T | None]) -> None:
        if not result.cancelled() and (error := result.exception()) is not None:
            crash.report(error, where=self.name)


async def in_thread(fn: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
    """Run ``fn(*args)`` on a worker thread of the loop and return what it returns.

    Cancelling the caller does not stop a call that has begun: give every job its own time limit.
    Raises TypeError when a QObject would cross to the other thread; they live on one only.
    """
    name = _name_of(fn)
    if isinstance(getattr(fn, "__self__", None), QObject) or any(
        isinstance(arg, QObject) for arg in args
    ):
        raise TypeError(
            f"{name} was not run: a Qt object may be used on its own thread only. "
            "Pass plain values to the worker thread."
        )
    job = _Job(partial(copy_context().run, fn, *args), name)
    result = asyncio.get_running_loop().run_in_executor(None, job)
    try:
        await asyncio.wait([result])
    except asyncio.CancelledError:
        job.abandon(result)
        raise
    return result.result()  # type: ignore[return-value]  # None only after abandon


def running() -> tuple[str, ...]:
    """Names of the jobs that run on worker threads now, sorted."""
    with _jobs_lock:
        return tuple(sorted(job.name for job in _jobs))


def _name_of(fn: Callable[..., Any]) -> str:
    while isinstance(fn, partial):
        fn = fn.func
    return getattr(fn, "__qualname__", type(fn).__qualname__)
