"""Knows whether money is on its way, so that the program does not end in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from posapp.desk.errors import Refused


class UnderWay:
    def __init__(self) -> None:
        self._count = 0
        self._held = 0
        self._followed: set[int] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        return self._count > 0

    @contextmanager
    def money(self) -> Iterator[None]:
        """Mark the time between the journal entry and its end.

        Raises:
            Refused: an account is being changed.
        """
        if self._held:
            raise Refused("The settings are being saved. Try again in a moment.")
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    @contextmanager
    def none_begins(self) -> Iterator[None]:
        """Let no movement begin for as long as the keys it would use are being changed.

        Raises:
            Refused: one is under way already.
        """
        if self.busy:
            raise Refused("A payment is on its way. Save the settings when it has ended.")
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @contextmanager
    def following(self, attempt_id: int) -> Iterator[None]:
        """Mark an attempt whose answer someone is waiting for, so that nobody else asks too."""
        self._followed.add(attempt_id)
        try:
            yield
        finally:
            self._followed.discard(attempt_id)

    def is_followed(self, attempt_id: int) -> bool:
        return attempt_id in self._followed

    async def quiet(self) -> None:
        """Wait until no money movement is under way."""
        await self._idle.wait()
