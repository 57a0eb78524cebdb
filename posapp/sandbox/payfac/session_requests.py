"""What a payment session may be asked for, and with what it may be submitted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from posapp.sandbox.payfac import parts
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.parts import Card
from posapp.sandbox.payfac.session_data import read_session_data
from posapp.sandbox.payfac.validation import PAYMENT_TYPES, longest_reference
from posapp.sandbox.records import PayfacSession, PayfacSessionOrder
from posapp.sandbox.settings import Settings

_KINDS = tuple(kind for kind in PAYMENT_TYPES if kind != "PayLater")
_ATTEMPTS, _MOST_ATTEMPTS = 5, 15
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_LONGEST_REFERENCE = 50


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A session that may be opened. ``attempts``: how often it may be submitted in all."""

    order: PayfacSessionOrder
    expires: float
    attempts: int


def read_session(members: Members, settings: Settings, now: float) -> SessionRequest | list[str]:
    """The request, or the codes of everything that is wrong with it."""
    body = Reader(members)
    currency = parts.read_currency(body)
    amount = _amount(body, currency)
    kind = parts.read_kind(body, _KINDS, settings)
    billing = _billing(body)
    success_url = _url(body, "success_url", "success_url_invalid")
    failure_url = _url(body, "failure_url", "fail_url_invalid")
    reference = body.text("reference", longest=_LONGEST_REFERENCE)
    description = body.text("description", longest=100)
    customer = parts.read_customer(body)
    descriptor = parts.read_descriptor(body)
    capture = body.flag("capture", True)
    capture_on = body.moment("capture_on")
    challenge = parts.read_challenge(body)
    metadata = body.metadata(most=18)
    expires = body.moment("expires_on")
    if expires is not None and expires <= now:
        body.refuse("parameter_invalid")
    attempts = _attempts(body)
    takes_cards = _takes_cards(body)
    products = _products(body)
    _others(body)
    codes = body.refusals(strict=settings.payfac_refuse_unknown_members)
    if codes or amount is None or currency is None or success_url is None or failure_url is None:
        return codes
    order = PayfacSessionOrder(
        amount=amount,
        currency=currency,
        payment_type=kind,
        success_url=success_url,
        failure_url=failure_url,
        billing=billing,
        challenge=bool(challenge),
        capture=bool(capture) or capture_on is not None,
        capture_on=capture_on,
        takes_cards=takes_cards,
        reference=reference,
        description=description,
        customer=customer,
        billing_descriptor=descriptor,
        products=products,
        metadata=metadata,
    )
    usual = now + settings.payfac_session_seconds
    return SessionRequest(order, usual if expires is None else expires, attempts)


def _amount(body: Reader, currency: str | None) -> int | None:
    if body.get("amount") is None:
        body.refuse("amount_required")
        return None
    return parts.read_amount(body, currency)


def _billing(body: Reader) -> Members:
    if body.get("billing") is None:
        body.refuse("billing_required")
    billing = body.part("billing")
    if billing is None:
        return {}
    address = parts.address_of(billing, "address")
    phone = parts.phone_of(billing)
    if billing.get("address") is None:
        billing.refuse("address_invalid")
    elif address is not None and "country" not in address:
        billing.refuse("country_address_invalid")
    told: Members = {"address": address, "phone": phone}
    return {name: part for name, part in told.items() if part is not None}


def _url(body: Reader, name: str, invalid: str) -> str | None:
    if body.get(name) is None:
        body.refuse(f"{name}_required")
    return body.url(name, invalid)


def _attempts(body: Reader) -> int:
    """The first attempt and the retries of the customer."""
    part = body.part("customer_retry")
    retries = part.whole("max_attempts", "parameter_invalid") if part else None
    if retries is None:
        return 1 + _ATTEMPTS
    if not 1 <= retries <= _MOST_ATTEMPTS:
        body.refuse("parameter_invalid")
    return 1 + retries


def _takes_cards(body: Reader) -> bool:
    enabled = body.words("enabled_payment_methods")
    disabled = body.words("disabled_payment_methods") or []
    return (enabled is None or "card" in enabled) and "card" not in disabled


def _products(body: Reader) -> list[Members] | None:
    items = body.entries("items")
    for item in items:
        item.pass_over()
    return [item.members for item in items] or None


def _others(body: Reader) -> None:
    parts.read_channel(body)
    parts.read_shipping(body)
    parts.read_allocations(body)
    body.text("display_name", longest=255)
    locale = body.text("locale", longest=10)
    if locale is not None and not _LOCALE.fullmatch(locale):
        body.refuse("parameter_invalid")
    risk = body.part("risk")
    if risk is not None:
        risk.flag("enabled", True, "risk_enabled_required")
    body.objects("recipient", "processing", "instruction", "payment_method_configuration", "sender")


@dataclass(slots=True)
class Submission:
    """What a session is submitted with. Lives for one call only."""

    card: Card
    amount: int
    reference: str | None
    challenge: bool


def read_submission(
    members: Members, session: PayfacSession, settings: Settings, *, key: str, now: float
) -> Submission | list[str]:
    """The request, or the codes of everything wrong with it; ``key`` is that of the digests."""
    body, order = Reader(members), session.order
    card = read_session_data(body, session.secret_digest, key=key, now=now)
    if card is not None and not order.takes_cards:
        body.refuse("payment_method_not_supported")
    amount = _amount(body, order.currency)
    reference = body.text("reference", longest=_LONGEST_REFERENCE) or order.reference
    if len(reference or "") > longest_reference(card, _LONGEST_REFERENCE):
        body.refuse("parameter_invalid")
    challenge = parts.read_challenge(body)
    parts.read_ip_address(body, "ip_address")
    body.lists("items")
    codes = body.refusals(strict=settings.payfac_refuse_unknown_members)
    if codes or card is None or amount is None:
        return codes
    asked = order.challenge if challenge is None else challenge
    return Submission(card, amount, reference, asked)
