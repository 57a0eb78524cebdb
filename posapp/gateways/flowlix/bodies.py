"""What Flowlix is sent, and what may not be."""

from __future__ import annotations

from posapp.gateways import json_body
from posapp.gateways.country import country_code
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.translate import REASON
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.flowlix_charge import (
    LONGEST_METADATA,
    card_members,
    limit_problem,
    refund_limit_problem,
)
from posapp.gateways.person_name import first_and_last
from posapp.gateways.port import Charge, Refund
from posapp.gateways.preparing import Problem
from posapp.model.card import Card
from posapp.model.order import Customer

CURRENCIES = ("EUR",)
_LONGEST_REFERENCE = 255

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
    return limit_problem(
        charge,
        label=connection.label,
        return_url=connection.return_url,
        longest_reference=_LONGEST_REFERENCE,
    )


def refund_limits_problem(refund: Refund) -> Problem | None:
    """The first limit, besides those of its amount, that this refund breaks."""
    if len(refund.reference) > LONGEST_METADATA:
        return "reference", f"A reference has 1 to {LONGEST_METADATA} characters."
    return refund_limit_problem(refund, longest_reason=LONGEST_METADATA)


def charge_body(connection: FlowlixConnection, charge: Charge, card: Card) -> json_body.Built:
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency,
        "return_url": connection.return_url,
        "merchant_reference": charge.reference,
        "payment_method_data": {
            "type": "card",
            "card": card_members(charge, card),
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
            "metadata": {REFERENCE: refund.reference, REASON: refund.reason},
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
    address = {
        "line1": customer.address,
        "city": customer.city,
        "postal_code": postcode,
        "country": country_code(customer.country),
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
