"""One POST to an address outside: sent once, no redirect followed, only the status is read."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

_LONGEST_LINE = 16 * 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")


class NoAnswer(Exception):
    """What came back is not the answer of a web server; the text says what it was instead."""


async def post(url: str, *, headers: Mapping[str, str], body: bytes) -> int:
    """Send ``body`` and return the status of the answer, whose content is left unread.

    The caller limits the time. Cancelling it cuts the connection.

    Raises:
        OSError: if there is no connection, or none that can be trusted.
        NoAnswer: if the connection ended before an answer, or brought something else.
    """
    parts = urlsplit(url)
    tls = trust() if parts.scheme == "https" else None
    port = parts.port or (443 if tls else 80)
    reader, writer = await asyncio.open_connection(
        parts.hostname, port, ssl=tls, limit=_LONGEST_LINE
    )
    try:
        writer.write(_head(parts, headers, len(body)) + body)
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()


def trust() -> ssl.SSLContext:
    """Certificates as this computer trusts them."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _head(parts: SplitResult, headers: Mapping[str, str], length: int) -> bytes:
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii")


async def _status(reader: asyncio.StreamReader) -> int:
    while True:
        found = _STATUS_LINE.fullmatch(await _line(reader))
        if found is None:
            raise NoAnswer("what came back is not HTTP")
        status = int(found[1])
        if status >= 200:
            return status
        # Something like "100 Continue": the answer is still to come.
        while (await _line(reader)).strip():
            pass


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readline()
    except ValueError:
        raise NoAnswer("what came back is not HTTP") from None
    if not line.endswith(b"\n"):
        raise NoAnswer("the connection was closed without an answer")
    return line
