"""Ctrl-C, SIGTERM and a wish to quit, turned into one cancellation."""

from __future__ import annotations

import asyncio
import signal
import sys
from types import FrameType, TracebackType
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

HEARTBEAT_MS = 500


class Interrupts(QObject):
    """While entered, the first signal cancels ``task``; the others are swallowed.

    Where the loop can watch signals (Unix) it reacts at once. Elsewhere Python sees a signal only
    when it runs bytecode, so a timer that does nothing gives it the chance twice a second.
    ``by_loop`` chooses; by default the platform does.
    """

    def __init__(self, task: asyncio.Task[Any], *, by_loop: bool | None = None) -> None:
        super().__init__()
        self.exit_code: int | None = None
        self._task = task
        self._by_loop = sys.platform != "win32" if by_loop is None else by_loop
        self._watched = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            self._watched.append(signal.SIGBREAK)
        self._before: dict[signal.Signals, Any] = {}
        self._heartbeat = QTimer(self)
        self._heartbeat.setInterval(HEARTBEAT_MS)
        self._heartbeat.timeout.connect(self._beat)

    def __enter__(self) -> Interrupts:
        loop = self._task.get_loop()
        for number in self._watched:
            if self._by_loop:
                loop.add_signal_handler(number, self._signalled, number)
            else:
                self._before[number] = signal.signal(number, self._caught)
        if not self._by_loop:
            self._heartbeat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._heartbeat.stop()
        loop = self._task.get_loop()
        for number in self._watched:
            if self._by_loop:
                loop.remove_signal_handler(number)
            else:
                signal.signal(number, self._before.pop(number))

    @Slot()
    def quit(self) -> None:
        """Somebody asked the program to end: exit code 0 unless main says otherwise."""
        self._end(0)

    def _signalled(self, number: signal.Signals) -> None:
        self._end(128 + number)

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        # Bytecode of any callback may be running here: leave the rest to the loop.
        self._task.get_loop().call_soon_threadsafe(self._end, 128 + number)

    def _end(self, exit_code: int) -> None:
        if self.exit_code is None:
            self.exit_code = exit_code
            self._task.cancel()

    @Slot()
    def _beat(self) -> None:
        pass
