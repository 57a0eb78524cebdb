"""Waiting in asynchronous tests without a nested loop and without guessing times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(predicate: Callable[[], object], within: float = 5, *, what: str = "") -> None:
    """Let the loop run until ``predicate()`` is true; AssertionError after ``within`` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not predicate():
        if loop.time() > deadline:
            raise AssertionError(f"Still waiting after {within} s: {what or predicate}")
        await asyncio.sleep(0.005)
