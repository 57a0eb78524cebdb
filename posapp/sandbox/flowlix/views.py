"""The Payment and Refund objects of Flowlix, built from the records when asked for."""

from __future__ import annotations

from typing import Any

from posapp.sandbox.flowlix_rules import lifecycle, tables
from posapp.sandbox.flowlix_rules.browser import Browser
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund

_TRANSITIONS = ("requires_action", "processing", "succeeded", "failed", "canceled", "expired")


def status(record: FlowlixPayment) -> str:
    """The status as this API prints it."""
    return record.status.upper()


def payment(record: FlowlixPayment, browser: Browser, *, failure_names: bool) -> dict[str, Any]:
    """The Payment object; what is not set is null."""
    hosted_url = browser.hosted_url(record) if record.hosted else None
    next_action = None
    if record.status == "requires_action":
        next_url = browser.challenge_url(record) if record.challenged else hosted_url
        next_action = {"redirect_url": next_url}
    shown: dict[str, Any] = {
        "id": record.id,
        "amount": record.amount,
        "currency": record.currency,
        "status": status(record),
        "integration_type": "HOSTED_PAYMENT_PAGE" if record.hosted else "DIRECT",
        "amount_refunded": lifecycle.refunded(record),
        "amount_refundable": lifecycle.refundable(record),
        "created_at": int(record.created_at),
        "livemode": False,
        "merchant_reference": record.merchant_reference,
        "description": record.description,
        "card": _card(record),
        "billing_details": record.buyer,
        "metadata": record.metadata,
        "hosted_payment_url": hosted_url,
        "refunds": [refund(record, entry, failure_names) for entry in record.refunds],
        "status_transitions": {
            f"{name}_at": _second(record.times.get(name)) for name in _TRANSITIONS
        },
        "next_action": next_action,
    }
    return shown | _decline(record.decline_code, failure_names)


def refund(record: FlowlixPayment, entry: FlowlixRefund, failure_names: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": entry.id,
        "payment_id": record.id,
        "amount": entry.amount,
        "currency": record.currency,
        "reason": entry.reason,
        "status": entry.status.upper(),
        "created_at": int(entry.created_at),
        "updated_at": int(entry.updated_at),
        "livemode": False,
        "metadata": entry.metadata,
        "completed_at": _second(entry.completed_at),
    }
    return shown | _decline(entry.decline_code, failure_names)


def _card(record: FlowlixPayment) -> dict[str, Any] | None:
    card = record.card
    if card is None:
        return None
    return {
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.expiry_month,
        "exp_year": card.expiry_year,
        "country": record.card_country,
    }


def _decline(code: str | None, failure_names: bool) -> dict[str, Any]:
    shown = {"decline_code": code, "decline_message": tables.message(code)}
    if failure_names:
        shown |= {"failure_code": code, "failure_message": tables.message(code)}
    return shown


def _second(moment: float | None) -> int | None:
    return None if moment is None else int(moment)
