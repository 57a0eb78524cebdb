"""Orders, intents and payments to test with, and a clock that is set by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.card import CardSummary, Expiry
from posapp.model.money import Money
from posapp.model.order import Customer, Line, Order
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Decline,
    DeclineClass,
    Payment,
    PaymentStatus,
    RefundRecord,
)

KEY = bytes(range(32))
AUDIT_KEY = bytes(range(32, 64))
ACCOUNT = "training"
ADA = Customer(name="Ada Muster", phone="+49 421 555 0199", email="ada@muster.example")
TEA = Line("Tea", Money(1496, "EUR"), 2, Decimal(19), sku="TEA")

_numbers = itertools.count(1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2025, 11, 21, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)


async def new_order(ledger: Ledger, customer: Customer = ADA) -> Order:
    """A saved order over EUR 29.92."""
    order = await ledger.orders.new("EUR")
    filled = Order(
        id=order.id,
        number=order.number,
        currency=order.currency,
        created_at=order.created_at,
        lines=(TEA,),
        customer=customer,
    )
    await ledger.orders.save(filled)
    return filled


def charge(order: Order, *, kind: Kind = Kind.CHARGE, till: str = "T1") -> Intent:
    number = next(_numbers)
    return Intent(
        kind=kind,
        account=ACCOUNT,
        amount=order.total,
        reference=f"{till}-{order.number}-1-K{number}",
        key=f"key-{number}",
        fingerprint="ab" * 32,
        who="Ada",
        till=till,
        order_id=order.id,
        card_brand="" if kind is Kind.HOSTED else "Visa",
        card_last4="" if kind is Kind.HOSTED else "4242",
    )


def refund(payment: Payment, minor: int, *, key: str = "", till: str = "T1") -> Intent:
    number = next(_numbers)
    return Intent(
        kind=Kind.REFUND,
        account=payment.account,
        amount=Money(minor, payment.amount.currency),
        reference=f"{till}-R-{number}",
        key=key or f"refund-{number}",
        fingerprint="cd" * 32,
        who="Ada",
        till=till,
        payment_id=payment.id,
        reason="Sent back",
        body=b'{"amount":1}',
    )


def payout() -> Intent:
    number = next(_numbers)
    return Intent(
        kind=Kind.PAYOUT,
        account=ACCOUNT,
        amount=Money(500, "EUR"),
        reference=f"T1-P-{number}",
        key=f"payout-{number}",
        fingerprint="ef" * 32,
        who="Ada",
        till="T1",
        reason="Deposit",
    )


def payment_of(
    attempt: Attempt,
    *,
    status: PaymentStatus = PaymentStatus.CAPTURED,
    payment_id: str = "",
    refunded: int = 0,
    refund_pending: int = 0,
    refunds: tuple[RefundRecord, ...] = (),
    auth_code: str = "A1B2C3",
) -> Payment:
    """What the gateway says about a charge of ours."""
    intent = attempt.intent
    captured = intent.amount.minor if status.is_success else 0
    return Payment(
        account=intent.account,
        id=payment_id or attempt.payment_id or f"pay_{attempt.id}",
        reference=intent.reference,
        amount=intent.amount,
        status=status,
        status_said=status.value,
        created_at=attempt.prepared_at,
        captured=captured,
        refunded=refunded,
        refund_pending=refund_pending,
        refundable=captured - refunded - refund_pending,
        live=False,
        card=CardSummary("Visa", "4242", "424242", Expiry(9, 2029)),
        auth_code=auth_code,
        refunds=refunds,
        request_id="req-1",
    )


def reservation_of(attempt: Attempt) -> Payment:
    """What the gateway says about a charge of ours of which only a part was captured so far."""
    reserved, at = attempt.intent.amount, attempt.prepared_at
    poor = Decline("20051", DeclineClass.SOFT, "Not enough.", "Another card.", True, said="No")
    history = (
        ActionRecord("act_1", ActionKind.AUTHORISATION, ActionState.DONE, reserved, at,
                     attempt.intent.reference, "643381"),
        ActionRecord("act_2", ActionKind.INCREMENT, ActionState.FAILED, Money(500, "EUR"),
                     at + timedelta(microseconds=1), decline=poor),
        ActionRecord("act_3", ActionKind.CAPTURE, ActionState.DONE, Money(992, "EUR"),
                     at + timedelta(hours=1), "C-1"),
        ActionRecord("act_4", ActionKind.VOID, ActionState.PENDING),
        *(ActionRecord(f"act_{kind}", kind, ActionState.DONE) for kind in ActionKind),
    )  # fmt: skip
    return replace(
        payment_of(attempt, status=PaymentStatus.PARTLY_CAPTURED),
        authorised=reserved.minor,
        voided=1,
        captured=992,
        refundable=992,
        capturable=reserved.minor - 993,
        capture_by=at + timedelta(days=7),
        estimated=True,
        history=history,
    )


async def sent(ledger: Ledger, intent: Intent) -> Attempt:
    attempt = await ledger.journal.begin(intent)
    return await ledger.journal.sending(attempt.id)


async def paid(ledger: Ledger, order: Order | None = None) -> tuple[Attempt, Payment]:
    """A charge that was approved."""
    attempt = await sent(ledger, charge(order or await new_order(ledger)))
    payment = payment_of(attempt)
    attempt = await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=payment
    )
    return attempt, payment
