"""What a person has to find out, and money that turned up where none was expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from posapp.model.attempt import Attempt
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus


class AlarmKind(StrEnum):
    """Why money has to be looked at by a person."""

    LATE = "late"
    """It moved although it was taken as not moved."""
    DOUBLE = "double"
    """It moved twice under one reference of ours; the alarm is about the later one."""
    CONTRADICTED = "contradicted"
    """The gateway says the opposite of what a person saw when the case was closed."""
    RETURNED = "returned"
    """It was paid out, and came back."""


class AlarmEnd(StrEnum):
    GIVEN_BACK = "given_back"
    ACKNOWLEDGED = "acknowledged"


class CaseEnd(StrEnum):
    """What a person saw. For a refund, charged means given back."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"


class SeenWhere(StrEnum):
    """Where a person saw it."""

    GATEWAY_SITE = "gateway_site"
    BANK_STATEMENT = "bank_statement"
    CALLERS_BANK = "callers_bank"


@dataclass(frozen=True, slots=True)
class Closing:
    """How and why an open case was closed. ``approved_by`` is the supervisor's name."""

    end: CaseEnd
    seen: SeenWhere
    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Case:
    """An attempt whose end is not known, with whom it belongs to.

    ``owner`` is whoever took the case, empty while nobody has; ``customer`` a name, a phone number
    or an e-mail address, empty where none is known; ``order_number`` 0 where there is none.
    """

    attempt: Attempt
    order_number: int
    customer: str
    owner: str = ""
    taken_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Since when it is not known."""
        return self.attempt.sent_at or self.attempt.prepared_at


@dataclass(frozen=True, slots=True)
class Alarm:
    """Money to give back or to account for. ``payment`` is the gateway's last word about it, None
    for a payout, which is no payment."""

    id: int
    kind: AlarmKind
    attempt: Attempt
    payment: Payment | None
    raised_at: datetime
    order_number: int
    customer: str

    @property
    def amount(self) -> Money:
        return self.payment.amount if self.payment else self.attempt.intent.amount

    @property
    def number(self) -> str:
        """The gateway's id of the payment, or of the payout."""
        return self.payment.id if self.payment else self.attempt.payment_id

    @property
    def coming_back(self) -> Money | None:
        """What of it is on its way back already."""
        pending = self.payment.refund_pending if self.payment else 0
        return Money(pending, self.amount.currency) if pending else None

    @property
    def to_give_back(self) -> Payment | None:
        """The charge of ours to undo, where there is one."""
        undoable = self.kind in (AlarmKind.LATE, AlarmKind.DOUBLE)
        return self.payment if undoable and self.attempt.intent.kind.takes_money else None

    @property
    def can_go_back(self) -> Money | None:
        """How much giving it back would move now; None where nothing of ours is left to undo, or
        it is on its way back."""
        payment = self.to_give_back
        if payment is None or payment.refund_pending:
            return None
        left = payment.left_to_refund() if payment.captured else payment.left_to_capture()
        return left if left.minor else None


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """Everything that waits for a person or for an answer; each newest first."""

    alarms: tuple[Alarm, ...] = ()
    cases: tuple[Case, ...] = ()
    unknown: tuple[Case, ...] = ()

    @property
    def for_a_person(self) -> int:
        """How many will not end by themselves."""
        return len(self.alarms) + len(self.cases)


LONGEST_REASON = 200


def reason_problem(reason: str) -> str | None:
    """Why this cannot stand as a reason, as a sentence, or None."""
    if len(reason.strip()) > LONGEST_REASON:
        return f"The reason has at most {LONGEST_REASON} characters."
    return None if reason.strip() else "Give a reason; it is kept with the case."


def is_given_back(payment: Payment) -> bool:
    """Whether the gateway shows that nothing of this payment is held or taken any more."""
    if payment.status.is_final_failure:
        return True
    all_back = payment.captured > 0 and payment.refunded >= payment.captured
    return payment.left_to_capture().minor == 0 and (
        all_back or payment.status is PaymentStatus.REFUNDED
    )
