"""The older Flowlix' documents as they are on the wire, as far as this program uses them."""

from __future__ import annotations

from posapp.gateways.flowlix_answers import MaskedCard, NextAction
from posapp.gateways.wire_types import Amount, Lenient, Moment, Name, Text, Wire, read

__all__ = ["PaymentAnswer", "RefundEntry", "read"]


class RefundEntry(Wire):
    """One refund in a payment's list, oldest first."""

    id: Name
    amount: Amount
    currency: Name | None = None
    status: Name
    reason: Lenient[Text] = None
    created_at: Lenient[Moment] = None
    completed_at: Lenient[Moment] = None


class PaymentAnswer(Wire):
    """A payment. The forerunner of this generation has no ``refunds``, ``refunded_amount`` and
    ``next_action``, and says ``refunded`` in ``status``; so do early payments of this one.
    """

    id: Name
    amount: Amount
    currency: Name
    status: Name
    created: Moment
    livemode: bool | None = None
    metadata: Lenient[dict[str, object]] = None
    card: Lenient[MaskedCard] = None
    decline_code: Lenient[Text] = None
    decline_message: Lenient[Text] = None
    failure_code: Lenient[Text] = None
    failure_message: Lenient[Text] = None
    refunded_at: Lenient[Moment] = None
    refunded_amount: Amount | None = None
    refunds: list[RefundEntry] | None = None
    next_action: Lenient[NextAction] = None
    redirect_url: Lenient[Text] = None
