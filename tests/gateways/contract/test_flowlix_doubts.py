"""Where the training gateway of Flowlix leaves a doubt, and where it proves that nothing moved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.gateways.port import NotFound, OutcomeUnknown, RateLimited, Rejected
from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.contract.flowlix_rows import CURRENT, GOOD, OLDER, Generation
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

pytestmark = pytest.mark.asyncio

each_generation = pytest.mark.parametrize(
    "generation", [CURRENT, OLDER], ids=["flowlix", "classic"]
)


@each_generation
async def test_a_key_of_another_charge_proves_nothing_and_charges_nothing(
    generation: Generation, training: Training
) -> None:
    shop = generation.shop(training)
    first = await charged(shop, GOOD)
    other = replace(asked(Money(1291, "EUR"), reference="T1-2"), key=asked().key)
    with pytest.raises(OutcomeUnknown, match="used before") as raised:
        await charged(shop, GOOD, other)
    assert raised.value.said == "HTTP 409"
    began = samples.NOW
    assert await shop.find("T1-2", since=began) == ()
    assert [payment.id for payment in await shop.find(REFERENCE, since=began)] == [first.id]


@each_generation
async def test_a_key_of_another_refund_proves_nothing_and_refunds_nothing(
    generation: Generation, training: Training
) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    await refunded(shop, payment, PART)
    with pytest.raises(OutcomeUnknown, match="used before"):
        await refunded(shop, payment, REST)
    assert len((await shop.read(payment.id)).refunds) == 1


@each_generation
async def test_too_many_requests_leave_a_charge_in_doubt_and_a_read_says_how_long_to_wait(
    generation: Generation, training: Training
) -> None:
    shop = generation.shop(training)
    first = await charged(shop, GOOD)
    await training.admin.set(flowlix_rate_per_minute=1)
    with pytest.raises(OutcomeUnknown, match="slow down"):
        await charged(shop, GOOD, asked(reference="T1-2"))
    with pytest.raises(RateLimited) as raised:
        await shop.read(first.id)
    assert raised.value.retry_after is not None
    assert 0 < raised.value.retry_after <= 60
    with pytest.raises(RateLimited):
        await shop.history(since=samples.NOW, until=samples.present())
    await training.admin.set(flowlix_rate_per_minute=None)
    assert await shop.find("T1-2", since=samples.NOW) == ()


@each_generation
async def test_a_read_that_was_asked_to_wait_is_tried_again(
    generation: Generation, training: Training
) -> None:
    shop = generation.shop(training)
    first = await charged(shop, GOOD)
    await training.admin.fault("rate_limit", "*.read_payment")
    assert (await shop.read(first.id)).id == first.id
    reached = await training.reached()
    assert [429, 200] in reached.values()


@each_generation
async def test_a_refund_of_a_payment_that_is_not_there_is_refused_for_good(
    generation: Generation, training: Training
) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    other = replace(payment, id=payment.id[:-1] + ("a" if payment.id[-1] != "a" else "b"))
    with pytest.raises(NotFound, match="Nothing was refunded"):
        await refunded(shop, other, PART)


@each_generation
async def test_a_payment_too_old_to_refund_is_refused_by_the_gateway_too(
    generation: Generation, training: Training
) -> None:
    """Our clock may be behind: the gateway's is the one that counts."""
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    await training.admin.forward(181 * 86_400)
    with pytest.raises(Rejected, match="Nothing was refunded"):
        await refunded(shop, payment, PART)


@each_generation
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "malformed"])
async def test_a_charge_whose_answer_was_lost_is_found_by_its_reference(
    generation: Generation, training: Training, fault: str
) -> None:
    shop = generation.shop(training)
    await training.admin.fault(fault, "*.create_payment")
    with pytest.raises(OutcomeUnknown):
        await charged(shop, GOOD)
    await training.settle()
    [found] = await shop.find(REFERENCE, since=samples.NOW)
    assert (found.status, found.amount) == (PaymentStatus.CAPTURED, TOTAL)
