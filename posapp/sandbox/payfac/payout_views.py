"""PayFac's answers about payouts.

The details have two shapes. The classic one speaks of instructions for bank accounts and has
``_links``, ``approved`` and the status Returned; the newer one has ``links``, the lower-case
statuses pending, approved and declined, ``processed_on`` and the scheme's id. So bank payouts
take the classic shape and card payouts the newer one, unless a setting forces one of them.
"""

from __future__ import annotations

from typing import Any, Literal

from posapp.sandbox.clock import iso
from posapp.sandbox.payfac import payout_tables
from posapp.sandbox.payfac.views import link
from posapp.sandbox.records import PayfacAction, PayfacPayout

Shape = Literal["by_kind", "classic", "newer"]
_CLASSIC = {"pending": "Pending", "paid": "Paid", "declined": "Declined", "returned": "Returned"}
# The newer shape has no word for a return. What counts is that the recipient has no money.
_NEWER = {"pending": "pending", "paid": "approved", "declined": "declined", "returned": "declined"}


def is_newer(payout: PayfacPayout, shape: Shape) -> bool:
    return shape == "newer" or (shape == "by_kind" and payout.kind == "card")


def status(payout: PayfacPayout, shape: Shape) -> str:
    return (_NEWER if is_newer(payout, shape) else _CLASSIC)[payout.status]


def accepted(payout: PayfacPayout, base: str) -> dict[str, Any]:
    """The 202 answer to a payout request; nothing is paid yet."""
    shown: dict[str, Any] = {
        "id": payout.id,
        "status": "Pending",
        "instruction": {"value_date": iso(payout.value_date)},
        "_links": _links(payout, base),
    }
    return shown | _present({"reference": payout.reference})


def details(payout: PayfacPayout, base: str, shape: Shape) -> dict[str, Any]:
    """A payout as details and list show it, in its shape."""
    shown: dict[str, Any] = {
        "id": payout.id,
        "requested_on": iso(payout.requested_on),
        "source": payout.source,
        "destination": payout.destination,
        "amount": payout.amount,
        "currency": payout.currency,
        "status": status(payout, shape),
        "instruction": {"value_date": iso(payout.value_date), **payout.instruction},
    }
    optional = {
        "reference": payout.reference,
        "billing_descriptor": payout.billing_descriptor,
        "sender": payout.sender,
    }
    if is_newer(payout, shape):
        processed_on = payout.processed_on
        shown["processed_on"] = None if processed_on is None else iso(processed_on)
        shown["metadata"] = payout.metadata
        shown["links"] = _links(payout, base)
        optional["scheme_id"] = payout.scheme_id
    else:
        shown["approved"] = payout.status in ("paid", "returned")
        shown["_links"] = _links(payout, base)
    return shown | _present(optional)


def found(payout: PayfacPayout, shape: Shape) -> dict[str, Any]:
    """A payout among the results of a search."""
    shown: dict[str, Any] = {
        "id": payout.id,
        "requested_on": iso(payout.requested_on),
        "destination": payout.destination,
        "amount": payout.amount,
        "currency": payout.currency,
        "status": status(payout, shape),
        "processing_channel_id": payout.processing_channel_id,
        "actions": [_summary(action) for action in reversed(payout.actions)],
    }
    if is_newer(payout, shape):
        shown["metadata"] = payout.metadata
    optional = {
        "reference": payout.reference,
        "billing_descriptor": payout.billing_descriptor,
        "sender": payout.sender,
    }
    return shown | _present(optional)


def action_entry(action: PayfacAction) -> dict[str, Any]:
    """An element of ``/actions``."""
    shown: dict[str, Any] = {
        **_summary(action),
        "processed_on": iso(action.processed_on),
        "amount": action.amount,
        "approved": action.approved,
        "processing": action.processing,
        "metadata": action.metadata or {},
    }
    return shown | _present({"reference": action.reference})


def _summary(action: PayfacAction) -> dict[str, Any]:
    return {
        "id": action.id,
        "type": action.type,
        "response_code": action.response_code,
        "response_summary": payout_tables.summary(action.response_code),
    }


def _links(payout: PayfacPayout, base: str) -> dict[str, Any]:
    own = f"{base}/payments/{payout.id}"
    return {"self": link(own), "actions": link(f"{own}/actions")}


def _present(optional: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in optional.items() if value is not None}
