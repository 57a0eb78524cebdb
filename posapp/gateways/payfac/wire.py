"""PayFac's documents as they are on the wire, as far as this program uses them.

Members that are missing and members that are null are the same. What money depends on must be
right, or the whole document is refused; what is only shown may be odd and is then left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from posapp.gateways.strict_json import Unreadable
from posapp.gateways.wire_types import Amount, Lenient, Name, Text, Wire, read

__all__ = [
    "Action",
    "ActionAnswer",
    "Balances",
    "Errors",
    "IncrementAnswer",
    "Page",
    "PaymentAnswer",
    "PayoutAnswer",
    "SearchPage",
    "SessionAnswer",
    "Source",
    "SubmissionAnswer",
    "Token",
    "TokenError",
    "actions",
    "read",
]


class Token(Wire):
    """The answer to a token call."""

    access_token: Annotated[str, Field(strict=True, min_length=1)] = Field(repr=False)
    expires_in: Annotated[Decimal, Field(gt=0, le=10**9)]


class TokenError(Wire):
    error: Text


class Errors(Wire):
    """The body of a refusal; often it is empty or something else."""

    error_type: Lenient[Text] = None
    error_codes: Lenient[list[Text]] = None


class Balances(Wire):
    total_authorized: Amount | None = None
    total_voided: Amount | None = None
    total_captured: Amount | None = None
    total_refunded: Amount | None = None
    available_to_capture: Amount | None = None
    available_to_void: Amount | None = None
    available_to_refund: Amount | None = None


class Source(Wire):
    """The card as far as it is shown."""

    scheme: Lenient[Text] = None
    last4: Lenient[Annotated[str, Field(pattern=r"^[0-9]{4}$")]] = None
    bin: Lenient[Annotated[str, Field(pattern=r"^[0-9]{6,8}$")]] = None
    expiry_month: Lenient[Annotated[int, Field(ge=1, le=12)]] = None
    expiry_year: Lenient[Annotated[int, Field(ge=2000, le=2999)]] = None
    avs_check: Lenient[Text] = None
    cvv_check: Lenient[Text] = None


class Processing(Wire):
    """What the card networks advise."""

    recommendation_code: Lenient[Text] = None
    partner_merchant_advice_code: Lenient[Text] = None


class Link(Wire):
    href: Lenient[Text] = None


class Links(Wire):
    redirect: Lenient[Link] = None


class NextLink(Wire):
    next: Link | None = None


class SearchPage(Wire):
    """One page of a search. The entries are read one by one."""

    data: list[dict[str, object]]
    links: NextLink | None = Field(default=None, alias="_links")


class PayoutDestination(Wire):
    """Where the money goes, as far as it may be shown."""

    scheme: Lenient[Text] = None
    last4: Lenient[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4}$")]] = None
    country: Lenient[Text] = None


class PayoutAnswer(Wire):
    """A payout in any of its shapes: as answered, as read in the older or newer form, as listed."""

    id: Name
    status: Name | None = None
    approved: bool | None = None
    amount: Amount | None = None
    currency: Name | None = None
    reference: Text | None = None
    requested_on: Text | None = None
    response_code: Lenient[Text] = None
    response_summary: Lenient[Text] = None
    destination: Lenient[PayoutDestination] = None


class SessionAnswer(Wire):
    """A payment session: as answered when it is opened, and as read."""

    id: Name
    status: Lenient[Text] = None
    payment_id: Lenient[Name] = None
    amount: Amount | None = None
    currency: Name | None = None
    reference: Lenient[Text] = None
    expires_on: Lenient[Text] = None
    payment_session_token: Lenient[Text] = Field(default=None, repr=False)
    payment_session_secret: Lenient[Text] = Field(default=None, repr=False)


class SessionAction(Wire):
    url: Lenient[Text] = None


class SubmissionAnswer(Wire):
    """What became of the payment of a session; ``type`` is a word or a list of words."""

    id: Name
    status: Name
    action: Lenient[SessionAction] = None


class PaymentAnswer(Wire):
    """A payment: as answered to a charge, as read, and as listed.

    Only ``id`` is certain: the contract's short form of an answer has ``id``, ``status`` and
    ``approved``, and requires none of them.
    """

    id: Name
    status: Name | None = None
    approved: bool | None = None
    amount: Amount | None = None
    currency: Name | None = None
    reference: Text | None = None
    requested_on: Text | None = None
    processed_on: Text | None = None
    expires_on: Lenient[Text] = None
    balances: Balances | None = None
    response_code: Text | None = None
    response_summary: Lenient[Text] = None
    auth_code: Lenient[Text] = None
    source: Lenient[Source] = None
    processing: Lenient[Processing] = None
    links: Lenient[Links] = Field(default=None, alias="_links")


class Action(Wire):
    """One entry of a payment's history."""

    id: Name
    type: Name
    amount: Amount | None = None
    approved: bool | None = None
    response_code: Text | None = None
    response_summary: Lenient[Text] = None
    processed_on: Text | None = None
    auth_code: Lenient[Text] = None
    authorization_type: Lenient[Text] = None
    reference: Lenient[Text] = None
    processing: Lenient[Processing] = None


class ActionAnswer(Wire):
    """Something that was accepted; it is done only when an action with this id says so."""

    action_id: Name


class IncrementAnswer(Wire):
    """What the bank said to an increment; ``amount`` is the increment, not the new total."""

    action_id: Name
    amount: Amount
    currency: Name
    approved: bool
    status: Name
    response_code: Name
    response_summary: Lenient[Text] = None
    processed_on: Text | None = None
    auth_code: Lenient[Text] = None
    processing: Lenient[Processing] = None


class Page(Wire):
    """One page of the list by reference. The entries are read one by one."""

    data: list[dict[str, object]]
    total_count: Amount | None = None
    limit: Amount | None = None


def actions(document: object) -> tuple[Action, ...]:
    """The history of a payment, a bare list, newest first.

    Raises:
        Unreadable: it is none.
    """
    if not isinstance(document, list):
        raise Unreadable
    return tuple(read(Action, entry) for entry in document)
