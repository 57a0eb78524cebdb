"""An accepted action is done when the payment shows it, and not a moment before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posapp.model.judge import action_state
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
)

TOTAL = Money(1000, "EUR")
S, K = ActionState, ActionKind
RESERVED = Payment(
    account="main",
    id="pay_1",
    reference="T1-1043-1-K7QX",
    amount=TOTAL,
    status=PaymentStatus.AUTHORISED,
    status_said="Authorized",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    authorised=1000,
    capturable=1000,
)
RETRIED = replace(RESERVED, status=PaymentStatus.RETRY_SCHEDULED, authorised=0, capturable=0)


def asked(kind: ActionKind, state: ActionState = S.PENDING) -> ActionRecord:
    return ActionRecord("act_1", kind, state, TOTAL)


def shown(payment: Payment, kind: ActionKind, state: ActionState, **changes: int) -> Payment:
    return replace(payment, history=(ActionRecord("act_1", kind, state),), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "payment", "state"),
    [
        (asked(K.CAPTURE), RESERVED, S.PENDING),
        (asked(K.CAPTURE), shown(RESERVED, K.CAPTURE, S.DONE), S.DONE),
        (asked(K.CAPTURE), shown(RESERVED, K.CAPTURE, S.FAILED), S.FAILED),
        (asked(K.VOID), shown(RESERVED, K.VOID, S.DONE), S.DONE),
        (asked(K.REVERSAL, S.DONE), RESERVED, S.DONE),
        (asked(K.INCREMENT, S.FAILED), RESERVED, S.FAILED),
        # A reversal may be a void and a refund; it is done when nothing is left.
        (asked(K.REVERSAL), shown(RESERVED, K.VOID, S.DONE), S.PENDING),
        (asked(K.REVERSAL), shown(RESERVED, K.VOID, S.DONE, capturable=0), S.DONE),
        (
            asked(K.REVERSAL),
            replace(RESERVED, capturable=0, refunds=(RefundRecord("act_1", TOTAL, S.DONE),)),
            S.DONE,
        ),
        (asked(K.REVERSAL), replace(RETRIED, status=PaymentStatus.CANCELED), S.DONE),
        (asked(K.RETRY_CANCELLATION), RETRIED, S.PENDING),
        (asked(K.RETRY_CANCELLATION), replace(RETRIED, status=PaymentStatus.CANCELED), S.DONE),
        (asked(K.RETRY_CANCELLATION), RESERVED, S.FAILED),
        (asked(K.CAPTURE), replace(RESERVED, status=PaymentStatus.EXPIRED), S.PENDING),
    ],
)
def test_how_far_an_accepted_action_got(
    record: ActionRecord, payment: Payment, state: ActionState
) -> None:
    assert action_state(record, payment) is state
