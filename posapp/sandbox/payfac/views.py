"""PayFac's answers, built from the records at the moment they are asked for."""

from __future__ import annotations

from typing import Any

from posapp.sandbox.clock import iso
from posapp.sandbox.payfac import settling, tables
from posapp.sandbox.records import PayfacAction, PayfacPayment

SCHEMES = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club International",
    "jcb": "JCB",
    "maestro": "Maestro",
}


def link(address: str) -> dict[str, str]:
    return {"href": address}


def links(payment: PayfacPayment, base: str) -> dict[str, Any]:
    """``self`` and ``actions``, and what can be done with the payment now."""
    own = f"{base}/payments/{payment.id}"
    found: dict[str, Any] = {"self": link(own), "actions": link(f"{own}/actions")}
    if payment.outcome == "authorized":
        if settling.to_take(payment):
            if payment.authorization_type == "Estimated" and not payment.captured:
                found["authorize"] = link(f"{own}/authorizations")
            found["capture"] = link(f"{own}/captures")
            found["void"] = link(f"{own}/voids")
        if settling.to_refund(payment):
            found["refund"] = link(f"{own}/refunds")
    if payment.outcome == "retry":
        found["cancel"] = link(f"{own}/cancellations")
    if payment.outcome == "pending" and payment.challenge is not None:
        found["redirect"] = link(f"{base}/3ds/{payment.challenge.session}")
    return found


def balances(payment: PayfacPayment) -> dict[str, int]:
    return {
        "total_authorized": payment.authorized,
        "total_voided": payment.voided,
        "available_to_void": settling.to_take(payment),
        "total_captured": payment.captured,
        "available_to_capture": settling.to_take(payment),
        "total_refunded": payment.refunded,
        "available_to_refund": settling.to_refund(payment),
    }


def approved(payment: PayfacPayment) -> bool:
    return payment.outcome in ("authorized", "verified")


