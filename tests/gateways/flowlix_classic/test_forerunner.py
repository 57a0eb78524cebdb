"""The forerunner of the older generation: decided at once, refunded as a whole, understood here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from posapp.gateways.flowlix_classic import wire
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.flowlix_classic.translate import payment_from
from posapp.gateways.port import OutcomeUnknown, Rejected
from posapp.gateways.transport import Transport
from posapp.model.attempt import (
    ABSENT_AFTER,
    Attempt,
    Intent,
    Kind,
    State,
    Verdict,
    absence_is_proved,
)
from posapp.model.judge import Finding, judge_charge
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState, Payment, PaymentStatus, RefundRecord
from tests.gateways import samples
from tests.gateways.flowlix_classic import documents
from tests.gateways.flowlix_classic.documents import REFERENCE, error, page
from tests.gateways.peers import in_turn, peer, saying

WHOLE = Money(1290, "EUR")
CREATED = datetime.fromtimestamp(1760000000, UTC)
FAILED = documents.FORERUNNER | {
    "status": "failed",
    "metadata": {"reference": REFERENCE},
    "decline_code": "insufficient_funds",
    "decline_message": "Not enough money.",
    "succeeded_at": None,
    "failed_at": 1760000000,
}
REFUSAL = saying(402, error("card_error", decline="insufficient_funds"))


def gateway(transport: Transport, url: str = "https://flowlix.test") -> FlowlixClassicGateway:
    return FlowlixClassicGateway(samples.flowlix_classic(url), transport, clock=lambda: CREATED)


def translated(document: dict[str, object]) -> Payment:
    return payment_from(wire.read(wire.PaymentAnswer, document), account="till", request_id="")


def test_a_payment_that_succeeded_is_captured_and_given_back_as_a_whole_only() -> None:
    payment = translated(documents.FORERUNNER)
    assert payment.status is PaymentStatus.CAPTURED
    assert (payment.authorised, payment.captured, payment.refundable) == (1290, 1290, 1290)
    assert payment.refunds == ()
    assert payment.refund_whole_only
    assert [(one.kind, one.at) for one in payment.history] == [(ActionKind.CAPTURE, CREATED)]


def test_a_refunded_payment_shows_its_one_refund() -> None:
    payment = translated(documents.FORERUNNER_REFUNDED)
    assert payment.status is PaymentStatus.REFUNDED
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 1290, 0)
    assert payment.refunds == (
        RefundRecord(
            id=payment.id,
            amount=WHOLE,
            state=ActionState.DONE,
            at=datetime.fromtimestamp(1760000600, UTC),
        ),
    )


def test_a_payment_that_failed_says_why() -> None:
    payment = translated(FAILED)
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == "insufficient_funds"
    assert (payment.captured, payment.refundable, payment.refunds) == (0, 0, ())


def test_a_hosted_page_waits_at_either_name_of_its_address() -> None:
    address = "https://pay.flowlix.test/hpp/pay_5tG7hJ9kL1mN3pQ5rS7tU9vW"
    waiting = documents.FORERUNNER | {"status": "pending", "card": None, "succeeded_at": None}
    for names in ({"redirect_url": address}, {"redirect_url": None, "hpp_url": address}):
        payment = translated(waiting | names)
        assert (payment.status, payment.action_url) == (PaymentStatus.ACTION_NEEDED, address)


@pytest.mark.parametrize("left_out", ["refunds", "refunded_amount", "next_action"])
def test_this_generation_is_known_by_any_one_of_its_members(left_out: str) -> None:
    """Also where all that it says of refunds is that there are none."""
    young = {name: value for name, value in documents.SUCCEEDED.items() if name != left_out}
    assert not translated(young).refund_whole_only
    only = documents.FORERUNNER | {left_out: documents.SUCCEEDED[left_out]}
    assert not translated(only).refund_whole_only


def intent() -> Intent:
    return Intent(
        kind=Kind.CHARGE,
        account="classic",
        amount=WHOLE,
        reference=REFERENCE,
        key="key-1",
        fingerprint="",
        who="Ada",
        till="T1",
    )


@pytest.mark.asyncio
async def test_a_refusal_that_names_no_payment_is_settled_by_the_payment_that_is_found(
    transport: Transport,
) -> None:
    async with peer(in_turn(REFUSAL, saying(200, page(FAILED)))) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(OutcomeUnknown, match="bank refused") as raised:
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        [found] = await shop.find(REFERENCE, since=CREATED)
    assert "insufficient_funds" in raised.value.said
    assert judge_charge(intent(), found, live=False) == Finding(State.SETTLED, Verdict.DECLINED)


@pytest.mark.asyncio
async def test_a_refusal_of_which_nothing_is_found_ends_as_not_charged_after_patience(
    transport: Transport,
) -> None:
    async with peer(in_turn(REFUSAL, saying(200, page()))) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(OutcomeUnknown):
            await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
        for _ in range(2):
            assert await shop.find(REFERENCE, since=CREATED) == ()
    once = Attempt(1, intent(), State.UNKNOWN, CREATED, sent_at=CREATED, absent=1)
    assert not absence_is_proved(once, CREATED + ABSENT_AFTER - timedelta(seconds=1))
    assert absence_is_proved(once, CREATED + ABSENT_AFTER)


@pytest.mark.asyncio
async def test_a_charge_that_succeeds_at_once_is_captured(transport: Transport) -> None:
    made = documents.FORERUNNER | {"metadata": {"reference": REFERENCE}}
    async with peer(saying(201, made)) as other:
        shop = gateway(transport, other.url)
        payment = await shop.send_charge(shop.prepare_charge(samples.charge(), samples.card()))
    assert judge_charge(intent(), payment, live=False) == Finding(State.SETTLED, Verdict.APPROVED)


@pytest.mark.asyncio
async def test_a_whole_refund_is_asked_for_without_a_word_and_done_at_once(
    transport: Transport,
) -> None:
    acts = in_turn(saying(200, documents.FORERUNNER), saying(200, documents.FORERUNNER_REFUNDED))
    async with peer(acts) as other:
        shop = gateway(transport, other.url)
        paid = await shop.read(str(documents.FORERUNNER["id"]))
        assert shop.refund_problem(paid, WHOLE) is None
        record = await shop.send_refund(shop.prepare_refund(samples.refund(paid, WHOLE)))
        sent = other.received[-1]
    assert (sent.method, sent.target) == ("POST", f"/v1/payments/{paid.id}/refund")
    assert json.loads(sent.body) == {}
    assert (record.id, record.amount, record.state) == (paid.id, WHOLE, ActionState.DONE)


@pytest.mark.asyncio
async def test_a_part_is_refused_here_because_all_of_it_would_be_given_back(
    transport: Transport,
) -> None:
    async with peer(saying(200, documents.FORERUNNER)) as other:
        shop = gateway(transport, other.url)
        paid = await shop.read(str(documents.FORERUNNER["id"]))
        part = Money(290, "EUR")
        assert "as a whole only" in (shop.refund_problem(paid, part) or "")
        with pytest.raises(Rejected, match=r"as a whole only\. Refund all of it, EUR 12\.90"):
            shop.prepare_refund(samples.refund(paid, part))
        assert len(other.received) == 1


@pytest.mark.asyncio
async def test_a_second_refund_is_refused_in_plain_words(transport: Transport) -> None:
    refused = {"type": "invalid_request_error", "code": "payment_already_refunded",
               "message": "Already refunded.", "param": None, "decline_code": None}  # fmt: skip
    async with peer(saying(422, {"error": refused})) as other:
        shop = gateway(transport, other.url)
        paid = translated(documents.FORERUNNER)
        with pytest.raises(Rejected, match="has been given back already") as raised:
            await shop.send_refund(shop.prepare_refund(samples.refund(paid, WHOLE)))
    assert "payment_already_refunded" in raised.value.said
