"""The older Flowlix' documents as they are on the wire, as far as this program uses them."""

from __future__ import annotations

from posapp.gateways.flowlix_answers import MaskedCard, NextAction, Refusal
from posapp.gateways.wire_types import Amount, Lenient, Moment, Name, Text, read

__all__ = ["PaymentAnswer", "RefundEntry", "read"]


class RefundEntry(Refusal):
    """One refund in a payment's list, oldest first."""

    id: Name
    amount: Amount
    currency: Name | None = None
    status: Name
    reason: Lenient[Text] = None
    created_at: Lenient[Moment] = None
    completed_at: Lenient[Moment] = None


class PaymentAnswer(Refusal):
    """A payment. The forerunner of this generation has no ``refunds``, ``refunded_amount`` and
    ``next_action``, and says ``refunded`` in ``status``; so do early payments of this one. Its
    guide calls the address of the hosted page ``hpp_url``, its reference ``redirect_url``.
    """

    id: Name
    amount: Amount
    currency: Name
    status: Name
    created: Moment
    livemode: bool | None = None
    metadata: Lenient[dict[str, object]] = None
    card: Lenient[MaskedCard] = None
    succeeded_at: Lenient[Moment] = None
    failed_at: Lenient[Moment] = None
    refunded_at: Lenient[Moment] = None
    refunded_amount: Amount | None = None
    refunds: list[RefundEntry] | None = None
    next_action: Lenient[NextAction] = None
    redirect_url: Lenient[Text] = None
    hpp_url: Lenient[Text] = None

    @property
    def of_forerunner(self) -> bool:
        """Whether the forerunner wrote this: this generation writes all three, if only null."""
        return not self.model_fields_set & {"refunds", "refunded_amount", "next_action"}
