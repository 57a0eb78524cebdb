"""What stays unknown for too long becomes an open case."""

from __future__ import annotations

from datetime import datetime

from posapp.ledger.ledger import Ledger
from posapp.model.attempt import CASE_AFTER, SWEPT, Attempt, State
from posapp.model.payment import PaymentStatus


async def case_when_old(ledger: Ledger, attempt: Attempt, *, at: datetime) -> Attempt:
    """The attempt, made an open case if it is too old to go on waiting by itself."""
    since = attempt.sent_at or attempt.prepared_at
    settled_for_now = attempt.state is State.OPEN_CASE or attempt.state in SWEPT
    if settled_for_now or at - since < CASE_AFTER:
        return attempt
    if await _waits_for_customer(ledger, attempt):
        return attempt
    return await ledger.journal.settle(
        attempt.id,
        state=State.OPEN_CASE,
        note="Still not known after three hours. A person has to find out.",
    )


async def _waits_for_customer(ledger: Ledger, attempt: Attempt) -> bool:
    """A link may wait for days; the gateway says when it has expired."""
    if attempt.state is not State.PENDING or not attempt.payment_id:
        return False
    payment = await ledger.payments.by_gateway_id(attempt.intent.account, attempt.payment_id)
    return payment is not None and payment.status is PaymentStatus.ACTION_NEEDED
