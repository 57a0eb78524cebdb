"""What may be sent to Flowlix classic: direct payments, hosted payments, refunds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from posapp.sandbox.flowlix_rules.errors import invalid
from posapp.sandbox.flowlix_rules.fields import Reader, read_card
from posapp.sandbox.forms import TypedCard

_CURRENCIES = ("eur", "usd", "gbp")
_CUSTOMER = ("first_name", "last_name", "country", "phone", "address", "city", "zip")


@dataclass(slots=True)
class PaymentRequest:
    amount: int
    currency: str
    return_url: str | None
    description: str | None
    customer: dict[str, Any] | None
    metadata: dict[str, Any]


@dataclass(slots=True)
class RefundRequest:
    amount: int | None
    reason: str


def read_direct(body: Reader, now: float) -> tuple[PaymentRequest, TypedCard]:
    """A direct card payment and its card. Raises Refused with the first problem."""
    amount = body.amount()
    currency = body.choice("currency", _CURRENCIES)
    card = read_card(body.required_part("card"), now)
    return _request(body, amount, currency, body.url("return_url")), card


def read_hosted(body: Reader) -> PaymentRequest:
    """A payment on the hosted page. Raises Refused with the first problem."""
    amount = body.amount()
    currency = body.choice("currency", _CURRENCIES)
    return _request(body, amount, currency, body.required_url("redirect_url"))


def read_first_direct(body: Reader, now: float) -> tuple[PaymentRequest, TypedCard]:
    """As :func:`read_direct` for the first generation: any currency, the customer required,
    no 3-D Secure and so no ``return_url``."""
    amount = body.amount()
    currency = _any_currency(body)
    card = read_card(body.required_part("card"), now)
    body.required("customer")
    return _request(body, amount, currency, None), card


def read_first_hosted(body: Reader) -> PaymentRequest:
    """As :func:`read_hosted` for the first generation: any currency."""
    amount = body.amount()
    currency = _any_currency(body)
    return _request(body, amount, currency, body.required_url("redirect_url"))


def _any_currency(body: Reader) -> str:
    currency = body.required_text("currency", longest=3)
    if not re.fullmatch("[a-z]{3}", currency):
        raise invalid("currency", "currency must be three small letters.")
    return currency


def _request(body: Reader, amount: int, currency: str, return_url: str | None) -> PaymentRequest:
    return PaymentRequest(
        amount=amount,
        currency=currency,
        return_url=return_url,
        description=body.text("description", longest=500),
        customer=_customer(body.part("customer")),
        metadata=_metadata(body),
    )


def _customer(part: Reader | None) -> dict[str, Any] | None:
    """Optional, but complete when it is there; e-mail and full name are what is shown."""
    if part is None:
        return None
    part.required("email")
    email = part.email("email")
    for name in _CUSTOMER:
        part.required_text(name, longest=255)
    part.country("country")
    return {"email": email, "name": f"{part.get('first_name')} {part.get('last_name')}"}


def _metadata(body: Reader) -> dict[str, Any]:
    part = body.part("metadata")
    if part is None:
        return {}
    if len(part.members) > 50:
        raise invalid("metadata", "metadata has at most 50 keys.")
    for name, value in part.members.items():
        if not isinstance(value, str) or len(value) > 500:
            raise invalid(part.param(name), "A metadata value is text of at most 500 characters.")
    return part.members


def read_refund(body: Reader) -> RefundRequest:
    """A refund. Raises Refused with the first problem."""
    reason = body.required_text("reason", longest=50)
    return RefundRequest(body.optional_amount(), reason)
