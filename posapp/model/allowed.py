"""What a payment still allows, worked out from its balances and never from its status word.

Each function answers with a sentence on why not, or None. Refunds have ``refund_problem`` beside
the payment itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from posapp.model.access import Role, permission_problem
from posapp.model.attempt import ACTIONS, Attempt, Kind, Verdict
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState, Payment, PaymentStatus


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked of a payment now.

    ``to_capture`` and ``to_refund`` are the most that may be, ours under way counted. ``why_not``
    has a sentence for every action that may not be asked for at all, and nothing for the others.
    """

    to_capture: Money
    to_refund: Money
    why_not: Mapping[Kind, str]

    def may(self, kind: Kind) -> bool:
        return kind.acts_on_payment and kind not in self.why_not


def allowed(
    payment: Payment, mine: Sequence[Attempt], *, role: Role | None, has_actions: bool
) -> Allowed:
    """What this person may ask of this payment.

    Args:
        mine: all our attempts on the payment, refunds too, as far as they are known.
        has_actions: whether the gateway can do more with a payment than give it back.
    """
    currency = payment.amount.currency
    to_capture = Money(left_to_capture(payment, mine), currency)
    refunds = [each for each in mine if each.intent.kind is Kind.REFUND]
    reserved = _open_and_not_listed(payment, refunds)
    to_refund = Money(
        0 if in_the_way(Kind.REFUND, mine) else max(0, payment.left_to_refund().minor - reserved),
        currency,
    )
    smallest = Money(1, currency)
    balances = {
        Kind.CAPTURE: capture_problem(payment, smallest),
        Kind.VOID: void_problem(payment),
        Kind.INCREMENT: increment_problem(payment, smallest),
        Kind.REVERSAL: reversal_problem(payment),
        Kind.RETRY_CANCELLATION: retry_cancellation_problem(payment),
        Kind.REFUND: None if to_refund else "Nothing is left to refund on this payment.",
    }
    if not to_capture and payment.left_to_capture():
        for kind in (Kind.CAPTURE, Kind.VOID, Kind.INCREMENT):
            balances[kind] = "What was reserved is captured or released already."
    why_not = {
        kind: why
        for kind, problem in balances.items()
        if (
            why := permission_problem(role, kind)
            or (None if has_actions or kind is Kind.REFUND else NO_ACTIONS)
            or in_the_way(kind, mine)
            or problem
        )
    }
    return Allowed(to_capture, to_refund, why_not)


NO_ACTIONS = "This gateway can only give payments back; it cannot do this."


def in_the_way(kind: Kind, mine: Iterable[Attempt]) -> str | None:
    """Why this does not go with what was asked of the payment before, as a sentence, or None.

    One action at a time; a refund only waits for what gives the money back in another way. After
    a reversal nothing is left, whatever a read-out that lags behind says.
    """
    mine = tuple(mine)
    if any(a.intent.kind is Kind.REVERSAL and a.verdict is Verdict.APPROVED for a in mine):
        return "This payment was reversed: everything was given back."
    under_way = {each.intent.kind for each in mine if each.state.is_open}
    if kind in ACTIONS and under_way.intersection(ACTIONS):
        return "Something else asked of this payment is not finished. Wait until it is."
    if kind in _GIVES_BACK and Kind.REFUND in under_way:
        return "A refund of this payment is not finished. Wait until it is."
    if kind is Kind.REFUND and under_way.intersection(_GIVES_BACK):
        return "This payment is being voided or reversed. Wait until that is finished."
    return None


def left_to_capture(payment: Payment, mine: Iterable[Attempt]) -> int:
    """Minor units that may still be captured.

    Captures of ours count until the payment lists them, or its balance shows them without a list;
    after a void or reversal of ours that is done, nothing is left, whatever a late read-out says.
    """
    mine = tuple(mine)
    released = (Kind.VOID, Kind.REVERSAL)
    if any(a.intent.kind in released and a.verdict is Verdict.APPROVED for a in mine):
        return 0
    listed = {each.id for each in payment.history}
    shown = sum(
        each.amount.minor
        for each in payment.history
        if each.kind is ActionKind.CAPTURE and each.state is ActionState.DONE and each.amount
    )
    unlisted = max(0, payment.captured - shown)
    captures = [
        each for each in mine if each.intent.kind is Kind.CAPTURE and each.action_id not in listed
    ]
    still_open = sum(each.intent.amount.minor for each in captures if each.state.is_open)
    done = sum(each.intent.amount.minor for each in captures if each.verdict is Verdict.APPROVED)
    return max(0, payment.left_to_capture().minor - still_open - max(0, done - unlisted))


def _open_and_not_listed(payment: Payment, refunds: Iterable[Attempt]) -> int:
    listed = {each.id for each in payment.refunds}
    return sum(
        each.intent.amount.minor
        for each in refunds
        if each.state.is_open and each.action_id not in listed
    )


_GIVES_BACK = (Kind.VOID, Kind.REVERSAL)


def capture_problem(payment: Payment, amount: Money) -> str | None:
    """Why this amount cannot be captured."""
    if amount.currency != payment.amount.currency:
        return f"This payment is in {payment.amount.currency}."
    if amount.minor <= 0:
        return "Type an amount above zero."
    left = payment.left_to_capture()
    if left.minor == 0:
        return "Nothing is reserved on this payment that could be captured."
    if amount.minor > left.minor:
        return f"At most {left.currency} {left.plain()} is left to capture."
    return None


def void_problem(payment: Payment) -> str | None:
    """Why the reservation cannot be released."""
    if payment.left_to_capture().minor == 0:
        return "Nothing is reserved on this payment that could be voided."
    return None


def increment_problem(payment: Payment, amount: Money) -> str | None:
    """Why the reservation cannot grow by this amount; zero only makes it last longer."""
    if amount.currency != payment.amount.currency:
        return f"This payment is in {payment.amount.currency}."
    if amount.minor < 0:
        return "A reservation can only grow. To take less, capture less."
    if payment.left_to_capture().minor == 0:
        return "Nothing is reserved on this payment that could be increased."
    if payment.captured:
        return "A part of this payment was captured already, so it can no longer be increased."
    if not payment.estimated:
        return "This payment was not reserved as an estimate, so it cannot be increased."
    return None


def reversal_problem(payment: Payment) -> str | None:
    """Why the payment cannot be given back, whichever way is right for it."""
    if payment.status is PaymentStatus.RETRY_SCHEDULED:
        return None
    if payment.left_to_capture().minor == 0 and payment.left_to_refund().minor == 0:
        return "Nothing is reserved or captured on this payment that could be given back."
    return None


def retry_cancellation_problem(payment: Payment) -> str | None:
    """Why there is no automatic retry to call off."""
    if payment.status is not PaymentStatus.RETRY_SCHEDULED:
        return "No further try of this payment is scheduled."
    return None
