"""Flowlix' documents as they are on the wire, as far as this program uses them."""

from __future__ import annotations

from posapp.gateways.flowlix_answers import MaskedCard, NextAction, Refusal
from posapp.gateways.wire_types import Amount, Lenient, Moment, Name, Text, Wire, read

__all__ = ["Notice", "PaymentAnswer", "RefundAnswer", "read"]


class RefundAnswer(Refusal):
    """A refund: as answered to the call and as listed in its payment."""

    id: Name
    payment_id: Name | None = None
    amount: Amount
    currency: Name | None = None
    status: Name
    reason: Lenient[Text] = None
    created_at: Lenient[Moment] = None
    completed_at: Lenient[Moment] = None
    metadata: Lenient[dict[str, object]] = None


class Transitions(Wire):
    """When a payment came into its statuses."""

    succeeded_at: Lenient[Moment] = None
    failed_at: Lenient[Moment] = None


class PaymentAnswer(Refusal):
    """A payment: as answered to a charge, as read and as listed."""

    id: Name
    amount: Amount
    currency: Name
    status: Name
    created_at: Moment
    livemode: bool | None = None
    amount_refunded: Amount | None = None
    amount_refundable: Amount | None = None
    merchant_reference: Text | None = None
    metadata: Lenient[dict[str, object]] = None
    card: Lenient[MaskedCard] = None
    refunds: list[RefundAnswer] | None = None
    next_action: Lenient[NextAction] = None
    hosted_payment_url: Lenient[Text] = None
    status_transitions: Lenient[Transitions] = None


class Subject(Wire):
    """What a notice is about: the one or the other, as reading it would have shown it."""

    payment: PaymentAnswer | None = None
    refund: RefundAnswer | None = None


class Notice(Wire):
    """The body of a webhook."""

    id: Name
    type: Name
    created_at: Moment
    livemode: bool
    data: Subject
