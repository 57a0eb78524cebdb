"""What PayFac is sent to pay money out to a card or a bank account, and what may not be in it."""

from __future__ import annotations

from posapp.gateways import json_body
from posapp.gateways.abilities import PayoutRequest
from posapp.gateways.country import country_code
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.preparing import Problem
from posapp.model.card import Card
from posapp.model.payout import AccountHolder, BankAccount, HolderKind, SavedInstrument

_LONGEST_REFERENCE = 50
_LONGEST_STATEMENT = 50
_LONGEST_NAME = 50
_LONGEST_PURPOSE = 50
_SCHEMES = ("", "swift", "local", "instant")
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
    if asked.scheme not in _SCHEMES:
        return "scheme", "A payout goes by swift, local or instant transfer."
    return _destination_problem(asked) or _holder_problem(asked)


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
    known = {"purpose": asked.purpose, "scheme": asked.scheme}
    if instruction := {name: text for name, text in known.items() if text}:
        document["instruction"] = instruction
    return json_body.build(document)


def holds_numbers(asked: PayoutRequest) -> bool:
    """Whether the body holds a card or an account number and must not be kept."""
    return not isinstance(asked.destination, SavedInstrument)


def _source_type(connection: PayfacConnection) -> str:
    return "entity" if connection.payout_source.startswith("ent_") else "currency_account"


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
    if to.iban is None and to.number is None:
        return "iban", "Type the IBAN, or the account number."
    if to.kind not in _ACCOUNT_KINDS:
        return "kind", "A bank account is for savings, current or cash."
    return None


def _holder_problem(asked: PayoutRequest) -> Problem | None:
    holder = asked.holder
    if holder is None:
        if isinstance(asked.destination, SavedInstrument):
            return None
        return "holder", "Type who is paid."
    person = holder.kind is HolderKind.INDIVIDUAL
    wanted = (holder.first_name, holder.last_name) if person else (holder.company_name,)
    if not all(wanted):
        return "holder", (
            "A person who is paid needs a first and a last name."
            if person
            else "A company or an authority that is paid needs its name."
        )
    if any(len(name) > _LONGEST_NAME for name in wanted):
        return "holder", f"The name has more than {_LONGEST_NAME} characters. Shorten it."
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
    return told | ({"account_holder": _holder(asked.holder)} if asked.holder else {})


def _account(to: BankAccount) -> dict[str, object]:
    known = {
        "iban": to.iban,
        "account_number": to.number,
        "bank_code": to.bank_code,
        "branch_code": to.branch_code,
        "swift_bic": to.swift_bic,
        "account_type": to.kind,
    }
    return {name: told for name, told in known.items() if told}


def _holder(holder: AccountHolder) -> dict[str, object]:
    if holder.kind is HolderKind.INDIVIDUAL:
        names = {"first_name": holder.first_name, "last_name": holder.last_name}
    else:
        names = {"company_name": holder.company_name}
    return {"type": holder.kind.value, **names}
