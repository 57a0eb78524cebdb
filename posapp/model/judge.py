"""What a gateway's answer proves about an attempt. Unknown is the default branch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from posapp.model.attempt import CLOCKS_DIFFER, Attempt, Intent, State, Verdict
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
    echo_problem,
)
from posapp.model.payout import Payout, PayoutStatus

# A retry that is due may still take the money.
_MOVING = (PaymentStatus.PENDING, PaymentStatus.ACTION_NEEDED, PaymentStatus.RETRY_SCHEDULED)

OLDER_ANSWER = "The answer is about something that was done before."
_MAY_CALL_OFF = (ActionKind.REVERSAL, ActionKind.RETRY_CANCELLATION)


@dataclass(frozen=True, slots=True)
class Finding:
    """The state an answer leads to; ``note`` says why, for the timeline.

    ``foreign`` where the answer is about something else than what was asked: whoever gave it
    cannot be believed.
    """

    state: State
    verdict: Verdict | None = None
    note: str = ""
    foreign: bool = False


def judge_charge(intent: Intent, payment: Payment, *, live: bool) -> Finding:
    """Approved and declined need the echo to match; anything not understood stays unknown."""
    problem = echo_problem(payment, reference=intent.reference, amount=intent.amount, live=live)
    if problem:
        return Finding(State.UNKNOWN, note=problem, foreign=True)
    if payment.status.is_success:
        return Finding(State.SETTLED, Verdict.APPROVED)
    if payment.status.is_final_failure:
        return Finding(State.SETTLED, Verdict.DECLINED)
    if payment.status in _MOVING:
        return Finding(State.PENDING)
    return Finding(State.UNKNOWN, note=f"The gateway said {payment.status_said!r}.")


def judge_refund(intent: Intent, record: RefundRecord, *, older: Collection[str] = ()) -> Finding:
    """A refund is done only when the gateway says so; accepted is pending.

    Args:
        older: ids of what was done to the payment before this was asked for.
    """
    if record.id in older:
        return Finding(State.UNKNOWN, note=OLDER_ANSWER, foreign=True)
    if record.amount != intent.amount:
        note = "The answer names another amount or currency."
        return Finding(State.UNKNOWN, note=note, foreign=True)
    if record.state is ActionState.DONE:
        return Finding(State.SETTLED, Verdict.APPROVED)
    if record.state is ActionState.FAILED:
        why = record.decline.caller if record.decline else ""
        return Finding(State.SETTLED, Verdict.DECLINED, note=why)
    return Finding(State.PENDING)


def judge_payout(intent: Intent, payout: Payout) -> Finding:
    """Paid only when the gateway says so of this very payout; accepted is pending."""
    if payout.reference != intent.reference:
        return Finding(State.UNKNOWN, note="The answer belongs to another reference.", foreign=True)
    if payout.amount != intent.amount:
        note = "The answer names another amount or currency."
        return Finding(State.UNKNOWN, note=note, foreign=True)
    why = payout.decline.caller if payout.decline else ""
    match payout.status:
        case PayoutStatus.PENDING:
            return Finding(State.PENDING)
        case PayoutStatus.PAID:
            return Finding(State.SETTLED, Verdict.APPROVED)
        case PayoutStatus.DECLINED:
            return Finding(State.SETTLED, Verdict.DECLINED, note=why)
        case PayoutStatus.RETURNED:
            return Finding(State.SETTLED, Verdict.DECLINED, note=why or "The money came back.")
        case PayoutStatus.UNKNOWN:
            return Finding(State.UNKNOWN, note=f"The gateway said {payout.status_said!r}.")


def action_state(record: ActionRecord, payment: Payment) -> ActionState:
    """How far an action got that was accepted as ``record``, by the payment read after it.

    A reversal may be a refund and a void, of which the record names one: it is done when nothing
    is left. A retry that was called off leaves no entry in the history.
    """
    if record.state is not ActionState.PENDING:
        return record.state
    shown = payment.state_of(record.id)
    if record.kind is ActionKind.REVERSAL:
        left = payment.left_to_capture().minor + payment.left_to_refund().minor
        if shown is ActionState.DONE and left:
            return ActionState.PENDING
    if shown is ActionState.PENDING and record.kind in _MAY_CALL_OFF:
        if payment.status.is_final_failure:
            return ActionState.DONE
        if record.kind is ActionKind.RETRY_CANCELLATION and payment.status.is_success:
            return ActionState.FAILED
    return shown


def find_refund(
    attempt: Attempt, payment: Payment, *, others: Sequence[Attempt]
) -> RefundRecord | None:
    """The gateway's refund that this attempt made, or None where none can be told apart.

    By id where the id is known; otherwise the only refund of the same amount that no other
    attempt of ours accounts for and that is not older than this attempt.
    """
    if attempt.action_id:
        return next((r for r in payment.refunds if r.id == attempt.action_id), None)
    earliest = (attempt.sent_at or attempt.prepared_at) - CLOCKS_DIFFER
    candidates = [
        record
        for record in _fitting(attempt, payment, others)
        if record.at is None or record.at >= earliest
    ]
    return candidates[0] if len(candidates) == 1 else None


def could_be(attempt: Attempt, payment: Payment, *, others: Sequence[Attempt]) -> bool:
    """Whether the payment shows a refund that may be this attempt's, though it cannot be told
    apart, or is older by a clock of ours that may have been ahead."""
    return bool(_fitting(attempt, payment, others))


def _fitting(attempt: Attempt, payment: Payment, others: Sequence[Attempt]) -> list[RefundRecord]:
    taken = {other.action_id for other in others if other.id != attempt.id}
    return [
        record
        for record in payment.refunds
        if record.id not in taken and record.amount == attempt.intent.amount
    ]


def first_that_fits(intent: Intent, payments: Sequence[Payment], *, live: bool) -> list[Payment]:
    """The payment that this intent made stands first: where the gateway shows several under its
    reference, the oldest that took money and is what was asked for."""

    def order(payment: Payment) -> tuple[bool, bool, datetime, str]:
        finding = judge_charge(intent, payment, live=live)
        failed = payment.status.is_final_failure
        return failed, finding.state is not State.SETTLED, payment.created_at, payment.id

    return sorted(payments, key=order)
