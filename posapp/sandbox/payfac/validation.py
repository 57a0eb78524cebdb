"""``POST /payments``: every rule of the request, all refusals of one request at once.

The order of the checks is the order of the codes: currency, source, number, expiry, security
code, amount, kind of payment, address and phone, then everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from posapp.sandbox import cards
from posapp.sandbox.payfac import tables
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.settings import Settings
from posapp.sandbox.shapes import is_email, is_ip_address

PAYMENT_TYPES = ("Regular", "Recurring", "MOTO", "Installment", "PayLater", "Unscheduled")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OTHER_SOURCES = _words(
    "token id customer network_token provider_token bank_account currency_account entity"
)
_KNOWN = _words(
    """currency source amount payment_type reference description authorization_type capture
    capture_on merchant_initiated customer billing_descriptor shipping 3ds processing_channel_id
    previous_payment_id risk success_url failure_url payment_ip partial_authorization
    payment_plan retry amount_allocations items sender recipient processing instruction segment
    routing metadata"""
)


@dataclass(slots=True)
class PaymentRequest:
    """A card payment that may be attempted. Lives for one call only."""

    number: str = field(repr=False)
    expiry_month: int
    expiry_year: int
    cvv: str | None = field(repr=False)
    holder: str | None
    currency: str
    amount: int
    payment_type: str
    authorization_type: str
    capture: bool
    capture_on: float | None
    reference: str | None
    description: str | None
    billing_address: Members | None
    phone: Members | None
    customer: Members | None
    billing_descriptor: Members | None
    metadata: Members
    challenge: bool
    success_url: str | None
    failure_url: str | None
    retries: int


def read_payment(members: Members, settings: Settings, now: float) -> PaymentRequest | list[str]:
    """The request, or the codes of everything that is wrong with it."""
    body = Reader(members)
    currency = read_currency(body)
    card = _card(body, now)
    amount = _amount(body, currency)
    kind, merchant_initiated = _kind(body, settings)
    source = (
        body.part("source", "source_invalid") if isinstance(members.get("source"), dict) else None
    )
    address = _address(source) if source else None
    phone = _phone(source) if source else None
    customer = _customer(body)
    limit = 30 if card and cards.brand(card.number) == "amex" else 80
    reference = body.text("reference", longest=limit)
    description = body.text("description", longest=100)
    authorization_type = body.choice("authorization_type", ("Final", "Estimated"), "Final")
    capture = body.flag("capture", True)
    capture_on = body.moment("capture_on")
    descriptor = _descriptor(body)
    challenge = _challenge(body)
    retries = _retries(body, kind, bool(merchant_initiated))
    success_url = body.url("success_url", "success_url_invalid")
    failure_url = body.url("failure_url", "fail_url_invalid")
    metadata = body.metadata()
    _others(body)
    if settings.payfac_refuse_unknown_members:
        body.unknown(_KNOWN)
    if body.codes or card is None or currency is None or amount is None:
        return body.codes
    return PaymentRequest(
        number=card.number,
        expiry_month=card.month,
        expiry_year=card.year,
        cvv=card.cvv,
        holder=card.holder,
        currency=currency,
        amount=amount,
        payment_type=kind,
        authorization_type=authorization_type,
        capture=bool(capture) or capture_on is not None,
        capture_on=capture_on,
        reference=reference,
        description=description,
        billing_address=address,
        phone=phone,
        customer=customer,
        billing_descriptor=descriptor,
        metadata=metadata,
        challenge=challenge,
        success_url=success_url,
        failure_url=failure_url,
        retries=retries,
    )


@dataclass(slots=True)
class _Card:
    number: str = field(repr=False)
    month: int
    year: int
    cvv: str | None = field(repr=False)
    holder: str | None


def read_currency(body: Reader) -> str | None:
    value = body.get("currency")
    if value is None:
        body.refuse("currency_required")
    elif not isinstance(value, str) or tables.places(value) is None:
        body.refuse("currency_invalid")
    else:
        return value
    return None


def _card(body: Reader, now: float) -> _Card | None:
    if body.get("source") is None:
        body.refuse("payment_source_required")
        return None
    source = body.part("source", "source_invalid")
    if source is None:
        return None
    kind = source.get("type")
    if kind != "card":
        if kind is None:
            body.refuse("source_type_required")
        else:
            known = isinstance(kind, str) and kind in _OTHER_SOURCES
            body.refuse("payment_method_not_supported" if known else "source_invalid")
        return None
    number = _number(source)
    month, year = read_expiry(source, now)
    cvv = _cvv(source, number)
    holder = source.text("name", longest=255, code="card_holder_invalid")
    source.flag("stored", None)
    source.flag("store_for_future_use", None)
    if number is None or month is None or year is None:
        return None
    return _Card(number, month, year, cvv, holder)


def _number(source: Reader) -> str | None:
    value = source.get("number")
    if value is None:
        source.refuse("card_number_required")
        return None
    if isinstance(value, str) and _is_card(value):
        return value
    source.refuse("card_number_invalid")
    return None


def _is_card(value: str) -> bool:
    number = cards.is_card_number(value) and cards.luhn_valid(value)
    return number and tables.is_training_card(value)


def read_expiry(source: Reader, now: float) -> tuple[int | None, int | None]:
    month = _whole(source, "expiry_month", 1, 12)
    year = _whole(source, "expiry_year", 1000, 9999)
    if month is not None and year is not None:
        today = datetime.fromtimestamp(now, UTC)
        if cards.expired(month, year, today=(today.year, today.month)):
            source.refuse("card_expired")
    return month, year


def _whole(source: Reader, name: str, low: int, high: int) -> int | None:
    value = source.get(name)
    if value is None:
        source.refuse(f"card_{name}_required")
    elif isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    else:
        source.refuse(f"card_{name}_invalid")
    return None


def _cvv(source: Reader, number: str | None) -> str | None:
    value = source.get("cvv")
    if value is None:
        return None
    lengths = (3, 4) if number is None else (cards.code_length(number),)
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    if isinstance(value, str) and digits and len(value) in lengths:
        return value
    source.refuse("cvv_invalid")
    return None


def _amount(body: Reader, currency: str | None) -> int | None:
    if body.get("amount") is None:
        return 0
    amount = body.whole("amount", "amount_invalid")
    if amount is None:
        return None
    fits = amount <= tables.MAX_AMOUNT if currency is None else tables.amount_fits(amount, currency)
    if not fits:
        body.refuse("amount_invalid")
    return amount


def _kind(body: Reader, settings: Settings) -> tuple[str, bool | None]:
    kind = body.choice("payment_type", PAYMENT_TYPES, "Regular", "payment_type_invalid")
    merchant_initiated = body.flag("merchant_initiated", None)
    if merchant_initiated and kind == "Regular":
        body.refuse("payment_type_invalid")
    if kind == "MOTO" and not settings.payfac_moto_enabled:
        body.refuse("payment_type_invalid")
    return kind, merchant_initiated


def _address(source: Reader) -> Members | None:
    address = source.part("billing_address", "address_invalid")
    return None if address is None else read_address(address)


def read_address(address: Reader) -> Members:
    """Check a postal address; returns its members."""
    address.text("address_line1", longest=200, code="address_invalid")
    address.text("address_line2", longest=200, code="address_invalid")
    address.text("city", longest=50, code="city_invalid")
    address.text("state", longest=255, code="address_invalid")
    address.text("zip", longest=50, code="zip_invalid")
    country = address.get("country")
    if country is not None and not (isinstance(country, str) and re.fullmatch("[A-Z]{2}", country)):
        address.refuse("country_address_invalid")
    return {name: value for name, value in address.members.items() if value is not None}


def _phone(source: Reader) -> Members | None:
    phone = source.part("phone", "phone_number_invalid")
    return None if phone is None else read_phone(phone)


def read_phone(phone: Reader) -> Members:
    code, number = phone.get("country_code"), phone.get("number")
    if code is not None:
        if not isinstance(code, str) or not re.fullmatch(r"\+?[0-9 ]*", code):
            phone.refuse("country_phone_code_invalid")
        elif not 1 <= len(code) <= 7:
            phone.refuse("country_phone_code_length_invalid")
    if number is not None:
        if not isinstance(number, str) or not re.fullmatch(r"[0-9 ()./-]*", number):
            phone.refuse("phone_number_invalid")
        elif not 6 <= len(number) <= 25:
            phone.refuse("phone_number_length_invalid")
    return {name: value for name, value in phone.members.items() if value is not None}


def _customer(body: Reader) -> Members | None:
    customer = body.part("customer")
    if customer is None:
        return None
    email = customer.get("email")
    if email is not None and not (isinstance(email, str) and is_email(email)):
        customer.refuse("customer_email_invalid")
    name = customer.get("id")
    if name is not None and not (isinstance(name, str) and re.fullmatch(r"cus_\w{26}", name)):
        customer.refuse("customer_id_invalid")
    customer.text("name", longest=255)
    return {key: customer.get(key) for key in ("id", "email", "name") if customer.get(key)}


def _descriptor(body: Reader) -> Members | None:
    descriptor = body.part("billing_descriptor")
    if descriptor is None:
        return None
    for name, longest in (("name", 25), ("city", 13)):
        if descriptor.get(name) is None:
            descriptor.refuse(f"billing_descriptor_{name}_required")
        else:
            code = f"billing_descriptor_{name}_invalid"
            descriptor.text(name, shortest=1, longest=longest, code=code)
    descriptor.text("reference", longest=50)
    return dict(descriptor.members)


def _challenge(body: Reader) -> bool:
    part = body.part("3ds")
    if part is None:
        return False
    enabled = part.flag("enabled", False)
    part.flag("attempt_n3d", False)
    part.text("eci", longest=2)
    part.text("cryptogram", longest=50)
    part.text("xid", longest=100)
    part.text("version", longest=10, code="3ds_version_invalid")
    return bool(enabled)


def _retries(body: Reader, kind: str, merchant_initiated: bool) -> int:
    """How many automatic retries are asked for; only merchant-initiated payments have them."""
    retry = body.part("retry")
    dunning = retry.part("dunning") if retry else None
    if dunning is None:
        return 0
    enabled = dunning.flag("enabled", False)
    attempts = dunning.whole("max_attempts", "parameter_invalid")
    if attempts is not None and not 1 <= attempts <= 15:
        dunning.refuse("parameter_invalid")
    if not enabled or not merchant_initiated or kind not in ("Recurring", "Unscheduled"):
        return 0
    return 6 if attempts is None else attempts


def _others(body: Reader) -> None:
    channel = body.get("processing_channel_id")
    if channel is not None and not (
        isinstance(channel, str) and re.fullmatch(r"pc_\w{26}", channel, re.ASCII)
    ):
        body.refuse("parameter_invalid")
    body.text("previous_payment_id", longest=100, code="previous_payment_id_invalid")
    risk = body.part("risk")
    if risk is not None:
        risk.flag("enabled", True, "risk_enabled_required")
    address = body.get("payment_ip")
    if address is not None and not (isinstance(address, str) and is_ip_address(address)):
        body.refuse("ip_address_invalid")
    body.objects(
        "shipping",
        "partial_authorization",
        "payment_plan",
        "sender",
        "recipient",
        "processing",
        "instruction",
        "segment",
        "routing",
    )
    body.lists("amount_allocations", "items")
