"""Intents of every kind besides charges and refunds, and payments to ask them of."""

from __future__ import annotations

import itertools
from dataclasses import replace

from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus
from tests.ledger.samples import (
    charge,
    new_order,
    payment_of,
    refund,
    sent,
)

ALL = 2992
APPROVED = Verdict.APPROVED
_numbers = itertools.count(1)


def act(
    payment: Payment, kind: Kind, minor: int = 1000, *, key: str = "", till: str = "T1"
) -> Intent:
    number = next(_numbers)
    return replace(
        refund(payment, minor, key=key or f"action-{number}", till=till),
        kind=kind,
        reference=f"{till}-A-{number}",
    )


def alone(kind: Kind, *, key: str = "", order_id: str = "") -> Intent:
    """A verification or a payout."""
    number = next(_numbers)
    return Intent(
        kind=kind,
        account="training",
        amount=Money(0 if kind is Kind.VERIFY else 500, "EUR"),
        reference=f"T1-X-{number}",
        key=key or f"alone-{number}",
        fingerprint="ef" * 32,
        who="Ada",
        till="T1",
        order_id=order_id,
    )


async def reserved(ledger: Ledger, captured: int = 0) -> Payment:
    """A charge that was approved and of which this much is captured."""
    attempt = await sent(ledger, charge(await new_order(ledger)))
    payment = replace(
        payment_of(attempt, status=PaymentStatus.AUTHORISED),
        authorised=ALL,
        capturable=ALL - captured,
        captured=captured,
        refundable=captured,
    )
    await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=APPROVED, payment=payment)
    return payment


async def end(ledger: Ledger, attempt: Attempt, verdict: Verdict = APPROVED) -> Attempt:
    return await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=verdict, action_id=f"act_{attempt.id}"
    )
