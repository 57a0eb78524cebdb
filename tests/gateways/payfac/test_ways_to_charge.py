"""Verify only, reserve only, capture by itself later: the other ways to charge at PayFac."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.model.money import Money
from posapp.model.payment import ActionKind, Check, PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac.shop import GOOD, Shop, totals

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("4659105569051157", PaymentStatus.VERIFIED),
        ("4546381219393284", PaymentStatus.VERIFIED),
        ("4544249167673670", PaymentStatus.DECLINED),
    ],
)
async def test_a_card_is_verified_without_moving_money(
    shop: Shop, number: str, status: PaymentStatus
) -> None:
    payment = await shop.charge(number, Money(0, "EUR"), capture=True)
    assert payment.status is status
    assert payment.amount == Money(0, "EUR")
    assert totals(payment) == (0, 0, 0, 0, 0)
    assert payment.history[0].kind is ActionKind.VERIFICATION
    if status is PaymentStatus.VERIFIED:
        assert payment.code_check in (Check.MATCH, Check.NOT_CHECKED)
    for asked in (shop.void(payment), shop.reversal(payment)):
        assert shop.gateway.action_problem(asked) is not None


async def test_the_answer_to_a_verification_already_says_it_all(shop: Shop) -> None:
    asked = samples.charge(Money(0, "EUR"))
    prepared = shop.gateway.prepare_charge(asked, samples.card("4659105569051157"))
    payment = await shop.gateway.send_charge(prepared)
    assert (payment.status, payment.amount) == (PaymentStatus.VERIFIED, Money(0, "EUR"))
    assert payment.reference == asked.reference


async def test_a_capture_on_a_later_day_happens_by_itself(shop: Shop) -> None:
    at = samples.present() + timedelta(days=2)
    asked = replace(samples.charge(), capture=False, capture_at=at)
    prepared = shop.gateway.prepare_charge(asked, samples.card(GOOD))
    payment = await shop.gateway.send_charge(prepared)
    await shop.admin.forward(86_400)
    assert (await shop.read(payment)).status is PaymentStatus.AUTHORISED
    await shop.admin.forward(86_400 + 4000)
    assert (await shop.read(payment)).status is PaymentStatus.CAPTURED
