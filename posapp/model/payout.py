"""A payout: money sent from the shop's account to a card or a bank account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import ActionRecord, Decline
from posapp.model.secret import Secret

_SHORTEST_IBAN = 15
_LONGEST_IBAN = 34


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
class PostalAddress:
    """Where somebody lives; ``country`` is two letters. What is not known is empty."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Who is paid, or who pays: a person has a first and a last name, all others a
    ``company_name``."""

    kind: HolderKind
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    address: PostalAddress = field(default_factory=PostalAddress)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a bank finds the account: an ``iban``, or a number with what the country needs.

    ``country`` is two letters; ``bban`` is the country's own long form of the account; ``kind``
    is savings, current or cash.
    """

    country: str
    iban: Secret | None = field(default=None, repr=False)
    number: Secret | None = field(default=None, repr=False)
    bban: Secret | None = field(default=None, repr=False)
    bank_code: str = ""
    branch_code: str = ""
    swift_bic: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SavedInstrument:
    """A card or account that the gateway keeps under an id."""

    id: str


Destination = Card | BankAccount | SavedInstrument


def iban_holds(iban: Secret) -> bool:
    """Whether it is made like an IBAN, without blanks, and its check digits are right (ISO 13616).

    Raises:
        SecretWiped: it was wiped before.
    """
    with iban.view() as letters:
        length = len(letters)
        if not _SHORTEST_IBAN <= length <= _LONGEST_IBAN:
            return False
        rest = 0
        for place in range(length):
            # The first four are read last: two letters of the country and two check digits.
            at = (place + 4) % length
            code = letters[at]
            if 48 <= code <= 57 and at > 1:
                rest = (rest * 10 + code - 48) % 97
            elif 65 <= code <= 90 and at not in (2, 3):
                rest = (rest * 100 + code - 55) % 97
            else:
                return False
        return rest == 1


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
