"""A payout: money sent from the shop's account to a card or a bank account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import ActionRecord, Decline
from posapp.model.secret import Secret


class PayoutStatus(StrEnum):
    """How far the money got. RETURNED was paid once and came back."""

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class HolderKind(StrEnum):
    INDIVIDUAL = "individual"
    CORPORATE = "corporate"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Who is paid: a person has a first and a last name, all others a ``company_name``."""

    kind: HolderKind
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a bank finds the account: an ``iban``, or a number with what the country needs.

    ``country`` is two letters; ``kind`` is savings, current or cash.
    """

    country: str
    iban: Secret | None = field(default=None, repr=False)
    number: Secret | None = field(default=None, repr=False)
    bank_code: str = ""
    branch_code: str = ""
    swift_bic: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SavedInstrument:
    """A card or account that the gateway keeps under an id."""

    id: str


Destination = Card | BankAccount | SavedInstrument


@dataclass(frozen=True, slots=True)
class Payout:
    """The gateway's record of one payout, as last read.

    ``to`` says where the money goes in words that may be shown, such as ``Visa …4242``; empty
    where the gateway does not say. ``history`` is what happened, oldest first.
    """

    account: str
    id: str
    reference: str
    amount: Money | None
    status: PayoutStatus
    status_said: str
    created_at: datetime | None = None
    to: str = ""
    decline: Decline | None = None
    history: tuple[ActionRecord, ...] = ()
    request_id: str = ""
