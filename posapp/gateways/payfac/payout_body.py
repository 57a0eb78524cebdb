"""What PayFac is sent to pay money out to a card or a bank account, and what may not be in it."""

from __future__ import annotations

import re

from posapp.gateways import json_body
from posapp.gateways.abilities import PayoutRequest
from posapp.gateways.country import country_code
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.preparing import Problem
from posapp.model.card import Card
from posapp.model.payout import (
    AccountHolder,
    BankAccount,
    HolderKind,
    PostalAddress,
    SavedInstrument,
    iban_holds,
)
from posapp.model.secret import Secret

_LONGEST_REFERENCE = 50
_LONGEST_STATEMENT = 50
_LONGEST_NAME = 50
_LONGEST_PURPOSE = 50
_LONGEST_LINE = 200
_LONGEST_CITY = 50
_LONGEST_POSTCODE = 50
_LONGEST_NUMBER = 34
_QUOTE = re.compile(r"qte_[a-z2-7]{26}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_SCHEMES = ("", "swift", "local", "instant")
_BEARERS = ("", "OUR", "SHA")
_ACCOUNT_KINDS = ("", "savings", "current", "cash")


def payout_problem(connection: PayfacConnection, asked: PayoutRequest) -> Problem | None:
    """The first reason why this cannot be paid out."""
    if not connection.payout_source or not connection.processing_channel_id:
        return "payout_source", (
            f"{connection.label} cannot pay out yet: the account that payouts are taken from and "
            "its processing channel are missing in the settings."
        )
    if asked.amount.currency not in connection.currencies:
        return "currency", f"{connection.label} does not take {asked.amount.currency}."
    if asked.amount.minor <= 0:
        return "amount", "Type an amount above zero."
    if problem := amount_problem(asked.amount):
        return "amount", problem
    if not asked.reference:
        return "reference", "A payout needs a reference."
    for field, name, text, longest in (
        ("reference", "reference", asked.reference, _LONGEST_REFERENCE),
        ("statement", "text for the payee's statement", asked.statement, _LONGEST_STATEMENT),
        ("purpose", "purpose", asked.purpose, _LONGEST_PURPOSE),
    ):
        if len(text) > longest:
            return field, f"The {name} has more than {longest} characters. Shorten it."
    return _instruction_problem(asked) or _destination_problem(asked) or _people_problem(asked)


def payout_body(connection: PayfacConnection, asked: PayoutRequest) -> json_body.Built:
    """The body of a request without a ``payout_problem``."""
    document: dict[str, object] = {
        "source": {"type": _source_type(connection), "id": connection.payout_source},
        "destination": _destination(asked),
        "amount": to_wire(asked.amount),
        "currency": asked.amount.currency,
        "reference": asked.reference,
        "processing_channel_id": connection.processing_channel_id,
    }
    if asked.statement:
        document["billing_descriptor"] = {"reference": asked.statement}
    if asked.sender:
        # A payee has a billing address, a sender just an address.
        document["sender"] = _holder(asked.sender, address="address")
    known = {
        "purpose": asked.purpose,
        "scheme": asked.scheme,
        "charge_bearer": asked.charge_bearer,
        "quote_id": asked.quote_id,
        "funds_transfer_type": asked.transfer_type,
    }
    if instruction := {name: text for name, text in known.items() if text}:
        document["instruction"] = instruction
    return json_body.build(document)


def holds_numbers(asked: PayoutRequest) -> bool:
    """Whether the body holds a card or an account number and must not be kept."""
    return not isinstance(asked.destination, SavedInstrument)


def _source_type(connection: PayfacConnection) -> str:
    return "entity" if connection.payout_source.startswith("ent_") else "currency_account"


def _instruction_problem(asked: PayoutRequest) -> Problem | None:
    if asked.scheme not in _SCHEMES:
        return "scheme", "A payout goes by swift, local or instant transfer."
    if asked.charge_bearer not in _BEARERS:
        return "charge_bearer", "What the banks charge is for us (OUR) or shared (SHA)."
    if asked.quote_id and not _QUOTE.fullmatch(asked.quote_id):
        return "quote_id", (
            "The id of a quote is qte_ and 26 small letters and digits. Copy it again."
        )
    return None


def _destination_problem(asked: PayoutRequest) -> Problem | None:
    to = asked.destination
    if isinstance(to, Card):
        return None if len(to.number) else ("number", "Type the card number.")
    if not asked.statement:  # what is kept may be a bank account too
        return "statement", "A payout to a bank needs a text for the payee's statement."
    if isinstance(to, SavedInstrument):
        return None if is_id(to.id) else ("destination", "PayFac keeps nothing under such an id.")
    if not country_code(to.country):
        return "country", "A bank account needs its country: two letters, as GB."
    if to.iban is None and to.number is None and to.bban is None:
        return "iban", "Type the IBAN, or the account number."
    if to.iban is not None and not iban_holds(to.iban):
        return "iban", "This is not a valid IBAN. Read it again; type it without blanks."
    if not all(_is_number(number) for number in (to.number, to.bban) if number is not None):
        return "number", (
            f"An account number has at most {_LONGEST_NUMBER} letters, digits, blanks and dashes."
        )
    if to.swift_bic and not _BIC.fullmatch(to.swift_bic):
        return "swift_bic", "A BIC is 8 or 11 capital letters and digits. Read it again."
    if to.kind not in _ACCOUNT_KINDS:
        return "kind", "A bank account is for savings, current or cash."
    return None


def _is_number(number: Secret) -> bool:
    with number.view() as letters:
        return 0 < len(letters) <= _LONGEST_NUMBER and all(
            code in b" -" or 48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122
            for code in letters
        )


def _people_problem(asked: PayoutRequest) -> Problem | None:
    if asked.holder is None and not isinstance(asked.destination, SavedInstrument):
        return "holder", "Type who is paid."
    for field, person in (("holder", asked.holder), ("sender", asked.sender)):
        if person and (problem := _name_problem(person) or _address_problem(person.address)):
            return field, problem
    return None


def _name_problem(holder: AccountHolder) -> str | None:
    person = holder.kind is HolderKind.INDIVIDUAL
    wanted = (holder.first_name, holder.last_name) if person else (holder.company_name,)
    if not all(name.strip() for name in wanted):
        return (
            "A person needs a first and a last name."
            if person
            else "A company or an authority needs its name."
        )
    if any(len(name) > _LONGEST_NAME for name in wanted):
        return f"The name has more than {_LONGEST_NAME} characters. Shorten it."
    return None


def _address_problem(address: PostalAddress) -> str | None:
    for name, text, longest in (
        ("address", address.line1, _LONGEST_LINE),
        ("second line of the address", address.line2, _LONGEST_LINE),
        ("city", address.city, _LONGEST_CITY),
        ("postcode", address.postcode, _LONGEST_POSTCODE),
    ):
        if len(text) > longest:
            return f"The {name} has more than {longest} characters. Shorten it."
    if address.country and not country_code(address.country):
        return "The country of an address is two letters, as GB."
    return None


def _destination(asked: PayoutRequest) -> dict[str, object]:
    to = asked.destination
    told: dict[str, object]
    if isinstance(to, SavedInstrument):
        told = {"type": "id", "id": to.id}
    elif isinstance(to, Card):
        told = {
            "type": "card",
            "number": to.number,
            "expiry_month": to.expiry.month,
            "expiry_year": to.expiry.year,
        }
    else:
        told = {"type": "bank_account", "country": country_code(to.country), **_account(to)}
    if asked.holder:
        told["account_holder"] = _holder(asked.holder, address="billing_address")
    return told


def _account(to: BankAccount) -> dict[str, object]:
    known = {
        "iban": to.iban,
        "account_number": to.number,
        "bban": to.bban,
        "bank_code": to.bank_code,
        "branch_code": to.branch_code,
        "swift_bic": to.swift_bic,
        "account_type": to.kind,
    }
    return {name: told for name, told in known.items() if told}


def _holder(holder: AccountHolder, *, address: str) -> dict[str, object]:
    shown: dict[str, object] = {"type": holder.kind.value}
    if holder.kind is HolderKind.INDIVIDUAL:
        shown |= {"first_name": holder.first_name, "last_name": holder.last_name}
    else:
        shown["company_name"] = holder.company_name
    if lines := _address(holder.address):
        shown[address] = lines
    return shown


def _address(address: PostalAddress) -> dict[str, object]:
    known = {
        "address_line1": address.line1,
        "address_line2": address.line2,
        "city": address.city,
        "state": address.state,
        "zip": address.postcode,
        "country": country_code(address.country),
    }
    return {name: text for name, text in known.items() if text}
