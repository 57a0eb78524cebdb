"""Sockets of asyncio as httpcore wants them.

Its own way, through anyio, opens a scope with a timer for each read and each write, which is a good
part of what a call costs. Here waiting is one timer, and not having to wait is none.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from ipaddress import ip_address
from typing import Any, cast

import httpcore

PIECE = 16_384
"""Bytes that are given out in one go before others have their turn."""

_MOST_WAITING = 262_144  # bytes that may come before they are asked for
_NEXT_ADDRESS = 0.25  # seconds until another address of the same name is tried as well


class Socket(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """A connection that is open, plain or encrypted."""

    def __init__(self) -> None:
        self._came = bytearray()
        self._ended = False
        self._broken = False
        self._waiting: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._gone = asyncio.Event()

    # What httpcore asks names its ``timeout``.
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What came next; empty at a clean end.

        Raises:
            httpcore.ReadTimeout, httpcore.ReadError: nothing came in time; the connection broke.
        """
        if self._came or self._ended:
            # However fast it pours in: deadlines pass, and the window is painted in between.
            await asyncio.sleep(0)
        else:
            self._waiting = asyncio.get_running_loop().create_future()
            await _in_time(self._waiting, timeout, httpcore.ReadTimeout)
        if self._broken and not self._came:
            raise httpcore.ReadError("The connection broke.")
        most = min(max_bytes, PIECE)
        piece = bytes(self._came[:most])
        del self._came[:most]
        if not self._came and not self._ended:
            self._transport.resume_reading()
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Hand all of it to the system, or as much to asyncio as it takes.

        Raises:
            httpcore.WriteTimeout, httpcore.WriteError: nobody takes it; the connection broke.
        """
        self._transport.write(buffer)
        if not self._room.is_set():
            await _in_time(self._room.wait(), timeout, httpcore.WriteTimeout)
        if self._ended:
            raise httpcore.WriteError("The connection broke.")

    async def aclose(self) -> None:
        """Let go of the connection; returns when the system has it back."""
        self._ended = self._broken = True
        self._transport.abort()
        await self._gone.wait()

    def get_extra_info(self, info: str) -> Any:
        """``is_readable``, which while nothing is asked means: not fit for another request."""
        if info == "is_readable":
            return bool(self._came) or self._ended
        return self._transport.get_extra_info(info)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if len(self._came) > _MOST_WAITING:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._broken = self._broken or exc is not None
        self._gone.set()
        self._room.set()
        self._wake()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


async def connect(
    host: str, port: int, *, tls: ssl.SSLContext | None, within: float | None
) -> Socket:
    """Open a connection; with ``tls``, to nobody but who can be trusted.

    Raises:
        httpcore.ConnectTimeout, httpcore.ConnectError: it is not open. What was wrong with the
            certificate is the cause.
    """
    opening = asyncio.get_running_loop().create_connection(
        Socket,
        host,
        port,
        ssl=tls,
        happy_eyeballs_delay=None if _is_number(host) else _NEXT_ADDRESS,
    )
    try:
        opened: tuple[asyncio.BaseTransport, Socket] = await _in_time(
            opening, within, httpcore.ConnectTimeout
        )
    except (OSError, UnicodeError) as fault:
        hung_up = isinstance(fault, ConnectionResetError) and fault.errno is None
        # Without a number it comes from asyncio: the peer hung up in the middle of the greeting.
        cause = ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "The greeting was ended.") if hung_up else fault
        raise httpcore.ConnectError("The connection could not be opened.") from cause
    return opened[1]


async def _in_time(waited: Awaitable[Any], seconds: float | None, problem: type[Exception]) -> Any:
    if seconds is None:
        return await waited
    try:
        async with asyncio.timeout(seconds):
            return await waited
    except TimeoutError:
        pass
    raise problem("It took too long.")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
