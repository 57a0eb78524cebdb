"""From PayFac's documents to our payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from posapp.gateways.card_brands import brand_name
from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import plain, web_address
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.balances import balances_from
from posapp.gateways.payfac.declines import address_check, code_check, decline_told
from posapp.gateways.payfac.history import History
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.refund_sum import refund_sum
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import CardSummary, Expiry
from posapp.model.payment import ActionState, Decline, Payment, PaymentStatus

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


def is_complete(said: wire.PaymentAnswer) -> bool:
    """Whether an answer to a charge says enough to be compared with what was asked."""
    return None not in (said.status, _amount(said), said.currency, said.reference)


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
    amount = _amount(said)
    if said.status is None or amount is None or said.currency is None:
        raise Unreadable
    status = _status(said)
    currency = said.currency.upper()
    history = History(actions, currency)
    balances = balances_from(said, status, history, amount)
    created = said.requested_on or said.processed_on
    return Payment(
        account=account,
        id=said.id,
        reference=said.reference or "",
        amount=from_wire(amount, currency),
        status=status,
        status_said=plain(said.status, 40),
        created_at=from_iso(created) if created else now,
        authorised=balances.authorised,
        voided=balances.voided,
        capturable=balances.capturable,
        capture_by=_moment(said.expires_on) if balances.capturable else None,
        estimated=history.estimated,
        captured=balances.captured,
        refunded=balances.refunded,
        refund_pending=refund_sum(history.refunds, ActionState.PENDING),
        refundable=balances.refundable,
        card=_card(said.source),
        auth_code=plain(said.auth_code or _auth_code(history), 40),
        address_check=address_check(said.source.avs_check) if said.source else None,
        code_check=code_check(said.source.cvv_check) if said.source else None,
        decline=_decline(said, history) if status is PaymentStatus.DECLINED else None,
        action_url=_redirect(said) if status is PaymentStatus.ACTION_NEEDED else "",
        refunds=history.refunds,
        history=history.others,
        request_id=request_id,
    )


def _word(text: str | None) -> str:
    """A word of the API without blanks and capitals: its spelling varies."""
    return "".join(c for c in (text or "").lower() if c.isalpha())


def _status(said: wire.PaymentAnswer) -> PaymentStatus:
    status = STATUSES.get(_word(said.status), PaymentStatus.UNKNOWN)
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


def _amount(said: wire.PaymentAnswer) -> int | None:
    """What was asked for; a verification, which asks for nothing, may leave it out."""
    if said.amount is None and STATUSES.get(_word(said.status)) is PaymentStatus.VERIFIED:
        return 0
    return said.amount


def _moment(text: str | None) -> datetime | None:
    """A moment that is only shown: left out when it cannot be read."""
    try:
        return from_iso(text) if text else None
    except Unreadable:
        return None


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


def _auth_code(history: History) -> str | None:
    return history.latest_try.auth_code if history.latest_try else None


def _decline(said: wire.PaymentAnswer, history: History) -> Decline:
    told: wire.PaymentAnswer | wire.Action = said
    if said.response_code is None:
        told = history.latest_try or said
    return decline_told(told)
