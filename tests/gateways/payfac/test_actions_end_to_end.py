"""Every further action on a PayFac payment, from our words to the training gateway and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.gateways.abilities import (
    Capture,
    RetryCancellation,
)
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import NotAllowed, Prepared, Rejected
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionState,
    Payment,
    PaymentStatus,
)
from tests.gateways import samples
from tests.gateways.payfac.shop import TOTAL, Shop, totals

pytestmark = pytest.mark.asyncio


async def test_a_reservation_waits_to_be_captured(shop: Shop) -> None:
    payment = await shop.charge()
    await shop.admin.forward(3600)
    payment = await shop.read(payment)
    assert payment.status is PaymentStatus.AUTHORISED
    assert totals(payment) == (1290, 0, 1290, 0, 0)
    assert payment.capture_by is not None
    assert payment.capture_by - payment.created_at <= timedelta(days=7, minutes=1)
    assert not payment.estimated
    [first] = payment.history
    assert (first.kind, first.amount) == (ActionKind.AUTHORISATION, TOTAL)
    assert first.auth_code == payment.auth_code != ""


async def test_all_that_is_reserved_is_captured(shop: Shop) -> None:
    payment = await shop.capture(await shop.charge(), 1290)
    assert payment.status is PaymentStatus.CAPTURED
    assert totals(payment) == (1290, 0, 0, 1290, 1290)
    assert payment.capture_by is None


async def test_parts_are_captured_until_the_final_one_releases_the_rest(shop: Shop) -> None:
    payment = await shop.capture(await shop.charge(), 290, final=False)
    assert payment.status is PaymentStatus.PARTLY_CAPTURED
    assert totals(payment) == (1290, 0, 1000, 290, 290)
    payment = await shop.capture(payment, 500, final=True)
    assert totals(payment) == (1290, 500, 0, 790, 790)
    assert [(a.kind, a.amount and a.amount.minor) for a in payment.history[1:]] == [
        (ActionKind.CAPTURE, 290),
        (ActionKind.CAPTURE, 500),
    ]


async def test_more_than_is_reserved_is_not_captured(shop: Shop) -> None:
    payment = await shop.charge()
    mistaken = replace(payment, capturable=9000)
    with pytest.raises(Rejected, match=r"left to capture.*Nothing was captured"):
        await shop.act(Capture(mistaken, Money(1291, "EUR"), shop.key(), "CAP-1"))
    assert totals(await shop.read(payment)) == (1290, 0, 1290, 0, 0)


async def test_two_accepted_captures_never_take_more_than_is_reserved(shop: Shop) -> None:
    payment = await shop.charge()
    await shop.act(Capture(payment, Money(1000, "EUR"), shop.key(), "CAP-1", final=False))
    with pytest.raises((Rejected, NotAllowed), match="Nothing was captured"):
        await shop.act(Capture(payment, Money(1000, "EUR"), shop.key(), "CAP-2", final=False))


async def test_a_capture_that_was_accepted_can_still_fail(shop: Shop) -> None:
    payment = await shop.charge()
    await shop.admin.fault("fail_later", "payfac.capture", code="20006")
    record = await shop.act(Capture(payment, TOTAL, shop.key(), "CAP-1"))
    assert record.state is ActionState.PENDING
    await shop.admin.settle()
    after = await shop.read(payment)
    assert after.state_of(record.id) is ActionState.FAILED
    assert totals(after) == totals(payment)
    assert after.history[-1].decline is not None
    assert after.history[-1].decline.code == "20006"


async def test_the_same_request_under_the_same_key_is_done_once(shop: Shop) -> None:
    payment = await shop.charge()
    prepared = shop.gateway.prepare_action(
        Capture(payment, Money(290, "EUR"), shop.key(), "CAP-1", final=False)
    )
    records = [await shop.gateway.send_action(_again(prepared)) for _ in range(2)]
    assert records[0] == records[1]
    await shop.admin.settle()
    assert totals(await shop.read(payment)) == (1290, 0, 1000, 290, 290)


async def test_a_reservation_is_voided_as_a_whole(shop: Shop) -> None:
    payment = await shop.done(shop.void(await shop.charge()))
    assert payment.status is PaymentStatus.VOIDED
    assert totals(payment) == (1290, 1290, 0, 0, 0)
    assert payment.history[-1].kind is ActionKind.VOID
    assert shop.gateway.action_problem(shop.void(payment)) is not None
    with pytest.raises(NotAllowed, match="Nothing was voided"):
        await shop.act(shop.void(replace(payment, capturable=1290)))


async def test_the_rest_of_a_part_capture_is_voided(shop: Shop) -> None:
    payment = await shop.capture(await shop.charge(), 290, final=False)
    payment = await shop.done(shop.void(payment))
    assert totals(payment) == (1290, 1000, 0, 290, 290)


async def test_what_nobody_captures_within_a_week_is_gone(shop: Shop) -> None:
    payment = await shop.charge()
    await shop.admin.forward(7 * 86_400 + 1)
    payment = await shop.read(payment)
    assert payment.status is PaymentStatus.VOIDED
    assert totals(payment) == (1290, 1290, 0, 0, 0)


async def test_an_estimate_grows_before_it_is_captured(shop: Shop) -> None:
    payment = await shop.charge(estimated=True)
    assert payment.estimated
    record = await shop.act(shop.increment(payment, 460))
    assert record.state is ActionState.DONE
    assert record.auth_code
    payment = await shop.read(payment)
    assert payment.amount == TOTAL
    assert totals(payment) == (1750, 0, 1750, 0, 0)
    assert [a.kind for a in payment.history] == [ActionKind.AUTHORISATION, ActionKind.INCREMENT]
    payment = await shop.capture(payment, 1750)
    assert payment.captured == 1750
    assert shop.gateway.action_problem(shop.increment(payment, 1)) is not None


async def test_an_increment_of_nothing_makes_the_reservation_last(shop: Shop) -> None:
    payment = await shop.charge(estimated=True)
    await shop.admin.forward(86_400)
    assert (await shop.act(shop.increment(payment, 0))).state is ActionState.DONE
    later = await shop.read(payment)
    assert totals(later) == totals(payment)
    assert payment.capture_by is not None
    assert later.capture_by is not None
    assert later.capture_by > payment.capture_by


async def test_a_final_reservation_does_not_grow(shop: Shop) -> None:
    payment = await shop.charge()
    assert "estimate" in (shop.gateway.action_problem(shop.increment(payment, 1)) or "")
    with pytest.raises(NotAllowed, match="Nothing more was reserved"):
        await shop.act(shop.increment(replace(payment, estimated=True), 1))


@pytest.mark.parametrize(
    ("number", "code"), [("4140253846048187", "20005"), ("4556447238607884", "20068")]
)
async def test_a_bank_can_refuse_an_increment(shop: Shop, number: str, code: str) -> None:
    payment = await shop.charge(number, estimated=True)
    record = await shop.act(shop.increment(payment, 460))
    assert record.state is ActionState.FAILED
    assert record.decline is not None
    assert record.decline.code == code
    after = await shop.read(payment)
    assert totals(after) == totals(payment)
    assert after.state_of(record.id) is ActionState.FAILED


@pytest.mark.parametrize(
    ("number", "words"),
    [("4659959652550685", "reservation grow"), ("4446900535698356", "line of business")],
)
async def test_some_cards_know_no_increment(shop: Shop, number: str, words: str) -> None:
    payment = await shop.charge(number, estimated=True)
    with pytest.raises(Rejected, match=words):
        await shop.act(shop.increment(payment, 460))


async def test_a_reversal_voids_what_is_only_reserved(shop: Shop) -> None:
    payment = await shop.done(shop.reversal(await shop.charge()))
    assert payment.status is PaymentStatus.VOIDED


async def test_a_reversal_refunds_what_was_captured(shop: Shop) -> None:
    payment = await shop.capture(await shop.charge(), 1290)
    payment = await shop.done(shop.reversal(payment))
    assert payment.status is PaymentStatus.REFUNDED
    assert [refund.amount for refund in payment.refunds] == [TOTAL]


async def test_a_reversal_gives_back_both_parts(shop: Shop) -> None:
    payment = await shop.capture(await shop.charge(), 290, final=False)
    await shop.act(shop.reversal(payment))
    await shop.admin.settle()
    payment = await shop.read(payment)
    assert (payment.refunded, payment.refundable, payment.capturable) == (290, 0, 0)
    assert payment.voided == 1000


async def test_a_reversal_of_what_was_given_back_before_does_nothing(shop: Shop) -> None:
    payment = await shop.done(shop.void(await shop.charge()))
    record = await shop.act(shop.reversal(replace(payment, capturable=1290)))
    assert (record.id, record.state) == ("", ActionState.DONE)
    assert totals(await shop.read(payment)) == totals(payment)


async def test_a_declined_payment_cannot_be_reversed(shop: Shop) -> None:
    payment = await shop.charge("4544249167673670")
    assert payment.status is PaymentStatus.DECLINED
    with pytest.raises(NotAllowed, match="Nothing was given back"):
        await shop.act(shop.reversal(replace(payment, capturable=1290)))


async def test_a_reversal_with_a_wrong_secret_is_refused(shop: Shop) -> None:
    payment = await shop.charge()
    connection = replace(shop.connection, site_identifier="S0000000000")
    stranger = PayfacGateway(connection, shop.transport, clock=samples.present)
    with pytest.raises(Rejected, match="site identifier"):
        await stranger.send_action(stranger.prepare_action(shop.reversal(payment)))


async def retried(shop: Shop) -> Payment:
    """A subscription's payment that is tried again by itself; a phone order never is."""
    made = await shop.raw.pay(
        "4544249167673670",
        payment_type="Recurring",
        merchant_initiated=True,
        retry={"dunning": {"enabled": True, "max_attempts": 3}},
    )
    return await shop.gateway.read(made["id"])


async def test_the_retries_of_a_payment_are_called_off(shop: Shop) -> None:
    payment = await retried(shop)
    assert payment.status is PaymentStatus.RETRY_SCHEDULED
    record = await shop.act(RetryCancellation(payment, shop.key(), "CANCEL-1"))
    assert record.state is ActionState.PENDING
    await shop.admin.settle()
    payment = await shop.read(payment)
    assert payment.status is PaymentStatus.CANCELED
    assert totals(payment) == (0, 0, 0, 0, 0)
    again = replace(payment, status=PaymentStatus.RETRY_SCHEDULED)
    with pytest.raises(NotAllowed, match="retries were not called off"):
        await shop.act(RetryCancellation(again, shop.key(), "CANCEL-2"))


async def test_a_reversal_calls_off_the_retries(shop: Shop) -> None:
    payment = await retried(shop)
    await shop.act(shop.reversal(payment))
    await shop.admin.settle()
    assert (await shop.read(payment)).status is PaymentStatus.CANCELED


def _again(prepared: Prepared) -> Prepared:
    return replace(prepared, body=bytearray(prepared.body))
