"""An event loop on which waiting takes no time and every run with the same seed is the same."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

between_threads: ContextVar[Callable[[], None] | None] = ContextVar("between", default=None)
"""Called before and after work that the program gives to a thread of its own."""


class Stuck(Exception):
    """Everybody waits for something that cannot come any more."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Time jumps to the next timer; work meant for a thread is done at once, in its place.

    Its answer comes a little later, now and then much later, as from a busy disk.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self._virtual = 0.0
        self._selector = self

    def time(self) -> float:
        return self._virtual

    def select(self, timeout: float | None) -> tuple[()]:
        """What the loop asks when nothing is ready: time passes instead."""
        if timeout is None:
            raise Stuck
        if timeout > 0:
            due = self._scheduled[0].when()  # exactly there, whatever was rounded on the way
            self._virtual = max(self._virtual, due)
        return ()

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self.create_future()
        pause = between_threads.get()
        try:
            if pause:
                pause()
            answer = func(*args)
            if pause:
                pause()
        except Exception as problem:
            self.call_later(self._disk(), _end, future.set_exception, problem)
        else:
            self.call_later(self._disk(), _end, future.set_result, answer)
        return future

    def _disk(self) -> float:
        return self._chance.uniform(0.5, 3.0) if self._chance.random() < 0.05 else 0.001

    def _process_events(self, event_list: object) -> None:
        """There are none: nothing here comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody else could be waiting."""

    _scheduled: list[asyncio.TimerHandle]


def _end(end: Callable[[Any], None], what: Any) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):  # nobody waits any more
        end(what)
