"""Waiting for a Qt signal without a nested event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, SignalInstance


class _First:
    """Receives a signal and resolves a future with the arguments of its first emission."""

    def __init__(self, future: asyncio.Future[tuple[Any, ...]]) -> None:
        self._future = future

    def arrive(self, *args: Any) -> None:
        if not self._future.done():
            self._future.set_result(args)


@contextmanager
def listening(
    sig: SignalInstance, *, sender: QObject | None = None
) -> Iterator[asyncio.Future[tuple[Any, ...]]]:
    """Connect to ``sig``; yields the future of its first emission; disconnects on every path.

    ``sender`` is the signal's object where it may be destroyed meanwhile: then there is nothing
    left to disconnect.
    """
    first = _First(asyncio.get_running_loop().create_future())
    sig.connect(first.arrive)
    try:
        yield first._future
    finally:
        first._future.cancel()
        if sender is None or shiboken6.isValid(sender):
            sig.disconnect(first.arrive)


async def signal(
    sig: SignalInstance, within: float, *, sender: QObject | None = None
) -> tuple[Any, ...]:
    """The arguments of the next emission of ``sig``.

    Raises TimeoutError when none comes within ``within`` seconds.
    """
    with listening(sig, sender=sender) as emission:
        async with asyncio.timeout(within):
            return await emission
