"""The other end of the line: small socket servers that answer as told, or misbehave as told."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def document(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


Act = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Peer:
    """``received`` are the whole requests that arrived; ``connections`` counts what connected."""

    url: str = ""
    connections: int = 0
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def money(self) -> list[Received]:
        return [one for one in self.received if one.method == "POST"]


@asynccontextmanager
async def peer(
    act: Act, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Peer]:
    """A server on a loopback port that calls ``act`` for every request it has read."""
    seen = Peer()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        seen.connections += 1
        try:
            while (one := await _read(reader)) is not None:
                seen.received.append(one)
                seen.arrived.set()
                await act(one, writer)
                if writer.is_closing():
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(Exception, asyncio.CancelledError):
                await writer.wait_closed()
            tasks.discard(task)

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    seen.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)


def raw_answer(
    status: int,
    body: bytes = b"",
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    lines = {
        "Content-Type": kind,
        "Content-Length": str(len(body) if length is None else length),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def saying(
    status: int,
    document: object = None,
    *,
    body: bytes | None = None,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> Act:
    """Answers every request with this; ``document`` as JSON, or ``body`` as it is."""
    told = body if body is not None else b"" if document is None else json.dumps(document).encode()

    async def act(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw_answer(status, told, kind=kind, headers=headers, length=length))
        await writer.drain()
        if length is not None:
            writer.close()

    return act


def in_turn(*acts: Act) -> Act:
    """The first request meets the first act and so on; the last act stays."""
    left = list(acts)

    async def act(one: Received, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(one, writer)

    return act


def by_path(acts: Mapping[str, Act]) -> Act:
    """Chosen by ``METHOD /path``; anything else is a 404."""

    async def act(one: Received, writer: asyncio.StreamWriter) -> None:
        await acts.get(f"{one.method} {one.path}", saying(404))(one, writer)

    return act


def bytes_then_close(told: bytes) -> Act:
    async def act(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(told)
        await writer.drain()
        writer.close()

    return act


async def never(_one: Received, _writer: asyncio.StreamWriter) -> None:
    """Reads the request and then keeps silent."""
    await asyncio.Event().wait()


async def dribble(_: Received, writer: asyncio.StreamWriter) -> None:
    """A good answer, but so slowly that no single wait is long."""
    for byte in raw_answer(201, b'{"id":"pay_1"}' + b" " * 10_000):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


async def reset(_: Received, writer: asyncio.StreamWriter) -> None:
    """Reads the request, then tears the connection down."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def close(_: Received, writer: asyncio.StreamWriter) -> None:
    """Reads the request, then hangs up politely."""
    writer.close()


def closed_port() -> int:
    """A loopback port where nobody listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port
