"""Flowlix' documents as they are on the wire, as far as this program uses them."""

from __future__ import annotations

from posapp.gateways.flowlix_answers import MaskedCard, NextAction
from posapp.gateways.wire_types import Amount, Lenient, Moment, Name, Text, Wire, read

__all__ = ["PaymentAnswer", "RefundAnswer", "read"]


class RefundAnswer(Wire):
    """A refund: as answered to the call and as listed in its payment.

    ``failure_*`` is the newer name of ``decline_*``.
    """

    id: Name
    payment_id: Name | None = None
    amount: Amount
    currency: Name | None = None
    status: Name
    reason: Lenient[Text] = None
    created_at: Lenient[Moment] = None
    completed_at: Lenient[Moment] = None
    metadata: Lenient[dict[str, object]] = None


class PaymentAnswer(Wire):
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
    failure_code: Lenient[Text] = None
    failure_message: Lenient[Text] = None
    decline_code: Lenient[Text] = None
    decline_message: Lenient[Text] = None
    refunds: list[RefundAnswer] | None = None
    next_action: Lenient[NextAction] = None
    hosted_payment_url: Lenient[Text] = None
