"""What a payment still allows follows from its balances, whatever its status word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posapp.model.allowed import (
    capture_problem,
    increment_problem,
    retry_cancellation_problem,
    reversal_problem,
    void_problem,
)
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus

RESERVED = Payment(
    account="main",
    id="pay_1",
    reference="T1-1043-1-K7QX",
    amount=Money(1000, "EUR"),
    status=PaymentStatus.AUTHORISED,
    status_said="Authorized",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    authorised=1000,
    capturable=1000,
    estimated=True,
)
PARTLY = replace(
    RESERVED,
    status=PaymentStatus.PARTLY_CAPTURED,
    capturable=600,
    captured=400,
    refundable=400,
)
PARTLY_REFUNDED = replace(
    PARTLY, status=PaymentStatus.PARTLY_REFUNDED, refunded=100, refundable=300
)
TAKEN = replace(
    RESERVED, status=PaymentStatus.CAPTURED, capturable=0, captured=1000, refundable=1000
)
GIVEN_BACK = replace(TAKEN, status=PaymentStatus.REFUNDED, refunded=1000, refundable=0)
VOIDED = replace(RESERVED, status=PaymentStatus.VOIDED, capturable=0, voided=1000)
VERIFIED = replace(VOIDED, status=PaymentStatus.VERIFIED, voided=0, authorised=0)
DECLINED = replace(VERIFIED, status=PaymentStatus.DECLINED)
RETRIED = replace(DECLINED, status=PaymentStatus.RETRY_SCHEDULED)
NEW_WORD = replace(RESERVED, status=PaymentStatus.UNKNOWN)

ALL = Money(1000, "EUR")
Question = Callable[[Payment], str | None]


def capture(payment: Payment) -> str | None:
    left = payment.left_to_capture()
    return capture_problem(payment, left if left.minor else ALL)


def increment(payment: Payment) -> str | None:
    return increment_problem(payment, Money(100, "EUR"))


ALLOWED: dict[str, tuple[Payment, set[Question]]] = {
    "reserved": (RESERVED, {capture, void_problem, increment, reversal_problem}),
    "partly captured": (PARTLY, {capture, void_problem, reversal_problem}),
    "partly refunded": (PARTLY_REFUNDED, {capture, void_problem, reversal_problem}),
    "captured": (TAKEN, {reversal_problem}),
    "refunded": (GIVEN_BACK, set()),
    "voided": (VOIDED, set()),
    "verified": (VERIFIED, set()),
    "declined": (DECLINED, set()),
    "to be tried again": (RETRIED, {reversal_problem, retry_cancellation_problem}),
    "a word nobody knows": (NEW_WORD, {capture, void_problem, increment, reversal_problem}),
}
QUESTIONS: tuple[Question, ...] = (
    capture,
    void_problem,
    increment,
    reversal_problem,
    retry_cancellation_problem,
)


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_can_be_done_in_each_state(state: str, question: Question) -> None:
    payment, allowed = ALLOWED[state]
    problem = question(payment)
    assert (problem is None) is (question in allowed)
    assert problem is None or problem.endswith(".")


@pytest.mark.parametrize(
    ("payment", "amount", "words"),
    [
        (RESERVED, Money(1000, "EUR"), None),
        (RESERVED, Money(1, "EUR"), None),
        (RESERVED, Money(1001, "EUR"), "At most EUR 10.00"),
        (RESERVED, Money(0, "EUR"), "above zero"),
        (RESERVED, Money(-1, "EUR"), "above zero"),
        (RESERVED, Money(100, "USD"), "in EUR"),
        (PARTLY, Money(601, "EUR"), "At most EUR 6.00"),
        (replace(RESERVED, capturable=-5), Money(1, "EUR"), "Nothing is reserved"),
    ],
)
def test_never_more_is_captured_than_is_reserved(
    payment: Payment, amount: Money, words: str | None
) -> None:
    problem = capture_problem(payment, amount)
    assert problem is None if words is None else words in (problem or "")


@pytest.mark.parametrize(
    ("payment", "amount", "words"),
    [
        (RESERVED, Money(500, "EUR"), None),
        (RESERVED, Money(0, "EUR"), None),
        (RESERVED, Money(-1, "EUR"), "only grow"),
        (RESERVED, Money(1, "USD"), "in EUR"),
        (replace(RESERVED, estimated=False), Money(1, "EUR"), "as an estimate"),
        (PARTLY, Money(1, "EUR"), "captured already"),
        (TAKEN, Money(1, "EUR"), "Nothing is reserved"),
    ],
)
def test_only_an_untouched_estimate_grows(
    payment: Payment, amount: Money, words: str | None
) -> None:
    problem = increment_problem(payment, amount)
    assert problem is None if words is None else words in (problem or "")
