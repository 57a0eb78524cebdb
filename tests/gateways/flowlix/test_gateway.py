"""Charging, refunding and reading at Flowlix, against answers of every kind."""

from __future__ import annotations

import hashlib
import json

import pytest

from posapp.gateways.flowlix.bodies import reason_for
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.port import (
    GatewayDown,
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import ActionState, PaymentStatus
from tests.gateways import samples
from tests.gateways.flowlix import documents
from tests.gateways.flowlix.documents import PAYMENT_ID, error, page
from tests.gateways.peers import Act, peer, saying

PAID = samples.payment(payment_id=PAYMENT_ID)
PARTIAL = Money(290, "EUR")
ASKED = samples.refund(PAID, PARTIAL)


def gateway(transport: Transport, url: str = "https://flowlix.test") -> FlowlixGateway:
    return FlowlixGateway(samples.flowlix(url), transport, clock=samples.clock)


@pytest.mark.asyncio
async def test_a_charge_is_sent_as_the_api_wants_it(transport: Transport) -> None:
    async with peer(saying(201, documents.PROCESSING)) as other:
        shop = gateway(transport, other.url)
        asked = samples.charge(description="Two mugs", customer=samples.ADA)
        payment = await shop.send_charge(shop.prepare_charge(asked, samples.card()))
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/v1/payments")
    assert received.headers["idempotency-key"] == "key-1"
    assert received.headers["authorization"] == f"Bearer {samples.KEY}"
    assert received.document == {
        "amount": 1290,
        "currency": "EUR",
        "return_url": "https://shop.test/back",
        "merchant_reference": documents.REFERENCE,
        "payment_method_data": {
            "type": "card",
            "card": {
                "number": samples.NUMBER,
                "exp_month": 12,
                "exp_year": 2030,
                "cvc": samples.CODE,
                "holder_name": "Ada Muster",
            },
        },
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
        "metadata": {"reference": documents.REFERENCE},
        "description": "Two mugs",
    }
    assert payment.status is PaymentStatus.PENDING


def test_only_what_is_known_is_sent_of_the_caller(transport: Transport) -> None:
    prepared = gateway(transport).prepare_charge(samples.charge(), samples.card(postcode="28195"))
    document = json.loads(bytes(prepared.body))
    assert document["billing_details"] == {
        "first_name": "Ada",
        "last_name": "Muster",
        "address": {"postal_code": "28195"},
    }
    assert "description" not in document


def test_the_customers_name_stands_in_for_the_card_holders(transport: Transport) -> None:
    asked = samples.charge(customer=Customer(name="B. Lindqvist"))
    prepared = gateway(transport).prepare_charge(asked, samples.card(name=""))
    document = json.loads(bytes(prepared.body))
    assert document["payment_method_data"]["card"]["holder_name"] == "B. Lindqvist"


def test_the_fingerprint_leaves_the_card_out(transport: Transport) -> None:
    prepared = gateway(transport).prepare_charge(samples.charge(), samples.card())
    body = bytes(prepared.body).replace(samples.NUMBER.encode(), b"")
    bare = body.replace(f'"{samples.CODE}"'.encode(), b'""')
    assert prepared.fingerprint == hashlib.sha256(bare).hexdigest()


REFUSED: list[tuple[Act, type[GatewayError], set[str]]] = [
    (saying(400, error("invalid_request_error")), Rejected, set()),
    (saying(401, error("authentication_error")), Unauthorised, set()),
    (saying(403, error("authentication_error")), NotAllowed, set()),
    (saying(404, error("invalid_request_error")), Rejected, set()),
    (saying(422, error("card_error")), Rejected, set()),
    (saying(422), Rejected, set()),
    (saying(422, {"error": "text"}), Rejected, set()),
    (
        saying(400, error("invalid_request_error", param="billing_details[address][country]")),
        Rejected,
        {"country"},
    ),
    (
        saying(400, error("invalid_request_error", param="payment_method_data[card][number]")),
        Rejected,
        {"number"},
    ),
    (
        saying(400, error("invalid_request_error", param="payment_method_data.card.cvc")),
        Rejected,
        {"code"},
    ),
    (saying(400, error("invalid_request_error", param="amount")), Rejected, {"amount"}),
    (saying(400, error("invalid_request_error", param="something")), Rejected, set()),
]


@pytest.mark.parametrize(("act", "kind", "fields"), REFUSED)
@pytest.mark.asyncio
async def test_a_definite_refusal_says_that_nothing_was_charged(
    transport: Transport, act: Act, kind: type[GatewayError], fields: set[str]
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(kind, match="Nothing was charged") as raised:
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.received) == 1
    assert type(raised.value) is kind
    assert set(getattr(raised.value, "fields", {})) == fields
    assert samples.NUMBER not in str(raised.value) + raised.value.said


@pytest.mark.parametrize(
    "act",
    [saying(200), saying(201, []), saying(201, documents.SUCCEEDED | {"amount": "1290"}),
     saying(200, body=b"<html>", kind="text/html"), saying(402, error("card_error")),
     saying(409, error("idempotency_error")), saying(429, error("rate_limit_error")),
     saying(500, error("api_error")), saying(503)],
)  # fmt: skip
@pytest.mark.asyncio
async def test_an_answer_that_proves_nothing_leaves_the_outcome_unknown(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        prepared = shop.prepare_charge(samples.charge(), samples.card())
        with pytest.raises(OutcomeUnknown, match="looked up"):
            await shop.send_charge(prepared)
        assert len(other.received) == 1
    assert prepared.body == b""


@pytest.mark.asyncio
async def test_a_refund_is_sent_with_amount_and_reason(transport: Transport) -> None:
    async with peer(saying(201, documents.REFUND)) as other:
        shop = gateway(transport, other.url)
        prepared = shop.prepare_refund(samples.refund(PAID, PARTIAL))
        record = await shop.send_refund(prepared)
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/v1/refunds")
    assert received.headers["idempotency-key"] == "refund-1"
    assert received.document == {
        "payment_id": PAYMENT_ID,
        "amount": 290,
        "reason": "requested_by_customer",
        "metadata": {"reference": "R1-1043-1-K7QX", "reason": "Mug arrived broken"},
    }
    assert (record.id, record.amount, record.state) == (
        "ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8",
        PARTIAL,
        ActionState.PENDING,
    )
    assert prepared.keeps


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
@pytest.mark.asyncio
async def test_a_refund_that_is_decided_at_once_is_told_as_such(
    transport: Transport, status: str
) -> None:
    async with peer(saying(200, documents.REFUND | {"status": status})) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_refund(shop.prepare_refund(samples.refund(PAID, PARTIAL)))
    assert record.state is (ActionState.DONE if status == "SUCCEEDED" else ActionState.FAILED)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Mug arrived broken", "requested_by_customer"),
        ("", "requested_by_customer"),
        ("Charged twice by mistake", "duplicate"),
        ("DUPLICATE", "duplicate"),
        ("Card was stolen", "fraudulent"),
    ],
)
def test_the_clerks_words_become_a_reason_of_the_api(words: str, reason: str) -> None:
    assert reason_for(words) == reason


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (saying(401), Unauthorised),
        (saying(403), NotAllowed),
        (saying(404), NotFound),
        (saying(422, error("invalid_request_error", code="payment_not_refundable")), Rejected),
        (saying(400), Rejected),
        (saying(201), OutcomeUnknown),
        (saying(201, documents.REFUND | {"amount": 291}), OutcomeUnknown),
        (saying(201, documents.REFUND | {"currency": "USD"}), OutcomeUnknown),
        (saying(201, documents.REFUND | {"payment_id": "pay_other"}), OutcomeUnknown),
        (saying(409), OutcomeUnknown),
        (saying(429), OutcomeUnknown),
        (saying(500), OutcomeUnknown),
    ],
)
@pytest.mark.asyncio
async def test_every_other_answer_to_a_refund_is_sorted(
    transport: Transport, act: Act, kind: type[GatewayError]
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(kind) as raised:
            await shop.send_refund(shop.prepare_refund(samples.refund(PAID, PARTIAL)))
        assert len(other.received) == 1
    assert type(raised.value) is kind


@pytest.mark.asyncio
async def test_a_payment_is_read(transport: Transport) -> None:
    async with peer(saying(200, documents.PARTLY_REFUNDED)) as other:
        payment = await gateway(transport, other.url).read(PAYMENT_ID)
        assert other.received[0].target == f"/v1/payments/{PAYMENT_ID}"
    assert payment.refundable == 1000


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (saying(401), Unauthorised),
        (saying(403), Unauthorised),
        (saying(404), NotFound),
        (saying(400), NotFound),
        (saying(429), RateLimited),
        (saying(500), GatewayDown),
        (saying(409), GatewayDown),
        (saying(200), GatewayDown),
        (saying(200, documents.SUCCEEDED | {"id": "pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8"}), GatewayDown),
        (saying(200, documents.SUCCEEDED | {"id": PAYMENT_ID.upper()}), GatewayDown),
    ],
)
@pytest.mark.asyncio
async def test_a_read_that_fails_says_how(
    transport: Transport, act: Act, kind: type[GatewayError]
) -> None:
    async with peer(act) as other:
        with pytest.raises(kind) as raised:
            await gateway(transport, other.url).read(PAYMENT_ID)
    assert type(raised.value) is kind


@pytest.mark.asyncio
async def test_the_check_notices_a_key_of_the_other_mode(transport: Transport) -> None:
    async with peer(saying(200, page(documents.SUCCEEDED))) as other:
        assert "training" in await gateway(transport, other.url).check()
    async with peer(saying(200, page(documents.SUCCEEDED | {"livemode": True}))) as other:
        with pytest.raises(Unauthorised, match="real payments"):
            await gateway(transport, other.url).check()


@pytest.mark.parametrize(
    ("act", "kind"), [(saying(401), Unauthorised), (saying(200, body=b"<html>"), GatewayDown)]
)
@pytest.mark.asyncio
async def test_the_check_fails_when_the_gateway_did_not_really_answer(
    transport: Transport, act: Act, kind: type[GatewayError]
) -> None:
    async with peer(act) as other:
        with pytest.raises(kind):
            await gateway(transport, other.url).check()


@pytest.mark.asyncio
async def test_an_account_tells_what_it_is(transport: Transport) -> None:
    shop = gateway(transport)
    assert (shop.account, shop.label, shop.live, shop.currencies) == (
        "flowlix",
        "Flowlix",
        False,
        ("EUR",),
    )
    with pytest.raises(NotFound):
        await shop.read("../refunds")
    await shop.close()
