"""The token is fetched when needed, kept while good, and replaced once when refused."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    GatewayDown,
    GatewayError,
    NotSent,
    OutcomeUnknown,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, Peer, by_path, in_turn, peer, reset, saying

pytestmark = pytest.mark.asyncio

TOKEN = "POST /connect/token"
PAYMENTS = "POST /payments"
LIST = "GET /payments"


def token(word: str, life: float = 3600) -> Act:
    return saying(200, {"access_token": word, "token_type": "Bearer", "expires_in": life})


class Clock:
    def __init__(self) -> None:
        self.now = samples.NOW

    def __call__(self) -> datetime:
        return self.now


def gateway(other: Peer, transport: Transport, clock: Clock | None = None) -> PayfacGateway:
    return PayfacGateway(samples.payfac(other.url, keyed=False), transport, clock=clock or Clock())


def sent_to(other: Peer, target: str) -> list[str]:
    """The authorization of every request to this address."""
    method, path = target.split()
    return [
        one.headers.get("authorization", "")
        for one in other.received
        if (one.method, one.path) == (method, path)
    ]


async def charge(shop: PayfacGateway) -> None:
    await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))


async def test_one_token_serves_many_calls(transport: Transport) -> None:
    acts = {TOKEN: token("one"), PAYMENTS: saying(201, documents.AUTHORISED),
            LIST: saying(202, documents.page())}  # fmt: skip
    async with peer(by_path(acts)) as other:
        shop = gateway(other, transport)
        await charge(shop)
        await shop.check()
        assert len(sent_to(other, TOKEN)) == 1
        assert sent_to(other, PAYMENTS) == sent_to(other, LIST) == ["Bearer one"]
        asked = other.received[0]
    assert asked.document == {
        "grant_type": "client_credentials",
        "client_id": "ack_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "client_secret": samples.KEY,
        "scope": "gateway",
    }


async def test_calls_at_the_same_time_ask_for_one_token(transport: Transport) -> None:
    acts = {TOKEN: token("one"), LIST: saying(202, documents.page())}
    async with peer(by_path(acts)) as other:
        shop = gateway(other, transport)
        await asyncio.gather(*(shop.check() for _ in range(5)))
        assert len(sent_to(other, TOKEN)) == 1


async def test_the_other_form_of_the_token_call(transport: Transport) -> None:
    acts = {TOKEN: token("one"), LIST: saying(202, documents.page())}
    async with peer(by_path(acts)) as other:
        connection = replace(samples.payfac(other.url, keyed=False), token_body="form")
        await PayfacGateway(connection, transport, clock=samples.clock).check()
        asked = other.received[0]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"ack_aaaaaaaaaaaaaaaaaaaaaaaaaa:{samples.KEY}"
    assert b"grant_type=client_credentials" in asked.body


@pytest.mark.parametrize(
    ("life", "still_good", "too_old"),
    [(3600, 3239, 3241), (300, 239, 241), (120, 59, 61), (60, 29, 31), (1.5, 0.5, 1)],
)
async def test_a_token_is_renewed_shortly_before_its_end(
    transport: Transport, life: float, still_good: float, too_old: float
) -> None:
    acts = {TOKEN: in_turn(token("one", life), token("two", life)),
            LIST: saying(202, documents.page())}  # fmt: skip
    clock = Clock()
    async with peer(by_path(acts)) as other:
        shop = gateway(other, transport, clock)
        for seconds in (0, still_good, too_old):
            clock.now = samples.NOW + timedelta(seconds=seconds)
            await shop.check()
        assert sent_to(other, LIST) == ["Bearer one", "Bearer one", "Bearer two"]


async def test_a_clock_set_back_does_not_keep_an_old_token_alive(transport: Transport) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")), LIST: saying(202, documents.page())}
    clock = Clock()
    async with peer(by_path(acts)) as other:
        shop = gateway(other, transport, clock)
        await shop.check()
        clock.now = samples.NOW - timedelta(days=2)
        await shop.check()
        assert sent_to(other, LIST) == ["Bearer one", "Bearer two"]


async def test_a_refused_token_is_replaced_once_for_a_read(transport: Transport) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")),
            LIST: in_turn(saying(401), saying(202, documents.page()))}  # fmt: skip
    async with peer(by_path(acts)) as other:
        await gateway(other, transport).check()
        assert sent_to(other, LIST) == ["Bearer one", "Bearer two"]


async def test_a_refused_token_is_replaced_once_for_a_charge(transport: Transport) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")),
            PAYMENTS: in_turn(saying(401), saying(201, documents.AUTHORISED))}  # fmt: skip
    async with peer(by_path(acts)) as other:
        await charge(gateway(other, transport))
        assert sent_to(other, PAYMENTS) == ["Bearer one", "Bearer two"]
        first, second = (one for one in other.received if one.path == "/payments")
    assert first.body == second.body
    assert first.headers["cko-idempotency-key"] == second.headers["cko-idempotency-key"]


async def test_a_charge_that_is_refused_twice_is_not_sent_a_third_time(
    transport: Transport,
) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")), PAYMENTS: saying(401)}
    async with peer(by_path(acts)) as other:
        with pytest.raises(Unauthorised):
            await charge(gateway(other, transport))
        assert len(sent_to(other, PAYMENTS)) == 2


@pytest.mark.parametrize("act", [reset, saying(502), saying(429), saying(403)])
async def test_only_a_refused_token_makes_a_charge_go_out_again(
    transport: Transport, act: Act
) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")), PAYMENTS: act}
    async with peer(by_path(acts)) as other:
        with pytest.raises(GatewayError):
            await charge(gateway(other, transport))
        assert len(sent_to(other, PAYMENTS)) == 1


async def test_doubt_after_a_replaced_token_stays_doubt(transport: Transport) -> None:
    acts = {TOKEN: in_turn(token("one"), token("two")), PAYMENTS: in_turn(saying(401), reset)}
    async with peer(by_path(acts)) as other:
        with pytest.raises(OutcomeUnknown):
            await charge(gateway(other, transport))
        assert len(sent_to(other, PAYMENTS)) == 2


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (saying(400, {"error": "invalid_client"}), "client secret"),
        (saying(400, {"error": "invalid_scope"}), "scope"),
        (saying(400, {"error": "something_else"}), "not accepted"),
        (saying(401), "not accepted"),
        (saying(400, body=b"<html>"), "not accepted"),
    ],
)
async def test_wrong_key_details_are_explained_and_nothing_is_charged(
    transport: Transport, act: Act, word: str
) -> None:
    async with peer(by_path({TOKEN: act})) as other:
        shop = gateway(other, transport)
        with pytest.raises(Unauthorised, match=word) as raised:
            await charge(shop)
        assert sent_to(other, PAYMENTS) == []
    assert samples.KEY not in str(raised.value)


@pytest.mark.parametrize(
    "act",
    [saying(500), saying(429), reset, saying(200, body=b"<html>"), saying(404),
     saying(200, {"access_token": "one", "expires_in": "soon"}),
     saying(200, {"access_token": "", "expires_in": 3600}),
     saying(200, {"access_token": "one", "expires_in": -1})],
)  # fmt: skip
async def test_without_a_token_a_charge_was_certainly_not_sent(
    transport: Transport, act: Act
) -> None:
    async with peer(by_path({TOKEN: act})) as other:
        shop = gateway(other, transport)
        prepared = shop.prepare_charge(samples.charge(), samples.card())
        with pytest.raises(NotSent):
            await shop.send_charge(prepared)
        assert sent_to(other, PAYMENTS) == []
    assert prepared.body == b""


async def test_without_a_token_a_read_fails_as_a_read(transport: Transport) -> None:
    async with peer(by_path({TOKEN: saying(500)})) as other:
        with pytest.raises(GatewayDown):
            await gateway(other, transport).check()


async def test_a_token_with_a_line_break_is_not_sent(transport: Transport) -> None:
    acts = {TOKEN: token("one\r\nX-Evil: 1"), PAYMENTS: saying(201, documents.AUTHORISED)}
    async with peer(by_path(acts)) as other:
        with pytest.raises(NotSent):
            await charge(gateway(other, transport))
        assert sent_to(other, PAYMENTS) == []


async def test_an_account_without_any_key_says_so(transport: Transport) -> None:
    connection = replace(samples.payfac(keyed=False), client_secret=None)
    shop = PayfacGateway(connection, transport, clock=samples.clock)
    with pytest.raises(Unauthorised, match="no key"):
        await shop.check()


async def test_an_account_does_not_show_its_keys() -> None:
    shown = repr(samples.payfac()) + repr(samples.flowlix()) + repr(samples.flowlix_classic())
    assert samples.KEY not in shown
