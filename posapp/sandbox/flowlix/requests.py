"""What may be sent to Flowlix: direct payments, hosted payments, refunds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from posapp.sandbox.flowlix_rules.errors import invalid, missing
from posapp.sandbox.flowlix_rules.fields import Reader, read_card
from posapp.sandbox.forms import TypedCard

PAYMENT_ID = re.compile(r"pay_[A-Za-z0-9]{24}")
_CURRENCIES = ("EUR",)
_NAMES = ("first_name", "last_name", "phone")
_ADDRESS = ("line1", "line2", "city", "state", "postal_code")
_OPTIONAL_ADDRESS = ("line2", "state")


@dataclass(slots=True)
class PaymentRequest:
    amount: int
    currency: str
    return_url: str | None
    merchant_reference: str | None
    description: str | None
    billing_details: dict[str, Any] | None
    metadata: dict[str, Any]


@dataclass(slots=True)
class RefundRequest:
    payment_id: str
    amount: int
    reason: str | None
    metadata: dict[str, Any]


def read_direct(
    body: Reader, now: float, *, billing_required: bool
) -> tuple[PaymentRequest, TypedCard]:
    """A direct card payment and its card. Raises Refused with the first problem."""
    request = _read_common(body, return_url=body.url("return_url"))
    method = body.required_part("payment_method_data")
    kind = method.get("type")
    if kind is not None and kind != "card":
        raise invalid(method.param("type"), "payment_method_data[type] must be card.")
    card = read_card(method.required_part("card"), now)
    if billing_required and request.billing_details is None:
        raise missing("billing_details")
    if billing_required:
        _all_billing(body.required_part("billing_details"))
    return request, card


def read_hosted(body: Reader) -> PaymentRequest:
    """A payment on the hosted page. Raises Refused with the first problem."""
    return _read_common(body, return_url=None, hosted=True)


def _read_common(body: Reader, *, return_url: str | None, hosted: bool = False) -> PaymentRequest:
    amount = body.amount()
    currency = body.choice("currency", _CURRENCIES)
    if hosted:
        return_url = body.required_url("return_url")
    return PaymentRequest(
        amount=amount,
        currency=currency,
        return_url=return_url,
        merchant_reference=body.text("merchant_reference", longest=255),
        description=body.text("description", longest=500),
        billing_details=_billing(body.part("billing_details")),
        metadata=_metadata(body),
    )


def _metadata(body: Reader) -> dict[str, Any]:
    part = body.part("metadata")
    return {} if part is None else part.members


def _billing(part: Reader | None) -> dict[str, Any] | None:
    if part is None:
        return None
    details: dict[str, Any] = {"email": part.email("email")}
    details |= {name: part.text(name, longest=255) for name in _NAMES}
    address = part.part("address")
    details["address"] = None
    if address is not None:
        lines: dict[str, Any] = {name: address.text(name, longest=255) for name in _ADDRESS}
        details["address"] = {**lines, "country": address.country("country")}
    return details


def _all_billing(part: Reader) -> None:
    for name in ("email", *_NAMES):
        part.required(name)
    address = part.required_part("address")
    for name in (*_ADDRESS, "country"):
        if name not in _OPTIONAL_ADDRESS:
            address.required(name)


def read_refund(body: Reader) -> RefundRequest:
    """A refund. Raises Refused with the first problem."""
    payment_id = body.required_text("payment_id", longest=255)
    return RefundRequest(
        payment_id=payment_id,
        amount=body.amount(),
        reason=body.text("reason", shortest=1, longest=255),
        metadata=_metadata(body),
    )
