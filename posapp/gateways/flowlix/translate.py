"""From Flowlix' documents to our payment."""

from __future__ import annotations

from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.declines import decline_for
from posapp.gateways.flowlix_answers import (
    REFERENCE,
    action_address,
    card_summary,
    charge_history,
    money_said,
)
from posapp.gateways.flowlix_declines import refund_failed
from posapp.gateways.moments import from_unix
from posapp.gateways.outside_text import plain, web_address
from posapp.gateways.refund_sum import refund_sum
from posapp.model.payment import ActionState, Payment, PaymentStatus, RefundRecord

REASON = "reason"
"""The metadata member under which a refund of ours carries the clerk's words."""

STATUSES = {
    "pending": PaymentStatus.PENDING,
    "processing": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.ACTION_NEEDED,
    "succeeded": PaymentStatus.CAPTURED,
    "failed": PaymentStatus.DECLINED,
    "canceled": PaymentStatus.CANCELED,
    "expired": PaymentStatus.EXPIRED,
}
_REFUND_STATES = {
    "pending": ActionState.PENDING,
    "succeeded": ActionState.DONE,
    "failed": ActionState.FAILED,
}


def payment_from(said: wire.PaymentAnswer, *, account: str, request_id: str) -> Payment:
    """The payment as it was told. What can be refunded is read, never worked out, where it is told.

    Raises:
        Unreadable: a currency that does not exist, or a moment beyond all calendars.
    """
    status = STATUSES.get(said.status.lower(), PaymentStatus.UNKNOWN)
    page = web_address(said.hosted_payment_url)
    if status is PaymentStatus.PENDING and page and said.card is None:
        status = PaymentStatus.ACTION_NEEDED  # nobody has typed a card on the page yet
    amount = money_said(said.amount, said.currency)
    refunds = tuple(refund_from(entry, amount.currency) for entry in said.refunds or ())
    captured = refundable = 0
    refunded = said.amount_refunded
    if refunded is None:
        refunded = refund_sum(refunds, ActionState.DONE)
    pending = refund_sum(refunds, ActionState.PENDING)
    if status is PaymentStatus.CAPTURED:
        captured = amount.minor
        refundable = max(0, captured - refunded - pending)
        # Before success the member means nothing.
        if said.amount_refundable is not None:
            refundable = said.amount_refundable
        if refunded:
            whole = refunded >= captured
            status = PaymentStatus.REFUNDED if whole else PaymentStatus.PARTLY_REFUNDED
    decline = decline_for(*said.why) if status is PaymentStatus.DECLINED else None
    moments = said.status_transitions or wire.Transitions()
    acting = status is PaymentStatus.ACTION_NEEDED
    return Payment(
        account=account,
        id=said.id,
        reference=_reference(said),
        amount=amount,
        status=status,
        status_said=plain(said.status, 40),
        created_at=from_unix(said.created_at),
        authorised=captured,
        captured=captured,
        refunded=refunded,
        refund_pending=pending,
        refundable=refundable,
        live=said.livemode,
        card=card_summary(said.card),
        decline=decline,
        action_url=(page or action_address(said.next_action)) if acting else "",
        refunds=refunds,
        history=charge_history(
            said.id,
            amount,
            captured=captured > 0,
            decline=decline,
            succeeded_at=moments.succeeded_at,
            failed_at=moments.failed_at,
        ),
        request_id=request_id,
    )


def refund_from(said: wire.RefundAnswer, currency: str) -> RefundRecord:
    """One refund; a state that is not known counts as not finished."""
    moment = said.completed_at or said.created_at
    state = _REFUND_STATES.get(said.status.lower(), ActionState.PENDING)
    words = (said.metadata or {}).get(REASON)
    return RefundRecord(
        id=said.id,
        amount=money_said(said.amount, said.currency or currency),
        state=state,
        at=from_unix(moment) if moment else None,
        reason=plain(words if isinstance(words, str) else said.reason),
        decline=refund_failed(*said.why) if state is ActionState.FAILED else None,
    )


def _reference(said: wire.PaymentAnswer) -> str:
    kept = (said.metadata or {}).get(REFERENCE)
    return said.merchant_reference or (kept if isinstance(kept, str) else "")
