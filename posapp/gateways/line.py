"""Connections for httpx, each for one request at a time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpcore
import httpx

from posapp.gateways.sockets import connect

KEEP = 5.0
"""Seconds that a connection waits for the next request."""

MOST = 20
"""Connections that may be lent out at a time."""

_FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class Line(httpx.AsyncBaseTransport):
    """Carries one request after the other, never two at a time.

    No pool looks for a connection here, and nothing but a request travels: no cookies, no
    redirects, no proxies, no netrc.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._connection: httpcore.AsyncHTTP11Connection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _in_words_of_httpx():
            connection = self._fit(asked.url.origin) or await self._opened(asked)
            answer = await connection.handle_async_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    def _fit(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection | None:
        kept = self._connection
        fit = kept and kept.is_available() and kept.can_handle_request(origin)
        return kept if fit and kept and not kept.has_expired() else None

    async def _opened(self, asked: httpcore.Request) -> httpcore.AsyncHTTP11Connection:
        await self.aclose()
        origin = asked.url.origin
        stream = await connect(
            origin.host.decode("ascii").strip("[]"),
            origin.port,
            tls=self._tls if origin.scheme == b"https" else None,
            within=asked.extensions["timeout"]["connect"],
        )
        self._connection = httpcore.AsyncHTTP11Connection(origin, stream, keepalive_expiry=KEEP)
        return self._connection


class Lines:
    """Lends out connections, each for one request at a time.

    Args:
        queueing: seconds to wait for one when all are in use.
        kept: whether one that was given back serves again, for the same place.
    """

    def __init__(
        self, make: Callable[[], httpx.AsyncBaseTransport], *, queueing: float, kept: bool
    ) -> None:
        self._make = make
        self._queueing = queueing
        self._kept = kept
        self._turn = asyncio.Semaphore(MOST)
        self._free: list[tuple[bytes, httpx.AsyncBaseTransport]] = []

    @asynccontextmanager
    async def one(self, place: bytes) -> AsyncIterator[httpx.AsyncBaseTransport]:
        """The line that was used last and is free now, or a new one.

        Raises:
            httpx.PoolTimeout: all were in use for too long.
        """
        await self._wait()
        line = self._waiting_for(place) or self._make()
        try:
            yield line
        finally:
            try:
                if self._kept:
                    self._free.append((place, line))
                else:
                    await line.aclose()
            finally:
                self._turn.release()

    async def close(self) -> None:
        for _, line in self._free:
            await line.aclose()

    def _waiting_for(self, place: bytes) -> httpx.AsyncBaseTransport | None:
        for entry in reversed(self._free):
            if entry[0] == place:
                self._free.remove(entry)
                return entry[1]
        # Of those for other places the oldest goes on here.
        return self._free.pop(0)[1] if len(self._free) >= MOST else None

    async def _wait(self) -> None:
        if not self._turn.locked():
            await self._turn.acquire()
            return
        try:
            async with asyncio.timeout(self._queueing):
                await self._turn.acquire()
        except TimeoutError:
            pass
        else:
            return
        raise httpx.PoolTimeout("All connections are in use.")


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _in_words_of_httpx():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """Both libraries call the same trouble by the same name."""
    try:
        yield
    except _FAULTS as fault:
        raise getattr(httpx, type(fault).__name__)(str(fault)) from fault
