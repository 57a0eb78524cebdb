"""The calls of PayFac that send money out, and the charge by payment context."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.gateways.abilities import PayoutRequest
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import NotFound
from posapp.model.payment import PaymentStatus
from posapp.model.payout import Payout, PayoutStatus
from tests.gateways.contract.training import TOTAL, Training, asked
from tests.gateways.payfac.payouts import CHANNEL, SOURCE, to_bank, to_card

AGREED = "pct_paypalapprovedaaaaaaaaaaaa"


def _payer(training: Training) -> PayfacGateway:
    return training.payfac(
        change=lambda made: replace(made, payout_source=SOURCE, processing_channel_id=CHANNEL)
    )


async def _paid_out(training: Training, wanted: PayoutRequest) -> Payout:
    """Taken in is not paid; the gateway pays in its own time."""
    shop = _payer(training)
    first = await shop.send_payout(shop.prepare_payout(wanted))
    assert first.status is PayoutStatus.PENDING
    await training.settle()
    payout = await shop.read_payout(first.id)
    assert (payout.status, payout.amount) == (PayoutStatus.PAID, wanted.amount)
    assert payout.reference == wanted.reference
    assert [one.id for one in await shop.find_payouts(wanted.reference)] == [first.id]
    with pytest.raises(NotFound):
        await shop.read(first.id)
    return payout


async def card_payout(training: Training) -> None:
    await _paid_out(training, to_card())


async def bank_payout(training: Training) -> None:
    await _paid_out(training, to_bank())


async def details_of_payout(training: Training) -> None:
    await training.admin.set(payfac_payout_shape="classic")
    assert (await _paid_out(training, to_card())).status_said == "Paid"
    assert (await _paid_out(training, to_bank())).status_said == "Paid"


async def details_of_newer_payout(training: Training) -> None:
    await training.admin.set(payfac_payout_shape="newer")
    assert (await _paid_out(training, to_card())).status_said == "approved"
    assert (await _paid_out(training, to_bank())).status_said == "approved"


async def payment_context(training: Training) -> None:
    shop = training.payfac()
    payment = await shop.send_charge(shop.prepare_context_charge(asked(), AGREED))
    assert (payment.status, payment.amount, payment.card) == (
        PaymentStatus.AUTHORISED,
        TOTAL,
        None,
    )
