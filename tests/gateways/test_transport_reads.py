"""A read may be tried again; when it fails, it says that nothing is known, not that nothing is."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from posapp.gateways.line import MOST
from posapp.gateways.port import GatewayDown, NotSent, RateLimited
from posapp.gateways.transport import Patience, Transport
from tests.gateways import samples
from tests.gateways.peers import (
    Act,
    Received,
    close,
    closed_port,
    dribble,
    in_turn,
    never,
    peer,
    raw_answer,
    reset,
    saying,
)

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    "act",
    [
        reset,
        close,
        saying(500),
        saying(502),
        saying(302),
        saying(409),
        saying(200, body=b"x", length=9),
    ],
    ids=["reset", "close", "500", "502", "302", "409", "cut"],
)
async def test_a_read_that_keeps_failing_says_that_the_gateway_is_down(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        with pytest.raises(GatewayDown, match=r"Training.*[Tt]ry again"):
            await transport.look(samples.request(other.url, method="GET", body=b""))
        assert len(other.received) == 3


@pytest.mark.parametrize("first", [reset, close, saying(503), saying(429)])
async def test_a_read_that_fails_once_is_tried_again(transport: Transport, first: Act) -> None:
    async with peer(in_turn(first, saying(200, {"id": "pay_1"}))) as other:
        answer = await transport.look(samples.request(other.url, method="GET", body=b""))
        assert len(other.received) == 2
    assert answer.body == b'{"id": "pay_1"}'


@pytest.mark.parametrize("act", [never, dribble], ids=["silent", "one byte at a time"])
async def test_a_read_without_an_answer_ends_in_time(impatient: Transport, act: Act) -> None:
    async with peer(act) as other:
        with pytest.raises(GatewayDown, match="did not answer in time"):
            await impatient.look(samples.request(other.url, method="GET", body=b""))


async def test_being_asked_to_wait_too_long_is_passed_on(transport: Transport) -> None:
    async with peer(saying(429, headers={"Retry-After": "3600"})) as other:
        with pytest.raises(RateLimited) as raised:
            await transport.look(samples.request(other.url, method="GET", body=b""))
        assert len(other.received) == 1
    assert raised.value.retry_after == 3600


async def test_a_gateway_that_always_asks_to_slow_down_is_left_alone(transport: Transport) -> None:
    async with peer(saying(429)) as other:
        with pytest.raises(RateLimited) as raised:
            await transport.look(samples.request(other.url, method="GET", body=b""))
        assert len(other.received) == 3
    assert raised.value.retry_after is None


async def test_a_closed_port_is_reported_as_not_reached(transport: Transport) -> None:
    with pytest.raises(NotSent, match="could not be reached"):
        await transport.look(
            samples.request(f"http://127.0.0.1:{closed_port()}", method="GET", body=b"")
        )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_definite_answer_to_a_read_is_not_tried_again(
    transport: Transport, status: int
) -> None:
    async with peer(saying(status)) as other:
        answer = await transport.look(samples.request(other.url, method="GET", body=b""))
        assert len(other.received) == 1
    assert answer.status == status


async def test_reads_share_a_connection(transport: Transport) -> None:
    async with peer(saying(200, {})) as other:
        for _ in range(3):
            await transport.look(samples.request(other.url, method="GET", body=b""))
        assert (other.connections, len(other.received)) == (1, 3)


async def test_connections_that_were_dropped_are_not_used_again(transport: Transport) -> None:
    async with peer(saying(200, {})) as other:
        for _ in range(3):
            await transport.look(samples.request(other.url, method="GET", body=b""))
            await transport.drop_kept()
        assert (other.connections, len(other.received)) == (3, 3)


async def test_as_many_connections_are_kept_as_may_be_open(transport: Transport) -> None:
    """A bulk of reads that has so many under way connects once for each of them, and no more."""
    asked = [MOST] * 3
    together = asyncio.Barrier(MOST)

    async def at_once(_: Received, writer: asyncio.StreamWriter) -> None:
        await together.wait()
        writer.write(raw_answer(200, b"{}"))
        await writer.drain()

    async with asyncio.timeout(30), peer(at_once) as other:
        for number in asked:
            looks = (samples.request(other.url, method="GET", body=b"") for _ in range(number))
            await asyncio.gather(*(transport.look(look) for look in looks))
        assert (other.connections, len(other.received)) == (MOST, sum(asked))


async def test_a_search_never_takes_what_was_left_over_from_another_read(
    transport: Transport,
) -> None:
    """One answer too many would otherwise say of something that is there that it is not."""

    async def twice(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw_answer(200, b"{}") + raw_answer(200, b'{"data": []}'))
        await writer.drain()

    found = b'{"data": [{"id": "pay_1"}]}'
    async with peer(in_turn(twice, saying(200, body=found))) as other:
        await transport.look(samples.request(other.url, method="GET", body=b""))
        search = replace(samples.request(other.url, method="GET", body=b""), alone=True)
        assert (await transport.look(search)).body == found
        assert other.connections == 2
        assert other.received[-1].headers["connection"] == "close"


async def test_after_closing_nothing_is_sent_any_more() -> None:
    shut = Transport()
    await shut.close()
    async with peer(saying(200, {})) as other:
        with pytest.raises(NotSent, match="closing"):
            await shut.look(samples.request(other.url, method="GET", body=b""))
        with pytest.raises(NotSent, match="closing"):
            await shut.money(samples.request(other.url))
        assert other.connections == 0


async def test_waiting_between_tries_ends_when_the_caller_gives_up() -> None:
    patient = Transport(patience=Patience(tries=(20.0,)))
    async with peer(saying(503)) as other:
        call = asyncio.Task(patient.look(samples.request(other.url, method="GET", body=b"")))
        await other.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    await patient.close()


async def test_cookies_of_one_account_do_not_reach_another(transport: Transport) -> None:
    async with peer(saying(200, {}, headers={"Set-Cookie": "session=abc"})) as other:
        await transport.look(samples.request(other.url, method="GET", body=b""))
        await transport.look(samples.request(other.url, method="GET", body=b""))
        assert all("cookie" not in one.headers for one in other.received)
