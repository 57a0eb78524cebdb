"""One thread does all database work; the rest of the program awaits it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


class Worker:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="posapp-ledger")

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do ``work`` on the thread. It goes to its end, whoever stops waiting."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    async def end(self) -> None:
        """Wait for what was begun and give the thread back."""
        waited = False
        try:
            await self.run(_nothing)
            waited = True
        finally:
            # Who stops waiting must not be held up; the thread then ends by itself.
            self._thread.shutdown(wait=waited)


def _nothing() -> None:
    return None
