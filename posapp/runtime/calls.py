"""The callbacks of the event loop, in the order they are due, run by Qt's own timers.

asyncio promises three things that a Qt timer a callback cannot give: strict first-in-first-out
order, no callback before its time, and no callback while the loop stands still. So the callbacks
are queued here and Qt is only asked for the next turn.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimerEvent, Signal, Slot

LONGEST_TIMER_MS = 2**31 - 1  # what a Qt timer can hold, 24 days


class Later(asyncio.TimerHandle):
    """A callback due at ``when()``; knows the Qt timer that will bring it back."""

    __slots__ = ("timer",)

    timer: int | None

    def __init__(self, when: float, *rest: Any) -> None:
        super().__init__(when, *rest)
        self.timer = None


class Calls(QObject):
    """Runs due callbacks on the Qt thread while ``may_run()`` is true and keeps the others.

    ``gave_up`` is called with a ``SystemExit`` or ``KeyboardInterrupt`` that a callback raised:
    those are not errors of the callback but a wish to leave, and Qt must not swallow them.
    """

    arrived = Signal(object)  # asyncio.Handle, from whichever thread

    def __init__(
        self,
        *,
        now: Callable[[], float],
        may_run: Callable[[], bool],
        gave_up: Callable[[BaseException], None],
    ) -> None:
        super().__init__()
        self._now = now
        self._may_run = may_run
        self._gave_up = gave_up
        self._ready: deque[asyncio.Handle] = deque()
        self._due: dict[int, Later] = {}
        self._turn: int | None = None
        self._closed = False
        self.arrived.connect(self.soon)

    @Slot(object)
    def soon(self, handle: asyncio.Handle) -> None:
        """Queue ``handle`` behind everything that is due. After ``close`` it is dropped."""
        if self._closed:  # sent by another thread while the loop was closing
            return
        self._ready.append(handle)
        self._ask_for_a_turn()

    def later(self, handle: Later) -> None:
        """Queue ``handle`` when its time has come, never before."""
        wait = handle.when() - self._now()
        if wait <= 0:
            self.soon(handle)
            return
        milliseconds = min(math.ceil(wait * 1000), LONGEST_TIMER_MS)
        handle.timer = self.startTimer(milliseconds, Qt.TimerType.PreciseTimer)
        self._due[handle.timer] = handle

    def drop(self, handle: asyncio.TimerHandle) -> None:
        """Forget a cancelled callback at once, so that its timer does not linger."""
        if isinstance(handle, Later) and handle.timer is not None and not self._closed:
            if self._due.pop(handle.timer, None) is not None:
                self.killTimer(handle.timer)
            handle.timer = None

    def resume(self) -> None:
        """The loop runs again: take up what waited while it stood still."""
        if self._ready:
            self._ask_for_a_turn()

    def waiting(self) -> int:
        """How many callbacks are queued or have a timer."""
        return len(self._ready) + len(self._due)

    def close(self) -> None:
        """Drop everything. No timer of this object is left, so it may die on any thread."""
        self._closed = True
        for timer in self._due:
            self.killTimer(timer)
        if self._turn is not None:
            self.killTimer(self._turn)
            self._turn = None
        self._due.clear()
        self._ready.clear()

    def timerEvent(self, event: QTimerEvent) -> None:
        timer = event.timerId()
        self.killTimer(timer)
        if timer == self._turn:
            self._turn = None
            self._take_turn()
            return
        handle = self._due.pop(timer, None)
        if handle is not None:
            handle.timer = None
            self.later(handle)

    def _ask_for_a_turn(self) -> None:
        if self._turn is None:
            self._turn = self.startTimer(0)

    def _take_turn(self) -> None:
        """Run what is due now. What these callbacks add waits for the next turn, as in asyncio:
        so Qt can paint and read the keyboard in between."""
        for _ in range(len(self._ready)):
            if not self._ready or not self._may_run():
                break
            handle = self._ready.popleft()
            if self._ready:  # a nested Qt loop inside this callback may go on with the rest
                self._ask_for_a_turn()
            if handle.cancelled():
                continue
            try:
                handle._run()
            except (SystemExit, KeyboardInterrupt) as leaving:
                self._gave_up(leaving)
                break
        if self._ready and self._may_run():
            self._ask_for_a_turn()
