"""The calls of PayFac."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from posapp.gateways import strict_json
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.client import PayfacClient
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import NotFound
from posapp.model.payment import ActionState, Check, PaymentStatus
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.contract.training import (
    PART,
    REFERENCE,
    REST,
    TOTAL,
    Training,
    asked,
    charged,
    paid,
    refunded,
)
from tests.gateways.training import payfac_connection

GOOD, DECLINED = "4242424242424242", "4544249167673670"


async def _takes_money(shop: PayfacGateway, reference: str = REFERENCE) -> None:
    payment = await charged(shop, GOOD, asked(reference=reference))
    assert (payment.status, payment.reference, payment.amount) == (
        PaymentStatus.AUTHORISED,
        reference,
        TOTAL,
    )


async def token_as_json(training: Training) -> None:
    await _takes_money(training.payfac())
    assert (await training.reached())["payfac.token"] == [200]


async def token_as_form(training: Training) -> None:
    shop = training.payfac(change=lambda made: replace(made, token_body="form"))
    await _takes_money(shop)
    assert (await training.reached())["payfac.token"] == [200]


async def token_in_time(training: Training) -> None:
    """The token lives an hour; after 55 minutes it would still be good, and is renewed."""
    began = samples.present()
    moments = [began]
    shop = training.payfac(clock=lambda: moments[-1])
    await _takes_money(shop, "T1-1")
    for minutes, tokens in ((50, 1), (55, 2), (60, 2)):
        moments.append(began + timedelta(minutes=minutes))
        await _takes_money(shop, f"T1-{minutes}")
        reached = await training.reached()
        assert reached["payfac.token"] == [200] * tokens
        assert set(reached["payfac.payment"]) == {201}


async def token_after_401(training: Training) -> None:
    """The gateway's clock ran on and ours did not: the token is refused, and replaced once."""
    shop = training.payfac()
    await _takes_money(shop, "T1-1")
    await training.admin.forward(3601)
    await _takes_money(shop, "T1-2")
    reached = await training.reached()
    assert reached["payfac.token"] == [200, 200]
    assert reached["payfac.payment"] == [201, 401, 201]


async def fixed_key(training: Training) -> None:
    key = Secret(training.endpoints.payfac.api_key)
    shop = training.payfac(change=lambda made: replace(made, api_key=key))
    payment = await paid(training, shop, GOOD)
    assert payment.status is PaymentStatus.CAPTURED
    assert "payfac.token" not in await training.reached()


async def card_payment(training: Training) -> None:
    shop = training.payfac()
    first = await charged(shop, GOOD)
    assert (first.status, first.reference, first.amount) == (
        PaymentStatus.AUTHORISED,
        REFERENCE,
        TOTAL,
    )
    assert first.auth_code
    await training.settle()
    payment = await shop.read(first.id)
    assert (payment.status, payment.captured) == (PaymentStatus.CAPTURED, 1290)
    declined = await charged(shop, DECLINED, asked(reference="T1-2"))
    assert declined.status is PaymentStatus.DECLINED
    assert declined.decline is not None
    assert declined.decline.code == "20051"


async def details(training: Training) -> None:
    shop = training.payfac()
    payment = await paid(training, shop, GOOD)
    assert (payment.reference, payment.amount) == (REFERENCE, TOTAL)
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 0, 1290)
    assert payment.card is not None
    assert (payment.card.brand, payment.card.last4, payment.card.first6) == (
        "Visa",
        "4242",
        "424242",
    )
    assert isinstance(payment.address_check, Check)
    with pytest.raises(NotFound):
        await shop.read("pay_" + "a" * 26)


async def actions(training: Training) -> None:
    """Why a charge was refused and what was given back stand in the history alone."""
    shop = training.payfac()
    declined = await shop.read((await charged(shop, DECLINED, asked(reference="T1-2"))).id)
    assert declined.decline is not None
    assert declined.decline.code == "20051"
    payment = await paid(training, shop, GOOD)
    record = await refunded(shop, payment, PART)
    await training.settle()
    [shown] = (await shop.read(payment.id)).refunds
    assert (shown.id, shown.amount, shown.state) == (record.id, PART, ActionState.DONE)


async def _refund(
    training: Training, unit: Literal["minor", "major"], *, full: bool = False
) -> None:
    await training.admin.set(payfac_refund_unit=unit)

    def in_this_unit(made: PayfacConnection) -> PayfacConnection:
        return replace(made, refund_unit=None if full else unit)

    shop = training.payfac(change=in_this_unit)
    payment = await paid(training, shop, GOOD)
    for amount, left in ((TOTAL, 0),) if full else ((PART, 1000), (REST, 0)):
        record = await refunded(shop, payment, amount)
        assert (record.amount, record.state) == (amount, ActionState.PENDING)
        await training.settle()
        payment = await shop.read(payment.id)
        assert payment.state_of(record.id) is ActionState.DONE
        assert payment.refundable == left
    assert payment.status is PaymentStatus.REFUNDED


async def refund_as_a_whole(training: Training) -> None:
    """No unit is set, and none is needed: a full refund names no amount."""
    await _refund(training, "minor", full=True)


async def refund_in_minor_units(training: Training) -> None:
    await _refund(training, "minor")


async def refund_in_major_units(training: Training) -> None:
    await _refund(training, "major")


async def list_by_reference(training: Training) -> None:
    """All payments under one reference and none of another, a few at a time or at once."""
    shop, made = training.payfac(), []
    for step in range(5):
        charge = replace(asked(), key=f"key-{step}")
        made.append((await charged(shop, GOOD, charge)).id)
    await charged(shop, GOOD, asked(reference="T1-1043-1"))
    found = await shop.find(REFERENCE, since=samples.present())
    assert sorted(payment.id for payment in found) == sorted(made)
    assert {payment.amount for payment in found} == {TOTAL}
    assert await shop.find("T1-9999-1-K7QX", since=samples.present()) == ()
    connection = payfac_connection(training.endpoints)
    client = PayfacClient(connection, training.transport, clock=samples.present)
    shown: list[object] = []
    for skip in (0, 2, 4):
        answer = await client.list_by_reference(REFERENCE, limit=2, skip=skip)
        page = wire.read(wire.Page, strict_json.parse(answer.body))
        shown += [entry["id"] for entry in page.data]
    assert shown == made[::-1]
