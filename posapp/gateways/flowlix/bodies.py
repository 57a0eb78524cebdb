"""What Flowlix is sent, and what may not be."""

from __future__ import annotations

from posapp.gateways import json_body
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.translate import REASON
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.person_name import first_and_last
from posapp.gateways.port import Charge, Refund
from posapp.model.card import Card
from posapp.model.order import Customer

Problem = tuple[str, str]
"""A field of ours and a sentence about it."""

CURRENCIES = ("EUR",)
_LONGEST_REFERENCE = 255
_LONGEST_DESCRIPTION = 500
_LONGEST_KEY = 255
_LONGEST_WORDS = 500

_REASONS = (
    ("duplicate", ("duplicate", "twice", "double")),
    ("fraudulent", ("fraud", "stolen")),
)
_USUAL_REASON = "requested_by_customer"


def charge_problem(connection: FlowlixConnection, charge: Charge) -> Problem | None:
    """The first limit of Flowlix that this charge breaks."""
    currency = charge.amount.currency
    if currency not in CURRENCIES or currency not in connection.currencies:
        return "currency", f"{connection.label} takes {', '.join(CURRENCIES)} only."
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


def charge_body(connection: FlowlixConnection, charge: Charge, card: Card) -> json_body.Built:
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency,
        "return_url": connection.return_url,
        "merchant_reference": charge.reference,
        "payment_method_data": {
            "type": "card",
            "card": {
                "number": card.number,
                "exp_month": card.expiry.month,
                "exp_year": card.expiry.year,
                "cvc": card.code,
                "holder_name": (card.name or charge.customer.name).strip(),
            },
        },
        "billing_details": _billing_details(
            charge.customer,
            name=charge.customer.name or card.name,
            postcode=card.postcode or charge.customer.postcode,
        ),
        "metadata": {REFERENCE: charge.reference},
    }
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)


def page_body(connection: FlowlixConnection, charge: Charge) -> json_body.Built:
    """A page where the customer types the card; what is known of the customer fills it in."""
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency,
        "return_url": connection.return_url,
        "merchant_reference": charge.reference,
        "metadata": {REFERENCE: charge.reference},
    }
    customer = charge.customer
    details = _billing_details(customer, name=customer.name, postcode=customer.postcode)
    if details:
        document["billing_details"] = details
    if charge.description:
        document["description"] = charge.description
    return json_body.build(document)


def refund_body(refund: Refund) -> json_body.Built:
    """The API has its own few reasons; the clerk's words travel in the metadata."""
    return json_body.build(
        {
            "payment_id": refund.payment.id,
            "amount": refund.amount.minor,
            "reason": reason_for(refund.reason),
            "metadata": {
                REFERENCE: refund.reference,
                REASON: refund.reason[:_LONGEST_WORDS],
            },
        }
    )


def reason_for(words: str) -> str:
    """The API's reason that is nearest to the clerk's words."""
    spoken = words.casefold()
    for reason, hints in _REASONS:
        if any(hint in spoken for hint in hints):
            return reason
    return _USUAL_REASON


def _billing_details(customer: Customer, *, name: str, postcode: str) -> dict[str, object]:
    first, last = first_and_last(name)
    country = customer.country.strip().upper()
    address = {
        "line1": customer.address,
        "city": customer.city,
        "postal_code": postcode,
        "country": country if len(country) == 2 and country.isascii() and country.isalpha() else "",
    }
    known = {
        "email": customer.email,
        "first_name": first,
        "last_name": last,
        "phone": customer.phone,
    }
    details: dict[str, object] = {name: text for name, text in known.items() if text}
    if any(address.values()):
        details["address"] = {name: text for name, text in address.items() if text}
    return details
