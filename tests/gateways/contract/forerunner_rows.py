"""The forerunner of Flowlix classic: decided at once, 402 for a decline, refunded as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.port import OutcomeUnknown, Rejected
from posapp.model.attempt import Intent, Kind, State, Verdict
from posapp.model.judge import Finding, judge_charge
from posapp.model.payment import ActionState, PaymentStatus
from tests.gateways import samples
from tests.gateways.contract.flowlix_rows import TYPED
from tests.gateways.contract.training import (
    PART,
    REFERENCE,
    TOTAL,
    Training,
    asked,
    charged,
    refunded,
)

GOOD, DECLINED = "4242424242424242", "4000000000000002"
INTENT = Intent(
    kind=Kind.CHARGE,
    account="classic",
    amount=TOTAL,
    reference=REFERENCE,
    key=asked().key,
    fingerprint="",
    who="Ada",
    till="T1",
)


async def _shop(training: Training) -> FlowlixClassicGateway:
    await training.admin.set(classic_generation="synchronous")
    return training.classic()


async def decided_at_once(training: Training) -> None:
    shop = await _shop(training)
    payment = await charged(shop, GOOD)
    assert judge_charge(INTENT, payment, live=False) == Finding(State.SETTLED, Verdict.APPROVED)
    assert (payment.captured, payment.refundable, payment.refund_whole_only) == (1290, 1290, True)
    assert replace(await shop.read(payment.id), request_id=payment.request_id) == payment
    page = await shop.send_page(shop.prepare_page(asked(reference="T1-2")))
    assert page.status is PaymentStatus.ACTION_NEEDED
    await training.browser.post(page.action_url, data=TYPED)
    assert (await shop.read(page.id)).status is PaymentStatus.CAPTURED
    listed = await shop.history(since=samples.NOW, until=samples.present().replace(year=2999))
    assert [one.id for one in listed.payments] == [page.id, payment.id]
    assert listed.unreadable == 0


async def declined(training: Training) -> None:
    """The refusal names no payment; the one that is found under our reference proves it."""
    shop = await _shop(training)
    with pytest.raises(OutcomeUnknown, match="bank refused") as raised:
        await charged(shop, DECLINED)
    assert "generic_decline" in raised.value.said
    assert (await training.reached())["flowlix_classic.create_payment"] == [402]
    [found] = await shop.find(REFERENCE, since=samples.NOW)
    assert judge_charge(INTENT, found, live=False) == Finding(State.SETTLED, Verdict.DECLINED)
    assert found.decline is not None
    assert found.decline.code == "generic_decline"
    assert await shop.find("T1-9999-1-K7QX", since=samples.NOW) == ()


async def refunded_as_a_whole(training: Training) -> None:
    shop = await _shop(training)
    payment = await charged(shop, GOOD)
    with pytest.raises(Rejected, match="as a whole only"):
        await refunded(shop, payment, PART)
    mistaken = replace(payment, refund_whole_only=False)
    with pytest.raises(Rejected, match="Nothing was refunded"):
        await refunded(shop, mistaken, PART)
    assert (await shop.read(payment.id)).refundable == 1290
    record = await refunded(shop, payment, TOTAL)
    assert (record.amount, record.state) == (TOTAL, ActionState.DONE)
    after = await shop.read(payment.id)
    assert (after.status, after.refunded, after.refundable) == (PaymentStatus.REFUNDED, 1290, 0)
    assert [one.id for one in after.refunds] == [record.id]
    again = replace(samples.refund(payment, TOTAL), key="refund-again")
    with pytest.raises(Rejected, match="given back already"):
        await shop.send_refund(shop.prepare_refund(again))
