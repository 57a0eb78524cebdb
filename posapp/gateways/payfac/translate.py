"""From PayFac's documents to our payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from posapp.gateways.card_brands import brand_name
from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import plain, web_address
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.declines import address_check, code_check, decline_for
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.refund_sum import refund_sum
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import CardSummary, Expiry
from posapp.model.payment import ActionState, Decline, Payment, PaymentStatus, RefundRecord

STATUSES = {
    "pending": PaymentStatus.PENDING,
    "retryscheduled": PaymentStatus.RETRY_SCHEDULED,
    "authorized": PaymentStatus.AUTHORISED,
    "cardverified": PaymentStatus.VERIFIED,
    "voided": PaymentStatus.VOIDED,
    "partiallycaptured": PaymentStatus.PARTLY_CAPTURED,
    "captured": PaymentStatus.CAPTURED,
    "partiallyrefunded": PaymentStatus.PARTLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "declined": PaymentStatus.DECLINED,
    "canceled": PaymentStatus.CANCELED,
    "expired": PaymentStatus.EXPIRED,
}
"""Status words without blanks, in lower case. All others (``Paid`` and ``Returned`` belong to
payouts, new ones may come) are UNKNOWN."""

_WHOLLY_CAPTURED = (
    PaymentStatus.CAPTURED,
    PaymentStatus.PARTLY_REFUNDED,
    PaymentStatus.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class _Balances:
    captured: int
    refunded: int
    refundable: int


def is_complete(said: wire.PaymentAnswer) -> bool:
    """Whether an answer to a charge says enough to be compared with what was asked."""
    return None not in (said.status, said.amount, said.currency, said.reference)


def payment_from(
    said: wire.PaymentAnswer,
    *,
    account: str,
    now: datetime,
    request_id: str,
    actions: Sequence[wire.Action] = (),
) -> Payment:
    """The payment as it was told.

    Args:
        now: taken as the time of creation where the document has none.
        actions: the history, newest first; refunds and the reason of a refusal stand only there.

    Raises:
        Unreadable: amount, currency or status are missing or make no sense.
    """
    if said.status is None or said.amount is None or said.currency is None:
        raise Unreadable
    status = _status(said)
    currency = said.currency.upper()
    refunds = tuple(
        _refund(entry, currency) for entry in reversed(actions) if entry.type.lower() == "refund"
    )
    balances = _balances(said, status, actions, refunds)
    created = said.requested_on or said.processed_on
    return Payment(
        account=account,
        id=said.id,
        reference=said.reference or "",
        amount=from_wire(said.amount, currency),
        status=status,
        status_said=plain(said.status, 40),
        created_at=from_iso(created) if created else now,
        captured=balances.captured,
        refunded=balances.refunded,
        refund_pending=refund_sum(refunds, ActionState.PENDING),
        refundable=balances.refundable,
        card=_card(said.source),
        auth_code=plain(said.auth_code or _auth_code(actions), 40),
        address_check=address_check(said.source.avs_check) if said.source else None,
        code_check=code_check(said.source.cvv_check) if said.source else None,
        decline=_decline(said, actions) if status is PaymentStatus.DECLINED else None,
        action_url=_redirect(said) if status is PaymentStatus.ACTION_NEEDED else "",
        refunds=refunds,
        request_id=request_id,
    )


def _status(said: wire.PaymentAnswer) -> PaymentStatus:
    word = "".join(c for c in (said.status or "").lower() if c.isalpha())
    status = STATUSES.get(word, PaymentStatus.UNKNOWN)
    first = (said.response_code or "")[:1]
    # An answer that contradicts itself proves neither the one nor the other.
    if status.is_success and (said.approved is False or first in ("2", "3", "4", "5")):
        return PaymentStatus.UNKNOWN
    if status is PaymentStatus.DECLINED and (said.approved is True or first == "1"):
        return PaymentStatus.UNKNOWN
    if status is PaymentStatus.PENDING and _redirect(said):
        return PaymentStatus.ACTION_NEEDED
    return status


def _redirect(said: wire.PaymentAnswer) -> str:
    link = said.links.redirect if said.links else None
    return web_address(link.href) if link else ""


def _balances(
    said: wire.PaymentAnswer,
    status: PaymentStatus,
    actions: Sequence[wire.Action],
    refunds: Sequence[RefundRecord],
) -> _Balances:
    """The gateway's balances; where it gives none, what follows from the history."""
    currency = (said.currency or "").upper()
    given = said.balances or wire.Balances()

    def minor(number: int) -> int:
        return from_wire(number, currency).minor

    captured = given.total_captured
    if captured is None:
        captured = sum(
            entry.amount or 0
            for entry in actions
            if entry.type.lower() == "capture" and entry.approved
        )
        if not captured and status in _WHOLLY_CAPTURED:
            captured = said.amount or 0
    refunded = refund_sum(refunds, ActionState.DONE)
    if given.total_refunded is not None:
        refunded = minor(given.total_refunded)
    elif status is PaymentStatus.REFUNDED:
        refunded = max(refunded, minor(captured))
    if given.available_to_refund is not None:
        refundable = minor(given.available_to_refund)
    else:
        refundable = max(0, minor(captured) - refunded - refund_sum(refunds, ActionState.PENDING))
    return _Balances(minor(captured), refunded, refundable)


def _refund(entry: wire.Action, currency: str) -> RefundRecord:
    if entry.amount is None:
        raise Unreadable
    state = {True: ActionState.DONE, False: ActionState.FAILED, None: ActionState.PENDING}
    return RefundRecord(
        id=entry.id,
        amount=from_wire(entry.amount, currency),
        state=state[entry.approved],
        at=from_iso(entry.processed_on) if entry.processed_on else None,
    )


def _card(source: wire.Source | None) -> CardSummary | None:
    if source is None or source.last4 is None:
        return None
    expiry = None
    if source.expiry_month and source.expiry_year:
        expiry = Expiry(source.expiry_month, source.expiry_year)
    return CardSummary(
        brand=brand_name(source.scheme),
        last4=source.last4,
        first6=(source.bin or "")[:6],
        expiry=expiry,
    )


def _latest_try(actions: Sequence[wire.Action]) -> wire.Action | None:
    kinds = ("authorization", "cardverification")
    for entry in actions:
        if "".join(c for c in entry.type.lower() if c.isalpha()) in kinds:
            return entry
    return None


def _auth_code(actions: Sequence[wire.Action]) -> str | None:
    entry = _latest_try(actions)
    return entry.auth_code if entry else None


def _decline(said: wire.PaymentAnswer, actions: Sequence[wire.Action]) -> Decline:
    told: wire.PaymentAnswer | wire.Action = said
    if said.response_code is None:
        told = _latest_try(actions) or said
    advice = told.processing.recommendation_code if told.processing else None
    return decline_for(told.response_code, told.response_summary, recommendation=advice)
