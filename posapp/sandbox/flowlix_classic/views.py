"""The Payment object of Flowlix classic, built from the record when asked for."""

from __future__ import annotations

from typing import Any

from posapp.sandbox.flowlix_rules import lifecycle, tables
from posapp.sandbox.flowlix_rules.browser import Browser
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund


def status(record: FlowlixPayment) -> str:
    """The status as this API prints it."""
    return "pending" if record.status == "processing" else record.status


def payment(record: FlowlixPayment, browser: Browser) -> dict[str, Any]:
    """The Payment object; every member is there, null when it is not set."""
    refunded = lifecycle.refunded(record)
    challenge = record.status == "requires_action"
    return {
        "id": record.id,
        "object": "payment",
        "amount": record.amount,
        "currency": record.currency,
        "status": status(record),
        "description": record.description,
        "card": _card(record),
        "customer": record.buyer,
        "metadata": record.metadata,
        "decline_code": record.decline_code,
        "decline_message": tables.message(record.decline_code),
        "redirect_url": browser.hosted_url(record) if record.hosted else None,
        "refunded_at": _refunded_at(record) if refunded == record.amount else None,
        "succeeded_at": _second(record.times.get("succeeded")),
        "failed_at": _second(record.times.get("failed")),
        "created": int(record.created_at),
        "livemode": False,
        "refunded_amount": refunded,
        "refunds": [_refund(record, entry) for entry in record.refunds],
        "next_action": {"redirect_url": browser.challenge_url(record)} if challenge else None,
    }


def _card(record: FlowlixPayment) -> dict[str, Any] | None:
    card = record.card
    if card is None:
        return None
    # A payment that was only just taken in shows the last digits and nothing else.
    known = record.status not in ("pending", "processing")
    return {
        "brand": card.brand if known else None,
        "last4": card.last4,
        "exp_month": card.expiry_month if known else None,
        "exp_year": card.expiry_year if known else None,
        "country": record.card_country if known else None,
    }


def _refund(record: FlowlixPayment, entry: FlowlixRefund) -> dict[str, Any]:
    return {
        "id": entry.id,
        "amount": entry.amount,
        "currency": record.currency,
        "reason": entry.reason,
        "status": entry.status,
        "decline_code": entry.decline_code,
        "decline_message": tables.message(entry.decline_code),
        "created_at": int(entry.created_at),
        "updated_at": int(entry.updated_at),
        "completed_at": _second(entry.completed_at),
        "provider_refund_id": entry.provider_id if entry.status == "succeeded" else None,
    }


def _refunded_at(record: FlowlixPayment) -> int | None:
    ends = [entry.completed_at for entry in record.refunds if entry.status == "succeeded"]
    return _second(max((end for end in ends if end is not None), default=None))


def _second(moment: float | None) -> int | None:
    return None if moment is None else int(moment)
