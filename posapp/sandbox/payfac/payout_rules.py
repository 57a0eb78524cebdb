"""``POST /payments`` with a ``destination``: every rule of a payout, all refusals at once.

A card payout goes to a card, a token or a network token, a bank payout to a bank account. A
stored instrument (``id``) can be either: it is a card when ``instruction.funds_transfer_type``
says so, else a bank account. Where the contract lists no code for a wrong member, the code is
the member's name with ``_required`` or ``_invalid``, or plainly ``parameter_invalid``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from posapp.sandbox.payfac import payout_tables, tables
from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.parts import read_currency, read_expiry
from posapp.sandbox.payfac.payout_parties import read_country, read_holder, read_sender
from posapp.sandbox.settings import Settings

Kind = Literal["card", "bank"]
_SOURCES = {"currency_account": "ca_", "entity": "ent_"}
_TO_CARD = ("card", "token", "network_token")
_LONGEST_REFERENCE = 50


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KNOWN = _words(
    """source destination amount currency reference billing_descriptor sender instruction
    processing_channel_id processing segment metadata"""
)
_KNOWN_PARTS = {
    "source": _words("type id amount"),
    "billing_descriptor": _words("reference"),
    "instruction": _words(
        """purpose funds_transfer_type charge_bearer repair scheme quote_id skip_expiry mvv
        remittance"""
    ),
}
_KNOWN_DESTINATIONS = {
    "card": _words("type number expiry_month expiry_year account_holder"),
    "id": _words("type id account_holder"),
    "token": _words("type token account_holder"),
    "network_token": _words(
        "type token expiry_month expiry_year token_type cryptogram eci account_holder"
    ),
    "bank_account": _words(
        """type account_type account_number bank_code branch_code iban bban swift_bic country
        account_holder bank"""
    ),
}


@dataclass(slots=True)
class Destination:
    """Where the money goes. ``number`` is that of a card or network token; one call only."""

    type: str
    number: str | None = field(default=None, repr=False)
    expiry_month: int | None = None
    expiry_year: int | None = None
    id: str | None = None
    last4: str | None = None
    account_type: str | None = None
    country: str | None = None
    holder: Members | None = None


@dataclass(slots=True)
class PayoutRequest:
    """A payout that may be attempted. Lives for one call only."""

    kind: Kind
    source: Members
    destination: Destination
    currency: str
    amount: int
    reference: str | None
    billing_descriptor: Members | None
    sender: Members | None
    instruction: Members
    processing_channel_id: str
    metadata: Members
    outcome: str
    """The answer code it ends with."""


def is_payout(members: Members) -> bool:
    """Money goes out when there is a destination, or the source is one only payouts have."""
    source = members.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    from_account = isinstance(kind, str) and kind in _SOURCES
    return from_account or members.get("destination") is not None


def read_payout(members: Members, settings: Settings, now: float) -> PayoutRequest | list[str]:
    """The request, or the codes of everything that is wrong with it."""
    body = Reader(members)
    currency = read_currency(body)
    source = _source(body)
    destination = _destination(body, now)
    kind = _kind(destination, members.get("instruction"))
    amount = _amount(body, currency)
    reference = body.text("reference", longest=_LONGEST_REFERENCE)
    descriptor = _descriptor(body, kind)
    sender = read_sender(body, to_bank=kind == "bank")
    instruction = _instruction(body)
    channel = _channel(body)
    metadata = body.metadata()
    outcome = _outcome(body, metadata, destination)
    body.objects("processing", "segment")
    _pass_over_known(body)
    codes = body.refusals(strict=settings.payfac_refuse_unknown_members)
    if codes or kind is None or source is None or destination is None:
        return codes
    if currency is None or amount is None or channel is None:
        return codes
    return PayoutRequest(
        kind=kind,
        source=source,
        destination=destination,
        currency=currency,
        amount=amount,
        reference=reference,
        billing_descriptor=descriptor,
        sender=sender,
        instruction=instruction,
        processing_channel_id=channel,
        metadata=metadata,
        outcome=outcome,
    )


def _source(body: Reader) -> Members | None:
    if body.get("source") is None:
        body.refuse("payment_source_required")
        return None
    source = body.part("source", "source_invalid")
    if source is None:
        return None
    kind, name = source.get("type"), source.get("id")
    if not (isinstance(kind, str) and kind in _SOURCES):
        source.refuse("source_type_required" if kind is None else "source_invalid")
        return None
    if name is None:
        source.refuse("source_id_required")
    elif not (isinstance(name, str) and re.fullmatch(rf"{_SOURCES[kind]}\w{{26}}", name, re.ASCII)):
        source.refuse("source_id_invalid")
    return {"type": kind, "id": name}


def _amount(body: Reader, currency: str | None) -> int | None:
    """What is paid out; without ``amount`` it is what leaves the account (``source.amount``)."""
    amount = body.whole("amount", "amount_invalid")
    source = body.members.get("source")
    if isinstance(source, dict) and source.get("amount") is not None:
        part = Reader(source)
        part.codes = body.codes
        taken = part.whole("amount", "amount_invalid")
        if body.get("amount") is None:
            amount = taken
    fits = amount is not None and 0 < amount <= tables.MAX_AMOUNT
    if not fits or (currency and not tables.amount_fits(amount or 0, currency)):
        body.refuse("amount_invalid")
    return amount


def _kind(destination: Destination | None, instruction: object) -> Kind | None:
    """None while it is not known where the money goes."""
    if destination is None:
        return None
    if destination.type == "bank_account":
        return "bank"
    if destination.type in _TO_CARD:
        return "card"
    told = isinstance(instruction, dict) and instruction.get("funds_transfer_type") is not None
    return "card" if told else "bank"


def _destination(body: Reader, now: float) -> Destination | None:
    if body.get("destination") is None:
        body.refuse("destination_required")
        return None
    part = body.part("destination", "destination_invalid")
    if part is None:
        return None
    kind = part.get("type")
    if not (isinstance(kind, str) and kind in _KNOWN_DESTINATIONS):
        part.refuse("destination_type_required" if kind is None else "destination_invalid")
        return None
    found = Destination(kind)
    if kind == "card":
        found.number = _number(part, "number", "card_number")
        found.expiry_month, found.expiry_year = read_expiry(part, now)
    elif kind == "network_token":
        _network_token(part, found, now)
    elif kind == "token":
        _identifier(part, "token", "tok_", "token")
    elif kind == "id":
        found.id = _identifier(part, "id", "src_", "destination_id")
    else:
        _bank_account(part, found)
    found.holder = read_holder(part)
    part.pass_over(*_KNOWN_DESTINATIONS[kind])
    return found


def _number(part: Reader, name: str, code: str) -> str | None:
    value = part.get(name)
    if value is None:
        part.refuse(f"{code}_required")
        return None
    # A number that is not published for training could be somebody's card.
    if isinstance(value, str) and payout_tables.is_training_card(value):
        return value
    part.refuse(f"{code}_invalid")
    return None


def _network_token(part: Reader, found: Destination, now: float) -> None:
    found.number = _number(part, "token", "token")
    found.expiry_month, found.expiry_year = read_expiry(part, now)
    kind = part.get("token_type")
    if kind is None:
        part.refuse("token_type_required")
    elif kind not in ("vts", "mdes"):
        part.refuse("token_type_invalid")
    part.text("cryptogram", longest=50)
    part.text("eci", longest=2)


def _identifier(part: Reader, name: str, prefix: str, code: str) -> str | None:
    value = part.get(name)
    if value is None:
        part.refuse(f"{code}_required")
    elif isinstance(value, str) and re.fullmatch(rf"{prefix}\w{{26}}", value, re.ASCII):
        return value
    else:
        part.refuse(f"{code}_invalid")
    return None


def _bank_account(part: Reader, found: Destination) -> None:
    if part.get("country") is None:
        part.refuse("country_required")
    found.country = read_country(part, "country", "country_invalid")
    found.account_type = part.choice("account_type", ("savings", "current", "cash"), "") or None
    account = None
    for name, pattern in (
        ("iban", r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
        ("account_number", r"[A-Za-z0-9 /-]{1,34}"),
        ("bban", r"[A-Za-z0-9 ]{1,30}"),
        ("swift_bic", r"[A-Z0-9]{8}(?:[A-Z0-9]{3})?"),
        ("bank_code", r"[A-Za-z0-9 -]{1,35}"),
        ("branch_code", r"[A-Za-z0-9 -]{1,35}"),
    ):
        value = part.get(name)
        if value is None:
            continue
        text = value if isinstance(value, str) and re.fullmatch(pattern, value) else ""
        if not text or (name == "iban" and not _iban_adds_up(text)):
            part.refuse(f"{name}_invalid")
        if name in ("iban", "account_number", "bban"):
            account = account if account is not None else text
    if account is None:
        part.refuse("account_number_required")
    elif len(account) >= 8:
        # Of a shorter one the last four characters would give too much away.
        found.last4 = account[-4:]
    bank = part.part("bank")
    if bank is not None:
        bank.text("name", longest=255)
        bank.text("branch", longest=255)
        bank.objects("address")


def _iban_adds_up(iban: str) -> bool:
    """The two check digits: letters count as 10 to 35, the remainder by 97 is 1."""
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


def _descriptor(body: Reader, kind: Kind | None) -> Members | None:
    """What stands on the recipient's statement; a bank payout must say it."""
    code = "billing_descriptor_reference"
    part = body.part("billing_descriptor")
    if part is None or part.get("reference") is None:
        if kind == "bank":
            body.refuse(f"{code}_required")
        return None
    longest = _LONGEST_REFERENCE
    return {
        "reference": part.text("reference", shortest=1, longest=longest, code=f"{code}_invalid")
    }


