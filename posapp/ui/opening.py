"""Screens stand before the desk is open; this is the door they wait at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posapp.desk.desk import Desk


class Opening:
    """``await opening.desk()`` gives the desk as soon as it is there. What was typed waits too."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._desk: Desk | None = None

    @property
    def ready(self) -> bool:
        return self._desk is not None

    def finish(self, desk: Desk) -> None:
        self._desk = desk
        self._open.set()

    async def desk(self) -> Desk:
        while self._desk is None:
            await self._open.wait()
        return self._desk
