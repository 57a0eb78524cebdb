"""Screens stand before the desk is open; this is the door they wait at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from posapp.desk.desk import Desk


class Opening:
    """``await opening.desk()`` gives the desk as soon as it is there. What was typed waits too."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._desk: Desk | None = None

    def finish(self, desk: Desk) -> None:
        self._desk = desk
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def desk(self) -> Desk:
        while self._desk is None:
            import asyncio

            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        return self._desk
