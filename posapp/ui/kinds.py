"""Kinds of money movement in the words of the counter."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.model.attempt import Attempt, Kind
from posapp.model.display import AmountStyle


@dataclass(frozen=True, slots=True)
class KindWords:
    """``name`` begins a sentence; ``done`` and ``not_done`` end one."""

    name: str
    done: str
    not_done: str


KIND_WORDS = {
    Kind.CHARGE: KindWords("Charge", "charged", "not charged"),
    Kind.VERIFY: KindWords("Card check", "card checked", "card not checked"),
    Kind.HOSTED: KindWords("Charge", "charged", "not charged"),
    Kind.CAPTURE: KindWords("Capture", "captured", "not captured"),
    Kind.VOID: KindWords("Void", "voided", "not voided"),
    Kind.INCREMENT: KindWords("Increment", "more was reserved", "nothing more was reserved"),
    Kind.REVERSAL: KindWords("Reversal", "reversed", "not reversed"),
    Kind.RETRY_CANCELLATION: KindWords(
        "Calling off the retries", "retries called off", "retries not called off"
    ),
    Kind.REFUND: KindWords("Refund", "refunded", "not refunded"),
    Kind.PAYOUT: KindWords("Payout", "paid out", "not paid out"),
}


def with_amount(kind: Kind, amount: str) -> str:
    """``Refund of € 5.00``; no amount where none is moved."""
    name = KIND_WORDS[kind].name
    return name if kind in (Kind.VERIFY, Kind.RETRY_CANCELLATION) else f"{name} of {amount}"


def attempt_title(attempt: Attempt, order_number: int, style: AmountStyle) -> str:
    """What was asked for and for which order; of a charge the amount says enough."""
    intent = attempt.intent
    amount = style.money(intent.amount)
    what = amount if intent.kind.pays_order else with_amount(intent.kind, amount)
    return f"{what} · order {order_number}" if order_number else what
