"""Flowlix' codes for a refused payment, in words; both generations use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from posapp.gateways import decline_words as words
from posapp.gateways.decline_words import Reason
from posapp.gateways.outside_text import code as clean_code
from posapp.model.payment import Decline, DeclineClass

OTHER_CARD = replace(words.NO_REASON, next_step="Ask for another card.", same_card=False)

REASONS: Mapping[str, Reason] = {
    "generic_decline": OTHER_CARD,
    "do_not_honor": OTHER_CARD,
    "issuer_declined": OTHER_CARD,
    "insufficient_funds": words.NO_FUNDS,
    "invalid_number": words.NUMBER_WRONG,
    "invalid_expiry": words.EXPIRY_WRONG,
    "expired_card": words.EXPIRED,
    "invalid_amount": words.AMOUNT_WRONG,
    "invalid_currency": words.OUR_SETUP,
    "not_permitted": words.NOT_PERMITTED,
    "cardholder_limit": words.OVER_LIMIT,
    "card_velocity_exceeded": words.OVER_LIMIT,
    "lost_card": words.CARD_REFUSED,
    "stolen_card": words.CARD_REFUSED,
    "suspect_fraud": replace(words.CARD_REFUSED, kind=DeclineClass.RISK),
    "fraud_filter": words.RISK,
    "three_d_secure_failed": words.NOT_CONFIRMED,
    "three_d_secure_timeout": words.NOT_CONFIRMED,
    "three_d_secure_not_supported": words.NEEDS_PRESENCE,
    "three_d_secure_error": replace(
        words.TECHNICAL,
        next_step="Make a new payment. If it happens again, let the caller ring the bank.",
    ),
}


def decline_for(reasons: Mapping[str, Reason], code: str | None, said: str | None) -> Decline:
    """A refusal in words; a code that is missing or new is a refusal without a reason."""
    known = clean_code(code)
    return reasons.get(known, reasons["generic_decline"]).decline(known, said)


def refund_failed(code: str | None, said: str | None) -> Decline:
    """Why a refund failed: its codes are not documented, so the words stay general."""
    return words.REFUND_FAILED.decline(clean_code(code), said)
