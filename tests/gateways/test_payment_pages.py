"""A page on which the customer pays alone: both Flowlix generations make one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from posapp.gateways.abilities import PaymentPages
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.port import (
    Gateway,
    GatewayError,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.flowlix import documents as current
from tests.gateways.flowlix_classic import documents as older
from tests.gateways.payfac.test_charge import gateway as payfac
from tests.gateways.peers import Act, peer, reset, saying

TOTAL = Money(4500, "EUR")


def flowlix(url: str, transport: Transport) -> FlowlixGateway:
    return FlowlixGateway(samples.flowlix(url), transport, clock=samples.clock)


def classic(url: str, transport: Transport) -> FlowlixClassicGateway:
    return FlowlixClassicGateway(samples.flowlix_classic(url), transport, clock=samples.clock)


Build = Callable[[str, Transport], FlowlixGateway | FlowlixClassicGateway]
each_kind = pytest.mark.parametrize("build", [flowlix, classic])


def test_payfac_makes_no_pages_and_both_flowlix_do(transport: Transport) -> None:
    url = "https://gateway.test"
    accounts: list[Gateway] = [
        payfac(url, transport),
        flowlix(url, transport),
        classic(url, transport),
    ]
    assert [isinstance(one, PaymentPages) for one in accounts] == [False, True, True]
    # At run time only the names of the methods count; here the type checker sees the rest.
    pages: list[PaymentPages] = [flowlix(url, transport), classic(url, transport)]
    prepared = [one.prepare_page(samples.charge(TOTAL)) for one in pages]
    assert [one.operation for one in prepared] == ["page", "page"]


@pytest.mark.asyncio
async def test_the_current_generation_is_asked_for_a_page(transport: Transport) -> None:
    async with peer(saying(201, current.HOSTED)) as other:
        shop = flowlix(other.url, transport)
        asked = samples.charge(TOTAL, description="Order 1043", customer=samples.ADA)
        payment = await shop.send_page(shop.prepare_page(asked))
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/v1/payments/hpp")
    assert received.headers["idempotency-key"] == "key-1"
    assert received.document == {
        "amount": 4500,
        "currency": "EUR",
        "return_url": "https://shop.test/back",
        "merchant_reference": "T1-1043-1-K7QX",
        "metadata": {"reference": "T1-1043-1-K7QX"},
        "billing_details": {
            "email": "ada@shop.test",
            "first_name": "Ada",
            "last_name": "Muster",
            "phone": "+4930111222",
            "address": {
                "line1": "Hauptstr. 5",
                "city": "Bremen",
                "postal_code": "28195",
                "country": "DE",
            },
        },
        "description": "Order 1043",
    }
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == current.HOSTED["hosted_payment_url"]


@pytest.mark.asyncio
async def test_the_older_generation_is_asked_for_a_page(transport: Transport) -> None:
    async with peer(saying(201, older.HOSTED)) as other:
        shop = classic(other.url, transport)
        payment = await shop.send_page(shop.prepare_page(samples.charge(TOTAL)))
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/v1/payments/hpp")
    assert received.document == {
        "amount": 4500,
        "currency": "eur",
        "redirect_url": "https://shop.test/back",
        "metadata": {"reference": "T1-1043-1-K7QX"},
    }
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == older.HOSTED["redirect_url"]


@pytest.mark.asyncio
async def test_a_page_whose_card_is_being_worked_on_needs_nobody(transport: Transport) -> None:
    card = {"last4": "4242", "brand": "visa"}
    async with peer(saying(200, older.HOSTED | {"card": card})) as other:
        payment = await classic(other.url, transport).read(str(older.HOSTED["id"]))
    assert (payment.status, payment.action_url) == (PaymentStatus.PENDING, "")
    async with peer(saying(200, current.HOSTED | {"status": "PENDING", "card": card})) as other:
        payment = await flowlix(other.url, transport).read(str(current.HOSTED["id"]))
    assert (payment.status, payment.action_url) == (PaymentStatus.PENDING, "")


@pytest.mark.asyncio
async def test_a_page_that_is_only_pending_waits_for_the_customer_too(transport: Transport) -> None:
    pending = current.HOSTED | {"status": "PENDING", "next_action": None}
    async with peer(saying(200, pending)) as other:
        payment = await flowlix(other.url, transport).read(str(current.HOSTED["id"]))
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == current.HOSTED["hosted_payment_url"]


@each_kind
def test_what_is_known_of_the_customer_is_all_that_is_sent(
    transport: Transport, build: Build
) -> None:
    prepared = build("https://gateway.test", transport).prepare_page(samples.charge(TOTAL))
    assert b"billing_details" not in prepared.body
    assert b"customer" not in prepared.body
    assert prepared.keeps


@each_kind
def test_a_broken_limit_is_named(transport: Transport, build: Build) -> None:
    with pytest.raises(Rejected, match="above zero") as raised:
        build("https://gateway.test", transport).prepare_page(samples.charge(Money(0, "EUR")))
    assert set(raised.value.fields) == {"amount"}


@each_kind
@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(401), Unauthorised),
        (saying(400), Rejected),
        (saying(201), OutcomeUnknown),
        (saying(409), OutcomeUnknown),
        (saying(500), OutcomeUnknown),
        (reset, OutcomeUnknown),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_to_a_page_is_sorted_like_one_to_a_charge(
    transport: Transport, build: Build, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        shop = build(other.url, transport)
        with pytest.raises(error) as raised:
            await shop.send_page(shop.prepare_page(samples.charge(TOTAL)))
        assert len(other.received) == 1
    assert type(raised.value) is error
