"""Payment contexts: what stands in a payment request instead of a card, PayPal or Klarna.

PayFac names no call that makes a context, so the training gateway knows four fixed ones, the way
it knows fixed card numbers. Each can be used any number of times; every other id is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from posapp.sandbox.payfac.fields import Reader


@dataclass(frozen=True, slots=True)
class Context:
    """Who pays (the type of the source in the answers) and what comes of it."""

    partner: str
    response_code: str


CONTEXTS = {
    "pct_paypalapprovedaaaaaaaaaaaa": Context("paypal", "10000"),
    "pct_paypaldeclinedaaaaaaaaaaaa": Context("paypal", "20051"),
    "pct_klarnaapprovedaaaaaaaaaaaa": Context("klarna", "10000"),
    "pct_klarnadeclinedaaaaaaaaaaaa": Context("klarna", "20051"),
}


def read_context(body: Reader) -> Context | None:
    """The context of the request, or None with the reason among its codes."""
    name = body.get("payment_context_id")
    context = CONTEXTS.get(name) if isinstance(name, str) else None
    if context is None:
        body.refuse("payment_context_id_invalid")
    if body.get("source") is not None:
        # A context stands instead of a source; with both, it is not known who pays.
        body.refuse("source_invalid")
    return context
