"""A PayFac refund: signed, and in no unit that could be mistaken."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Refund,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment, RefundRecord
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, peer, saying

WHEN = datetime.fromtimestamp(1719792000, UTC)
PAID = samples.payment(amount=Money(1000, "USD"), captured=1000, refundable=1000)
PARTIAL = Money(500, "USD")


def gateway(
    transport: Transport, url: str = "https://payfac.test", *, unit: str | None = "minor"
) -> PayfacGateway:
    return PayfacGateway(samples.payfac(url, refund_unit=unit), transport, clock=lambda: WHEN)


def refund(amount: Money = PARTIAL, of: Payment = PAID) -> Refund:
    return samples.refund(of, amount)


@pytest.mark.parametrize(
    ("unit", "number", "signature"),
    [
        ("minor", b"500", "88d9791f2a265abd86dc5bc8b107a0b40ade0484c6e7b00b6b09f78fbc8f7baa"),
        ("major", b"5.00", "391ab43e82e70b9c597b61776afec03895d3d76686595b8133140af354da5b65"),
    ],
)
def test_a_partial_refund_is_signed_over_the_characters_it_sends(
    transport: Transport, unit: str, number: bytes, signature: str
) -> None:
    prepared = gateway(transport, unit=unit).prepare_refund(refund())
    body = bytes(prepared.body)
    assert b'"refund_amount":' + number + b"," in body
    assert json.loads(body) == {
        "site_identifier": "S2155373459",
        "timestamp": "1719792000",
        "version": "3.0",
        "pnm_payment_identifier": documents.PAYMENT_ID,
        "refund_amount": json.loads(number),
        "refund_currency": "USD",
        "signature": signature,
    }
    assert prepared.path == f"/payments/{documents.PAYMENT_ID}/refunds"


@pytest.mark.parametrize("unit", ["minor", "major", None])
def test_a_full_refund_names_no_amount(transport: Transport, unit: str | None) -> None:
    prepared = gateway(transport, unit=unit).prepare_refund(refund(Money(1000, "USD")))
    document = json.loads(bytes(prepared.body))
    assert "refund_amount" not in document
    assert "refund_currency" not in document
    assert (
        document["signature"] == "62efcdda300066527bddf6689badee1acb17da09537a656f515a448c69d68423"
    )


def test_what_is_left_after_a_refund_is_a_partial_refund(transport: Transport) -> None:
    rest = samples.payment(amount=Money(1000, "USD"), captured=1000, refundable=400)
    prepared = gateway(transport).prepare_refund(refund(Money(400, "USD"), rest))
    assert json.loads(bytes(prepared.body))["refund_amount"] == 400


def test_a_body_without_card_data_is_kept_for_a_repeat(transport: Transport) -> None:
    prepared = gateway(transport).prepare_refund(refund())
    body = bytes(prepared.body)
    prepared.wipe()
    assert prepared.keeps
    assert bytes(prepared.body) == body


def test_without_a_unit_only_the_whole_can_be_given_back(transport: Transport) -> None:
    shop = gateway(transport, unit=None)
    assert "in which unit" in (shop.refund_problem(PAID, PARTIAL) or "")
    assert shop.refund_problem(PAID, Money(1000, "USD")) is None
    with pytest.raises(Rejected, match="in which unit"):
        shop.prepare_refund(refund())


def test_without_signing_secret_or_site_nothing_can_be_given_back(transport: Transport) -> None:
    complete = samples.payfac()
    for bare in (replace(complete, signing_secret=None), replace(complete, site_identifier="")):
        shop = PayfacGateway(bare, transport, clock=samples.clock)
        assert "settings" in (shop.refund_problem(PAID, PARTIAL) or "")
        with pytest.raises(Rejected):
            shop.prepare_refund(refund())


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        (Money(0, "USD"), "above zero"),
        (Money(1001, "USD"), "10.00 is left"),
        (Money(500, "EUR"), "in USD"),
    ],
)
def test_a_refund_that_is_impossible_is_refused_here(
    transport: Transport, amount: Money, word: str
) -> None:
    shop = gateway(transport)
    assert word in (shop.refund_problem(PAID, amount) or "")
    with pytest.raises(Rejected, match=word) as raised:
        shop.prepare_refund(refund(amount))
    assert set(raised.value.fields) == {"amount"}


def test_an_id_that_means_another_path_is_refused_here(transport: Transport) -> None:
    odd = samples.payment(payment_id="../x", amount=Money(1000, "USD"), captured=1000,
                          refundable=1000)  # fmt: skip
    with pytest.raises(Rejected, match="id"):
        gateway(transport).prepare_refund(refund(PARTIAL, odd))


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.asyncio
async def test_an_accepted_refund_is_pending_until_the_history_shows_it(
    transport: Transport, status: int
) -> None:
    async with peer(saying(status, documents.REFUND_TAKEN)) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_refund(shop.prepare_refund(refund()))
        [received] = other.received
    assert received.headers["cko-idempotency-key"] == "refund-1"
    assert received.path == f"/payments/{documents.PAYMENT_ID}/refunds"
    assert record == RefundRecord(
        id="act_2f56bhkau5dubequbv5aa6w4qi", amount=PARTIAL, state=ActionState.PENDING
    )


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(401), Unauthorised),
        (saying(403), NotAllowed),
        (saying(404), NotFound),
        (saying(422, documents.refused("refund_amount_exceeds_balance")), Rejected),
        (saying(422, documents.refused("signature_invalid")), Rejected),
        (saying(400), Rejected),
        (saying(202), OutcomeUnknown),
        (saying(202, {"reference": "x"}), OutcomeUnknown),
        (saying(200, {"status": "ok", "response_code": "0"}), OutcomeUnknown),
        (saying(409), OutcomeUnknown),
        (saying(429), OutcomeUnknown),
        (saying(502), OutcomeUnknown),
    ],
)
@pytest.mark.asyncio
async def test_every_other_answer_is_sorted(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(error) as raised:
            await shop.send_refund(shop.prepare_refund(refund()))
        assert len(other.received) == 1
    assert type(raised.value) is error
    assert "charged" not in str(raised.value)
