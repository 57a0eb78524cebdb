"""The people and companies of a payout: who gets the money and who sends it.

What is returned may be kept and shown: names, address and reference. Birth, identity papers,
tax numbers and the like are checked and forgotten.
"""

from __future__ import annotations

import re
from datetime import date

from posapp.sandbox.payfac.fields import Members, Reader
from posapp.sandbox.payfac.parts import read_address, read_phone
from posapp.sandbox.shapes import is_email

_HOLDERS = ("individual", "corporate", "government")
_BANK_SENDERS = ("individual", "corporate", "instrument")
_CARD_SENDERS = (*_BANK_SENDERS, "government")
_PAPERS = (
    "passport",
    "driving_licence",
    "driving_license",
    "national_id",
    "company_registration",
    "tax_id",
)
_FUNDS = ("credit", "debit", "prepaid", "deposit_account", "mobile_money_account", "cash")
_LONGEST_NAME = 50


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KNOWN = _words(
    """type first_name middle_name last_name company_name identification date_of_birth dob
    country_of_birth nationality tax_id"""
)
_KNOWN_HOLDER = _KNOWN | _words(
    "full_name billing_address phone email gender residential_status account_name_inquiry"
)
_KNOWN_SENDER = _KNOWN | _words("address reference reference_type source_of_funds")
_KNOWN_PAPER = _words("type number issuing_country date_of_expiry")
_ADDRESS = ("address_line1", "address_line2", "city", "state", "zip", "country")


def read_holder(destination: Reader) -> Members | None:
    """The holder of the card or account, or None if the request names none."""
    holder = destination.part("account_holder", "account_holder_invalid")
    if holder is None:
        return None
    kind = _kind(holder, _HOLDERS, "account_holder_type")
    names = _names(holder, kind)
    address = holder.part("billing_address", "address_invalid")
    if address is not None:
        read_address(address)
    phone = holder.part("phone", "phone_number_invalid")
    if phone is not None:
        read_phone(phone)
    email = holder.get("email")
    if email is not None and not (isinstance(email, str) and is_email(email)):
        holder.refuse("email_invalid")
    holder.text("full_name", longest=2 * _LONGEST_NAME)
    holder.text("gender", longest=_LONGEST_NAME)
    holder.choice("residential_status", ("resident", "non_resident"), "")
    holder.flag("account_name_inquiry", None)
    _private(holder)
    holder.pass_over(*_KNOWN_HOLDER)
    return {"type": kind, **names}


def read_sender(body: Reader, *, to_bank: bool) -> Members | None:
    """Who sends the money, or None when it is the merchant itself."""
    sender = body.part("sender", "sender_invalid")
    if sender is None:
        return None
    kind = _kind(sender, _BANK_SENDERS if to_bank else _CARD_SENDERS, "sender_type")
    shown: Members = {"type": kind, **_names(sender, kind)}
    address = sender.part("address", "address_invalid")
    if address is not None:
        told = read_address(address)
        shown["address"] = {name: told[name] for name in _ADDRESS if name in told}
    elif sender.get("address") is None and kind not in (None, "instrument"):
        sender.refuse("sender_address_required")
    reference = sender.text("reference", longest=50)
    if reference is not None:
        shown["reference"] = reference
    sender.text("reference_type", longest=50)
    sender.choice("source_of_funds", _FUNDS, "")
    _private(sender)
    sender.pass_over(*_KNOWN_SENDER)
    return shown


def read_country(part: Reader, name: str, code: str) -> str | None:
    value = part.get(name)
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value):
        return value
    part.refuse(code)
    return None


def _kind(party: Reader, kinds: tuple[str, ...], member: str) -> str | None:
    kind = party.get("type")
    if isinstance(kind, str) and kind in kinds:
        return kind
    party.refuse(f"{member}_required" if kind is None else f"{member}_invalid")
    return None


def _names(party: Reader, kind: str | None) -> Members:
    """A person has a first and a last name, a company or an authority the name of one."""
    required: tuple[str, ...] = ("company_name",) if kind in ("corporate", "government") else ()
    if kind == "individual":
        required = ("first_name", "last_name")
    names: Members = {}
    for name in ("first_name", "middle_name", "last_name", "company_name"):
        if party.get(name) is None:
            if name in required:
                party.refuse(f"{name}_required")
            continue
        names[name] = party.text(name, shortest=1, longest=_LONGEST_NAME, code=f"{name}_invalid")
    return names


def _private(party: Reader) -> None:
    """What is checked and not kept."""
    for name in ("date_of_birth", "dob"):
        _date(party, name)
    for name in ("country_of_birth", "nationality"):
        read_country(party, name, "country_invalid")
    party.text("tax_id", longest=_LONGEST_NAME)
    paper = party.part("identification")
    if paper is not None:
        _kind(paper, _PAPERS, "identification_type")
        paper.text("number", longest=25)
        read_country(paper, "issuing_country", "country_invalid")
        _date(paper, "date_of_expiry")
        paper.pass_over(*_KNOWN_PAPER)


def _date(part: Reader, name: str) -> None:
    value = part.get(name)
    if value is None:
        return
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            date.fromisoformat(value)
            return
    except ValueError:
        pass
    part.refuse("parameter_invalid")
