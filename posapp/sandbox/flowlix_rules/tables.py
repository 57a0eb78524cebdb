"""Training cards and decline codes of Flowlix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingCards:
    """What a generation's training cards lead to; every other card succeeds."""

    challenged: frozenset[str]
    declined: Mapping[str, str]

    def listed(self) -> list[tuple[str, str]]:
        """For a page: each number in groups of four, and what it leads to."""
        what = {"4242424242424242": "The payment succeeds."}
        what |= {number: MESSAGES[code] for number, code in self.declined.items()}
        what |= dict.fromkeys(self.challenged, "The bank asks first (3-D Secure).")
        return [(" ".join(re.findall("[0-9]{4}", number)), end) for number, end in what.items()]


PRESENT_CARDS = TrainingCards(
    challenged=frozenset({"4635440000002223"}),
    declined={"4000000000000002": "do_not_honor", "4000000000009995": "insufficient_funds"},
)
FIRST_CARDS = TrainingCards(
    challenged=frozenset(),
    declined={"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds"},
)
_COUNTRIES = {"4111111111111111": "DE", "4242424242424242": "US", "5555555555554444": "US"}
MESSAGES = {
    "generic_decline": "The card was declined.",
    "do_not_honor": "The bank of the card declined the payment without a reason.",
    "issuer_declined": "The bank of the card declined the payment.",
    "insufficient_funds": "The card has insufficient funds.",
    "invalid_number": "The card number is not valid.",
    "invalid_expiry": "The expiry date is not valid.",
    "expired_card": "The card has expired.",
    "invalid_amount": "The amount is not allowed for this card.",
    "invalid_currency": "The card cannot pay in this currency.",
    "not_permitted": "The card is not permitted for this purchase.",
    "cardholder_limit": "The limit of the cardholder is passed.",
    "card_velocity_exceeded": "The card was used too often.",
    "lost_card": "The card is reported lost.",
    "stolen_card": "The card is reported stolen.",
    "suspect_fraud": "The payment looks like fraud.",
    "fraud_filter": "A fraud filter stopped the payment.",
    "three_d_secure_failed": "The cardholder was not confirmed.",
    "three_d_secure_timeout": "The cardholder did not confirm in time.",
    "three_d_secure_not_supported": "The card does not take part in 3-D Secure.",
    "three_d_secure_error": "The 3-D Secure system did not work.",
}


def decline_of(
    number: str, training: TrainingCards, *, luhn_valid: bool, metadata: dict[str, object]
) -> str | None:
    """The decline a payment with this card ends in, or None for success.

    ``metadata.emulate_decline`` names any documented code; it exists in training only.
    """
    wished = metadata.get("emulate_decline")
    if isinstance(wished, str) and wished in MESSAGES:
        return wished
    if not luhn_valid:
        return "invalid_number"
    return training.declined.get(number)


def country_of(number: str) -> str:
    """The issuing country shown for a training card."""
    return _COUNTRIES.get(number, "DE")


def message(code: str | None) -> str | None:
    return None if code is None else MESSAGES.get(code, MESSAGES["generic_decline"])
