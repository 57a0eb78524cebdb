"""A PayFac charge: what is sent, and what every answer to it means."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    Charge,
    GatewayError,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, by_path, closed_port, in_turn, never, peer, saying

LATER = replace(samples.charge(), capture=False)
VERIFY = samples.charge(Money(0, "EUR"))


def gateway(url: str, transport: Transport) -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=samples.clock)


@pytest.fixture
def offline(transport: Transport) -> PayfacGateway:
    return gateway("https://payfac.test", transport)


@pytest.mark.asyncio
async def test_a_phone_order_is_sent_as_one(transport: Transport) -> None:
    async with peer(saying(201, documents.AUTHORISED)) as other:
        shop = gateway(other.url, transport)
        asked = samples.charge(description="Two mugs", customer=samples.ADA)
        payment = await shop.send_charge(
            shop.prepare_charge(asked, samples.card(postcode="W1T 4TJ"))
        )
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/payments")
    assert received.headers["cko-idempotency-key"] == "key-1"
    assert received.headers["authorization"] == f"Bearer {samples.KEY}"
    assert received.document == {
        "source": {
            "type": "card",
            "number": samples.NUMBER,
            "expiry_month": 12,
            "expiry_year": 2030,
            "cvv": samples.CODE,
            "name": "Ada Muster",
            "billing_address": {
                "address_line1": "Hauptstr. 5",
                "city": "Bremen",
                "zip": "W1T 4TJ",
                "country": "DE",
            },
        },
        "amount": 1290,
        "currency": "EUR",
        "payment_type": "MOTO",
        "capture": True,
        "reference": "T1-1043-1-K7QX",
        "3ds": {"enabled": False},
        "description": "Two mugs",
    }
    assert payment.status is PaymentStatus.AUTHORISED


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (samples.charge(), {"amount": 1290, "capture": True}),
        (LATER, {"amount": 1290, "capture": False}),
        (
            replace(LATER, capture_at=samples.NOW + timedelta(days=7)),
            {"amount": 1290, "capture_on": "2026-01-08T12:00:00Z"},
        ),
        (
            replace(LATER, estimated=True),
            {"amount": 1290, "capture": False, "authorization_type": "Estimated"},
        ),
        (VERIFY, {"amount": 0}),
    ],
)
def test_a_charge_says_when_and_how_the_money_is_taken(
    offline: PayfacGateway, asked: Charge, said: dict[str, object]
) -> None:
    document = json.loads(bytes(offline.prepare_charge(asked, samples.card()).body))
    timing = {"amount", "capture", "capture_on", "authorization_type"}
    assert {name: document[name] for name in timing & document.keys()} == said
    assert (document["payment_type"], document["3ds"]) == ("MOTO", {"enabled": False})
    assert "merchant_initiated" not in document


def test_what_is_not_known_is_not_sent(offline: PayfacGateway) -> None:
    prepared = offline.prepare_charge(samples.charge(), samples.card(code="", name=""))
    source = json.loads(bytes(prepared.body))["source"]
    assert set(source) == {"type", "number", "expiry_month", "expiry_year"}


def test_a_country_that_is_no_code_is_not_sent(offline: PayfacGateway) -> None:
    asked = samples.charge(customer=Customer(country="Germany", postcode="28195"))
    source = json.loads(bytes(offline.prepare_charge(asked, samples.card()).body))["source"]
    assert source["billing_address"] == {"zip": "28195"}


def test_the_fingerprint_leaves_the_card_out(offline: PayfacGateway) -> None:
    prepared = offline.prepare_charge(samples.charge(), samples.card())
    body = bytes(prepared.body)
    bare = body.replace(samples.NUMBER.encode(), b"").replace(f'"{samples.CODE}"'.encode(), b'""')
    assert prepared.fingerprint == hashlib.sha256(bare).hexdigest()
    assert not prepared.keeps
    assert samples.NUMBER not in repr(prepared)


@pytest.mark.parametrize(
    ("charge", "word"),
    [
        (samples.charge(Money(1290, "GBP")), "does not take GBP"),
        (samples.charge(Money(-1, "EUR")), "below zero"),
        (replace(samples.charge(), capture_at=samples.NOW + timedelta(days=1)), "not both"),
        (replace(LATER, capture_at=samples.NOW), "within the next 7 days"),
        (replace(LATER, capture_at=samples.NOW + timedelta(days=8)), "within the next 7 days"),
        (replace(samples.charge(), estimated=True), "reserved only"),
        (replace(LATER, capture_at=samples.NOW + timedelta(days=1), estimated=True), "reserved"),
        (replace(VERIFY, estimated=True, capture=False), "moves no money"),
        (replace(VERIFY, capture_at=samples.NOW, capture=False), "moves no money"),
        (samples.charge(Money(1312, "KWD")), "third must be 0"),
        (samples.charge(Money(1_000_000_000, "EUR")), "nine digits"),
        (samples.charge(reference="x" * 81), "reference has more than 80"),
        (samples.charge(reference=""), "reference"),
        (samples.charge(description="x" * 101), "description has more than 100"),
        (samples.charge(customer=Customer(name="x" * 256)), "name has more than 255"),
        (samples.charge(customer=Customer(address="x" * 201)), "address has more than 200"),
        (samples.charge(customer=Customer(city="x" * 51)), "city has more than 50"),
        (samples.charge(customer=Customer(postcode="x" * 51)), "postcode has more than 50"),
    ],
)
def test_a_broken_limit_is_named_before_anything_is_built(
    offline: PayfacGateway, charge: Charge, word: str
) -> None:
    assert word in (offline.charge_problem(charge) or "")
    with pytest.raises(Rejected, match=word) as raised:
        offline.prepare_charge(charge, samples.card())
    assert len(raised.value.fields) == 1


def test_a_good_charge_has_no_problem(offline: PayfacGateway) -> None:
    assert offline.charge_problem(samples.charge(customer=samples.ADA)) is None


def test_american_express_has_a_shorter_reference(offline: PayfacGateway) -> None:
    asked = samples.charge(reference="x" * 31)
    assert offline.charge_problem(asked) is None
    with pytest.raises(Rejected, match="American Express") as raised:
        offline.prepare_charge(asked, samples.card("378282246310005", code="1234"))
    assert set(raised.value.fields) == {"reference"}


@pytest.mark.parametrize(
    ("act", "error", "fields"),
    [
        (saying(401), Unauthorised, set()),
        (saying(401, {"statusCode": 401, "message": "Unauthorized"}), Unauthorised, set()),
        (saying(403), NotAllowed, set()),
        (saying(404), Rejected, set()),
        (saying(400), Rejected, set()),
        (saying(422), Rejected, set()),
        (saying(422, body=b"<html>"), Rejected, set()),
        (saying(422, documents.refused("card_number_invalid")), Rejected, {"number"}),
        (
            saying(422, documents.refused("cvv_invalid", "card_expired", "amount_invalid")),
            Rejected,
            {"code", "expiry", "amount"},
        ),
        (saying(422, documents.refused("payment_type_invalid")), Rejected, set()),
        (saying(422, documents.refused("amex_scheme_not_configured")), Rejected, set()),
        (saying(422, documents.refused("zip_invalid")), Rejected, {"postcode"}),
    ],
)
@pytest.mark.asyncio
async def test_a_definite_refusal_says_that_nothing_was_charged(
    transport: Transport, act: Act, error: type[GatewayError], fields: set[str]
) -> None:
    async with peer(act) as other:
        shop = gateway(other.url, transport)
        prepared = shop.prepare_charge(samples.charge(), samples.card())
        with pytest.raises(error, match="Nothing was charged") as raised:
            await shop.send_charge(prepared)
        assert len(other.received) == 1
    assert type(raised.value) is error
    assert set(getattr(raised.value, "fields", {})) == fields
    assert prepared.body == b""


@pytest.mark.asyncio
async def test_the_codes_of_a_refusal_are_kept(transport: Transport) -> None:
    told = saying(422, documents.refused("card_number_invalid"), headers={"Cko-Request-Id": "4f0e"})
    async with peer(told) as other:
        shop = gateway(other.url, transport)
        with pytest.raises(Rejected) as raised:
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
    assert raised.value.said == "request_invalid card_number_invalid"
    assert raised.value.request_id == "4f0e"


UNPROVED = {
    "web page": saying(200, body=b"<html>Sign in</html>", kind="text/html"),
    "empty": saying(200),
    "no content": saying(204),
    "list": saying(201, []),
    "no id": saying(201, {"status": "Authorized", "approved": True}),
    "amount as text": saying(201, documents.AUTHORISED | {"amount": "1290"}),
    "currency unknown": saying(201, documents.AUTHORISED | {"currency": "ZZZ"}),
    "status twice": saying(
        201, body=b'{"id":"pay_1","status":"Declined","status":"Authorized","approved":true}'
    ),
    "error with success status": saying(200, {"status": "error", "errors": [{"description": "x"}]}),
    "bank's refusal without payment": saying(402, {"error": {"type": "card_error"}}),
    "conflict": saying(409),
    "busy": saying(429),
    "bad gateway": saying(502),
}


@pytest.mark.parametrize("act", UNPROVED.values(), ids=UNPROVED.keys())
@pytest.mark.asyncio
async def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        shop = gateway(other.url, transport)
        prepared = shop.prepare_charge(samples.charge(), samples.card())
        with pytest.raises(OutcomeUnknown, match="looked up"):
            await shop.send_charge(prepared)
        assert len(other.money) == 1
    assert prepared.body == b""


@pytest.mark.asyncio
async def test_an_interception_is_called_one(transport: Transport) -> None:
    async with peer(UNPROVED["web page"]) as other:
        shop = gateway(other.url, transport)
        with pytest.raises(OutcomeUnknown, match="intercepting"):
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))


@pytest.mark.asyncio
async def test_a_decline_is_a_result(transport: Transport) -> None:
    async with peer(saying(201, documents.DECLINED)) as other:
        shop = gateway(other.url, transport)
        payment = await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
    assert payment.status is PaymentStatus.DECLINED


@pytest.mark.parametrize(
    "short",
    [
        {"id": documents.PAYMENT_ID, "status": "Authorized", "approved": True},
        {"id": documents.PAYMENT_ID},
        documents.WAITING,
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.asyncio
async def test_an_answer_in_the_short_form_is_completed_by_a_read(
    transport: Transport, short: dict[str, object], status: int
) -> None:
    acts = {
        "POST /payments": saying(status, short),
        f"GET /payments/{documents.PAYMENT_ID}": saying(200, documents.DETAILS),
        f"GET /payments/{documents.PAYMENT_ID}/actions": saying(200, documents.ACTIONS),
    }
    async with peer(by_path(acts)) as other:
        shop = gateway(other.url, transport)
        payment = await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.money) == 1
    assert payment.reference == "T1-1043-1-K7QX"
    assert payment.amount == Money(1290, "EUR")


@pytest.mark.asyncio
async def test_a_short_answer_that_cannot_be_completed_leaves_the_outcome_unknown(
    transport: Transport,
) -> None:
    short = {"id": documents.PAYMENT_ID, "status": "Declined", "approved": False}
    async with peer(by_path({"POST /payments": saying(201, short)})) as other:
        shop = gateway(other.url, transport)
        with pytest.raises(OutcomeUnknown, match="looked up"):
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.money) == 1


@pytest.mark.asyncio
async def test_an_id_that_means_another_path_is_not_followed(transport: Transport) -> None:
    async with peer(saying(201, {"id": "../connect/token"})) as other:
        shop = gateway(other.url, transport)
        with pytest.raises(OutcomeUnknown):
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.received) == 1


@pytest.mark.asyncio
async def test_nothing_listening_means_nothing_was_sent(transport: Transport) -> None:
    shop = gateway(f"http://127.0.0.1:{closed_port()}", transport)
    prepared = shop.prepare_charge(samples.charge(), samples.card())
    with pytest.raises(NotSent):
        await shop.send_charge(prepared)
    assert prepared.body == b""


@pytest.mark.asyncio
async def test_the_card_is_wiped_even_when_the_caller_gives_up(transport: Transport) -> None:
    async with peer(never) as other:
        shop = gateway(other.url, transport)
        prepared = shop.prepare_charge(samples.charge(), samples.card())
        body = prepared.body
        call = asyncio.Task(shop.send_charge(prepared))
        await other.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert samples.NUMBER.encode() in other.received[0].body
    assert body == b""
    with pytest.raises(ValueError, match="sent once"):
        await shop.send_charge(prepared)


@pytest.mark.asyncio
async def test_a_fixed_key_that_is_refused_is_not_tried_twice(transport: Transport) -> None:
    async with peer(in_turn(saying(401), saying(201, documents.AUTHORISED))) as other:
        shop = gateway(other.url, transport)
        with pytest.raises(Unauthorised):
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.received) == 1
