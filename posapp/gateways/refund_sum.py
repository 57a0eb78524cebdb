"""How much of a payment its refunds give back."""

from __future__ import annotations

from collections.abc import Iterable

from posapp.model.payment import ActionState, RefundRecord


def refund_sum(refunds: Iterable[RefundRecord], state: ActionState) -> int:
    """The minor units of all refunds in this state."""
    return sum(refund.amount.minor for refund in refunds if refund.state is state)