def _instruction(body: Reader) -> Members:
    part = body.part("instruction")
    if part is None:
        return {}
    part.text("purpose", longest=255)
    part.choice("charge_bearer", ("OUR", "SHA"), "")
    part.flag("repair", None)
    part.choice("scheme", ("swift", "local", "instant"), "")
    for name, pattern in (
        ("quote_id", r"qte_[a-z2-7]{26}"),
        ("funds_transfer_type", r"[A-Z][A-Z0-9]{1,2}"),
    ):
        value = part.get(name)
        if value is not None and not (isinstance(value, str) and re.fullmatch(pattern, value)):
            part.refuse("parameter_invalid")
    part.flag("skip_expiry", None)
    part.text("mvv", longest=10)
    part.objects("remittance")
    kept = ("purpose", "funds_transfer_type", "charge_bearer", "repair", "scheme", "quote_id")
    return {name: part.get(name) for name in kept if part.get(name) is not None}


def _channel(body: Reader) -> str | None:
    value = body.get("processing_channel_id")
    if value is None:
        body.refuse("processing_channel_id_required")
    elif isinstance(value, str) and re.fullmatch(r"pc_\w{26}", value, re.ASCII):
        return value
    else:
        body.refuse("parameter_invalid")
    return None


def _outcome(body: Reader, metadata: Members, destination: Destination | None) -> str:
    wanted = metadata.get(payout_tables.TRIGGER)
    if wanted is not None:
        if isinstance(wanted, str) and payout_tables.is_code(wanted):
            return wanted
        # A misspelt code would otherwise let the payout be paid, and nobody would notice.
        body.refuse("parameter_invalid")
    number = destination.number if destination else None
    return tables.APPROVED if number is None else payout_tables.response_code(number)


def _pass_over_known(body: Reader) -> None:
    """Everything else that the contract names may be there."""
    body.pass_over(*_KNOWN)
    for name, known in _KNOWN_PARTS.items():
        if isinstance(body.members.get(name), dict) and (part := body.part(name)):
            part.pass_over(*known)
