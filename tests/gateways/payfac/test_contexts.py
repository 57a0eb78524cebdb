"""PayFac charges what the customer agreed to elsewhere: a payment context instead of a card."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.gateways.abilities import PaymentContexts
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Rejected
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac.shop import TOTAL, Shop, totals

pytestmark = pytest.mark.asyncio

AGREED = "pct_paypalapprovedaaaaaaaaaaaa"
REFUSED = "pct_paypaldeclinedaaaaaaaaaaaa"


def account(transport: Transport) -> PayfacGateway:
    return PayfacGateway(samples.payfac(), transport, clock=samples.clock)


async def test_a_context_stands_where_a_card_would(transport: Transport) -> None:
    shop = account(transport)
    assert isinstance(shop, PaymentContexts)
    prepared = shop.prepare_context_charge(samples.charge(description="Two mugs"), AGREED)
    assert json.loads(bytes(prepared.body)) == {
        "payment_context_id": AGREED,
        "amount": 1290,
        "currency": "EUR",
        "reference": "T1-1043-1-K7QX",
        "capture": True,
        "description": "Two mugs",
    }
    assert prepared.keeps
    assert prepared.operation == "charge"


async def test_a_later_capture_is_named_alone(transport: Transport) -> None:
    later = replace(samples.charge(), capture=False, capture_at=samples.NOW + timedelta(days=1))
    body = json.loads(bytes(account(transport).prepare_context_charge(later, AGREED).body))
    assert body["capture_on"] == "2026-01-02T12:00:00Z"
    assert "capture" not in body


@pytest.mark.parametrize(
    ("charge", "context", "words"),
    [
        (samples.charge(), "../x", "context ids"),
        (samples.charge(), "", "context ids"),
        (samples.charge(Money(0, "EUR")), AGREED, "Only a card"),
        (replace(samples.charge(), capture=False, estimated=True), AGREED, "as an estimate"),
        (samples.charge(reference="x" * 81), AGREED, "80 characters"),
    ],
)
async def test_a_broken_limit_is_named(
    transport: Transport, charge: object, context: str, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        account(transport).prepare_context_charge(charge, context)  # type: ignore[arg-type]


async def test_what_was_agreed_to_elsewhere_is_paid_and_refunded(shop: Shop) -> None:
    gateway = shop.gateway
    first = await gateway.send_charge(gateway.prepare_context_charge(samples.charge(), AGREED))
    assert (first.status, first.amount, first.card) == (PaymentStatus.AUTHORISED, TOTAL, None)
    await shop.admin.settle()
    payment = await shop.read(first)
    assert payment.status is PaymentStatus.CAPTURED
    assert totals(payment) == (1290, 0, 0, 1290, 1290)
    assert [one.id for one in await gateway.find(first.reference, since=samples.NOW)] == [first.id]
    refund = samples.refund(payment, TOTAL)
    await gateway.send_refund(gateway.prepare_refund(refund))
    await shop.admin.settle()
    assert (await shop.read(payment)).status is PaymentStatus.REFUNDED


async def test_what_was_not_agreed_to_is_declined(shop: Shop) -> None:
    gateway = shop.gateway
    payment = await gateway.send_charge(gateway.prepare_context_charge(samples.charge(), REFUSED))
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == "20051"


async def test_a_context_that_nobody_made_is_refused(shop: Shop) -> None:
    gateway = shop.gateway
    prepared = gateway.prepare_context_charge(samples.charge(), "pct_nobodymadethisoneatallaaa")
    with pytest.raises(Rejected, match="Nothing was charged"):
        await gateway.send_charge(prepared)
