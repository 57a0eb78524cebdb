"""The parts that requests of PayFac share: the card, addresses, the customer, 3-D Secure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from posapp.sandbox import cards
from posapp.sandbox.payfac import tables
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.settings import Settings
from posapp.sandbox.shapes import is_email, is_ip_address

_OTHER_SOURCES = frozenset(
    ("token id customer network_token provider_token bank_account currency_account entity").split()
)


@dataclass(slots=True)
class Card:
    """A card that may be charged. Lives for one call only."""

    number: str = field(repr=False)
    month: int
    year: int
    cvv: str | None = field(repr=False)
    holder: str | None


def read_card(source: Reader, now: float) -> Card | None:
    """The card in an object of ``type`` card, or None with the reasons among its codes."""
    kind = source.get("type")
    if kind != "card":
        if kind is None:
            source.refuse("source_type_required")
        else:
            known = isinstance(kind, str) and kind in _OTHER_SOURCES
            source.refuse("payment_method_not_supported" if known else "source_invalid")
        source.pass_over()
        return None
    number = _number(source)
    month, year = read_expiry(source, now)
    cvv = _cvv(source, number)
    holder = source.text("name", longest=255, code="card_holder_invalid")
    source.flag("stored", None)
    source.flag("store_for_future_use", None)
    if number is None or month is None or year is None:
        return None
    return Card(number, month, year, cvv, holder)


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


def read_currency(body: Reader) -> str | None:
    value = body.get("currency")
    if value is None:
        body.refuse("currency_required")
    elif not isinstance(value, str) or tables.places(value) is None:
        body.refuse("currency_invalid")
    else:
        return value
    return None


def read_amount(body: Reader, currency: str | None) -> int | None:
    """The amount if it is there and fits ``currency`` (None when that is not known)."""
    amount = body.whole("amount", "amount_invalid")
    if amount is None:
        return None
    fits = amount <= tables.MAX_AMOUNT if currency is None else tables.amount_fits(amount, currency)
    if not fits:
        body.refuse("amount_invalid")
    return amount


def read_kind(body: Reader, kinds: tuple[str, ...], settings: Settings) -> str:
    """The payment type, which is Regular unless the request says otherwise."""
    kind = body.choice("payment_type", kinds, "Regular", "payment_type_invalid")
    if kind == "MOTO" and not settings.payfac_moto_enabled:
        body.refuse("payment_type_invalid")
    return kind


def address_of(owner: Reader, name: str) -> Members | None:
    address = owner.part(name, "address_invalid")
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
    return address.known()


def phone_of(owner: Reader) -> Members | None:
    phone = owner.part("phone", "phone_number_invalid")
    return None if phone is None else read_phone(phone)


def read_phone(phone: Reader) -> Members:
    """Check a telephone number; returns its members."""
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
    return phone.known()


def read_customer(body: Reader) -> Members | None:
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
    return customer.known()


def read_descriptor(body: Reader) -> Members | None:
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
    return descriptor.known()


def read_challenge(body: Reader) -> bool | None:
    """Whether 3-D Secure is asked for; None if nothing is said about it."""
    part = body.part("3ds")
    if part is None:
        return None
    enabled = part.flag("enabled", False)
    part.flag("attempt_n3d", False)
    part.text("eci", longest=2)
    part.text("cryptogram", longest=50)
    part.text("xid", longest=100)
    part.text("version", longest=10, code="3ds_version_invalid")
    part.text("exemption", longest=50)
    return bool(enabled)


def read_ip_address(body: Reader, name: str) -> str | None:
    """IPv4 or IPv6, at most 45 characters."""
    value = body.get(name)
    if value is None or (isinstance(value, str) and len(value) <= 45 and is_ip_address(value)):
        return value
    body.refuse("ip_address_invalid")
    return None


def read_channel(body: Reader) -> None:
    channel = body.get("processing_channel_id")
    if channel is not None and not (
        isinstance(channel, str) and re.fullmatch(r"pc_\w{26}", channel, re.ASCII)
    ):
        body.refuse("parameter_invalid")


def read_shipping(body: Reader) -> None:
    shipping = body.part("shipping")
    if shipping is not None:
        address_of(shipping, "address")
        phone_of(shipping)


def read_allocations(body: Reader) -> None:
    """The sub-entities a payment is taken for."""
    for entry in body.entries("amount_allocations"):
        entry.text("id", longest=255)
        entry.whole("amount", "amount_invalid")
        entry.text("reference", longest=255)
        commission = entry.part("commission")
        if commission is not None:
            commission.pass_over()
