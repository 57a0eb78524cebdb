"""Several works that begin and end under one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Together:
    """A block at whose end everything started in it has ended.

    Whatever is still running when the block is left by an error, or cancelled, is cancelled. When
    one work fails the others are cancelled, and leaving the block raises an ``ExceptionGroup``.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Together:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *failed: Any) -> None:
        await self._group.__aexit__(*failed)

    def start(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Begin ``work`` beside what is running already."""
        self._group.create_task(work, name=name)
