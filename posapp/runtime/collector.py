"""Python's garbage collector, on the main thread only.

A collection runs on whichever thread happens to allocate. If that is a worker thread and the
garbage holds Qt objects, they are destroyed there, and a timer among them crashes the process.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

CHECK_EVERY_MS = 500


class MainThreadGC(QObject):
    """Collects from a timer of the thread that made it. Reference counting goes on as always."""

    def __init__(self) -> None:
        super().__init__()
        self._started = self._was_enabled = False
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_EVERY_MS)
        self._timer.timeout.connect(self.check)

    def start(self) -> None:
        """Switch the automatic collector off. Nothing is collected until ``settle``: that would
        hold up the start-up."""
        if not self._started:
            self._started, self._was_enabled = True, gc.isenabled()
            gc.disable()

    def settle(self) -> None:
        """Call once after start-up, on the same thread, and look after the garbage from now on.

        What lives now lives to the end, so later collections need not look at it. Nothing is
        collected first: that would stop the screen for 60 ms, and the little garbage of the start
        may stay.
        """
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Hand the work back to Python's own collector, if it was on before."""
        if self._timer.isActive():
            self._timer.stop()
            gc.unfreeze()
        if self._started:
            self._started = False
            if self._was_enabled:
                gc.enable()

    @Slot()
    def check(self) -> None:
        """Collect the oldest generation that is due, as Python would."""
        counts, limits = gc.get_count(), gc.get_threshold()
        # A limit of 0 means "never by count" (Python 3.14 has no third generation).
        due = [age for age in range(3) if limits[age] and counts[age] > limits[age]]
        if 0 in due:
            gc.collect(max(due))
