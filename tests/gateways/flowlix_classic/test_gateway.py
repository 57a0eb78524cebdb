"""Charging, refunding and reading at the older Flowlix, against answers of every kind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from posapp.gateways.flowlix_classic.bodies import REFUND_WINDOW
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.port import (
    Charge,
    GatewayDown,
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refund,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import ActionState, PaymentStatus
from tests.gateways import samples
from tests.gateways.flowlix_classic import documents
from tests.gateways.flowlix_classic.documents import PAYMENT_ID, REFERENCE, error, page
from tests.gateways.peers import Act, in_turn, peer, saying

PAID = samples.payment(payment_id=PAYMENT_ID)
PARTIAL = Money(290, "EUR")
ASKED = samples.refund(PAID, PARTIAL)
NOW = datetime.fromtimestamp(1760000000, UTC)


def gateway(transport: Transport, url: str = "https://flowlix.test") -> FlowlixClassicGateway:
    return FlowlixClassicGateway(samples.flowlix_classic(url), transport, clock=samples.clock)


@pytest.mark.asyncio
async def test_a_charge_is_sent_as_the_api_wants_it(transport: Transport) -> None:
    async with peer(saying(201, documents.PENDING)) as other:
        shop = gateway(transport, other.url)
        asked = samples.charge(description="Two mugs", customer=samples.ADA)
        payment = await shop.send_charge(shop.prepare_charge(asked, samples.card()))
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/v1/payments")
    assert received.headers["idempotency-key"] == "key-1"
    assert received.document == {
        "amount": 1290,
        "currency": "eur",
        "return_url": "https://shop.test/back",
        "card": {
            "number": samples.NUMBER,
            "exp_month": 12,
            "exp_year": 2030,
            "cvc": samples.CODE,
            "holder_name": "Ada Muster",
        },
        "metadata": {"reference": REFERENCE},
        "customer": {
            "email": "ada@shop.test",
            "first_name": "Ada",
            "last_name": "Muster",
            "country": "DE",
            "phone": "+4930111222",
            "address": "Hauptstr. 5",
            "city": "Bremen",
            "zip": "28195",
        },
        "description": "Two mugs",
    }
    assert payment.status is PaymentStatus.PENDING


@pytest.mark.parametrize(
    "change",
    [{"email": ""}, {"phone": ""}, {"phone": "030 111222"}, {"country": ""},
     {"country": "Germany"}, {"address": ""}, {"city": ""}, {"postcode": ""}, {"name": "Muster"}],
)  # fmt: skip
def test_an_incomplete_customer_is_left_out(transport: Transport, change: dict[str, str]) -> None:
    asked = samples.charge(customer=replace(samples.ADA, **change))
    prepared = gateway(transport).prepare_charge(asked, samples.card())
    assert "customer" not in json.loads(bytes(prepared.body))


def test_the_customers_name_stands_in_for_the_card_holders(transport: Transport) -> None:
    asked = samples.charge(customer=Customer(name="B. Lindqvist"))
    prepared = gateway(transport).prepare_charge(asked, samples.card(name=""))
    assert json.loads(bytes(prepared.body))["card"]["holder_name"] == "B. Lindqvist"


@pytest.mark.parametrize(
    ("name", "code", "number", "field"),
    [("", "737", "4242424242424242", "name"), ("Ada", "", "4242424242424242", "code"),
     ("Ada", "737", "", "number")],
)  # fmt: skip
def test_what_the_api_insists_on_is_asked_for_before_sending(
    transport: Transport, name: str, code: str, number: str, field: str
) -> None:
    with pytest.raises(Rejected) as raised:
        gateway(transport).prepare_charge(
            samples.charge(), samples.card(number, name=name, code=code)
        )
    assert set(raised.value.fields) == {field}


def test_the_fingerprint_leaves_the_card_out(transport: Transport) -> None:
    prepared = gateway(transport).prepare_charge(samples.charge(), samples.card())
    body = bytes(prepared.body).replace(samples.NUMBER.encode(), b"")
    bare = body.replace(f'"{samples.CODE}"'.encode(), b'""')
    assert prepared.fingerprint == hashlib.sha256(bare).hexdigest()


@pytest.mark.parametrize(
    ("charge", "word"),
    [
        (samples.charge(Money(1290, "GBP")), "does not take GBP"),
        (samples.charge(Money(1290, "JPY")), "does not take JPY"),
        (samples.charge(Money(0, "EUR")), "cannot verify a card without charging it"),
        (replace(samples.charge(), capture=False), "takes the money at once"),
        (replace(samples.charge(), capture_at=samples.NOW), "takes the money at once"),
        (replace(samples.charge(), estimated=True), "takes the final amount only"),
        (samples.charge(reference="x" * 501), "reference"),
        (samples.charge(description="x" * 501), "description has more than 500"),
        (samples.charge(key="x" * 256), "key has"),
    ],
)
def test_a_broken_limit_is_named(transport: Transport, charge: Charge, word: str) -> None:
    shop = gateway(transport)
    assert word in (shop.charge_problem(charge) or "")
    with pytest.raises(Rejected, match=word):
        shop.prepare_charge(charge, samples.card())


def test_what_the_api_cannot_take_is_refused_though_the_account_names_it(
    transport: Transport,
) -> None:
    wide = replace(samples.flowlix_classic(), currencies=("JPY", "GBP", "EUR"))
    shop = FlowlixClassicGateway(wide, transport, clock=samples.clock)
    assert shop.currencies == ("GBP", "EUR")
    assert "take JPY" in (shop.charge_problem(samples.charge(Money(1290, "JPY"))) or "")
    assert shop.charge_problem(samples.charge(Money(1290, "GBP"))) is None


def test_without_a_return_address_nothing_is_charged(transport: Transport) -> None:
    bare = replace(samples.flowlix_classic(), return_url="")
    shop = FlowlixClassicGateway(bare, transport, clock=samples.clock)
    assert "settings" in (shop.charge_problem(samples.charge()) or "")


@pytest.mark.parametrize(
    ("act", "kind", "fields"),
    [
        (saying(400, error("invalid_request_error", param="amount")), Rejected, {"amount"}),
        (saying(400, error("invalid_request_error", param="card.cvc")), Rejected, {"code"}),
        (
            saying(400, error("invalid_request_error", param="customer[zip]")),
            Rejected,
            {"postcode"},
        ),
        (saying(401, error("authentication_error")), Unauthorised, set()),
        (saying(403), NotAllowed, set()),
        (saying(404), Rejected, set()),
        (saying(422, error("card_error", decline="stolen_card")), Rejected, set()),
    ],
)
@pytest.mark.asyncio
async def test_a_definite_refusal_says_that_nothing_was_charged(
    transport: Transport, act: Act, kind: type[GatewayError], fields: set[str]
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(kind, match="Nothing was charged") as raised:
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        assert len(other.received) == 1
    assert set(getattr(raised.value, "fields", {})) == fields
    assert samples.NUMBER not in str(raised.value) + raised.value.said


@pytest.mark.parametrize(
    "act", [saying(200), saying(201, []), saying(409), saying(429), saying(500), saying(302)]
)
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
async def test_a_partial_refund_is_sent_with_the_clerks_words(transport: Transport) -> None:
    after = documents.SUCCEEDED | {"refunds": [documents.REFUND]}
    async with peer(saying(200, after)) as other:
        shop = gateway(transport, other.url)
        prepared = shop.prepare_refund(samples.refund(PAID, PARTIAL))
        record = await shop.send_refund(prepared)
        [received] = other.received
    assert (received.method, received.target) == ("POST", f"/v1/payments/{PAYMENT_ID}/refund")
    assert received.headers["idempotency-key"] == "refund-1"
    assert received.document == {"reason": "Mug arrived broken", "amount": 290}
    assert (record.id, record.amount, record.state) == (
        "01jb2m4k8w3x5y7z9a1c2d4e6f",
        PARTIAL,
        ActionState.PENDING,
    )
    assert prepared.keeps


def test_a_full_refund_names_no_amount(transport: Transport) -> None:
    prepared = gateway(transport).prepare_refund(samples.refund(PAID, Money(1290, "EUR")))
    assert json.loads(bytes(prepared.body)) == {"reason": "Mug arrived broken"}


@pytest.mark.asyncio
async def test_the_new_refund_is_told_from_the_older_ones(transport: Transport) -> None:
    older = documents.REFUND_DONE | {"id": "older"}
    same = documents.REFUND | {"id": "newest"}
    different = documents.REFUND | {"id": "different", "reason": "Another one"}
    after = documents.SUCCEEDED | {"refunds": [older, same, different]}
    async with peer(saying(200, after)) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_refund(shop.prepare_refund(samples.refund(PAID, PARTIAL)))
    assert record.id == "newest"


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (saying(401), Unauthorised),
        (saying(403), NotAllowed),
        (saying(404), NotFound),
        (saying(422, error("invalid_request_error")), Rejected),
        (saying(200), OutcomeUnknown),
        (saying(200, documents.SUCCEEDED), OutcomeUnknown),
        (
            saying(200, documents.SUCCEEDED | {"refunds": [documents.REFUND | {"amount": 1}]}),
            OutcomeUnknown,
        ),
        (
            saying(200, documents.SUCCEEDED | {"id": "pay_x", "refunds": [documents.REFUND]}),
            OutcomeUnknown,
        ),
        (saying(409), OutcomeUnknown),
        (saying(429), OutcomeUnknown),
        (saying(503), OutcomeUnknown),
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


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (replace(ASKED, reason=""), "reason", "gateway needs one"),
        (replace(ASKED, reason="   "), "reason", "gateway needs one"),
        (replace(ASKED, reason="x" * 51), "reason", "reason has more than 50 characters"),
        (replace(ASKED, key="x" * 256), "key", "1 to 255 characters"),
    ],
)
def test_a_broken_limit_of_a_refund_is_named(
    transport: Transport, asked: Refund, field: str, words: str
) -> None:
    with pytest.raises(Rejected, match=words) as raised:
        gateway(transport).prepare_refund(asked)
    assert set(raised.value.fields) == {field}


def test_the_longest_that_is_allowed_is_sent_whole(transport: Transport) -> None:
    prepared = gateway(transport).prepare_refund(samples.refund(PAID, PARTIAL, reason="x" * 50))
    assert json.loads(bytes(prepared.body))["reason"] == "x" * 50
    charge = samples.charge(reference="r" * 500, description="d" * 500, key="k" * 255)
    assert gateway(transport).charge_problem(charge) is None


def test_an_old_payment_cannot_be_refunded(transport: Transport) -> None:
    shop = gateway(transport)
    old = samples.payment(created_at=samples.NOW - REFUND_WINDOW - timedelta(seconds=1))
    young = samples.payment(created_at=samples.NOW - REFUND_WINDOW)
    assert "180 days" in (shop.refund_problem(old, PARTIAL) or "")
    assert shop.refund_problem(young, PARTIAL) is None
    assert "is left" in (shop.refund_problem(young, Money(1291, "EUR")) or "")


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (saying(401), Unauthorised),
        (saying(403), Unauthorised),
        (saying(404), NotFound),
        (saying(429), RateLimited),
        (saying(400), NotFound),
        (saying(500), GatewayDown),
        (saying(409), GatewayDown),
        (saying(200), GatewayDown),
        (saying(200, documents.SUCCEEDED | {"id": str(documents.HOSTED["id"])}), GatewayDown),
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
async def test_a_payment_is_found_by_its_metadata(transport: Transport) -> None:
    other_one = documents.PENDING | {"id": "pay_other", "metadata": {"reference": "other"}}
    bare = documents.PENDING | {"id": "pay_bare", "metadata": None}
    pages = [page(other_one, more=True), page(bare, documents.SUCCEEDED)]
    async with peer(in_turn(*(saying(200, one) for one in pages))) as other:
        found = await gateway(transport, other.url).find(REFERENCE, since=NOW)
        assert other.received[1].query["starting_after"] == "pay_other"
    assert [payment.id for payment in found] == [PAYMENT_ID]


@pytest.mark.asyncio
async def test_a_search_that_was_not_finished_is_never_an_empty_answer(
    transport: Transport,
) -> None:
    for act in (saying(500), saying(403), saying(200, {"data": []}), saying(200, page(more=True))):
        async with peer(act) as other:
            with pytest.raises((GatewayDown, Unauthorised)):
                await gateway(transport, other.url).find(REFERENCE, since=NOW)


@pytest.mark.asyncio
async def test_the_check_notices_a_key_of_the_other_mode(transport: Transport) -> None:
    async with peer(saying(200, page(documents.SUCCEEDED))) as other:
        assert "training" in await gateway(transport, other.url).check()
    async with peer(saying(200, page(documents.SUCCEEDED | {"livemode": True}))) as other:
        with pytest.raises(Unauthorised, match="real payments"):
            await gateway(transport, other.url).check()


@pytest.mark.asyncio
async def test_an_account_tells_what_it_is(transport: Transport) -> None:
    shop = gateway(transport)
    assert (shop.account, shop.label, shop.live, shop.currencies) == (
        "classic",
        "Flowlix Classic",
        False,
        ("EUR", "USD"),
    )
    with pytest.raises(NotFound):
        await shop.read("..")
    await shop.close()
