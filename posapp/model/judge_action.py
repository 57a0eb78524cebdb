"""What a payment proves about a capture, void, increment, reversal or called-off retry of ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from posapp.model.attempt import CLOCKS_DIFFER, Attempt, Intent, Kind, State, Verdict
from posapp.model.judge import OLDER_ANSWER, Finding, action_state
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
)

ACTION_OF = {
    Kind.CAPTURE: ActionKind.CAPTURE,
    Kind.VOID: ActionKind.VOID,
    Kind.INCREMENT: ActionKind.INCREMENT,
    Kind.REVERSAL: ActionKind.REVERSAL,
    Kind.RETRY_CANCELLATION: ActionKind.RETRY_CANCELLATION,
}
"""What the gateway calls what we ask for."""

_WITH_AMOUNT = (Kind.CAPTURE, Kind.INCREMENT)
_RELEASES = (ActionKind.VOID, ActionKind.REVERSAL)
_GIVEN_BACK = (
    PaymentStatus.VOIDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.CANCELED,
    PaymentStatus.EXPIRED,
)


def judge_action(
    intent: Intent,
    record: ActionRecord,
    payment: Payment | None = None,
    *,
    older: Collection[str] = (),
) -> Finding:
    """Accepted is pending; done and failed are what the payment shows.

    Args:
        payment: read after the record was made; None where it was not read yet and only an answer
            speaks that says itself how it ended.
        older: ids of what was done to the payment before this was asked for.
    """
    if record.id and record.id in older:
        return Finding(State.UNKNOWN, note=OLDER_ANSWER, foreign=True)
    if record.kind is not ACTION_OF[intent.kind]:
        return Finding(State.UNKNOWN, note="The answer is about another action.", foreign=True)
    if intent.kind in _WITH_AMOUNT and record.amount not in (None, intent.amount):
        note = "The answer names another amount or currency."
        return Finding(State.UNKNOWN, note=note, foreign=True)
    match action_state(record, payment) if payment else record.state:
        case ActionState.DONE:
            return Finding(State.SETTLED, Verdict.APPROVED)
        case ActionState.FAILED:
            why = record.decline
            return Finding(State.SETTLED, Verdict.DECLINED, note=why.caller if why else "")
        case ActionState.PENDING:
            return Finding(State.PENDING)


def find_action(
    attempt: Attempt, payment: Payment, *, others: Sequence[Attempt]
) -> tuple[ActionRecord, ...]:
    """What the payment shows that this attempt can have made.

    One entry is it. Without any, the payment does not show it. Several cannot be told apart and
    prove nothing. What was accepted under an id is looked for under that id alone.

    Args:
        payment: read with its history.
        others: all our attempts on this payment, refunds too; what they made is not looked at.
    """
    return _shown(attempt, payment, others, attempt.prepared_at - CLOCKS_DIFFER)


def may_show(attempt: Attempt, payment: Payment, *, others: Sequence[Attempt]) -> bool:
    """Whether the payment shows anything that may be this attempt's, though it is older by a
    clock of ours that may have been ahead."""
    return bool(_shown(attempt, payment, others, None))


def _shown(
    attempt: Attempt, payment: Payment, others: Sequence[Attempt], earliest: datetime | None
) -> tuple[ActionRecord, ...]:
    kind = ACTION_OF[attempt.intent.kind]
    if attempt.action_id:
        return (_accepted(attempt.action_id, kind, payment),)
    taken = {other.action_id for other in others if other.id != attempt.id} - {""}
    match attempt.intent.kind:
        case Kind.REVERSAL:
            return _reversals(payment, taken, earliest)
        case Kind.RETRY_CANCELLATION:
            return _called_off(payment)
        case _:
            return _of_its_kind(attempt.intent, payment, taken, earliest)


def _accepted(number: str, kind: ActionKind, payment: Payment) -> ActionRecord:
    """What was accepted under this id, with what the payment shows of it so far.

    Pending, for ``action_state`` to say how far it got: the id may be that of a refund.
    """
    accepted = ActionRecord(number, kind, ActionState.PENDING)
    for refund in payment.refunds:
        if refund.id == number:
            return replace(accepted, decline=refund.decline)
    for entry in payment.history:
        if entry.id == number:
            return replace(entry, kind=kind, state=ActionState.PENDING)
    return accepted


def _of_its_kind(
    intent: Intent, payment: Payment, taken: set[str], earliest: datetime | None
) -> tuple[ActionRecord, ...]:
    known = [each for each in payment.history if each.kind is ACTION_OF[intent.kind]]
    named = tuple(each for each in known if each.reference == intent.reference)
    if named:
        return named
    return tuple(
        each
        for each in known
        if each.id not in taken
        and each.reference in ("", payment.reference)
        and (intent.kind not in _WITH_AMOUNT or each.amount == intent.amount)
        and _not_before(each.at, earliest)
    )


def _reversals(
    payment: Payment, taken: set[str], earliest: datetime | None
) -> tuple[ActionRecord, ...]:
    """A reversal leaves a void, a refund, or both, and carries no reference of ours.

    It is done when nothing is left: of what it left, that which is not done says how it stands.
    """
    entries: tuple[ActionRecord | RefundRecord, ...] = (*payment.history, *payment.refunds)
    traces = [
        each
        for each in entries
        if (isinstance(each, RefundRecord) or each.kind in _RELEASES)
        and each.id not in taken
        and _not_before(each.at, earliest)
    ]
    if traces:
        telling = min(traces, key=lambda each: each.state is ActionState.DONE)
        return (_accepted(telling.id, ActionKind.REVERSAL, payment),)
    left = payment.left_to_capture().minor + payment.left_to_refund().minor
    if not left and payment.status in _GIVEN_BACK:
        return (ActionRecord("", ActionKind.REVERSAL, ActionState.DONE),)
    return ()


def _called_off(payment: Payment) -> tuple[ActionRecord, ...]:
    """Retries that are called off leave no entry: only how the payment ended tells."""
    if payment.status.is_final_failure:
        state = ActionState.DONE
    elif payment.status.is_success:
        state = ActionState.FAILED
    else:
        return ()
    return (ActionRecord("", ActionKind.RETRY_CANCELLATION, state),)


def _not_before(at: datetime | None, earliest: datetime | None) -> bool:
    return at is None or earliest is None or at >= earliest
