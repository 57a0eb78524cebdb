"""What PayFac says becomes our payment, faithfully."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.payfac import wire
from posapp.gateways.payfac.translate import STATUSES, is_complete, payment_from
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import Money
from posapp.model.payment import ActionState, Check, Payment, PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac import documents


def translated(
    document: dict[str, object], actions: list[dict[str, object]] | None = None
) -> Payment:
    return payment_from(
        wire.read(wire.PaymentAnswer, document),
        account="till",
        now=samples.NOW,
        request_id="4f0e",
        actions=wire.actions(actions or []),
    )


def test_an_approved_charge_is_told_in_full() -> None:
    assert translated(documents.AUTHORISED) == Payment(
        account="till",
        id=documents.PAYMENT_ID,
        reference="T1-1043-1-K7QX",
        amount=Money(1290, "EUR"),
        status=PaymentStatus.AUTHORISED,
        status_said="Authorized",
        created_at=datetime(2026, 1, 1, 10, 11, 12, tzinfo=UTC),
        authorised=1290,
        capturable=1290,
        capture_by=datetime(2026, 1, 8, 10, 11, 12, tzinfo=UTC),
        card=CardSummary(brand="Visa", last4="4242", first6="424242", expiry=Expiry(12, 2030)),
        auth_code="643381",
        address_check=Check.MATCH,
        code_check=Check.NO_MATCH,
        request_id="4f0e",
    )


def test_a_declined_charge_says_why() -> None:
    payment = translated(documents.DECLINED)
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == "20051"
    assert payment.decline.said == "Insufficient Funds"
    assert payment.captured == payment.refundable == 0


def test_a_read_payment_shows_its_balances_and_refunds_oldest_first() -> None:
    payment = translated(documents.DETAILS, documents.ACTIONS)
    assert payment.status is PaymentStatus.PARTLY_REFUNDED
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 290, 1000)
    assert payment.refund_pending == 0
    assert payment.created_at == datetime(2026, 1, 1, 10, 11, 11, 473766, tzinfo=UTC)
    assert payment.auth_code == "643381"
    assert [(r.id, r.amount.minor, r.state) for r in payment.refunds] == [
        ("act_3", 1000, ActionState.FAILED),
        ("act_4", 290, ActionState.DONE),
    ]
    assert payment.refunds[1].at == datetime(2026, 1, 2, 9, tzinfo=UTC)
    assert payment.live is None


def test_a_refund_that_is_not_decided_yet_is_pending() -> None:
    entry = {"id": "act_9", "type": "Refund", "amount": 100, "response_code": "10000"}
    payment = translated(documents.DETAILS, [entry, *documents.ACTIONS])
    assert payment.refund_pending == 100
    assert payment.refunds[-1].state is ActionState.PENDING


def test_a_payment_that_was_declined_finds_its_reason_in_the_history() -> None:
    details = documents.DETAILS | {"status": "Declined", "approved": False, "balances": None}
    entry = {
        "id": "act_1",
        "type": "Authorization",
        "amount": 1290,
        "approved": False,
        "response_code": "30041",
        "response_summary": "Lost Card",
        "processed_on": "2026-01-01T10:11:12Z",
    }
    payment = translated(details, [entry])
    assert payment.decline is not None
    assert payment.decline.code == "30041"
    assert not payment.decline.same_card_sensible


def test_without_balances_the_history_counts() -> None:
    payment = translated(documents.DETAILS | {"balances": None}, documents.ACTIONS)
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 290, 1000)


def test_without_balances_and_history_a_captured_payment_is_captured() -> None:
    payment = translated(documents.DETAILS | {"balances": None, "status": "Captured"})
    assert (payment.captured, payment.refundable) == (1290, 1290)
    refunded = translated(documents.DETAILS | {"balances": None, "status": "Refunded"})
    assert (refunded.refunded, refunded.refundable) == (1290, 0)


def test_the_bank_asking_for_a_check_is_an_action() -> None:
    payment = translated(documents.WAITING | {"amount": 1290, "currency": "EUR"})
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == "https://bank.test/3ds/1"
    assert payment.created_at == samples.NOW


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Pending", PaymentStatus.PENDING),
        ("Authorized", PaymentStatus.AUTHORISED),
        ("Card Verified", PaymentStatus.VERIFIED),
        ("Voided", PaymentStatus.VOIDED),
        ("Partially Captured", PaymentStatus.PARTLY_CAPTURED),
        ("Captured", PaymentStatus.CAPTURED),
        ("Partially Refunded", PaymentStatus.PARTLY_REFUNDED),
        ("Refunded", PaymentStatus.REFUNDED),
        ("Canceled", PaymentStatus.CANCELED),
        ("Expired", PaymentStatus.EXPIRED),
        ("Retry Scheduled", PaymentStatus.RETRY_SCHEDULED),
        ("CAPTURED", PaymentStatus.CAPTURED),
        ("partially_refunded", PaymentStatus.PARTLY_REFUNDED),
        ("Paid", PaymentStatus.UNKNOWN),
        ("Returned", PaymentStatus.UNKNOWN),
        ("approved", PaymentStatus.UNKNOWN),
        ("Something New", PaymentStatus.UNKNOWN),
    ],
)
def test_a_status_word_is_understood_in_any_spelling(said: str, status: PaymentStatus) -> None:
    payment = translated(documents.DETAILS | {"status": said})
    assert payment.status is status
    assert payment.status_said == said


def test_every_status_word_was_tried() -> None:
    assert len(STATUSES) == 12


@pytest.mark.parametrize(
    "change",
    [
        {"approved": False},
        {"response_code": "20051"},
        {"status": "Captured", "approved": False},
        {"status": "Declined"},
        {"status": "Declined", "approved": False},
    ],
)
def test_an_answer_that_contradicts_itself_proves_nothing(change: dict[str, object]) -> None:
    assert translated(documents.AUTHORISED | change).status is PaymentStatus.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"amount": None},
        {"amount": "1290"},
        {"amount": 12.5},
        {"amount": -1},
        {"amount": True},
        {"currency": None},
        {"currency": "XYZ"},
        {"status": None},
        {"status": 7},
        {"id": None},
        {"id": ""},
        {"approved": "perhaps"},
        {"balances": {"total_captured": -5}},
        {"processed_on": "yesterday"},
    ],
)
def test_what_money_depends_on_must_be_right(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        translated(documents.AUTHORISED | change)


@pytest.mark.parametrize(
    "change",
    [
        {"source": "card"},
        {"source": {"last4": 4242}},
        {"source": {"last4": "4242424242424242"}},
        {"source": {"last4": "4242", "expiry_month": 13}},
        {"processing": []},
        {"_links": "none"},
        {"auth_code": 643381},
        {"risk": 7},
    ],
)
def test_what_is_only_shown_may_be_odd(change: dict[str, object]) -> None:
    payment = translated(documents.AUTHORISED | change)
    assert payment.status is PaymentStatus.AUTHORISED
    assert payment.card is None or len(payment.card.last4) == 4


def test_missing_and_null_are_the_same() -> None:
    nulls: dict[str, object] = dict.fromkeys(
        ("source", "balances", "response_code", "auth_code", "processing", "_links", "approved")
    )
    short = {name: value for name, value in documents.AUTHORISED.items() if name not in nulls}
    assert translated(documents.AUTHORISED | nulls) == translated(short)


def test_a_short_answer_is_known_to_be_short() -> None:
    assert is_complete(wire.read(wire.PaymentAnswer, documents.AUTHORISED))
    for document in (documents.WAITING, documents.VERIFIED, documents.PAYOUT, {"id": "pay_1"}):
        assert not is_complete(wire.read(wire.PaymentAnswer, document))


def test_amounts_in_pesos_are_read_back_as_they_were_sent() -> None:
    pesos = documents.AUTHORISED | {
        "amount": 129_000,
        "currency": "CLP",
        "status": "Captured",
        "balances": documents.balances(authorized=129_000, captured=129_000, refunded=29_000),
    }
    payment = translated(pesos)
    assert payment.amount == Money(1290, "CLP")
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 290, 1000)
