"""``POST /payments``: every rule of the request, all refusals of one request at once.

The order of the checks is the order of the codes: currency, source, number, expiry, security
code, amount, kind of payment, address and phone, then everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from posapp.sandbox import cards
from posapp.sandbox.payfac import parts
from posapp.sandbox.payfac.contexts import Context, read_context
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.parts import Card
from posapp.sandbox.settings import Settings

PAYMENT_TYPES = ("Regular", "Recurring", "MOTO", "Installment", "PayLater", "Unscheduled")
# How long and how often a retry is tried when the request does not say.
_ATTEMPTS, _MOST_ATTEMPTS = 6, 15
_DAYS, _MOST_DAYS = 30, 60


@dataclass(frozen=True, slots=True)
class Retries:
    """What may be tried again by itself, one attempt a day.

    ``dunning``: attempts after a decline for want of money or the like; 0 for none.
    ``downtime``: whether a technical decline is tried again.
    """

    dunning: int = 0
    downtime: bool = False

    @property
    def after_downtime(self) -> int:
        return _ATTEMPTS if self.downtime else 0


@dataclass(slots=True)
class PaymentRequest:
    """A payment that may be attempted. Lives for one call only."""

    source: Card | Context
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
    retries: Retries


def longest_reference(source: Card | Context | None, usual: int) -> int:
    """American Express prints 30 characters of a reference."""
    amex = isinstance(source, Card) and cards.brand(source.number) == "amex"
    return 30 if amex else usual


def read_payment(members: Members, settings: Settings, now: float) -> PaymentRequest | list[str]:
    """The request, or the codes of everything that is wrong with it."""
    body = Reader(members)
    currency = parts.read_currency(body)
    source = _source(body, now)
    amount = parts.read_amount(body, currency) if body.get("amount") is not None else 0
    if isinstance(source, Context) and amount == 0:
        # Only a card can be verified.
        body.refuse("amount_invalid")
    kind = parts.read_kind(body, PAYMENT_TYPES, settings)
    merchant_initiated = body.flag("merchant_initiated", None)
    if merchant_initiated and kind == "Regular":
        body.refuse("payment_type_invalid")
    card = body.part("source", "source_invalid")
    address = parts.address_of(card, "billing_address") if card else None
    phone = parts.phone_of(card) if card else None
    customer = parts.read_customer(body)
    reference = body.text("reference", longest=longest_reference(source, 80))
    description = body.text("description", longest=100)
    authorization_type = body.choice("authorization_type", ("Final", "Estimated"), "Final")
    capture = body.flag("capture", True)
    capture_on = body.moment("capture_on")
    descriptor = parts.read_descriptor(body)
    challenge = parts.read_challenge(body)
    retries = _retries(body)
    success_url = body.url("success_url", "success_url_invalid")
    failure_url = body.url("failure_url", "fail_url_invalid")
    metadata = body.metadata()
    _others(body)
    codes = body.refusals(strict=settings.payfac_refuse_unknown_members)
    if codes or source is None or currency is None or amount is None:
        return codes
    return PaymentRequest(
        source=source,
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
        challenge=bool(challenge),
        success_url=success_url,
        failure_url=failure_url,
        # Only what the shop itself starts is tried again, never an order by phone.
        retries=retries
        if merchant_initiated and kind in ("Recurring", "Unscheduled")
        else Retries(),
    )


def _source(body: Reader, now: float) -> Card | Context | None:
    if body.get("payment_context_id") is not None:
        return read_context(body)
    if body.get("source") is None:
        body.refuse("payment_source_required")
        return None
    source = body.part("source", "source_invalid")
    return None if source is None else parts.read_card(source, now)


def _retries(body: Reader) -> Retries:
    retry = body.part("retry")
    if retry is None:
        return Retries()
    downtime = retry.part("downtime")
    technical = downtime.flag("enabled", False) if downtime else False
    dunning = retry.part("dunning")
    if dunning is None:
        return Retries(downtime=bool(technical))
    enabled = dunning.flag("enabled", False)
    attempts = _count(dunning, "max_attempts", _ATTEMPTS, _MOST_ATTEMPTS)
    days = _count(dunning, "end_after_days", _DAYS, _MOST_DAYS)
    return Retries(min(attempts, days) if enabled else 0, bool(technical))


def _count(part: Reader, name: str, usual: int, most: int) -> int:
    count = part.whole(name, "parameter_invalid")
    if count is None:
        return usual
    if not 1 <= count <= most:
        part.refuse("parameter_invalid")
    return count


def _others(body: Reader) -> None:
    parts.read_channel(body)
    body.text("previous_payment_id", longest=100, code="previous_payment_id_invalid")
    risk = body.part("risk")
    if risk is not None:
        risk.flag("enabled", True, "risk_enabled_required")
    parts.read_ip_address(body, "payment_ip")
    parts.read_shipping(body)
    partial = body.part("partial_authorization")
    if partial is not None:
        partial.flag("enabled", None)
    body.objects(
        "payment_plan", "sender", "recipient", "processing", "instruction", "segment", "routing"
    )
    parts.read_allocations(body)
    body.lists("items")
