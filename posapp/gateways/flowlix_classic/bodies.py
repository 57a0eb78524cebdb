"""What the older Flowlix is sent, and what may not be."""

from __future__ import annotations

from datetime import datetime, timedelta

from posapp.gateways import json_body
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.person_name import first_and_last
from posapp.gateways.port import Charge, Refund
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import Payment
from posapp.model.payment import refund_problem as general_problem

Problem = tuple[str, str]
"""A field of ours and a sentence about it."""

CURRENCIES = ("EUR", "USD", "GBP")
REFUND_WINDOW = timedelta(days=180)
_LONGEST_REFERENCE = 500
_LONGEST_DESCRIPTION = 500
_LONGEST_KEY = 255
_LONGEST_REASON = 50


def charge_problem(connection: FlowlixClassicConnection, charge: Charge) -> Problem | None:
    """The first limit of this generation that this charge breaks."""
    currency = charge.amount.currency
    if currency not in CURRENCIES or currency not in connection.currencies:
        return "currency", f"{connection.label} does not take {currency}."
    if charge.amount.minor < 1:
        return "amount", "The total must be above zero."
    if not charge.reference or len(charge.reference) > _LONGEST_REFERENCE:
        return "reference", f"A reference has 1 to {_LONGEST_REFERENCE} characters."
    if len(charge.description) > _LONGEST_DESCRIPTION:
        return "description", f"The description has more than {_LONGEST_DESCRIPTION} characters."
    if not charge.key or len(charge.key) > _LONGEST_KEY:
        return "key", f"An idempotency key has 1 to {_LONGEST_KEY} characters."
    if not connection.return_url:
        return "return_url", (
            f"{connection.label} needs a return address, because the bank may ask the caller to "
            "confirm. Type one in the settings."
        )
    return None


def card_problem(charge: Charge, card: Card) -> Problem | None:
    """The first limit that only shows once the card is known."""
    if not len(card.number):
        return "number", "Type the card number."
    if not len(card.code):
        return "code", "This account needs the security code. Ask the caller for it."
    if not (card.name or charge.customer.name).strip():
        return "name", "This account needs the card holder's name. Ask the caller for it."
    return None


def refund_problem(
    connection: FlowlixClassicConnection, payment: Payment, amount: Money, *, now: datetime
) -> str | None:
    """Why this amount cannot be given back, as a sentence, or None."""
    if now - payment.created_at > REFUND_WINDOW:
        return (
            f"{connection.label} gives money back within {REFUND_WINDOW.days} days only. "
            "Give it back in another way."
        )
    return general_problem(payment, amount)


def reason_problem(reason: str) -> str | None:
    if not reason.strip():
        return "Type a reason; the gateway needs one."
    if len(reason) > _LONGEST_REASON:
        return f"The reason has more than {_LONGEST_REASON} characters. Shorten it."
    return None


def charge_body(
    connection: FlowlixClassicConnection, charge: Charge, card: Card
) -> json_body.Built:
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency.lower(),
        "return_url": connection.return_url,
        "card": {
            "number": card.number,
            "exp_month": card.expiry.month,
            "exp_year": card.expiry.year,
            "cvc": card.code,
            "holder_name": (card.name or charge.customer.name).strip(),
        },
        "metadata": {REFERENCE: charge.reference},
    }
    customer = _customer(
        charge.customer,
        name=charge.customer.name or card.name,
        postcode=card.postcode or charge.customer.postcode,
    )
    if customer:
        document["customer"] = customer
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)


def page_body(connection: FlowlixClassicConnection, charge: Charge) -> json_body.Built:
    """A page where the customer types the card. ``redirect_url`` is where the customer ends."""
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency.lower(),
        "redirect_url": connection.return_url,
        "metadata": {REFERENCE: charge.reference},
    }
    known = charge.customer
    if customer := _customer(known, name=known.name, postcode=known.postcode):
        document["customer"] = customer
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)


def refund_body(refund: Refund) -> json_body.Built:
    """Without an amount all that is left is given back."""
    document: dict[str, object] = {"reason": refund.reason}
    if not refund.full:
        document["amount"] = refund.amount.minor
    return json_body.build(document)


def _customer(customer: Customer, *, name: str, postcode: str) -> dict[str, object]:
    """All of it or nothing: an incomplete customer is refused."""
    first, last = first_and_last(name)
    country = customer.country.strip().upper()
    known: dict[str, object] = {
        "email": customer.email,
        "first_name": first,
        "last_name": last,
        "country": country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        "phone": customer.phone if customer.phone.startswith("+") else "",
        "address": customer.address,
        "city": customer.city,
        "zip": postcode,
    }
    return known if all(known.values()) else {}
