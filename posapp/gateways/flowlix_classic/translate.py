"""From the older Flowlix' documents to our payment."""

from __future__ import annotations

from posapp.gateways.flowlix_answers import (
    REFERENCE,
    action_address,
    card_summary,
    charge_history,
    money_said,
)
from posapp.gateways.flowlix_classic import wire
from posapp.gateways.flowlix_classic.declines import decline_for
from posapp.gateways.flowlix_declines import refund_failed
from posapp.gateways.moments import from_unix
from posapp.gateways.outside_text import plain, web_address
from posapp.gateways.refund_sum import refund_sum
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment, PaymentStatus, RefundRecord

STATUSES = {
    "pending": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.ACTION_NEEDED,
    "succeeded": PaymentStatus.CAPTURED,
    "refunded": PaymentStatus.REFUNDED,
    "failed": PaymentStatus.DECLINED,
    "canceled": PaymentStatus.CANCELED,
    "expired": PaymentStatus.EXPIRED,
}
_REFUND_STATES = {
    "pending": ActionState.PENDING,
    "succeeded": ActionState.DONE,
    "failed": ActionState.FAILED,
}
_TAKEN = (PaymentStatus.CAPTURED, PaymentStatus.REFUNDED)


def payment_from(said: wire.PaymentAnswer, *, account: str, request_id: str) -> Payment:
    """The payment as it was told; what is left to refund follows from its refunds.

    Raises:
        Unreadable: a currency that does not exist, or a moment beyond all calendars.
    """
    status = STATUSES.get(said.status.lower(), PaymentStatus.UNKNOWN)
    page = web_address(said.redirect_url) or web_address(said.hpp_url)
    if status is PaymentStatus.PENDING and page and said.card is None:
        status = PaymentStatus.ACTION_NEEDED  # nobody has typed a card on the page yet
    amount = money_said(said.amount, said.currency)
    refunds = _refunds(said, status, amount)
    captured = amount.minor if status in _TAKEN else 0
    refunded = refund_sum(refunds, ActionState.DONE)
    if said.refunded_amount is not None:
        refunded = said.refunded_amount
    if status is PaymentStatus.REFUNDED:
        refunded = captured
    pending = refund_sum(refunds, ActionState.PENDING)
    if status is PaymentStatus.CAPTURED and refunded:
        whole = refunded >= captured
        status = PaymentStatus.REFUNDED if whole else PaymentStatus.PARTLY_REFUNDED
    acting = status is PaymentStatus.ACTION_NEEDED
    decline = decline_for(*said.why) if status is PaymentStatus.DECLINED else None
    return Payment(
        account=account,
        id=said.id,
        reference=_reference(said),
        amount=amount,
        status=status,
        status_said=plain(said.status, 40),
        created_at=from_unix(said.created),
        authorised=captured,
        captured=captured,
        refunded=refunded,
        refund_pending=pending,
        refundable=max(0, captured - refunded - pending),
        refund_whole_only=said.of_forerunner,
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
            succeeded_at=said.succeeded_at,
            failed_at=said.failed_at,
        ),
        request_id=request_id,
    )


def _refunds(
    said: wire.PaymentAnswer, status: PaymentStatus, amount: Money
) -> tuple[RefundRecord, ...]:
    if said.refunds:
        return tuple(_refund(entry, amount.currency) for entry in said.refunds)
    if status is not PaymentStatus.REFUNDED:
        return ()
    # The forerunner refunds a payment as a whole and once: its id names the refund as well.
    at = from_unix(said.refunded_at) if said.refunded_at else None
    return (RefundRecord(id=said.id, amount=amount, state=ActionState.DONE, at=at),)


def _refund(said: wire.RefundEntry, currency: str) -> RefundRecord:
    """One refund; a state that is not known counts as not finished."""
    moment = said.completed_at or said.created_at
    state = _REFUND_STATES.get(said.status.lower(), ActionState.PENDING)
    return RefundRecord(
        id=said.id,
        amount=money_said(said.amount, said.currency or currency),
        state=state,
        at=from_unix(moment) if moment else None,
        reason=plain(said.reason),
        decline=refund_failed(*said.why) if state is ActionState.FAILED else None,
    )


def _reference(said: wire.PaymentAnswer) -> str:
    kept = (said.metadata or {}).get(REFERENCE)
    return kept if isinstance(kept, str) else ""
