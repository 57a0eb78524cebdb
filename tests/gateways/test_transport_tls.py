"""Only a certificate that this computer trusts, for this address and valid today, gets a card."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from posapp.gateways.port import NotSent
from posapp.gateways.transport import Patience, Transport
from tests.gateways import samples
from tests.gateways.certificates import Authority
from tests.gateways.conftest import PATIENT
from tests.gateways.peers import peer, saying

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest_asyncio.fixture
async def trusting(authority: Authority) -> AsyncIterator[Transport]:
    made = Transport(tls=authority.trusting(), patience=PATIENT)
    yield made
    await made.close()


async def test_a_good_certificate_is_accepted(authority: Authority, trusting: Transport) -> None:
    async with peer(saying(201, {"id": "pay_1"}), tls=authority.server()) as other:
        answer = await trusting.money(samples.request(other.url))
    assert answer.status == 201


async def test_an_authority_nobody_knows_gets_no_card(
    authority: Authority, transport: Transport
) -> None:
    async with peer(saying(201), tls=authority.server()) as other:
        with pytest.raises(NotSent, match="not signed by anyone this computer trusts") as raised:
            await transport.money(samples.request(other.url))
        assert other.received == []
    assert not raised.value.may_retry


async def test_a_certificate_that_has_ended_gets_no_card(
    authority: Authority, trusting: Transport
) -> None:
    async with peer(saying(201), tls=authority.server(expired=True)) as other:
        with pytest.raises(NotSent, match="not valid today") as raised:
            await trusting.money(samples.request(other.url))
        assert other.received == []
    assert not raised.value.may_retry


async def test_a_certificate_for_another_address_gets_no_card(
    authority: Authority, trusting: Transport
) -> None:
    async with peer(saying(201), tls=authority.server(address="127.0.0.2")) as other:
        with pytest.raises(NotSent, match="another address") as raised:
            await trusting.money(samples.request(other.url))
        assert other.received == []
    assert not raised.value.may_retry


async def test_an_outdated_protocol_gets_no_card(authority: Authority, trusting: Transport) -> None:
    outdated = authority.server()
    outdated.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        outdated.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        outdated.maximum_version = ssl.TLSVersion.TLSv1_1
    async with peer(saying(201), tls=outdated) as other:
        with pytest.raises(NotSent, match="secure connection") as raised:
            await trusting.money(samples.request(other.url))
        assert other.received == []
    assert not raised.value.may_retry


async def test_a_read_does_not_try_a_bad_certificate_again(
    authority: Authority, transport: Transport
) -> None:
    async with peer(saying(200), tls=authority.server()) as other:
        with pytest.raises(NotSent):
            await transport.look(samples.request(other.url, method="GET", body=b""))
        assert other.received == []


async def test_a_peer_that_never_speaks_tls_proves_that_nothing_was_sent(
    authority: Authority,
) -> None:
    greeted: list[bytes] = []
    done = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while greeting := await reader.read(10_000):
            greeted.append(greeting)
        writer.close()
        done.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hasty = Transport(tls=authority.trusting(), patience=Patience(connect=0.2))
    with pytest.raises(NotSent) as raised:
        await hasty.money(samples.request(f"https://127.0.0.1:{port}"))
    await hasty.close()
    await done.wait()
    server.close()
    await server.wait_closed()
    assert raised.value.may_retry
    assert all(samples.NUMBER.encode() not in greeting for greeting in greeted)


async def test_a_line_that_breaks_during_the_greeting_may_be_tried_again(
    trusting: Transport,
) -> None:
    done = asyncio.Event()

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        line: socket.socket = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        done.set()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NotSent) as raised:
        await trusting.money(samples.request(f"https://127.0.0.1:{port}"))
    await done.wait()
    server.close()
    await server.wait_closed()
    assert raised.value.may_retry


async def test_a_peer_that_speaks_plain_text_gets_no_card(trusting: Transport) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(await reader.read(1000))
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        done.set()

    greeted: list[bytes] = []
    done = asyncio.Event()
    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NotSent, match="secure connection") as raised:
        await trusting.money(samples.request(f"https://127.0.0.1:{port}"))
    await done.wait()
    server.close()
    await server.wait_closed()
    assert not raised.value.may_retry
    assert samples.NUMBER.encode() not in greeted[0]


async def test_the_systems_trust_is_used_and_nothing_older_than_tls_1_2() -> None:
    context = ssl.create_default_context()
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    made = Transport(tls=context)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    await made.close()
