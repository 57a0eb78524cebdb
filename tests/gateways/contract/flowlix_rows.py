"""The calls of both Flowlix generations; most rows hold for the one as for the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from posapp.gateways.flowlix_client import PaymentCalls
from posapp.gateways.payment_list import ListPage, page_of
from posapp.gateways.port import Gateway, NotFound, Rejected
from posapp.model.payment import ActionState, Payment, PaymentStatus
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.contract.training import (
    PART,
    REASON,
    REFERENCE,
    REST,
    TOTAL,
    FlowlixShop,
    Training,
    asked,
    charged,
    paid,
    refunded,
)

GOOD, DECLINED, CHALLENGED = "4111111111111111", "4000000000009995", "4635440000002223"
TYPED = {
    "do": "pay",
    "number": "4242 4242 4242 4242",
    "expiry": "12/90",
    "code": "123",
    "holder": "Ada Muster",
}


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation: its account, its bare calls, how it writes a status, its switch."""

    shop: Callable[[Training], FlowlixShop]
    calls: Callable[[Training], PaymentCalls]
    written: Callable[[str], str]
    challenge: str


def _current_calls(training: Training) -> PaymentCalls:
    place = training.endpoints.flowlix
    access = replace(samples.flowlix(place.base_url), api_key=Secret(place.api_key))
    return PaymentCalls(access, training.transport)


def _older_calls(training: Training) -> PaymentCalls:
    place = training.endpoints.flowlix_classic
    access = replace(samples.flowlix_classic(place.base_url), api_key=Secret(place.api_key))
    return PaymentCalls(access, training.transport)


CURRENT = Generation(Training.flowlix, _current_calls, str.upper, "flowlix_challenge")
OLDER = Generation(Training.classic, _older_calls, str.lower, "classic_challenge")


