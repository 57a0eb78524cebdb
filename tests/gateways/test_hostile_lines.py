"""A peer that breaks the rules of HTTP gets neither time nor memory, and no answer is mixed up."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from posapp.gateways.call import Request
from posapp.gateways.port import GatewayDown, OutcomeUnknown
from posapp.gateways.transport import Patience, Transport
from tests.gateways import samples
from tests.gateways.peers import Act, Received, bytes_then_close, peer, raw_answer, reset

pytestmark = pytest.mark.asyncio

DEADLINE = 60
MOST_MEMORY = 40_000_000
HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = b'{"id":"pay_1"}'


def pouring(start: bytes, piece: bytes) -> Act:
    """``start``, and then ``piece`` for as long as anyone listens."""

    async def act(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        much = piece * (50_000 // len(piece) + 1)
        while not writer.is_closing():
            writer.write(much)
            await writer.drain()

    return act


def dripping(start: bytes, piece: bytes) -> Act:
    """The same, a little at a time: no single wait is long."""

    async def act(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return act


def bomb() -> bytes:
    packed = gzip.compress(b" " * 50_000_000)
    length = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    return HEAD + length.encode() + packed


ENDLESS = {
    "a status line": pouring(b"HTTP/1.1 201 ", b"x"),
    "a header": pouring(HEAD + b"X-More: ", b"x"),
    "headers": pouring(HEAD, b"X: y\r\n"),
    "headers of one letter": pouring(HEAD, b"a:\r\n"),
    "lines of a folded header": pouring(HEAD + b"X: y\r\n", b" y\r\n"),
    "answers before the answer": pouring(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "continuations": pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body without length": pouring(HEAD + b"\r\n", b" "),
    "a body of 50 MB": pouring(HEAD + b"Content-Length: 50000000\r\n\r\n", b" "),
    "a body longer than any": pouring(HEAD + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", b" "),
    "chunks": pouring(CHUNKED, b"4000\r\n" + b" " * 0x4000 + b"\r\n"),
    "a chunk": pouring(CHUNKED + b"ffffffff\r\n", b" "),
    "the size of a chunk": pouring(CHUNKED, b"0"),
    "what is said about a chunk": pouring(CHUNKED + b"5;note=", b"x"),
    "headers after the body": pouring(CHUNKED + b"0\r\n", b"X: y\r\n"),
    "empty lines": pouring(b"", b"\r\n"),
}
SLOW = {
    "one byte of a header at a time": dripping(HEAD + b"X-More: ", b"x"),
    "one header at a time": dripping(HEAD, b"X: y\r\n"),
    "one continuation at a time": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "one chunk of one byte at a time": dripping(CHUNKED, b"1\r\n \r\n"),
    "chunks of one byte, as fast as they come": pouring(CHUNKED, b"1\r\n \r\n"),
}
BROKEN = {
    "a body that unpacks to 50 MB": bomb(),
    "two lengths": HEAD + b"Content-Length: 14\r\nContent-Length: 15\r\n\r\n" + GOOD,
    "a length below nothing": HEAD + b"Content-Length: -1\r\n\r\n" + GOOD,
    "a length in words": HEAD + b"Content-Length: many\r\n\r\n" + GOOD,
    "a length with a sign": HEAD + b"Content-Length: +14\r\n\r\n" + GOOD,
    "a length that is too long": HEAD + b"Content-Length: 15\r\n\r\n" + GOOD,
    "a chunk that is cut": CHUNKED + b"ff\r\n" + GOOD,
    "chunks without an end": CHUNKED + b"e\r\n" + GOOD + b"\r\n",
    "a chunk whose size is none": CHUNKED + b"-e\r\n" + GOOD + b"\r\n0\r\n\r\n",
    "a coding nobody knows": HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + GOOD,
    "two packings": HEAD
    + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n"
    + gzip.compress(gzip.compress(GOOD)),
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + GOOD,
    "nothing but continuations": b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
    "a header without a name": b"HTTP/1.1 201 Created\r\n: x\r\n\r\n" + GOOD,
    "a header with a zero byte": HEAD + b"X: a\0b\r\nContent-Length: 14\r\n\r\n" + GOOD,
    "another version": b"HTTP/2 201\r\nContent-Length: 14\r\n\r\n" + GOOD,
    "a status that is none": b"HTTP/1.1 20x Fine\r\nContent-Length: 14\r\n\r\n" + GOOD,
}


def look(url: str, path: str = "/payments") -> Request:
    return replace(samples.request(url, method="GET", body=b""), path=path)


@asynccontextmanager
async def within_bounds() -> AsyncIterator[None]:
    """In time, and without holding what was poured out."""
    tracemalloc.start()
    try:
        async with asyncio.timeout(DEADLINE):
            yield
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


async def proves_nothing(act: Act, transport: Transport) -> None:
    async with within_bounds(), peer(act) as other:
        with pytest.raises(OutcomeUnknown, match="looked up"):
            await transport.money(samples.request(other.url))
        with pytest.raises(GatewayDown):
            await transport.look(look(other.url))
        assert len(other.money) == 1


@pytest.mark.parametrize("act", ENDLESS.values(), ids=ENDLESS.keys())
async def test_what_never_ends_is_not_listened_to(act: Act, impatient: Transport) -> None:
    await proves_nothing(act, impatient)


@pytest.mark.parametrize("act", SLOW.values(), ids=SLOW.keys())
async def test_what_comes_too_slowly_is_not_waited_for(act: Act, impatient: Transport) -> None:
    await proves_nothing(act, impatient)


@pytest.mark.parametrize("told", BROKEN.values(), ids=BROKEN.keys())
async def test_what_breaks_the_rules_is_no_answer(told: bytes, transport: Transport) -> None:
    await proves_nothing(bytes_then_close(told), transport)


async def test_chunks_however_small_and_cut_make_one_answer(transport: Transport) -> None:
    told = CHUNKED + b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in GOOD) + b"0\r\nX: y\r\n\r\n"

    async def cut(_: Received, writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + told:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with asyncio.timeout(DEADLINE), peer(cut) as other:
        answer = await transport.look(look(other.url))
    assert (answer.status, answer.body) == (201, GOOD)


async def test_an_answer_that_ends_with_a_broken_connection_is_none(transport: Transport) -> None:
    """Where no length is given, the end of the connection is the end of the body: a clean one."""

    async def torn(one: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"\r\n" + GOOD)
        await writer.drain()
        await asyncio.sleep(0.05)  # so that the body is there before the connection breaks
        await reset(one, writer)

    await proves_nothing(torn, transport)


async def test_an_answer_without_length_ends_with_the_connection(transport: Transport) -> None:
    async with peer(bytes_then_close(HEAD + b"\r\n" + GOOD)) as other:
        assert (await transport.money(samples.request(other.url))).body == GOOD


async def test_a_kept_connection_that_ended_meanwhile_is_not_used() -> None:
    once = Transport(patience=Patience(tries=()))
    lines: list[asyncio.StreamWriter] = []

    async def act(one: Received, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        writer.write(raw_answer(200, one.path.encode()))
        await writer.drain()

    async with peer(act) as other:
        await once.look(look(other.url, "/one"))
        lines[0].close()
        await lines[0].wait_closed()
        await asyncio.sleep(0.05)  # the end is here by now: it has no way to go
        assert (await once.look(look(other.url, "/two"))).body == b"/two"
        assert (other.connections, len(other.received)) == (2, 2)
    await once.close()


@pytest.mark.parametrize(
    "told",
    [
        raw_answer(200, GOOD, headers={"Connection": "close"}),
        raw_answer(200, GOOD).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    ],
    ids=["said so", "an old version"],
)
async def test_a_connection_that_the_gateway_ends_is_not_kept(
    transport: Transport, told: bytes
) -> None:
    async def act(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(told)
        await writer.drain()

    async with peer(act) as other:
        for _ in range(2):
            assert (await transport.look(look(other.url))).body == GOOD
        assert other.connections == 2
