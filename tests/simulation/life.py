"""One run of the program at one till: it can end between any two steps, without a last word."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any

from tests.simulation.virtual_loop import between_threads


class Death(BaseException):
    """The process is gone. Nothing may catch it and go on."""


class Life:
    """Tasks started here die together; from then on every step of theirs fails.

    ``steps`` is how many steps (each side of a database transaction, of a request, of an answer)
    are left to live, None for as many as it takes.
    """

    def __init__(self, steps: int | None = None) -> None:
        self.alive = True
        self.ended = asyncio.Event()
        self._steps = steps
        self._tasks: dict[asyncio.Task[Any], None] = {}  # in the order in which they began
        self._context = contextvars.copy_context()
        self._context.run(between_threads.set, self.step)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, context=self._context.copy())
        self._tasks[task] = None
        return task

    def step(self) -> None:
        """Live on, or not."""
        if self._steps is not None and self.alive:
            self._steps -= 1
            if self._steps <= 0:
                self.kill()
        if not self.alive:
            raise Death

    def kill(self) -> None:
        """The power goes."""
        self.alive = False
        self.ended.set()
        for task in self._tasks:
            task.cancel()

    def spare(self) -> None:
        """From now on nothing kills this life."""
        self._steps = None

    async def buried(self) -> None:
        """Wait until nothing of it moves any more."""
        this = asyncio.current_task()
        others = (task for task in self._tasks if task is not this)
        await asyncio.gather(*others, return_exceptions=True)
