"""What PayFac says about a payout, in whichever of its shapes.

Payouts to bank accounts come in the older shape (``_links``, ``approved``, Pending, Paid,
Declined, Returned), those to cards in the newer one (``links``, no ``approved``, pending,
approved, declined). Both are read alike: what they call paid and approved is the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from posapp.gateways.card_brands import brand_name
from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import is_id, plain
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.history import History
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.payfac.payout_declines import payout_decline
from posapp.gateways.port import Prepared
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import Decline
from posapp.model.payout import Payout, PayoutStatus

_STATUSES = {
    "pending": PayoutStatus.PENDING,
    "paid": PayoutStatus.PAID,
    "approved": PayoutStatus.PAID,
    "declined": PayoutStatus.DECLINED,
    "returned": PayoutStatus.RETURNED,
}
_FROM_US = ("currency_account", "entity")


def is_payout(document: object) -> bool:
    """Whether a document is certainly about money sent out: it goes somewhere, and comes from us
    or from nowhere that is told.

    A source that does not tell its kind leaves it to the newer shape, which alone has ``links``.
    In doubt it is none: a payment that is taken for a payout would be looked for in vain.
    """
    if not isinstance(document, dict) or not isinstance(document.get("destination"), dict):
        return False
    source = document.get("source")
    if source is None:
        return True
    kind = source.get("type") if isinstance(source, dict) else None
    if kind is None:
        return isinstance(document.get("links"), dict) and document.get("_links") is None
    return isinstance(kind, str) and kind.lower() in _FROM_US


def is_payment(document: object) -> bool:
    """Whether a document is certainly about money that came in: it names who paid, or goes nowhere.

    In doubt it is none: a payout that is taken for a payment would be looked for in vain.
    """
    if not isinstance(document, dict):
        return False
    source = document.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    if isinstance(kind, str):
        return kind.lower() not in _FROM_US
    return not isinstance(document.get("destination"), dict)


def accepted_payout(
    prepared: Prepared, document: object, *, account: str, request_id: str
) -> Payout:
    """What a request was answered: taken in, and never more than that.

    Raises:
        Unreadable: the answer names no payout, or is about another one.
    """
    said = wire.read(wire.PayoutAnswer, document)
    if not is_id(said.id) or not _is_about(said, prepared):
        raise Unreadable
    status = _status(said)
    if status not in (PayoutStatus.PENDING, PayoutStatus.DECLINED):
        status = PayoutStatus.PENDING if said.status is None else PayoutStatus.UNKNOWN
    declined = status is PayoutStatus.DECLINED
    return Payout(
        account=account,
        id=said.id,
        reference=prepared.reference,
        amount=prepared.amount,
        status=status,
        status_said=plain(said.status, 40),
        decline=payout_decline(said.response_code, said.response_summary) if declined else None,
        request_id=request_id,
    )


def payout_from(
    document: object, *, account: str, request_id: str, actions: Sequence[wire.Action] = ()
) -> Payout:
    """A payout as it is read or listed.

    Raises:
        Unreadable: it is none, or says nothing certain of its amount.
    """
    said = wire.read(wire.PayoutAnswer, document)
    if said.amount is None or said.currency is None or said.status is None:
        raise Unreadable
    currency = said.currency.upper()
    history = History(actions, currency).others
    status = _status(said)
    return Payout(
        account=account,
        id=said.id,
        reference=said.reference or "",
        amount=from_wire(said.amount, currency),
        status=status,
        status_said=plain(said.status, 40),
        created_at=from_iso(said.requested_on) if said.requested_on else None,
        to=_to(said.destination),
        decline=_why(status, actions),
        history=history,
        request_id=request_id,
    )


def _is_about(said: wire.PayoutAnswer, prepared: Prepared) -> bool:
    """Whether nothing in the answer speaks of another payout; most of it may be left out."""
    currency = (said.currency or prepared.amount.currency).upper()
    amount = prepared.amount if said.amount is None else from_wire(said.amount, currency)
    return (
        currency == prepared.amount.currency
        and amount == prepared.amount
        and said.reference in (prepared.reference, None)
    )


def _status(said: wire.PayoutAnswer) -> PayoutStatus:
    word = (said.status or "").lower()
    status = _STATUSES.get(word, PayoutStatus.UNKNOWN)
    # The older shape says it twice; one that contradicts itself proves nothing.
    if status is PayoutStatus.PAID and said.approved is False:
        return PayoutStatus.UNKNOWN
    if status is PayoutStatus.DECLINED and said.approved:
        return PayoutStatus.UNKNOWN
    return status


def _why(status: PayoutStatus, actions: Sequence[wire.Action]) -> Decline | None:
    """Why the money did not arrive, or did not stay."""
    wanted = {PayoutStatus.DECLINED: "payout", PayoutStatus.RETURNED: "return"}.get(status)
    for action in actions:
        if wanted and action.type.lower() == wanted:
            return payout_decline(action.response_code, action.response_summary)
    return None


def _to(destination: wire.PayoutDestination | None) -> str:
    if destination is None:
        return ""
    end = f"…{destination.last4}" if destination.last4 else ""
    if destination.scheme:
        return f"{brand_name(destination.scheme)} {end}".strip()
    return " ".join(part for part in (plain(destination.country, 2), end) if part)
