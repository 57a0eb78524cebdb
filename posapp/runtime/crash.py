"""The crash path: every error nobody expected ends here, in the log and as one sentence on screen.

Sources: ``sys.excepthook`` (plain Qt slots, timers), ``threading.excepthook``,
``sys.unraisablehook``, the loop's exception handler, spawned tasks, Qt's own messages, and the
trace that faulthandler leaves when the process dies.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

FAULTS = "faults.log"
REMEMBERED = 20

_log = logging.getLogger("posapp.crash")
_qt_log = logging.getLogger("posapp.qt")

_installed: list[CrashPath] = []  # the last one counts


def report(error: BaseException, *, where: str) -> None:
    """Send ``error`` down the crash path. Without an installed one it goes to
    ``sys.excepthook``."""
    if _installed:
        _installed[-1].report(error, where=where)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def from_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An asyncio exception handler. What the loop has to say without an exception (a task that
    was destroyed while pending) is an error as well."""
    message = str(context.get("message", "error in the event loop"))
    error = context.get("exception")
    if not isinstance(error, BaseException):
        error = RuntimeError(message)
    job = context.get("task") or context.get("future")
    where = job.get_name() if isinstance(job, asyncio.Task) else message
    report(error, where=where)


class CrashPath:
    """Logs what it is told and passes one sentence on to the screen. All methods may be called
    from any thread unless they say otherwise; ``report`` never raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._untold: deque[str] = deque(maxlen=REMEMBERED)
        self._screen: tuple[asyncio.AbstractEventLoop, Callable[[str], None]] | None = None
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._before: dict[str, Any] = {}
        self._faults: TextIO | None = None

    def report(self, error: BaseException, *, where: str) -> None:
        """Log ``error`` and tell the screen that ``where`` failed.

        The same error at the same place is written at its 1st, 2nd, 4th, 8th ... time, with the
        count: a failing timer must not push everything else out of the log.
        """
        try:
            from posapp.runtime.log import described, frames  # not before the first paint

            trace = frames(error.__traceback__)
            with self._lock:
                key = (type(error).__name__, where, trace[-1] if trace else "")
                self._seen[key] += 1
                count = self._seen[key]
            if count & (count - 1):
                return
            _write("unexpected error", where=where, count=count, **described(error))
            self._tell(
                f"“{where}” stopped because of an unexpected fault ({type(error).__name__}). "
                "If a payment was under way, look it up in the payments list before you try "
                "again. The log file has the details."
            )
        except Exception as second:
            if sys.stderr is not None:
                sys.stderr.write(
                    f"{type(error).__name__} could not be reported: {type(second).__name__}\n"
                )

    def tell(self, callback: Callable[[str], None]) -> None:
        """Pass each sentence to ``callback``, on the thread of the running loop; those from
        before come first. Raises RuntimeError when no loop is running."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._screen = (loop, callback)
            earlier = list(self._untold)
            self._untold.clear()
        for sentence in earlier:
            loop.call_soon(callback, sentence)

    def stop_telling(self) -> None:
        """The window is gone: keep further sentences for the next one."""
        with self._lock:
            self._screen = None

    def untold(self) -> tuple[str, ...]:
        """Sentences that no window has shown yet, oldest first."""
        with self._lock:
            return tuple(self._untold)

    def _tell(self, sentence: str) -> None:
        with self._lock:
            screen = self._screen
        if screen is not None:
            loop, callback = screen
            try:
                loop.call_soon_threadsafe(callback, sentence)
            except RuntimeError:  # that loop is closed
                self.stop_telling()
            else:
                return
        with self._lock:
            self._untold.append(sentence)

    def install(self) -> None:
        """Take over the process's hooks. Main thread only."""
        if self._before:
            return
        from PySide6.QtCore import qInstallMessageHandler

        self._before = {
            "sys": sys.excepthook,
            "threads": threading.excepthook,
            "unraisable": sys.unraisablehook,
            "qt": qInstallMessageHandler(_from_qt),
        }
        _installed.append(self)
        sys.excepthook = self._uncaught
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable

    def uninstall(self) -> None:
        """Put the hooks back as they were. Main thread only."""
        if not self._before:
            return
        from PySide6.QtCore import qInstallMessageHandler

        _installed.remove(self)
        sys.excepthook = self._before["sys"]
        threading.excepthook = self._before["threads"]
        sys.unraisablehook = self._before["unraisable"]
        qInstallMessageHandler(self._before["qt"])
        self._before = {}
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
            self._faults = None

    def watch_faults(self, folder: Path) -> None:
        """Have the stacks of all threads written to ``faults.log`` in ``folder`` if the process
        dies of a fatal signal. What the last run left there goes to the log and the screen now.

        Raises OSError when the file cannot be opened.
        """
        path = folder / FAULTS
        left = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
        if left:
            _write(
                "the last run ended with a fatal fault",
                error=left[0],
                trace=[line.strip() for line in left[1:]],
            )
            self._tell(
                "The program ended unexpectedly last time. If a payment was under way, look it "
                "up in the payments list before you try again."
            )
        self._faults = path.open("w", encoding="utf-8")
        path.chmod(0o600)
        faulthandler.enable(self._faults)

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        if error.__traceback__ is None:
            error = error.with_traceback(trace)
        self.report(error, where="a step of the program")

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread is not None else "a thread"
            self.report(args.exc_value, where=name)

    def _unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        error = unraisable.exc_value
        if error is None:
            error = unraisable.exc_type()
        self.report(error, where=f"clearing away {type(unraisable.object).__name__}")


def _write(event: str, **named: object) -> None:
    """To the log, or to stderr while no log is running yet."""
    from posapp.runtime.log import LineFormatter, fields

    if _log.hasHandlers():
        _log.critical(event, extra=fields(**named))
    elif sys.stderr is not None:
        level = logging.CRITICAL
        record = _log.makeRecord(_log.name, level, "", 0, event, (), None, extra=fields(**named))
        sys.stderr.write(LineFormatter().format(record) + "\n")


def _from_qt(kind: Any, context: Any, text: str | None) -> None:
    levels = {
        "QtDebugMsg": logging.DEBUG,
        "QtInfoMsg": logging.INFO,
        "QtWarningMsg": logging.WARNING,
        "QtCriticalMsg": logging.ERROR,
        "QtFatalMsg": logging.CRITICAL,
    }
    level = levels.get(getattr(kind, "name", ""), logging.WARNING)
    category = getattr(context, "category", None) or "default"
    _qt_log.log(level, "%s", text or "", extra={"kind": category})
