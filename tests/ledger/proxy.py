"""A way to the database server that a test can cut, also in the moment an answer comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

from posapp.ledger.address import Address

_COMMIT = b"COMMIT\x00"


class Fate(Enum):
    """What becomes of words to the server; where they or the answer are lost, the way is cut."""

    ARRIVES = auto()
    IS_LOST = auto()
    LOSES_THE_ANSWER = auto()


class Way:
    """Passes bytes on between one till and the server, until it is cut.

    ``fate`` is asked about everything that a till says to the server. With ``cuts_all`` off, only
    the connection on which something is lost is cut.
    """

    def __init__(self, server: Address) -> None:
        self._server = server
        self.fate: Callable[[bytes], Fate] = _always_arrives
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._ends: set[asyncio.Task[None]] = set()
        self.is_cut = False
        self.cuts_all = True

    @property
    def address(self) -> Address:
        assert self._listener is not None
        port = self._listener.sockets[0].getsockname()[1]
        return replace(self._server, host="127.0.0.1", port=port)

    def cut(self) -> None:
        self.is_cut = True
        for writer in tuple(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    def lose_next_answer(self) -> None:
        """The next COMMIT arrives and is carried out; the answer to it is lost."""

        def fate(words: bytes) -> Fate:
            if _COMMIT not in words:
                return Fate.ARRIVES
            self.fate = _always_arrives
            return Fate.LOSES_THE_ANSWER

        self.fate = fate

    async def _start(self) -> None:
        self._listener = await asyncio.start_server(self._come, "127.0.0.1", 0)

    async def _end(self) -> None:
        assert self._listener is not None
        self._listener.close()
        self.cut()
        while self._ends:
            await asyncio.wait(tuple(self._ends))
        await self._listener.wait_closed()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._ends.add(task)
        try:
            if self.is_cut:
                writer.transport.abort()
                return
            socket = Path(self._server.host) / f".s.PGSQL.{self._server.port}"
            back, onward = await asyncio.open_unix_connection(socket)
            self._open |= {writer, onward}
            unanswered = asyncio.Event()
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(reader, onward, unanswered))
                await self._answer(back, writer, unanswered)
                onward.transport.abort()
        except OSError:
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            self._ends.discard(task)

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        unanswered: asyncio.Event,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                fate = self.fate(data)
                if fate is Fate.IS_LOST:
                    self._lose()
                    break
                if fate is Fate.LOSES_THE_ANSWER:
                    unanswered.set()
                onward.write(data)
                await onward.drain()
        onward.transport.abort()

    async def _answer(
        self,
        back: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        unanswered: asyncio.Event,
    ) -> None:
        with suppress(OSError):
            while data := await back.read(65536):
                if unanswered.is_set():
                    self._lose()
                    break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()

    def _lose(self) -> None:
        if self.cuts_all:
            self.cut()


def _always_arrives(_words: bytes) -> Fate:
    return Fate.ARRIVES


@asynccontextmanager
async def way_to(server: Address) -> AsyncIterator[Way]:
    way = Way(server)
    await way._start()
    try:
        yield way
    finally:
        await way._end()