async def direct_payment(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    first = await charged(shop, GOOD)
    assert (first.status, first.reference, first.amount) == (
        PaymentStatus.PENDING,
        REFERENCE,
        TOTAL,
    )
    assert (first.live, first.captured, first.refundable) == (False, 0, 0)
    await training.settle()
    payment = await shop.read(first.id)
    assert (payment.id, payment.status) == (first.id, PaymentStatus.CAPTURED)
    assert (payment.authorised, payment.captured, payment.refundable) == (1290, 1290, 1290)
    assert payment.card is not None
    assert (payment.card.brand, payment.card.last4) == ("Visa", "1111")
    assert payment.history[-1].state is ActionState.DONE


async def hosted_payment(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    first = await shop.send_page(shop.prepare_page(asked()))
    assert (first.status, first.reference, first.amount) == (
        PaymentStatus.ACTION_NEEDED,
        REFERENCE,
        TOTAL,
    )
    shown = await training.browser.get(first.action_url)
    assert "12.90 EUR" in shown.text
    back = await training.browser.post(first.action_url, data=TYPED)
    told = parse_qs(urlsplit(back.headers["location"]).query)
    assert told == {"payment_id": [first.id], "status": [generation.written("succeeded")]}
    payment = await shop.read(first.id)
    assert (payment.status, payment.captured) == (PaymentStatus.CAPTURED, 1290)
    assert payment.card is not None
    assert payment.card.last4 == "4242"


async def read(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, DECLINED)
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == "insufficient_funds"
    assert payment.decline.said
    assert [one.state for one in payment.history] == [ActionState.FAILED]
    other = payment.id[:-1] + ("a" if payment.id[-1] != "a" else "b")
    for unknown in (other, "pay_1"):
        with pytest.raises(NotFound):
            await shop.read(unknown)


async def _page(
    calls: PaymentCalls, *, limit: int = 2, status: str = "", after: str = "", before: str = ""
) -> ListPage:
    answer = await calls.payments(limit=limit, status=status, after=after, before=before)
    assert answer.accepted, answer.body
    return await page_of(answer, "Flowlix")


def _ids(page: ListPage) -> list[object]:
    return [entry["id"] for entry in page.data]


async def _several(shop: Gateway, number: int) -> list[str]:
    """So many payments, newest first."""
    made = [await charged(shop, GOOD, asked(reference=f"T1-{step}")) for step in range(number)]
    return [payment.id for payment in reversed(made)]


async def list_with_cursors(generation: Generation, training: Training) -> None:
    shop, calls = generation.shop(training), generation.calls(training)
    made = await _several(shop, 5)
    first = await _page(calls)
    second = await _page(calls, after=first.last_id)
    third = await _page(calls, after=second.last_id)
    assert [*_ids(first), *_ids(second), *_ids(third)] == made
    assert [first.has_more, second.has_more, third.has_more] == [True, True, False]
    refused = await calls.payments(limit=2, after="pay_unknown")
    assert refused.status == 400
    whole = await shop.history(since=samples.NOW, until=datetime(2999, 1, 1, tzinfo=UTC))
    assert [payment.id for payment in whole.payments] == made
    assert (whole.next_page, whole.unreadable) == ("", 0)


async def list_backwards(generation: Generation, training: Training) -> None:
    calls = generation.calls(training)
    made = await _several(generation.shop(training), 5)
    page = await _page(calls, before=made[3])
    assert _ids(page) == made[1:3]
    both = await calls.payments(limit=2, after=made[0], before=made[3])
    assert both.status == 400


async def list_by_status(generation: Generation, training: Training) -> None:
    shop, calls = generation.shop(training), generation.calls(training)
    good = await paid(training, shop, GOOD)
    bad = await paid(training, shop, DECLINED, reference="T1-2")
    waiting = await charged(shop, GOOD, asked(reference="T1-3"))
    page = await shop.send_page(shop.prepare_page(asked(reference="T1-4")))
    for status, expected in (
        ("succeeded", [good.id]),
        ("failed", [bad.id]),
        ("canceled", []),
        ("expired", []),
    ):
        found = await _page(calls, limit=10, status=generation.written(status))
        assert _ids(found) == expected
    moving = [
        entry
        for status in ("pending", "processing", "requires_action")
        if generation is CURRENT or status != "processing"
        for entry in _ids(await _page(calls, limit=10, status=generation.written(status)))
    ]
    assert sorted(map(str, moving)) == sorted([waiting.id, page.id])


async def list_by_time(generation: Generation, training: Training) -> None:
    """A payment stands in the span it was made in: from the first moment to before the last."""
    shop = generation.shop(training)
    made: list[Payment] = []
    for step in range(3):
        made.append(await charged(shop, GOOD, asked(reference=f"T1-{step}")))
        await training.admin.forward(3600)
    since, until = made[1].created_at, made[2].created_at
    page = await shop.history(since=since, until=until)
    assert [payment.id for payment in page.payments] == [made[1].id]
    page = await shop.history(since=since, until=until + timedelta(seconds=1))
    assert [payment.id for payment in page.payments] == [made[2].id, made[1].id]
    page = await shop.history(since=since + timedelta(seconds=1), until=until)
    assert page.payments == ()
    found = await shop.find("T1-1", since=samples.present())
    assert [payment.id for payment in found] == [made[1].id]


async def refund(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    for amount, left in ((PART, 1000), (REST, 0)):
        record = await refunded(shop, payment, amount)
        assert (record.amount, record.state, record.reason) == (
            amount,
            ActionState.PENDING,
            REASON,
        )
        held = await shop.read(payment.id)
        assert (held.refund_pending, held.refundable) == (amount.minor, left)
        await training.settle()
        payment = await shop.read(payment.id)
        assert payment.state_of(record.id) is ActionState.DONE
        assert (payment.refunded, payment.refundable) == (1290 - left, left)
    assert payment.status is PaymentStatus.REFUNDED
    assert [one.reason for one in payment.refunds] == [REASON, REASON]


async def refund_as_a_whole(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    record = await refunded(shop, payment, TOTAL)
    await training.settle()
    payment = await shop.read(payment.id)
    assert payment.state_of(record.id) is ActionState.DONE
    assert (payment.status, payment.refundable) == (PaymentStatus.REFUNDED, 0)
    with pytest.raises(Rejected, match="Nothing is left"):
        shop.prepare_refund(samples.refund(payment, PART))


async def refund_that_fails(generation: Generation, training: Training) -> None:
    shop = generation.shop(training)
    payment = await paid(training, shop, GOOD)
    point = "flowlix.create_refund" if generation is CURRENT else "flowlix_classic.create_refund"
    await training.admin.fault("fail_later", point, code="do_not_honor")
    record = await refunded(shop, payment, PART)
    await training.settle()
    payment = await shop.read(payment.id)
    [failed] = payment.refunds
    assert (failed.id, failed.state) == (record.id, ActionState.FAILED)
    assert failed.decline is not None
    assert failed.decline.code == "do_not_honor"
    assert (payment.refunded, payment.refundable) == (0, 1290)


async def challenge_at_once(generation: Generation, training: Training) -> None:
    await training.admin.set(**{generation.challenge: "at_once"})
    shop = generation.shop(training)
    first = await charged(shop, CHALLENGED)
    if generation is OLDER:
        # What is answered at creation is what was taken in; the check shows on reading.
        first = await shop.read(first.id)
    await _confirmed(shop, first, training)


async def challenge_later(generation: Generation, training: Training) -> None:
    await training.admin.set(**{generation.challenge: "later"})
    shop = generation.shop(training)
    first = await charged(shop, CHALLENGED)
    assert (first.status, first.action_url) == (PaymentStatus.PENDING, "")
    await training.settle()
    await _confirmed(shop, await shop.read(first.id), training)


async def _confirmed(shop: Gateway, payment: Payment, training: Training) -> None:
    assert payment.status is PaymentStatus.ACTION_NEEDED
    shown = await training.browser.get(payment.action_url)
    assert "12.90 EUR" in shown.text
    back = await training.browser.post(payment.action_url, data={"do": "confirm"})
    assert back.headers["location"].startswith("https://shop.test/back?")
    await training.settle()
    payment = await shop.read(payment.id)
    assert (payment.status, payment.captured, payment.action_url) == (
        PaymentStatus.CAPTURED,
        1290,
        "",
    )


async def challenge_refused(generation: Generation, training: Training) -> None:
    await training.admin.set(**{generation.challenge: "later"})
    shop = generation.shop(training)
    first = await charged(shop, CHALLENGED)
    await training.settle()
    waiting = await shop.read(first.id)
    await training.browser.post(waiting.action_url, data={"do": "refuse"})
    payment = await shop.read(first.id)
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == "three_d_secure_failed"


async def challenge_left_alone(generation: Generation, training: Training) -> None:
    await training.admin.set(**{generation.challenge: "later"})
    shop = generation.shop(training)
    first = await charged(shop, CHALLENGED)
    await training.settle()
    assert (await shop.read(first.id)).status is PaymentStatus.ACTION_NEEDED
    await training.admin.forward(7200)
    payment = await shop.read(first.id)
    assert (payment.status, payment.action_url) == (PaymentStatus.EXPIRED, "")


Trip = Callable[[Generation, Training], Awaitable[None]]
