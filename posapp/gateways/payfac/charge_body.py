"""The body of a PayFac charge, and what may not go into one."""

from __future__ import annotations

from datetime import datetime, timedelta

from posapp.gateways import json_body
from posapp.gateways.country import country_code
from posapp.gateways.moments import to_iso
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.port import Charge
from posapp.gateways.preparing import Problem
from posapp.model.card import Card, brand_of
from posapp.model.order import Customer

LONGEST_RESERVATION = timedelta(days=7)
"""What is not captured by then is voided by itself."""

_LONGEST_REFERENCE = 80
_LONGEST_AMEX_REFERENCE = 30
_LONGEST_DESCRIPTION = 100
_LONGEST_NAME = 255
_LONGEST_ADDRESS = 200
_LONGEST_CITY = 50
_LONGEST_POSTCODE = 50


def charge_problem(
    charge: Charge, *, label: str, currencies: tuple[str, ...], now: datetime
) -> Problem | None:
    """The first limit of PayFac that this charge breaks."""
    if charge.amount.currency not in currencies:
        return "currency", f"{label} does not take {charge.amount.currency}."
    if charge.amount.minor < 0:
        return "amount", "The total must not be below zero."
    if problem := amount_problem(charge.amount):
        return "amount", problem
    if broken := _timing_problem(charge, now):
        return broken
    customer = charge.customer
    for field, name, text, longest in (
        ("reference", "reference", charge.reference, _LONGEST_REFERENCE),
        ("description", "description", charge.description, _LONGEST_DESCRIPTION),
        ("name", "customer's name", customer.name, _LONGEST_NAME),
        ("address", "address", customer.address, _LONGEST_ADDRESS),
        ("city", "city", customer.city, _LONGEST_CITY),
        ("postcode", "postcode", customer.postcode, _LONGEST_POSTCODE),
    ):
        if len(text) > longest:
            return field, f"The {name} has more than {longest} characters. Shorten it."
    if not charge.reference:
        return "reference", "A charge needs a reference."
    return None


def _timing_problem(charge: Charge, now: datetime) -> Problem | None:
    """What does not go together in when and how the money is taken."""
    later = charge.capture_at
    if charge.amount.minor == 0 and (later or charge.estimated):
        return "amount", "Verifying a card moves no money: there is nothing to capture later."
    if charge.estimated and (charge.capture or later):
        return "capture", "An estimate is reserved only. Capture it once the amount is known."
    if later is None:
        return None
    if charge.capture:
        return "capture", "Capture it at once or at a later time, not both."
    if not now < later <= now + LONGEST_RESERVATION:
        return "capture_at", (
            f"The day of the capture must be within the next {LONGEST_RESERVATION.days} days; "
            "after that the reservation is gone."
        )
    return None


def card_problem(charge: Charge, card: Card) -> Problem | None:
    """The first limit that only shows once the card is known."""
    if not len(card.number):
        return "number", "Type the card number."
    if brand_of(card.number) == "Amex" and len(charge.reference) > _LONGEST_AMEX_REFERENCE:
        return "reference", (
            f"The reference has more than {_LONGEST_AMEX_REFERENCE} characters, "
            "too many for an American Express card."
        )
    if len(card.name) > _LONGEST_NAME:
        return "name", f"The name has more than {_LONGEST_NAME} characters. Shorten it."
    if len(card.postcode) > _LONGEST_POSTCODE:
        return "postcode", f"The postcode has more than {_LONGEST_POSTCODE} characters."
    return None


def charge_body(charge: Charge, card: Card) -> json_body.Built:
    """A phone or mail order: keyed card, no check by the caller's bank.

    ``merchant_initiated`` stays out: the caller asked for this payment. A verification says
    nothing about capturing.
    """
    source: dict[str, object] = {
        "type": "card",
        "number": card.number,
        "expiry_month": card.expiry.month,
        "expiry_year": card.expiry.year,
    }
    if len(card.code):
        source["cvv"] = card.code
    if name := card.name or charge.customer.name:
        source["name"] = name
    if address := _billing_address(charge.customer, card.postcode):
        source["billing_address"] = address
    document: dict[str, object] = {
        "source": source,
        "amount": to_wire(charge.amount),
        "currency": charge.amount.currency,
        "payment_type": "MOTO",
        "reference": charge.reference,
        "3ds": {"enabled": False},
    }
    if charge.capture_at is not None:
        # The moment alone: it means that capturing is wanted.
        document["capture_on"] = to_iso(charge.capture_at)
    elif charge.amount.minor:
        document["capture"] = charge.capture
    if charge.estimated:
        document["authorization_type"] = "Estimated"
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)


def _billing_address(customer: Customer, postcode: str) -> dict[str, object]:
    """Only what is known. With the street the banks compare the address by themselves."""
    known = {
        "address_line1": customer.address,
        "city": customer.city,
        "zip": postcode or customer.postcode,
        "country": country_code(customer.country),
    }
    return {name: text for name, text in known.items() if text}
