"""Refusals of the older generation, in words."""

from __future__ import annotations

from posapp.gateways import decline_words, flowlix_declines
from posapp.model.payment import Decline

# Here the same card is said to pass sometimes on a later try, after a call to the bank.
REASONS = {**flowlix_declines.REASONS, "do_not_honor": decline_words.NO_REASON}


def decline_for(code: str | None, said: str | None = None) -> Decline:
    """A refusal in words."""
    return flowlix_declines.decline_for(REASONS, code, said)
