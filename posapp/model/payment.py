"""A payment as the gateway last described it, and what it still allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from posapp.model.card import CardSummary
from posapp.model.money import Money


class PaymentStatus(StrEnum):
    """Where a payment stands. What can still be done is worked out from balances, not from this."""

    PENDING = "pending"
    ACTION_NEEDED = "action_needed"
    AUTHORISED = "authorised"
    PARTLY_CAPTURED = "partly_captured"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VERIFIED = "verified"
    VOIDED = "voided"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_final_failure(self) -> bool:
        """No money moved and none will under this payment."""
        return self in _FAILED

    @property
    def is_success(self) -> bool:
        """The bank agreed; money moved or is reserved (or did and was given back)."""
        return self in _SUCCEEDED


_FAILED = {
    PaymentStatus.DECLINED,
    PaymentStatus.CANCELED,
    PaymentStatus.EXPIRED,
    PaymentStatus.VOIDED,
}
_SUCCEEDED = {
    PaymentStatus.AUTHORISED,
    PaymentStatus.PARTLY_CAPTURED,
    PaymentStatus.CAPTURED,
    PaymentStatus.PARTLY_REFUNDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.VERIFIED,
}


class DeclineClass(StrEnum):
    """Why a charge was refused, as far as it matters for the next step."""

    HARD = "hard"
    SOFT = "soft"
    DATA = "data"
    RISK = "risk"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True)
class Decline:
    """A refusal in words.

    ``caller`` is one sentence to say on the phone; ``next_step`` is for the clerk; ``code`` and
    ``said`` are the gateway's own; ``same_card_sensible`` tells whether trying this card again
    can help at all.
    """

    code: str
    kind: DeclineClass
    caller: str
    next_step: str
    same_card_sensible: bool
    said: str = ""


class Check(StrEnum):
    """The result of comparing the address or the security code with the bank's record."""

    MATCH = "match"
    PARTIAL = "partial"
    NO_MATCH = "no_match"
    NOT_CHECKED = "not_checked"


class RefundState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """One refund as the gateway shows it. ``id`` is the gateway's refund or action id."""

    id: str
    amount: Money
    state: RefundState
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """The gateway's record of one charge, as last read. All balances are minor units.

    ``account`` is the id of our gateway account; ``id`` the gateway's payment id; ``reference``
    ours, by which the payment can be found again; ``status_said`` the gateway's own word;
    ``live`` None where the API does not say.
    """

    account: str
    id: str
    reference: str
    amount: Money
    status: PaymentStatus
    status_said: str
    created_at: datetime
    captured: int = 0
    refunded: int = 0
    refund_pending: int = 0
    refundable: int = 0
    live: bool | None = None
    card: CardSummary | None = None
    auth_code: str = ""
    address_check: Check | None = None
    code_check: Check | None = None
    decline: Decline | None = None
    action_url: str = ""
    refunds: tuple[RefundRecord, ...] = ()
    request_id: str = ""

    def left_to_refund(self) -> Money:
        """What may still be given back, never below zero."""
        return Money(max(0, self.refundable), self.amount.currency)


def refund_problem(payment: Payment, amount: Money, *, reserved: int = 0) -> str | None:
    """Why this refund cannot be asked for, as a sentence, or None.

    Args:
        reserved: minor units of our own refunds that the gateway's snapshot may not show yet.
    """
    if amount.currency != payment.amount.currency:
        return f"This payment is in {payment.amount.currency}."
    if amount.minor <= 0:
        return "Type an amount above zero."
    left = payment.left_to_refund().minor - reserved
    if left <= 0:
        return "Nothing is left to refund on this payment."
    if amount.minor > left:
        shown = Money(left, amount.currency)
        return f"At most {amount.currency} {shown.plain()} is left to refund."
    return None


def echo_problem(
    payment: Payment, *, reference: str, amount: Money, live: bool | None
) -> str | None:
    """What in the gateway's answer does not match what was asked, or None.

    An answer that does not echo the request proves nothing about it.
    """
    if payment.reference != reference:
        return "The answer belongs to another reference."
    if payment.amount != amount:
        return "The answer names another amount or currency."
    if live is not None and payment.live is not None and payment.live is not live:
        return "The answer comes from the other mode (test or live)."
    return None
