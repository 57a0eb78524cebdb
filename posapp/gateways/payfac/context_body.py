"""A PayFac charge by payment context: what the customer agreed to elsewhere, such as at PayPal."""

from __future__ import annotations

from posapp.gateways import json_body
from posapp.gateways.moments import to_iso
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac.minor_units import to_wire
from posapp.gateways.port import Charge
from posapp.gateways.preparing import Problem


def context_problem(charge: Charge, context_id: str) -> Problem | None:
    """What a context cannot be used for."""
    if not is_id(context_id):
        return "context", "PayFac gives no such context ids."
    if charge.amount.minor == 0:
        return "amount", "Only a card can be verified."
    if charge.estimated:
        return "estimated", "Only a card payment can be reserved as an estimate."
    return None


def context_body(charge: Charge, context_id: str) -> json_body.Built:
    """The body; no card is in it, and it is no phone order: the customer agreed online."""
    document: dict[str, object] = {
        "payment_context_id": context_id,
        "amount": to_wire(charge.amount),
        "currency": charge.amount.currency,
        "reference": charge.reference,
    }
    if charge.capture_at is not None:
        document["capture_on"] = to_iso(charge.capture_at)
    else:
        document["capture"] = charge.capture
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)
