"""What both Flowlix generations ask of charges and refunds, and how both are told the card."""

from __future__ import annotations

from posapp.gateways.port import Charge, Refund
from posapp.gateways.preparing import Problem
from posapp.model.card import Card

LONGEST_METADATA = 500
"""The most characters one value of the metadata can have."""

_LONGEST_DESCRIPTION = 500
_LONGEST_KEY = 255


def limit_problem(
    charge: Charge, *, label: str, return_url: str, longest_reference: int
) -> Problem | None:
    """The first limit, besides the currencies, that this charge breaks."""
    if charge.amount.minor < 1:
        return "amount", (
            f"The total must be above zero; {label} cannot verify a card without charging it."
        )
    if not charge.capture or charge.capture_at is not None:
        return "capture", (
            f"{label} takes the money at once; it cannot reserve it to be captured later."
        )
    if charge.estimated:
        return "estimated", f"{label} takes the final amount only; it cannot reserve an estimate."
    if not charge.reference or len(charge.reference) > longest_reference:
        return "reference", f"A reference has 1 to {longest_reference} characters."
    if len(charge.description) > _LONGEST_DESCRIPTION:
        return "description", f"The description has more than {_LONGEST_DESCRIPTION} characters."
    if problem := _key_problem(charge.key):
        return problem
    if not return_url:
        return "return_url", (
            f"{label} needs a return address, because the bank may ask the caller to "
            "confirm. Type one in the settings."
        )
    return None


def refund_limit_problem(refund: Refund, *, longest_reason: int) -> Problem | None:
    """The first limit, besides those of its amount, that this refund breaks."""
    if len(refund.reason) > longest_reason:
        return "reason", f"The reason has more than {longest_reason} characters. Shorten it."
    return _key_problem(refund.key)


def card_problem(charge: Charge, card: Card) -> Problem | None:
    """The first limit that only shows once the card is known."""
    if not len(card.number):
        return "number", "Type the card number."
    if not len(card.code):
        return "code", "This account needs the security code. Ask the caller for it."
    if not (card.name or charge.customer.name).strip():
        return "name", "This account needs the card holder's name. Ask the caller for it."
    return None


def card_members(charge: Charge, card: Card) -> dict[str, object]:
    """The card as both write it; the digits stay in their own wipeable memory."""
    return {
        "number": card.number,
        "exp_month": card.expiry.month,
        "exp_year": card.expiry.year,
        "cvc": card.code,
        "holder_name": (card.name or charge.customer.name).strip(),
    }


def _key_problem(key: str) -> Problem | None:
    if not key or len(key) > _LONGEST_KEY:
        return "key", f"An idempotency key has 1 to {_LONGEST_KEY} characters."
    return None
