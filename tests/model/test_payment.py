"""What a payment allows, and what an answer must echo to count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus, echo_problem, refund_problem

EUR = "EUR"
PAID = Payment(
    account="account-1",
    id="pay_1",
    reference="T1-1043-1-K7QX",
    amount=Money(2780, EUR),
    status=PaymentStatus.CAPTURED,
    status_said="Captured",
    created_at=datetime(2025, 11, 21, 13, 2, tzinfo=UTC),
    captured=2780,
    refundable=2780,
    live=True,
)
S = PaymentStatus
SUCCESS = {
    S.AUTHORISED, S.PARTLY_CAPTURED, S.CAPTURED, S.PARTLY_REFUNDED, S.REFUNDED, S.VERIFIED,
}  # fmt: skip
FAILURE = {S.DECLINED, S.CANCELED, S.EXPIRED, S.VOIDED}
OPEN = {S.PENDING, S.ACTION_NEEDED, S.RETRY_SCHEDULED, S.UNKNOWN}


@pytest.mark.parametrize("status", PaymentStatus)
def test_every_status_is_success_failure_or_still_open(status: PaymentStatus) -> None:
    assert (status.is_success, status.is_final_failure) == (status in SUCCESS, status in FAILURE)
    assert (status in OPEN) is not (status.is_success or status.is_final_failure)


@pytest.mark.parametrize(("refundable", "left"), [(2780, 2780), (1, 1), (0, 0), (-5, 0)])
def test_what_is_left_is_never_below_zero(refundable: int, left: int) -> None:
    assert replace(PAID, refundable=refundable).left_to_refund() == Money(left, EUR)


@pytest.mark.parametrize(
    ("amount", "refundable", "reserved", "problem"),
    [
        (Money(2780, EUR), 2780, 0, None),
        (Money(1, EUR), 2780, 0, None),
        (Money(1780, EUR), 2780, 1000, None),
        (Money(1, EUR), 1, 0, None),
        (Money(2781, EUR), 2780, 0, "At most EUR 27.80 is left to refund."),
        (Money(1781, EUR), 2780, 1000, "At most EUR 17.80 is left to refund."),
        (Money(1, EUR), 2780, 2780, "Nothing is left to refund on this payment."),
        (Money(1, EUR), 2780, 9999, "Nothing is left to refund on this payment."),
        (Money(1, EUR), 0, 0, "Nothing is left to refund on this payment."),
        (Money(1, EUR), -1, 0, "Nothing is left to refund on this payment."),
        (Money(0, EUR), 2780, 0, "Type an amount above zero."),
        (Money(-1, EUR), 2780, 0, "Type an amount above zero."),
        (Money(100, "USD"), 2780, 0, "This payment is in EUR."),
    ],
)
def test_why_a_refund_cannot_be_asked_for(
    amount: Money, refundable: int, reserved: int, problem: str | None
) -> None:
    payment = replace(PAID, refundable=refundable)
    assert refund_problem(payment, amount, reserved=reserved) == problem


@pytest.mark.parametrize(
    ("minor", "problem"),
    [
        (2780, None),
        (2779, "The gateway gives this payment back as a whole only. Refund all of it, EUR 27.80."),
        (1, "The gateway gives this payment back as a whole only. Refund all of it, EUR 27.80."),
        (2781, "At most EUR 27.80 is left to refund."),
    ],
)
def test_a_payment_that_is_given_back_as_a_whole_takes_no_part(
    minor: int, problem: str | None
) -> None:
    payment = replace(PAID, refund_whole_only=True)
    assert refund_problem(payment, Money(minor, EUR)) == problem


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 50))
def test_a_refund_never_takes_more_than_is_left(amount: int, left: int, reserved: int) -> None:
    payment = replace(PAID, refundable=left)
    allowed = refund_problem(payment, Money(amount, EUR), reserved=reserved) is None
    assert allowed is (0 < amount <= left - reserved)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"live": None}, None),
        ({"reference": "T1-1043-2-K7QX"}, "The answer belongs to another reference."),
        ({"reference": ""}, "The answer belongs to another reference."),
        ({"amount": Money(2781, EUR)}, "The answer names another amount or currency."),
        ({"amount": Money(2780, "USD")}, "The answer names another amount or currency."),
        ({"live": False}, "The answer comes from the other mode (test or live)."),
    ],
)
def test_an_answer_counts_only_when_it_echoes_what_was_asked(
    change: dict[str, object], problem: str | None
) -> None:
    answer = replace(PAID, **change)  # type: ignore[arg-type]
    asked = {"reference": PAID.reference, "amount": PAID.amount}
    assert echo_problem(answer, **asked, live=True) == problem  # type: ignore[arg-type]


@pytest.mark.parametrize("live", [True, False, None])
def test_the_mode_is_compared_only_where_both_sides_say_it(live: bool | None) -> None:
    found = echo_problem(
        replace(PAID, live=live), reference=PAID.reference, amount=PAID.amount, live=None
    )
    assert found is None
