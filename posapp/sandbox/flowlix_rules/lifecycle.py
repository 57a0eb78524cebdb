"""The life of a Flowlix payment and of its refunds, driven by the clock alone.

Statuses are kept in lower case; ``processing`` exists in the newer generation only and is
shown as ``pending`` in the older one.
"""

from __future__ import annotations

from posapp.sandbox.clock import DAY
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund, FlowlixStep
from posapp.sandbox.store import Table

TERMINAL = ("succeeded", "failed", "canceled", "expired")
REFUND_WINDOW = 180 * DAY


def settle(table: Table[FlowlixPayment], payment: FlowlixPayment, now: float) -> None:
    """Let everything happen to ``payment`` that was due by ``now``."""
    changed = False
    while payment.steps and payment.steps[0].due <= now:
        step = payment.steps.pop(0)
        enter(payment, step.status, step.due, decline_code=step.decline_code)
        changed = True
    expires = _expires(payment)
    if expires is not None and expires <= now:
        enter(payment, "expired", expires)
        changed = True
    for refund in payment.refunds:
        if refund.status == "pending" and refund.due is not None and refund.due <= now:
            _end_refund(refund, refund.due)
            changed = True
    if changed:
        table.changed(payment.id)


def _expires(payment: FlowlixPayment) -> float | None:
    """When it ends because nobody acts; None while it waits for no one."""
    waiting = payment.status == "requires_action" or (
        payment.hosted and payment.status not in TERMINAL and not payment.steps
    )
    return payment.expires if waiting else None


def next_moment(payment: FlowlixPayment) -> float | None:
    """When the clock alone will next change a settled ``payment``; None if it will not."""
    moments = [refund.due for refund in payment.refunds if refund.status == "pending"]
    moments += [step.due for step in payment.steps[:1]]
    moments.append(_expires(payment))
    return min((moment for moment in moments if moment is not None), default=None)


def settle_all_now(table: Table[FlowlixPayment], now: float) -> int:
    """End everything that ends by itself; challenges and open pages keep waiting."""
    count = 0
    for payment in list(table.newest_first()):
        settle(table, payment, now)
        before = count
        while payment.steps:
            step = payment.steps.pop(0)
            enter(payment, step.status, now, decline_code=step.decline_code)
            count += 1
        for refund in payment.refunds:
            if refund.status == "pending":
                _end_refund(refund, now)
                count += 1
        if count != before:
            table.changed(payment.id)
    return count


def enter(
    payment: FlowlixPayment, status: str, moment: float, *, decline_code: str | None = None
) -> None:
    """Move to ``status``; a status that is final stays."""
    if payment.status in TERMINAL:
        return
    payment.status = status
    payment.times[status] = moment
    payment.decline_code = decline_code
    if status in TERMINAL:
        payment.steps.clear()


def then(
    payment: FlowlixPayment, seconds: float, now: float, status: str, decline: str | None = None
) -> None:
    """``status`` follows by itself ``seconds`` after ``now``."""
    payment.steps.append(FlowlixStep(now + seconds, status, decline))


def finish_later(payment: FlowlixPayment, seconds: float, now: float, decline: str | None) -> None:
    """The issuer's answer arrives ``seconds`` after ``now``."""
    then(payment, seconds, now, "failed" if decline else "succeeded", decline)


def refunded(payment: FlowlixPayment) -> int:
    """What has been refunded, by refunds that succeeded."""
    return sum(refund.amount for refund in payment.refunds if refund.status == "succeeded")


def refundable(payment: FlowlixPayment) -> int:
    """What can still be refunded; a pending refund holds its amount."""
    if payment.status != "succeeded":
        return 0
    held = sum(refund.amount for refund in payment.refunds if refund.status != "failed")
    return payment.amount - held


def _end_refund(refund: FlowlixRefund, moment: float) -> None:
    refund.status = "failed" if refund.fail_code is not None else "succeeded"
    refund.decline_code = refund.fail_code
    refund.updated_at = refund.completed_at = moment
    refund.due = None
