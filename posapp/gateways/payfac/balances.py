"""How much of a PayFac payment is reserved, taken, given back and left."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.gateways.payfac import wire
from posapp.gateways.payfac.history import History
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.refund_sum import refund_sum
from posapp.model.payment import ActionKind, ActionState, PaymentStatus

_WHOLLY_CAPTURED = (
    PaymentStatus.CAPTURED,
    PaymentStatus.PARTLY_REFUNDED,
    PaymentStatus.REFUNDED,
)
_RESERVED = (PaymentStatus.AUTHORISED, PaymentStatus.PARTLY_CAPTURED)


@dataclass(frozen=True, slots=True)
class Balances:
    """All in minor units of ours."""

    authorised: int
    voided: int
    capturable: int
    captured: int
    refunded: int
    refundable: int


def balances_from(
    said: wire.PaymentAnswer, status: PaymentStatus, history: History, amount: int
) -> Balances:
    """The gateway's balances; where it gives none, what follows from the history.

    Args:
        amount: what was asked for first, as PayFac writes it.

    Raises:
        Unreadable: an amount that the currency does not have.
    """
    currency = (said.currency or "").upper()
    given = said.balances or wire.Balances()

    def minor(number: int | None) -> int | None:
        return None if number is None else from_wire(number, currency).minor

    asked = from_wire(amount, currency).minor
    captured = minor(given.total_captured)
    if captured is None:
        captured = history.done(ActionKind.CAPTURE)
        if not captured and status in _WHOLLY_CAPTURED:
            captured = asked
    authorised = minor(given.total_authorized)
    if authorised is None:
        authorised = history.done(ActionKind.AUTHORISATION, ActionKind.INCREMENT)
        if not authorised and status.is_success:
            authorised = max(asked, captured)
    voided = minor(given.total_voided)
    if voided is None:
        voided = authorised if status is PaymentStatus.VOIDED else history.done(ActionKind.VOID)
    capturable = minor(given.available_to_capture)
    if capturable is None:
        left = authorised - voided - captured
        # Only a word that says so: after a final capture the rest is gone without a trace.
        capturable = max(0, left) if status in _RESERVED else 0
    pending = refund_sum(history.refunds, ActionState.PENDING)
    # Balances and history come in two answers: a refund that settled in between can be missing
    # in either, so the larger sum and the smaller rest are true.
    refunded = max(minor(given.total_refunded) or 0, refund_sum(history.refunds, ActionState.DONE))
    if given.total_refunded is None and status is PaymentStatus.REFUNDED:
        refunded = max(refunded, captured)
    refundable = max(0, captured - refunded - pending)
    if (told := minor(given.available_to_refund)) is not None:
        refundable = told if given.total_captured is None else min(told, refundable)
    return Balances(
        authorised=authorised,
        voided=voided,
        capturable=capturable,
        captured=captured,
        refunded=refunded,
        refundable=refundable,
    )
