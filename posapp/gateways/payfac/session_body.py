"""What PayFac is sent to open a payment session and to pay it, and what may not be in it.

Sessions take a reference of at most 50 characters where payments take 80.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address

from posapp.gateways import json_body
from posapp.gateways.country import country_code
from posapp.gateways.moments import to_iso
from posapp.gateways.outside_text import is_id, web_address
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.preparing import Problem
from posapp.model.money import Money
from posapp.model.payment_session import SessionRequest, Submission

_LONGEST_REFERENCE = 50
_LONGEST_DESCRIPTION = 100
_LONGEST_URL = 1024
_LONGEST_NAME = 255
_LONGEST_EMAIL = 255
_LONGEST_NOTE = 255
_MOST_NOTES = 18


def session_problem(
    asked: SessionRequest, *, label: str, currencies: tuple[str, ...], now: datetime
) -> Problem | None:
    """The first limit that this session breaks."""
    if asked.amount.currency not in currencies:
        return "currency", f"{label} does not take {asked.amount.currency}."
    if problem := _amount(asked.amount) or _reference(asked.reference):
        return problem
    if not country_code(asked.country):
        return "country", "A payment session needs the country of the bill: two letters, as GB."
    for field, name, url in (
        ("success_url", "address after a payment", asked.success_url),
        ("failure_url", "address after a failed payment", asked.failure_url),
    ):
        if not web_address(url) or len(url) > _LONGEST_URL:
            return field, (
                f"The {name} must be a web address of at most {_LONGEST_URL} characters. "
                "Change it in the settings."
            )
    for field, name, text, longest in (
        ("description", "description", asked.description, _LONGEST_DESCRIPTION),
        ("name", "customer's name", asked.customer.name, _LONGEST_NAME),
        ("email", "e-mail address", asked.customer.email, _LONGEST_EMAIL),
    ):
        if len(text) > longest:
            return field, f"The {name} has more than {longest} characters. Shorten it."
    if len(asked.metadata) > _MOST_NOTES:
        return "metadata", f"A payment session takes at most {_MOST_NOTES} notes."
    if any(len(text) > _LONGEST_NOTE for note in asked.metadata.items() for text in note):
        return "metadata", f"A note has more than {_LONGEST_NOTE} characters. Shorten it."
    if asked.expires_at is not None and asked.expires_at <= now:
        return "expires_at", "The session would have expired before it begins."
    return None


def submission_problem(asked: Submission) -> Problem | None:
    """The first limit that this payment of a session breaks."""
    if not is_id(asked.session_id):
        return "session", "PayFac gives no such session ids."
    if problem := _amount(asked.amount) or _reference(asked.reference):
        return problem
    if asked.ip_address and not _is_ip(asked.ip_address):
        return "ip_address", "The customer's network address is none."
    return None


def session_body(asked: SessionRequest, *, channel: str) -> json_body.Built:
    """An order that the customer pays in PayFac's own form: no phone order any more.

    Args:
        channel: the processing channel of the account; empty where it needs none.
    """
    document: dict[str, object] = {
        "amount": to_wire(asked.amount),
        "currency": asked.amount.currency,
        "billing": {"address": {"country": country_code(asked.country)}},
        "success_url": asked.success_url,
        "failure_url": asked.failure_url,
        "reference": asked.reference,
        "payment_type": "Regular",
        "capture": asked.capture,
    }
    if asked.description:
        document["description"] = asked.description
    known = {"email": asked.customer.email, "name": asked.customer.name}
    if customer := {name: text for name, text in known.items() if text}:
        document["customer"] = customer
    if asked.expires_at is not None:
        document["expires_on"] = to_iso(asked.expires_at)
    if asked.metadata:
        document["metadata"] = dict(asked.metadata)
    if channel:
        document["processing_channel_id"] = channel
    return json_body.build(document)


def submission_body(asked: Submission) -> json_body.Built:
    """The payment. The body holds what the form handed over and is wiped after sending."""
    document: dict[str, object] = {
        "session_data": asked.data,
        "amount": to_wire(asked.amount),
        "reference": asked.reference,
    }
    if asked.ip_address:
        document["ip_address"] = asked.ip_address
    return json_body.build(document)


def _amount(amount: Money) -> Problem | None:
    if amount.minor < 0:
        return "amount", "The total must not be below zero."
    problem = amount_problem(amount)
    return ("amount", problem) if problem else None


def _reference(reference: str) -> Problem | None:
    if not reference:
        return "reference", "A payment session needs a reference."
    if len(reference) > _LONGEST_REFERENCE:
        return "reference", (
            f"The reference has more than {_LONGEST_REFERENCE} characters. Shorten it."
        )
    return None


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
