"""What the older Flowlix is sent, and what may not be."""

from __future__ import annotations

from datetime import datetime, timedelta

from posapp.gateways import json_body
from posapp.gateways.country import country_code
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.flowlix_charge import (
    LONGEST_METADATA,
    card_members,
    limit_problem,
    refund_limit_problem,
)
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.person_name import first_and_last
from posapp.gateways.port import Charge, Refund
from posapp.gateways.preparing import Problem
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import Payment
from posapp.model.payment import refund_problem as general_problem

CURRENCIES = ("EUR", "USD", "GBP")
REFUND_WINDOW = timedelta(days=180)
_LONGEST_REASON = 50


def charge_problem(connection: FlowlixClassicConnection, charge: Charge) -> Problem | None:
    """The first limit of this generation that this charge breaks."""
    currency = charge.amount.currency
    if currency not in CURRENCIES or currency not in connection.currencies:
        return "currency", f"{connection.label} does not take {currency}."
    return limit_problem(
        charge,
        label=connection.label,
        return_url=connection.return_url,
        longest_reference=LONGEST_METADATA,
    )


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


def refund_limits_problem(refund: Refund) -> Problem | None:
    """The first limit, besides those of its amount, that this refund breaks."""
    if not refund.reason.strip():
        return "reason", "Type a reason; the gateway needs one."
    return refund_limit_problem(refund, longest_reason=_LONGEST_REASON)


def charge_body(
    connection: FlowlixClassicConnection, charge: Charge, card: Card
) -> json_body.Built:
    document: dict[str, object] = {
        "amount": charge.amount.minor,
        "currency": charge.amount.currency.lower(),
        "return_url": connection.return_url,
        "card": card_members(charge, card),
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
    """Without an amount all that is left is given back. The forerunner takes nothing at all."""
    if refund.payment.refund_whole_only:
        return json_body.build({})
    document: dict[str, object] = {"reason": refund.reason}
    if not refund.full:
        document["amount"] = refund.amount.minor
    return json_body.build(document)


def _customer(customer: Customer, *, name: str, postcode: str) -> dict[str, object]:
    """All of it or nothing: an incomplete customer is refused."""
    first, last = first_and_last(name)
    known: dict[str, object] = {
        "email": customer.email,
        "first_name": first,
        "last_name": last,
        "country": country_code(customer.country),
        "phone": customer.phone if customer.phone.startswith("+") else "",
        "address": customer.address,
        "city": customer.city,
        "zip": postcode,
    }
    return known if all(known.values()) else {}
