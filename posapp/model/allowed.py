"""What a payment still allows, worked out from its balances and never from its status word.

Each function answers with a sentence on why not, or None. Refunds have ``refund_problem`` beside
the payment itself.
"""

from __future__ import annotations

from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus


def capture_problem(payment: Payment, amount: Money) -> str | None:
    """Why this amount cannot be captured."""
    if amount.currency != payment.amount.currency:
        return f"This payment is in {payment.amount.currency}."
    if amount.minor <= 0:
        return "Type an amount above zero."
    left = payment.left_to_capture()
    if left.minor == 0:
        return "Nothing is reserved on this payment that could be captured."
    if amount.minor > left.minor:
        return f"At most {left.currency} {left.plain()} is left to capture."
    return None


def void_problem(payment: Payment) -> str | None:
    """Why the reservation cannot be released."""
    if payment.left_to_capture().minor == 0:
        return "Nothing is reserved on this payment that could be voided."
    return None


def increment_problem(payment: Payment, amount: Money) -> str | None:
    """Why the reservation cannot grow by this amount; zero only makes it last longer."""
    if amount.currency != payment.amount.currency:
        return f"This payment is in {payment.amount.currency}."
    if amount.minor < 0:
        return "A reservation can only grow. To take less, capture less."
    if payment.left_to_capture().minor == 0:
        return "Nothing is reserved on this payment that could be increased."
    if payment.captured:
        return "A part of this payment was captured already, so it can no longer be increased."
    if not payment.estimated:
        return "This payment was not reserved as an estimate, so it cannot be increased."
    return None


def reversal_problem(payment: Payment) -> str | None:
    """Why the payment cannot be given back, whichever way is right for it."""
    if payment.status is PaymentStatus.RETRY_SCHEDULED:
        return None
    if payment.left_to_capture().minor == 0 and payment.left_to_refund().minor == 0:
        return "Nothing is reserved or captured on this payment that could be given back."
    return None


def retry_cancellation_problem(payment: Payment) -> str | None:
    """Why there is no automatic retry to call off."""
    if payment.status is not PaymentStatus.RETRY_SCHEDULED:
        return "No further try of this payment is scheduled."
    return None
