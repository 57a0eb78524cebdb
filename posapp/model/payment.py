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
    RETRY_SCHEDULED = "retry_scheduled"
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


class ActionState(StrEnum):
    """How far something asked of a payment got: accepted is PENDING, never done."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class ActionKind(StrEnum):
    """What a gateway did, or was asked to do, with a payment."""

    AUTHORISATION = "authorisation"
    INCREMENT = "increment"
    VERIFICATION = "verification"
    CAPTURE = "capture"
    VOID = "void"
    REVERSAL = "reversal"
    RETRY_CANCELLATION = "retry_cancellation"
    PAYOUT = "payout"
    RETURN = "return"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action on a payment as the gateway shows it; refunds are ``RefundRecord``.

    ``amount`` is None where the gateway names none. ``decline`` says why a FAILED one failed,
    where the gateway says so.
    """

    id: str
    kind: ActionKind
    state: ActionState
    amount: Money | None = None
    at: datetime | None = None
    reference: str = ""
    auth_code: str = ""
    decline: Decline | None = None


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """One refund as the gateway shows it. ``id`` is the gateway's refund or action id.

    ``decline`` says why a FAILED one failed, where the gateway says so.
    """

    id: str
    amount: Money
    state: ActionState
    at: datetime | None = None
    reason: str = ""
    decline: Decline | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The gateway's record of one charge, as last read. All balances are minor units.

    ``account`` is the id of our gateway account; ``id`` the gateway's payment id; ``reference``
    ours, by which the payment can be found again; ``status_said`` the gateway's own word;
    ``live`` None where the API does not say. ``capturable`` is what is reserved and can still be
    captured, or voided, until ``capture_by``; ``estimated`` tells that the reservation may grow.
    ``refund_whole_only`` tells that it is given back as a whole or not at all. ``history`` is what
    else happened, oldest first; refunds stand in ``refunds``.
    """

    account: str
    id: str
    reference: str
    amount: Money
    status: PaymentStatus
    status_said: str
    created_at: datetime
    authorised: int = 0
    voided: int = 0
    capturable: int = 0
    capture_by: datetime | None = None
    estimated: bool = False
    captured: int = 0
    refunded: int = 0
    refund_pending: int = 0
    refundable: int = 0
    refund_whole_only: bool = False
    live: bool | None = None
    card: CardSummary | None = None
    auth_code: str = ""
    address_check: Check | None = None
    code_check: Check | None = None
    decline: Decline | None = None
    action_url: str = ""
    refunds: tuple[RefundRecord, ...] = ()
    history: tuple[ActionRecord, ...] = ()
    request_id: str = ""

    def left_to_capture(self) -> Money:
        """What is reserved and may still be taken, never below zero."""
        return Money(max(0, self.capturable), self.amount.currency)

    def state_of(self, action_id: str) -> ActionState:
        """How far an accepted action got: pending until the gateway shows it."""
        shown = next((done for done in self.history if done.id == action_id), None) or next(
            (refund for refund in self.refunds if refund.id == action_id), None
        )
        return shown.state if shown else ActionState.PENDING

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
    if payment.refund_whole_only and amount.minor != payment.captured:
        whole = Money(payment.captured, amount.currency)
        return (
            "The gateway gives this payment back as a whole only. "
            f"Refund all of it, {whole.currency} {whole.plain()}."
        )
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