def source(payment: PayfacPayment) -> dict[str, Any]:
    """The masked card, or the partner who paid."""
    card = payment.card
    if card is None:
        holder = {"full_name": "Training account"}
        return {"type": payment.partner, "account_holder": holder}
    shown: dict[str, Any] = {
        "type": "card",
        "expiry_month": card.expiry_month,
        "expiry_year": card.expiry_year,
        "last4": card.last4,
        "bin": card.first6,
        "fingerprint": card.fingerprint,
        "scheme": SCHEMES.get(card.brand, "Unknown"),
        "card_type": payment.card_type,
        "card_category": "Consumer",
        "issuer_country": "GB",
        "product_id": "F",
        "product_type": f"{SCHEMES.get(card.brand, 'Card')} Classic",
    }
    if approved(payment):
        shown["id"] = payment.source_id
    optional = {
        "name": card.holder,
        "avs_check": payment.avs_check,
        "cvv_check": payment.cvv_check,
        "billing_address": payment.billing_address,
        "phone": payment.phone,
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def _processing(payment: PayfacPayment, action: PayfacAction) -> dict[str, str]:
    shown = dict(action.processing)
    advice = tables.ADVICE.get(action.response_code)
    if advice and payment.brand in ("visa", "mastercard"):
        shown["recommendation_code"] = advice
    return shown


def created(payment: PayfacPayment, action: PayfacAction, base: str) -> dict[str, Any]:
    """The 201 answer to a payment request: approved or declined."""
    shown: dict[str, Any] = {
        "id": payment.id,
        "action_id": action.id,
        "amount": payment.amount,
        "currency": payment.currency,
        "approved": approved(payment),
        "status": settling.status(payment),
        "response_code": action.response_code,
        "response_summary": tables.summary(action.response_code),
        "processed_on": iso(action.processed_on),
        "risk": {"flagged": action.response_code.startswith("4")},
        "source": source(payment),
        "processing": _processing(payment, action),
        "_links": links(payment, base),
    }
    if approved(payment) and payment.card:
        shown["scheme_id"] = payment.scheme_id
    if payment.outcome == "authorized":
        shown["balances"] = balances(payment)
    return shown | _optional(payment) | _auth_code(action)


def pending(payment: PayfacPayment, base: str) -> dict[str, Any]:
    """The 202 answer while the cardholder has to act."""
    shown: dict[str, Any] = {
        "id": payment.id,
        "status": settling.status(payment),
        "approved": False,
        "3ds": {"downgraded": False, "enrolled": "Y"},
        "_links": links(payment, base),
    }
    optional = {"reference": payment.reference, "customer": payment.customer}
    return shown | {name: value for name, value in optional.items() if value is not None}


def details(payment: PayfacPayment, base: str, *, with_actions: bool = False) -> dict[str, Any]:
    """A payment as details, list and search show it."""
    shown: dict[str, Any] = {
        "id": payment.id,
        "requested_on": iso(payment.requested_on),
        "source": source(payment),
        "amount": payment.amount,
        "currency": payment.currency,
        "payment_type": payment.payment_type,
        "status": settling.status(payment),
        "approved": approved(payment),
        "balances": balances(payment),
        "risk": {"flagged": payment.response_code.startswith("4")},
        "metadata": payment.metadata,
        "_links": links(payment, base),
    }
    if payment.card:
        shown["scheme_id"] = payment.scheme_id
    if with_actions:
        shown["actions"] = [
            {
                "id": action.id,
                "type": action.type,
                "response_code": action.response_code,
                "response_summary": tables.summary(action.response_code),
            }
            for action in reversed(payment.actions)
        ]
    return shown | _optional(payment)


def _optional(payment: PayfacPayment) -> dict[str, Any]:
    retry = payment.retry
    optional = {
        "reference": payment.reference,
        "description": payment.description,
        "customer": payment.customer,
        "billing_descriptor": payment.billing_descriptor,
        "expires_on": iso(payment.expires_on) if payment.expires_on is not None else None,
        "retry": retry
        and {
            "max_attempts": retry.max_attempts,
            "next_attempt_on": iso(retry.next_attempt),
            "ends_on": iso(retry.ends),
        },
    }
    return {name: value for name, value in optional.items() if value is not None}


def _auth_code(action: PayfacAction) -> dict[str, Any]:
    return {} if action.auth_code is None else {"auth_code": action.auth_code}


def action_entry(payment: PayfacPayment, action: PayfacAction) -> dict[str, Any]:
    """An element of ``/actions``."""
    shown: dict[str, Any] = {
        "id": action.id,
        "type": action.type,
        "processed_on": iso(action.processed_on),
        "amount": action.amount,
        "approved": action.approved,
        "response_code": action.response_code,
        "response_summary": tables.summary(action.response_code),
        "processing": _processing(payment, action),
        "metadata": action.metadata or {},
    }
    optional = {"authorization_type": action.authorization_type, "reference": action.reference}
    present = {name: value for name, value in optional.items() if value is not None}
    return shown | present | _auth_code(action)


def incremented(payment: PayfacPayment, action: PayfacAction, base: str) -> dict[str, Any]:
    """The 201 answer to an increment; ``amount`` is the increment, not the new total."""
    shown: dict[str, Any] = {
        "action_id": action.id,
        "amount": action.amount,
        "currency": payment.currency,
        "approved": action.approved,
        "status": "Authorized" if action.approved else "Declined",
        "response_code": action.response_code,
        "response_summary": tables.summary(action.response_code),
        "processed_on": iso(action.processed_on),
        "balances": balances(payment),
        "processing": _processing(payment, action),
        "scheme_id": payment.scheme_id,
        "_links": links(payment, base),
    }
    if payment.expires_on is not None:
        shown["expires_on"] = iso(payment.expires_on)
    if action.reference is not None:
        shown["reference"] = action.reference
    return shown | _auth_code(action)


def accepted(payment: PayfacPayment, action_id: str, reference: str, base: str) -> dict[str, Any]:
    """The 202 answer to an asynchronous action."""
    own = f"{base}/payments/{payment.id}"
    return {
        "action_id": action_id,
        "reference": reference,
        "_links": {"payment": link(own), "actions": link(f"{own}/actions")},
    }
