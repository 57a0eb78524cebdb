"""What Flowlix says becomes our payment, faithfully."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.declines import decline_for
from posapp.gateways.flowlix.translate import STATUSES, payment_from, refund_from
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Decline,
    DeclineClass,
    Payment,
    PaymentStatus,
)
from tests.gateways.flowlix import documents


def translated(document: dict[str, object]) -> Payment:
    return payment_from(wire.read(wire.PaymentAnswer, document), account="till", request_id="req_1")


def test_a_charge_that_is_being_worked_on_is_pending() -> None:
    assert translated(documents.PROCESSING) == Payment(
        account="till",
        id=documents.PAYMENT_ID,
        reference=documents.REFERENCE,
        amount=Money(1290, "EUR"),
        status=PaymentStatus.PENDING,
        status_said="PROCESSING",
        created_at=datetime.fromtimestamp(1760000000, UTC),
        live=False,
        card=CardSummary(brand="Visa", last4="1111", expiry=Expiry(9, 2031)),
        request_id="req_1",
    )


def test_a_check_by_the_bank_is_an_action_with_an_address() -> None:
    payment = translated(documents.ACTION_NEEDED)
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == f"https://pay.flowlix.test/3ds/{documents.PAYMENT_ID}"


def test_a_hosted_page_waits_for_its_shopper() -> None:
    payment = translated(documents.HOSTED)
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.card is None


def test_a_declined_charge_says_why() -> None:
    payment = translated(documents.DECLINED)
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline == decline_for("insufficient_funds", "Not enough money on the card.")
    assert (payment.authorised, payment.captured, payment.refundable) == (0, 0, 0)
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


def test_the_newer_names_of_a_refusal_come_first() -> None:
    both = documents.DECLINED | {"failure_code": "lost_card", "failure_message": "Reported lost."}
    payment = translated(both)
    assert payment.decline is not None
    assert (payment.decline.code, payment.decline.said) == ("lost_card", "Reported lost.")


def test_a_successful_charge_can_be_refunded() -> None:
    payment = translated(documents.SUCCEEDED)
    assert payment.status is PaymentStatus.CAPTURED
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 0, 1290)
    assert (payment.authorised, payment.voided, payment.capturable) == (1290, 0, 0)
    assert not payment.refund_whole_only
    assert payment.history == (
        ActionRecord(
            id=payment.id,
            kind=ActionKind.CAPTURE,
            state=ActionState.DONE,
            amount=Money(1290, "EUR"),
            at=datetime.fromtimestamp(1760000004, UTC),
        ),
    )


def test_refunds_show_in_status_and_list_though_the_word_stays() -> None:
    payment = translated(documents.PARTLY_REFUNDED)
    assert payment.status is PaymentStatus.PARTLY_REFUNDED
    assert payment.status_said == "SUCCEEDED"
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 290, 1000)
    [refund] = payment.refunds
    assert (refund.state, refund.reason) == (ActionState.DONE, "Mug arrived broken")
    assert refund.at == datetime.fromtimestamp(1760000510, UTC)


@pytest.mark.parametrize("old", [False, True])
def test_a_refund_that_failed_says_why_in_both_wordings(old: bool) -> None:
    names = ("decline_code", "decline_message") if old else ("failure_code", "failure_message")
    why = dict(zip(names, ("account_closed", "The account is closed."), strict=True))
    failed = documents.REFUND | {"status": "FAILED"} | why
    payment = translated(documents.SUCCEEDED | {"refunds": [failed]})
    [refund] = payment.refunds
    assert refund.state is ActionState.FAILED
    assert refund.decline == Decline(
        code="account_closed",
        kind=DeclineClass.TECHNICAL,
        caller="The refund could not be carried out.",
        next_step="Nothing was given back. Try once more, or give the money back in another way.",
        same_card_sensible=True,
        said="The account is closed.",
    )
    assert (payment.refund_pending, payment.refunded) == (0, 0)


@pytest.mark.parametrize("status", ["PENDING", "SUCCEEDED"])
def test_a_refund_that_did_not_fail_has_no_reason_for_it(status: str) -> None:
    odd = documents.REFUND | {"status": status, "decline_code": "generic_decline"}
    told = wire.read(wire.RefundAnswer, odd)
    assert refund_from(told, "EUR").decline is None


@pytest.mark.parametrize(
    "document", [documents.PROCESSING, documents.ACTION_NEEDED, documents.HOSTED,
                 documents.PROCESSING | {"status": "CANCELED"},
                 documents.PROCESSING | {"status": "ON_HOLD"}],
)  # fmt: skip
def test_before_the_bank_decided_there_is_no_history(document: dict[str, object]) -> None:
    payment = translated(document)
    assert (payment.authorised, payment.history) == (0, ())


@pytest.mark.parametrize("moments", [None, {}, {"succeeded_at": None}, {"succeeded_at": "soon"}, 7])
def test_a_history_without_its_moment_is_still_one(moments: object) -> None:
    [done] = translated(documents.SUCCEEDED | {"status_transitions": moments}).history
    assert (done.kind, done.at) == (ActionKind.CAPTURE, None)


def test_a_payment_given_back_altogether_is_refunded() -> None:
    whole = documents.SUCCEEDED | {"amount_refunded": 1290, "amount_refundable": 0}
    assert translated(whole).status is PaymentStatus.REFUNDED


def test_what_is_left_is_read_and_not_worked_out() -> None:
    told = documents.SUCCEEDED | {"amount_refundable": 700, "refunds": [documents.REFUND]}
    payment = translated(told)
    assert (payment.refund_pending, payment.refundable) == (290, 700)


def test_without_the_members_what_is_left_follows_from_the_refunds() -> None:
    told = documents.SUCCEEDED | {
        "amount_refunded": None,
        "amount_refundable": None,
        "refunds": [documents.REFUND_DONE, documents.REFUND | {"id": "ref_2", "amount": 100}],
    }
    payment = translated(told)
    assert (payment.refunded, payment.refund_pending, payment.refundable) == (290, 100, 900)


def test_before_success_nothing_can_be_refunded_whatever_is_said() -> None:
    payment = translated(documents.PROCESSING | {"amount_refundable": 1290})
    assert (payment.captured, payment.refundable) == (0, 0)


def test_a_short_entry_of_the_list_is_enough() -> None:
    payment = translated(documents.SHORT)
    assert (payment.reference, payment.refundable) == ("", 1000)


def test_the_reference_may_stand_in_the_metadata() -> None:
    told = documents.PROCESSING | {"merchant_reference": None}
    assert translated(told).reference == documents.REFERENCE
    assert translated(told | {"metadata": {"reference": 7}}).reference == ""


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("PENDING", PaymentStatus.PENDING),
        ("PROCESSING", PaymentStatus.PENDING),
        ("REQUIRES_ACTION", PaymentStatus.ACTION_NEEDED),
        ("SUCCEEDED", PaymentStatus.CAPTURED),
        ("FAILED", PaymentStatus.DECLINED),
        ("CANCELED", PaymentStatus.CANCELED),
        ("EXPIRED", PaymentStatus.EXPIRED),
        ("succeeded", PaymentStatus.CAPTURED),
        ("ON_HOLD", PaymentStatus.UNKNOWN),
    ],
)
def test_a_status_word_is_understood(said: str, status: PaymentStatus) -> None:
    payment = translated(documents.PROCESSING | {"status": said})
    assert (payment.status, payment.status_said) == (status, said)


def test_every_status_word_was_tried() -> None:
    assert len(STATUSES) == 7


@pytest.mark.parametrize(
    ("said", "state"),
    [("PENDING", ActionState.PENDING), ("SUCCEEDED", ActionState.DONE),
     ("FAILED", ActionState.FAILED), ("ON_HOLD", ActionState.PENDING)],
)  # fmt: skip
def test_a_refund_that_is_not_surely_ended_is_pending(said: str, state: ActionState) -> None:
    told = wire.read(wire.RefundAnswer, documents.REFUND | {"status": said})
    assert refund_from(told, "EUR").state is state


@pytest.mark.parametrize(
    "change",
    [{"amount": None}, {"amount": "1290"}, {"amount": 12.9}, {"currency": "ZZZ"}, {"id": None},
     {"status": None}, {"created_at": None}, {"created_at": 10**12}, {"livemode": "perhaps"},
     {"refunds": "none"}, {"refunds": [{"id": "ref_1"}]}],
)  # fmt: skip
def test_what_money_depends_on_must_be_right(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        translated(documents.SUCCEEDED | change)


@pytest.mark.parametrize(
    "change",
    [{"card": "visa"}, {"card": {"last4": 1111}}, {"metadata": [1]}, {"next_action": 5},
     {"decline_code": 7}, {"failure_code": []},
     {"card": {"last4": "1111", "brand": None, "exp_month": None}}],
)  # fmt: skip
def test_what_is_only_shown_may_be_odd(change: dict[str, object]) -> None:
    assert translated(documents.SUCCEEDED | change).status is PaymentStatus.CAPTURED


def test_an_action_without_a_web_address_has_none() -> None:
    odd = documents.ACTION_NEEDED | {"next_action": {"redirect_url": "javascript:alert(1)"}}
    payment = translated(odd)
    assert (payment.status, payment.action_url) == (PaymentStatus.ACTION_NEEDED, "")
