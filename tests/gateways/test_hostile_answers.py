"""Whatever comes back over the line, a call ends in time, in bounded memory, in our own words."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from posapp.gateways.abilities import History
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    Gateway,
    GatewayDown,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    Rejected,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus
from tests.gateways import samples
from tests.gateways.flowlix import documents as flowlix_documents
from tests.gateways.flowlix_classic import documents as classic_documents
from tests.gateways.payfac import documents as payfac_documents
from tests.gateways.peers import Act, Received, peer, raw_answer

pytestmark = pytest.mark.asyncio

FULL = Money(1290, "EUR")
DEADLINE = 30
MOST_MEMORY = 40_000_000
ODD = "\u202eevil\u2066\x00\x1b[31m\x07\u200b"


@dataclass(frozen=True, slots=True)
class Kind:
    build: Callable[[str, Transport], Gateway]
    good: Mapping[str, object]


KINDS = {
    "payfac": Kind(
        lambda url, way: PayfacGateway(samples.payfac(url), way, clock=samples.clock),
        payfac_documents.DETAILS,
    ),
    "flowlix": Kind(
        lambda url, way: FlowlixGateway(samples.flowlix(url), way, clock=samples.clock),
        flowlix_documents.SUCCEEDED,
    ),
    "classic": Kind(
        lambda url, way: FlowlixClassicGateway(
            samples.flowlix_classic(url), way, clock=samples.clock
        ),
        classic_documents.SUCCEEDED,
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())

# GOOD stands for a good answer without its last brace.
UNREADABLE = {
    "10,000 deep": b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "10,000 objects deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "NaN": b'GOOD,"extra":NaN}',
    "infinity": b'GOOD,"extra":-Infinity}',
    "a member twice": b'GOOD,"status":"x"}',
    "a list": b"[GOOD}]",
    "a text": json.dumps(ODD).encode(),
    "control characters": b'GOOD,"extra":"\x01\x1b"}',
    "half a character": b'GOOD,"extra":"\\ud800"}',
    "endless digits": b'GOOD,"extra":' + b"9" * 1_000_000 + b"}",
    "a sign-in page": b"<html>" + ODD.encode() + b"</html>",
}
WRONG: dict[str, Mapping[str, object]] = {
    "an amount of 10^39": {"amount": 10**39},
    "an amount below nothing": {"amount": -1},
    "an amount in words": {"amount": "1290"},
    "an amount that is a list": {"amount": [1290]},
    "a currency of control characters": {"currency": ODD},
    "a status that is a number": {"status": 1},
    "a status that is a list": {"status": ["Captured"]},
}


def answering(body: bytes) -> Act:
    """This to every call, and an empty history to whoever asks for one."""

    async def act(one: Received, writer: asyncio.StreamWriter) -> None:
        told = b"[]" if one.path.endswith("/actions") else body
        writer.write(raw_answer(200 if one.method == "GET" else 201, told))
        await writer.drain()

    return act


async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
    """50 MB, a piece at a time so that this end does not hold them either."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 50000002\r\n\r\n" + b'"')
    for _piece in range(1000):
        writer.write(b"x" * 50_000)
        await writer.drain()
    writer.write(b'"')


async def charged(shop: Gateway) -> Payment:
    asked = samples.charge(Money(1290, "EUR"), customer=samples.ADA)
    return await shop.send_charge(shop.prepare_charge(asked, samples.card()))


def is_harmless(sentence: str) -> bool:
    return all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs") for letter in sentence)


async def neither_proves_anything(kind: Kind, act: Act, transport: Transport) -> None:
    """A read says that the gateway is no use now, a charge that its outcome is not known."""
    async with asyncio.timeout(DEADLINE), peer(act) as other:
        shop = kind.build(other.url, transport)
        with pytest.raises(GatewayDown) as read:
            await shop.read(samples.payment().id)
        with pytest.raises(GatewayDown) as found:
            await shop.find("T1-1043-1-K7QX", since=samples.NOW)
        problems: list[GatewayError] = [read.value, found.value]
        if isinstance(shop, History):
            with pytest.raises(GatewayDown) as listed:
                await shop.history(since=samples.NOW - timedelta(days=1), until=samples.NOW)
            problems.append(listed.value)
        with pytest.raises(OutcomeUnknown) as charge:
            await charged(shop)
    for problem in (*problems, charge.value):
        assert is_harmless(f"{problem}{problem.said}{problem.request_id}")


@each_kind
@pytest.mark.parametrize("spoil", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_an_answer_that_cannot_be_read_proves_nothing(
    kind: Kind, spoil: bytes, transport: Transport
) -> None:
    good = json.dumps(kind.good, default=str).encode()[:-1]
    await neither_proves_anything(kind, answering(spoil.replace(b"GOOD", good)), transport)


@each_kind
@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
async def test_a_payment_with_a_wrong_member_proves_nothing(
    kind: Kind, change: Mapping[str, object], transport: Transport
) -> None:
    body = json.dumps({**kind.good, **change}, default=str).encode()
    await neither_proves_anything(kind, answering(body), transport)


@each_kind
async def test_fifty_megabytes_are_left_on_the_line(kind: Kind, transport: Transport) -> None:
    tracemalloc.start()
    try:
        await neither_proves_anything(kind, endless, transport)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


@each_kind
async def test_a_status_nobody_knows_is_unknown_and_shown_without_tricks(
    kind: Kind, transport: Transport
) -> None:
    body = json.dumps({**kind.good, "status": ODD}, default=str).encode()
    async with asyncio.timeout(DEADLINE), peer(answering(body)) as other:
        payment = await kind.build(other.url, transport).read(str(kind.good["id"]))
    assert payment.status is PaymentStatus.UNKNOWN
    assert is_harmless(payment.status_said)


@each_kind
@pytest.mark.parametrize("told", ["../../v1/refunds", "pay_1?x=", ODD, ""])
async def test_an_id_that_could_lead_elsewhere_is_never_part_of_an_address(
    kind: Kind, told: str, transport: Transport
) -> None:
    body = json.dumps({**kind.good, "id": told}, default=str).encode()
    async with asyncio.timeout(DEADLINE), peer(answering(body)) as other:
        shop = kind.build(other.url, transport)
        with suppress(GatewayDown):
            assert (await shop.read(samples.payment().id)).id == told
        seen = len(other.received)
        with pytest.raises(NotFound):
            await shop.read(told)
        with pytest.raises(Rejected):
            shop.prepare_refund(samples.refund(samples.payment(payment_id=told), FULL))
        assert len(other.received) == seen
