"""Refusals of the current generation, in words."""

from __future__ import annotations

from posapp.gateways import flowlix_declines
from posapp.model.payment import Decline


def decline_for(code: str | None, said: str | None = None) -> Decline:
    """A refusal in words; here ``do_not_honor`` calls for another card."""
    return flowlix_declines.decline_for(flowlix_declines.REASONS, code, said)
