"""Hearing of the other tills: a connection and a thread of its own beside the ledger's.

The same connection holds the till's name, so that no two tills of one ledger bear the same; it is
given up by the server when the program dies.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import psycopg

from posapp.ledger import server_sentences
from posapp.ledger.errors import LedgerError
from posapp.ledger.server import CHANNEL, LedgerServer, parameters

PAUSE = 1.0
"""Seconds between two tries to reach a server that is away."""

_HEARTBEAT = 10.0  # seconds of silence after which the way to the server is tried
_LEAVING = 2.0  # seconds the server may take to notice that a program ended
_NAMES = 0x504F53  # the names of tills among the locks of the database


class Hearing:
    """Tells that another till kept something, or that the server went away or is back.

    Args:
        place: its own steps are not told; it learns whether it is away.
        tell: called on the loop that ``start`` was awaited on.
    """

    def __init__(self, place: LedgerServer, *, till: str, tell: Callable[[], None]) -> None:
        self._place = place
        self._address = place.address
        self._till = till
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._wake, self._woken = socket.socketpair()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_away(self) -> bool:
        return self._place.is_away

    def start(self) -> None:
        """Take the till's name and listen from now on. Blocks: call it in a thread.

        Raises:
            LedgerError: another till bears this name, or the server cannot be used.
        """
        try:
            connection = self._connect()
            patience = time.monotonic() + _LEAVING
            while connection is None and time.monotonic() < patience:
                time.sleep(_LEAVING / 20)
                connection = self._connect()
        except psycopg.Error as problem:
            raise server_sentences.sentence(problem, self._address.name, _nothing) from problem
        if connection is None:
            raise LedgerError(
                f"Another till of {self._address.name[0].lower()}{self._address.name[1:]} is named "
                f"{self._till}. Give this one another name in Settings. If this till was cut off "
                "just now, wait half a minute and try again."
            )
        self._thread = threading.Thread(
            target=self._run, args=(connection,), name="posapp-ledger-hearing"
        )
        self._thread.start()

    def end(self) -> None:
        """Give the name back and end the thread. Blocks: call it in a thread."""
        self._ended.set()
        self._wake.send(b"x")
        if self._thread is not None:
            self._thread.join()
        self._wake.close()
        self._woken.close()

    def _connect(self) -> psycopg.Connection[Any] | None:
        """A connection that holds the till's name and listens; None where another holds it."""
        connection = psycopg.connect(**parameters(self._address), autocommit=True)
        try:
            number = zlib.crc32(self._till.casefold().encode())
            names = (_NAMES, number - (1 << 32 if number >= 1 << 31 else 0))
            free = connection.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", names)
            if free.fetchone() != (True,):
                connection.close()
                return None
            connection.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _run(self, connection: psycopg.Connection[Any] | None) -> None:
        while not self._ended.is_set():
            if connection is not None:
                with connection:
                    self._hear(connection)
            connection = None
            if self._ended.is_set():
                return
            self._now(away=True)
            self._ended.wait(PAUSE)
            connection = self._again()
        if connection is not None:
            connection.close()

    def _again(self) -> psycopg.Connection[Any] | None:
        try:
            connection = None if self._ended.is_set() else self._connect()
        except psycopg.Error:
            return None
        if connection is not None:
            self._now(away=False)  # whatever was told meanwhile was missed
        return connection

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        """Listen until the end, or until the connection breaks."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(connection.fileno(), selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            try:
                while not self._ended.is_set():
                    if not waiting.select(_HEARTBEAT):
                        connection.execute("SELECT 1")
                    notes = [*connection.notifies(timeout=0)]
                    if any(note.payload != self._place.origin for note in notes):
                        self._loop.call_soon_threadsafe(self._tell)
                connection.execute("SELECT pg_advisory_unlock_all()")  # free at once
            except psycopg.Error:
                return

    def _now(self, *, away: bool) -> None:
        if self._place.is_away is not away:
            self._place.is_away = away
            self._loop.call_soon_threadsafe(self._tell)


def _nothing() -> None:
    return None
