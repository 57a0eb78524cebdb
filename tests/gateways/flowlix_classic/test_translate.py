"""What the older Flowlix and its forerunner say becomes our payment, faithfully."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.flowlix_classic import wire
from posapp.gateways.flowlix_classic.declines import decline_for
from posapp.gateways.flowlix_classic.translate import STATUSES, payment_from
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
)
from tests.gateways.flowlix_classic import documents


def translated(document: dict[str, object]) -> Payment:
    return payment_from(wire.read(wire.PaymentAnswer, document), account="till", request_id="req_1")


def test_a_new_charge_is_pending() -> None:
    assert translated(documents.PENDING) == Payment(
        account="till",
        id=documents.PAYMENT_ID,
        reference=documents.REFERENCE,
        amount=Money(1290, "EUR"),
        status=PaymentStatus.PENDING,
        status_said="pending",
        created_at=datetime.fromtimestamp(1760000000, UTC),
        live=False,
        card=CardSummary(brand="Card", last4="2223"),
        request_id="req_1",
    )


def test_a_check_by_the_bank_is_an_action_with_an_address() -> None:
    payment = translated(documents.ACTION_NEEDED)
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == "https://acs.sandbox.test/challenge/1"


def test_a_declined_charge_says_why() -> None:
    payment = translated(documents.DECLINED)
    assert payment.decline == decline_for("do_not_honor", "The bank said no.")
    assert payment.history == (
        ActionRecord(
            id=payment.id,
            kind=ActionKind.AUTHORISATION,
            state=ActionState.FAILED,
            amount=Money(1290, "EUR"),
            at=datetime.fromtimestamp(1760000003, UTC),
            decline=payment.decline,
        ),
    )


def test_a_successful_charge_can_be_refunded() -> None:
    payment = translated(documents.SUCCEEDED)
    assert payment.status is PaymentStatus.CAPTURED
    assert payment.card == CardSummary(brand="Visa", last4="1111", expiry=Expiry(9, 2031))
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 0, 1290)
    assert (payment.authorised, payment.refund_whole_only) == (1290, False)
    assert payment.history == (
        ActionRecord(
            id=payment.id,
            kind=ActionKind.CAPTURE,
            state=ActionState.DONE,
            amount=Money(1290, "EUR"),
            at=datetime.fromtimestamp(1760000004, UTC),
        ),
    )


def test_refunds_show_in_status_balances_and_list() -> None:
    payment = translated(documents.PARTLY_REFUNDED)
    assert payment.status is PaymentStatus.PARTLY_REFUNDED
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 290, 1000)
    assert payment.refunds == (
        RefundRecord(
            id="01jb2m4k8w3x5y7z9a1c2d4e6f",
            amount=Money(290, "EUR"),
            state=ActionState.DONE,
            at=datetime.fromtimestamp(1760000510, UTC),
            reason="Mug arrived broken",
        ),
    )


def test_a_refund_under_way_is_not_left_to_refund_again() -> None:
    payment = translated(documents.SUCCEEDED | {"refunds": [documents.REFUND]})
    assert (payment.refunded, payment.refund_pending, payment.refundable) == (0, 290, 1000)


def test_a_failed_refund_is_left_to_refund_again() -> None:
    why = {"decline_code": "generic_decline", "decline_message": "The bank said no."}
    failed = documents.REFUND | {"status": "failed"} | why
    payment = translated(documents.SUCCEEDED | {"refunds": [failed]})
    assert (payment.refund_pending, payment.refundable) == (0, 1290)
    [refund] = payment.refunds
    assert refund.state is ActionState.FAILED
    assert refund.decline is not None
    assert (refund.decline.code, refund.decline.said) == ("generic_decline", "The bank said no.")
    assert "refund" in refund.decline.caller


def test_early_payments_say_that_they_are_refunded() -> None:
    payment = translated(documents.REFUNDED_EARLY)
    assert (payment.status, payment.status_said) == (PaymentStatus.REFUNDED, "refunded")
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 1290, 0)
    assert len(payment.refunds) == 2


def test_later_payments_are_refunded_when_nothing_is_left() -> None:
    whole = documents.REFUNDED_EARLY | {"status": "succeeded"}
    assert translated(whole).status is PaymentStatus.REFUNDED


def test_a_hosted_page_has_no_card_yet() -> None:
    assert translated(documents.HOSTED).card is None


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("pending", PaymentStatus.PENDING),
        ("requires_action", PaymentStatus.ACTION_NEEDED),
        ("succeeded", PaymentStatus.CAPTURED),
        ("refunded", PaymentStatus.REFUNDED),
        ("failed", PaymentStatus.DECLINED),
        ("canceled", PaymentStatus.CANCELED),
        ("expired", PaymentStatus.EXPIRED),
        ("SUCCEEDED", PaymentStatus.CAPTURED),
        ("held", PaymentStatus.UNKNOWN),
    ],
)
def test_a_status_word_is_understood(said: str, status: PaymentStatus) -> None:
    assert translated(documents.PENDING | {"status": said}).status is status


def test_every_status_word_was_tried() -> None:
    assert len(STATUSES) == 7


@pytest.mark.parametrize(
    "change",
    [{"amount": None}, {"amount": "1290"}, {"currency": "zzz"}, {"id": None}, {"status": None},
     {"created": None}, {"created": "now"}, {"refunded_amount": -1}, {"refunds": {}},
     {"refunds": [{"id": "x", "amount": 1}]}],
)  # fmt: skip
def test_what_money_depends_on_must_be_right(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        translated(documents.SUCCEEDED | change)
