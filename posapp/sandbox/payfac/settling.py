"""The state of a PayFac payment: what is left of it, its status, and what time does to it.

A, V, C, R are the totals authorized, voided, captured and refunded. To capture or void is
A - V - C, to refund is C - R. An accepted action holds its amount until it takes effect.
"""

from __future__ import annotations

from typing import assert_never

from posapp.sandbox import ids
from posapp.sandbox.clock import DAY
from posapp.sandbox.payfac.tables import APPROVED
from posapp.sandbox.records import PayfacAction, PayfacPayment, PayfacRetry, PendingAction
from posapp.sandbox.store import Table

VALIDITY = 7 * DAY
_TAKES = ("Capture", "Void")


def status(payment: PayfacPayment) -> str:
    """The status word, worked out from the outcome and the totals."""
    words = {
        "pending": "Pending",
        "declined": "Declined",
        "verified": "Card Verified",
        "expired": "Expired",
        "canceled": "Canceled",
        "retry": "Retry Scheduled",
    }
    if payment.outcome in words:
        return words[payment.outcome]
    if payment.refunded:
        whole = payment.refunded == payment.captured
        return "Refunded" if whole else "Partially Refunded"
    if payment.captured:
        whole = payment.captured == payment.authorized
        return "Captured" if whole else "Partially Captured"
    return "Voided" if payment.voided == payment.authorized else "Authorized"


def to_take(payment: PayfacPayment) -> int:
    """What can still be captured or voided, by what has taken effect."""
    return payment.authorized - payment.voided - payment.captured


def to_refund(payment: PayfacPayment) -> int:
    return payment.captured - payment.refunded


def free_to_take(payment: PayfacPayment) -> int:
    """What no accepted capture or void holds yet."""
    return to_take(payment) - sum(p.held for p in payment.pending if p.type in _TAKES)


def free_to_refund(payment: PayfacPayment) -> int:
    return to_refund(payment) - sum(p.held for p in payment.pending if p.type == "Refund")


def settle(table: Table[PayfacPayment], payment: PayfacPayment, now: float) -> None:
    """Let everything happen to ``payment`` that was due by ``now``, in its order."""
    changed = False
    while (due := _next_due(payment)) is not None and due <= now:
        _happen(payment, due)
        changed = True
    if changed:
        table.changed(payment.id)


def settle_all_now(table: Table[PayfacPayment], now: float) -> int:
    """Let every accepted action take effect at ``now``; returns how many did."""
    count = 0
    for payment in list(table.newest_first()):
        settle(table, payment, now)
        for pending in list(payment.pending):
            payment.pending.remove(pending)
            _take_effect(payment, pending, now)
            count += 1
            table.changed(payment.id)
    return count


def _next_due(payment: PayfacPayment) -> float | None:
    dues = [pending.due for pending in payment.pending]
    if payment.outcome == "authorized" and to_take(payment) and payment.expires_on is not None:
        dues.append(payment.expires_on)
    if payment.outcome == "pending" and payment.challenge is not None:
        dues.append(payment.challenge.expires)
    if payment.outcome == "retry" and payment.retry is not None:
        dues.append(payment.retry.next_attempt)
    return min(dues) if dues else None


def _happen(payment: PayfacPayment, due: float) -> None:
    for pending in payment.pending:
        if pending.due <= due:
            payment.pending.remove(pending)
            _take_effect(payment, pending, due)
            return
    if payment.outcome == "pending":
        payment.outcome = "expired"
        payment.response_code = "20152"
        payment.challenge = None
        payment.actions.append(authorization(payment, "20152", due))
    elif payment.outcome == "retry" and payment.retry is not None:
        _retry(payment, payment.retry, due)
    else:
        _lapse(payment, due)


def _lapse(payment: PayfacPayment, now: float) -> None:
    rest = to_take(payment)
    # Whatever was accepted in time has its own, earlier due; the rest is let go.
    payment.pending = [p for p in payment.pending if p.type not in _TAKES]
    payment.voided += rest
    payment.actions.append(_action(ids.base32("act_"), "Void", rest, APPROVED, now))


def _retry(payment: PayfacPayment, retry: PayfacRetry, now: float) -> None:
    retry.attempts_left -= 1
    payment.actions.append(authorization(payment, retry.response_code, now))
    if retry.attempts_left <= 0:
        payment.outcome = "declined"
        payment.retry = None
    else:
        retry.next_attempt = now + DAY


def _take_effect(payment: PayfacPayment, pending: PendingAction, now: float) -> None:
    amount = free_to_take(payment) if pending.amount is None else pending.amount
    if pending.type == "Cancel":
        if payment.outcome == "retry" and pending.fail_code is None:
            payment.outcome, payment.retry = "canceled", None
        return
    if amount <= 0:
        return
    code = pending.fail_code or APPROVED
    action = _action(pending.id, pending.type, amount, code, now)
    action.reference, action.metadata = pending.reference, pending.metadata
    if pending.type in ("Capture", "Refund"):
        action.processing["acquirer_reference_number"] = ids.digits(23)
    payment.actions.append(action)
    if pending.fail_code is not None:
        return
    if pending.type == "Refund":
        payment.refunded += amount
    elif pending.type == "Void":
        payment.voided += amount
    elif pending.type == "Capture":
        rest = free_to_take(payment) - amount
        payment.captured += amount
        if pending.final:
            payment.voided += max(0, rest)
    else:
        assert_never(pending.type)


def _action(name: str, kind: str, amount: int, code: str, now: float) -> PayfacAction:
    return PayfacAction(
        id=name,
        type=kind,
        amount=amount,
        approved=code == APPROVED,
        response_code=code,
        processed_on=now,
    )


def authorization(
    payment: PayfacPayment, code: str, now: float, *, amount: int | None = None, kind: str = ""
) -> PayfacAction:
    """A new authorization (or verification) entry; ``kind`` overrides the authorization type."""
    verification = payment.amount == 0
    action = _action(
        ids.base32("act_"),
        "Card Verification" if verification else "Authorization",
        payment.amount if amount is None else amount,
        code,
        now,
    )
    action.reference = payment.reference
    if action.approved:
        action.auth_code = ids.digits(6)
    if not verification:
        action.authorization_type = kind or payment.authorization_type
    action.processing["retrieval_reference_number"] = ids.digits(12)
    action.processing["acquirer_transaction_id"] = payment.acquirer_id
    return action
