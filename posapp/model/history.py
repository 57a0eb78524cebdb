"""What the shop's history answers when it is asked: rows, details, timelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.order import Order
from posapp.model.payment import Payment, PaymentStatus

View = Literal["all", "unknown", "refund_pending", "action_needed"]


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """``text`` is matched against last four, amount, name, e-mail, reference, order and ids."""

    text: str = ""
    view: View = "all"


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One charge, card verification or payout in the list.

    ``refunded`` and ``refund_pending`` are minor units.
    """

    attempt_id: int
    at: datetime
    customer: str
    card_brand: str
    card_last4: str
    amount: Money
    attempt_state: State
    verdict: Verdict | None
    status: PaymentStatus | None
    refunded: int
    refund_pending: int
    order_number: int
    account: str
    reference: str
    kind: Kind = Kind.CHARGE


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """``next`` is the key to ask for more with, empty at the end."""

    rows: tuple[PaymentRow, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class PaymentCounts:
    """How many charges need attention, for each pinned view."""

    unknown: int = 0
    refund_pending: int = 0
    action_needed: int = 0


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. ``took_ms`` where it was a call, else None."""

    at: datetime
    event: str
    who: str
    till: str
    detail: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """Everything about one charge, card verification or payout; ``timeline`` newest first.

    ``actions`` is what we asked of the payment besides refunds.
    """

    attempt: Attempt
    payment: Payment | None
    order: Order | None
    refunds: tuple[Attempt, ...] = ()
    actions: tuple[Attempt, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
