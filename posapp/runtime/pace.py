"""How smoothly the Qt thread runs."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

TICK_MS = 5


class GapMeter(QObject):
    """Ticks every 5 ms on the Qt thread and keeps the longest time between two ticks.

    A thread that is never kept busy shows about 0.005 s; what is above that, it was blocked.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last = 0.0
        self.longest = 0.0
        self.ticks = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin a new measurement."""
        self.longest = 0.0
        self.ticks = 0
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """End the measurement: the longest gap in seconds, the one before this call included."""
        if self._timer.isActive():
            self._timer.stop()
            self._mark()
        return self.longest

    @Slot()
    def _tick(self) -> None:
        self.ticks += 1
        self._mark()

    def _mark(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now
