"""Attempts and payments for the tables of what screens say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from posapp.desk.outcome import Outcome
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.history import PaymentDetail, PaymentRow, TimelineEntry
from posapp.model.money import Money
from posapp.model.payment import (
    ActionState,
    Check,
    Decline,
    DeclineClass,
    Payment,
    PaymentStatus,
    RefundRecord,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DECLINE = Decline(
    code="20051",
    kind=DeclineClass.SOFT,
    caller="The bank says there is not enough money on this card.",
    next_step="Ask for another card.",
    same_card_sensible=False,
    said="insufficient_funds",
)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def attempt(
    state: State = State.SETTLED,
    verdict: Verdict | None = None,
    *,
    kind: Kind = Kind.CHARGE,
    number: int = 1,
    minor: int = 1290,
    note: str = "",
    action_id: str = "",
) -> Attempt:
    return Attempt(
        id=number,
        intent=Intent(
            kind=kind,
            account="main",
            amount=euros(minor),
            reference="T1-1043-1-K7QXA",
            key="key",
            fingerprint="",
            who="Ada Muster",
            till="T1",
            order_id="order",
            card_brand="" if kind is Kind.HOSTED else "Visa",
            card_last4="" if kind is Kind.HOSTED else "4242",
        ),
        state=state,
        prepared_at=NOON,
        verdict=verdict,
        note=note,
        action_id=action_id,
    )


def payment(status: PaymentStatus = PaymentStatus.CAPTURED, **changes: object) -> Payment:
    moved = 1290 if status is PaymentStatus.CAPTURED else 0
    made = Payment(
        account="main",
        id="pay_1",
        reference="T1-1043-1-K7QXA",
        amount=euros(1290),
        status=status,
        status_said=status.value,
        created_at=NOON,
        captured=moved,
        refundable=moved,
        auth_code="643381" if status.is_success else "",
        decline=DECLINE if status is PaymentStatus.DECLINED else None,
        address_check=Check.MATCH,
        code_check=Check.MATCH,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a payment


def outcome(
    state: State, verdict: Verdict | None = None, of: Payment | None = None, note: str = ""
) -> Outcome:
    return Outcome(attempt(state, verdict, note=note), of)


def approved(**changes: object) -> Outcome:
    return outcome(State.SETTLED, Verdict.APPROVED, payment(**changes))  # type: ignore[arg-type]


def declined(of: Decline | None = DECLINE) -> Outcome:
    refused = payment(PaymentStatus.DECLINED, decline=of)
    return outcome(State.SETTLED, Verdict.DECLINED, refused)


def row(state: State, verdict: Verdict | None, status: PaymentStatus | None) -> PaymentRow:
    return PaymentRow(
        attempt_id=7,
        at=NOON,
        customer="Ada Muster",
        card_brand="Visa",
        card_last4="4242",
        amount=euros(1290),
        attempt_state=state,
        verdict=verdict,
        status=status,
        refunded=0,
        refund_pending=0,
        order_number=1043,
        account="main",
        reference="T1-1043-1-K7QXA",
    )


def detail(of: Outcome, *refunds: Attempt) -> PaymentDetail:
    return PaymentDetail(attempt=of.attempt, payment=of.payment, order=None, refunds=refunds)


def refund_record(state: ActionState = ActionState.PENDING, name: str = "ref_1") -> RefundRecord:
    return RefundRecord(id=name, amount=euros(500), state=state, at=NOON)


def entry(event: str = "attempt", **told: str) -> TimelineEntry:
    return TimelineEntry(
        at=NOON + timedelta(seconds=9),
        event=event,
        who="Ada Muster",
        till="T1",
        detail={"minor": "1290", "currency": "EUR", "kind": "charge", **told},
        request_id=told.get("request_id", ""),
    )
