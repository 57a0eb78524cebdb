"""What the training gateway remembers of payments. Plain values, no card number, no code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from posapp.sandbox.cards import CardFace


@dataclass(slots=True)
class PayfacAction:
    """An entry of ``/actions``."""

    id: str
    type: str
    amount: int
    approved: bool
    response_code: str
    processed_on: float
    reference: str | None = None
    auth_code: str | None = None
    authorization_type: str | None = None
    metadata: dict[str, object] | None = None
    processing: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PendingAction:
    """An accepted action that has not taken effect; ``held`` is set aside until then.

    ``amount`` None means whatever is left when it falls due (a scheduled capture).
    """

    id: str
    type: Literal["Capture", "Refund", "Void", "Cancel"]
    amount: int | None
    due: float
    held: int = 0
    final: bool = True
    reference: str | None = None
    metadata: dict[str, object] | None = None
    fail_code: str | None = None


@dataclass(slots=True)
class PayfacChallenge:
    """A 3-D Secure page that waits for the cardholder."""

    session: str
    expires: float
    response_code: str
    capture: bool
    capture_on: float | None
    success_url: str | None
    failure_url: str | None


@dataclass(slots=True)
class PayfacRetry:
    """Automatic retries of a declined merchant-initiated payment."""

    attempts_left: int
    max_attempts: int
    next_attempt: float
    ends: float
    response_code: str


@dataclass(frozen=True, slots=True)
class PayfacSessionOrder:
    """What a payment session is to be paid for, as it was asked for. Times as elsewhere."""

    amount: int
    currency: str
    payment_type: str
    success_url: str
    failure_url: str
    billing: dict[str, object]
    challenge: bool
    capture: bool
    capture_on: float | None
    takes_cards: bool
    reference: str | None = None
    description: str | None = None
    customer: dict[str, object] | None = None
    billing_descriptor: dict[str, object] | None = None
    products: list[dict[str, object]] | None = None
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class PayfacSession:
    """A payment session. Of its secret a digest is kept, of its token nothing."""

    id: str
    secret_digest: str
    order: PayfacSessionOrder
    expires: float
    attempts_left: int
    payment_id: str | None = None


@dataclass(slots=True)
class PayfacPayment:
    """One payment. Amounts are minor units; times are seconds since 1970.

    ``outcome`` is pending, declined, verified, authorized, expired, canceled or retry;
    everything finer follows from the totals. Without a ``card`` a ``partner`` pays (``paypal``,
    ``klarna``).
    """

    id: str
    requested_on: float
    amount: int
    currency: str
    payment_type: str
    outcome: str
    response_code: str
    card: CardFace | None
    source_id: str
    authorization_type: str
    scheme_id: str
    card_type: str
    acquirer_id: str
    reference: str | None = None
    description: str | None = None
    auth_code: str | None = None
    expires_on: float | None = None
    cvv_check: str | None = None
    avs_check: str | None = None
    increment_code: str | None = None
    verification_only: bool = False
    billing_address: dict[str, object] | None = None
    phone: dict[str, object] | None = None
    customer: dict[str, object] | None = None
    billing_descriptor: dict[str, object] | None = None
    metadata: dict[str, object] = field(default_factory=dict)
    authorized: int = 0
    voided: int = 0
    captured: int = 0
    refunded: int = 0
    actions: list[PayfacAction] = field(default_factory=list)
    pending: list[PendingAction] = field(default_factory=list)
    session_id: str | None = None
    challenge: PayfacChallenge | None = None
    retry: PayfacRetry | None = None
    partner: str | None = None

    @property
    def brand(self) -> str:
        """The brand of the card, or nothing."""
        return self.card.brand if self.card else ""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the card, or nothing."""
        return self.card.fingerprint if self.card else ""


@dataclass(slots=True)
class PayoutStep:
    """What happens to a payout by itself when its time comes, with its answer code."""

    id: str
    type: Literal["Payout", "Return"]
    due: float
    code: str


@dataclass(slots=True)
class PayfacPayout:
    """Money sent to a card or a bank account. Amounts are minor units; times seconds since 1970.

    ``source``, ``destination`` and ``sender`` are as the API shows them: of the number of a card
    or an account they hold the last four characters at most. ``steps`` is what follows by
    itself, in its order.
    """

    id: str
    requested_on: float
    amount: int
    currency: str
    kind: Literal["card", "bank"]
    status: Literal["pending", "paid", "declined", "returned"]
    value_date: float
    source: dict[str, object]
    destination: dict[str, object]
    processing_channel_id: str
    reference: str | None = None
    billing_descriptor: dict[str, object] | None = None
    sender: dict[str, object] | None = None
    instruction: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    processed_on: float | None = None
    scheme_id: str | None = None
    actions: list[PayfacAction] = field(default_factory=list)
    steps: list[PayoutStep] = field(default_factory=list)


@dataclass(slots=True)
class FlowlixRefund:
    """A refund of either Flowlix generation; ``status`` pending, succeeded or failed."""

    id: str
    amount: int
    reason: str | None
    status: str
    created_at: float
    updated_at: float
    due: float | None
    completed_at: float | None = None
    decline_code: str | None = None
    fail_code: str | None = None
    provider_id: str | None = None
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class FlowlixStep:
    """Something that happens to a payment by itself when its time comes."""

    due: float
    status: str
    decline_code: str | None = None


@dataclass(slots=True)
class FlowlixPayment:
    """A payment of either Flowlix generation; ``status`` in lower case.

    ``buyer`` is the billing_details or customer object as the API shows it. ``steps`` is what
    follows by itself; ``after_challenge`` is how the payment ends once the holder has agreed.
    """

    id: str
    amount: int
    currency: str
    status: str
    hosted: bool
    created_at: float
    return_url: str | None = None
    merchant_reference: str | None = None
    description: str | None = None
    card: CardFace | None = None
    card_country: str | None = None
    buyer: dict[str, object] | None = None
    metadata: dict[str, object] = field(default_factory=dict)
    decline_code: str | None = None
    challenged: bool = False
    after_challenge: str | None = None
    expires: float | None = None
    steps: list[FlowlixStep] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    refunds: list[FlowlixRefund] = field(default_factory=list)
