"""How a charge or a refund stands, as the desk knows it from what is committed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from posapp.model.attempt import Attempt, State, Verdict
from posapp.model.order import OrderState
from posapp.model.payment import Payment, PaymentStatus


class Result(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"
    ACTION_NEEDED = "action_needed"
    UNKNOWN = "unknown"
    NOT_CHARGED = "not_charged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``payment`` is the gateway's last word, None where there is none."""

    attempt: Attempt
    payment: Payment | None

    @property
    def result(self) -> Result:
        state = self.attempt.state
        if state is State.SETTLED:
            approved = self.attempt.verdict is Verdict.APPROVED
            return Result.APPROVED if approved else Result.DECLINED
        if state in (State.NOT_CHARGED, State.NOT_SENT, State.REFUSED):
            return Result.NOT_CHARGED
        waiting = self.payment and self.payment.status is PaymentStatus.ACTION_NEEDED
        if state is State.PENDING and waiting:
            return Result.ACTION_NEEDED
        return Result.UNKNOWN

    @property
    def order_state(self) -> OrderState:
        """What it makes of the order that was to be paid."""
        if self.result is Result.APPROVED:
            return OrderState.PAID
        return OrderState.OPEN if self.is_final else OrderState.LOCKED

    @property
    def is_final(self) -> bool:
        return not self.attempt.state.is_open
