"""What a payment, or a payout, proves about what was asked of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posapp.model.attempt import ACTIONS, Attempt, Kind, State, Verdict
from posapp.model.judge import Finding, judge_payout
from posapp.model.judge_action import ACTION_OF, find_action, judge_action
from posapp.model.money import Money
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
from posapp.model.payout import Payout, PayoutStatus
from tests.model.attempts import NOON, attempt, intent

ALL = Money(1290, "EUR")
WHY = Decline("20006", DeclineClass.TECHNICAL, "The bank failed.", "Try again.", True)
RESERVED = Payment(
    account="main",
    id="pay_1",
    reference="T1-1-1-CHRG",
    amount=ALL,
    status=PaymentStatus.AUTHORISED,
    status_said="Authorized",
    created_at=NOON - timedelta(hours=1),
    authorised=1290,
    capturable=1290,
    history=(
        ActionRecord("act_0", ActionKind.AUTHORISATION, ActionState.DONE, ALL, None, "T1-1-1-CHRG"),
    ),
)


def asked(kind: Kind, **changes: Any) -> Attempt:
    return attempt(kind, State.UNKNOWN, **changes)


def entry(kind: ActionKind, state: ActionState = ActionState.DONE, **more: Any) -> ActionRecord:
    plain = ActionRecord("act_1", kind, state, ALL, NOON, "T1-1-1-K7QX")
    return replace(plain, **more)


def shown(*records: ActionRecord, **changes: Any) -> Payment:
    return replace(RESERVED, history=(*RESERVED.history, *records), **changes)


def verdict(made: Attempt, payment: Payment) -> tuple[State, Verdict | None]:
    [record] = find_action(made, payment, others=())
    finding = judge_action(made.intent, record, payment)
    return finding.state, finding.verdict


def test_every_action_has_the_gateways_word_for_it() -> None:
    assert set(ACTION_OF) == set(ACTIONS)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.VOID, Kind.INCREMENT])
@pytest.mark.parametrize(
    ("state", "found"),
    [
        (ActionState.DONE, (State.SETTLED, Verdict.APPROVED)),
        (ActionState.FAILED, (State.SETTLED, Verdict.DECLINED)),
        (ActionState.PENDING, (State.PENDING, None)),
    ],
)
@pytest.mark.parametrize("number", ["", "act_1"])
def test_what_is_shown_of_an_action_is_believed(
    kind: Kind, state: ActionState, found: tuple[State, Verdict | None], number: str
) -> None:
    payment = shown(entry(ACTION_OF[kind], state))
    assert verdict(asked(kind, action_id=number), payment) == found


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.VOID, Kind.INCREMENT, Kind.REVERSAL])
def test_what_is_not_shown_is_absent_until_it_was_accepted(kind: Kind) -> None:
    assert find_action(asked(kind), RESERVED, others=()) == ()
    assert verdict(asked(kind, action_id="act_1"), RESERVED) == (State.PENDING, None)


@pytest.mark.parametrize(
    ("changes", "candidate"),
    [
        ({}, True),
        ({"reference": ""}, True),
        ({"reference": "T1-1-1-CHRG"}, True),
        ({"reference": "somebody else's"}, False),
        ({"reference": "", "amount": Money(1289, "EUR")}, False),
        ({"reference": "", "at": NOON - timedelta(minutes=3)}, False),
        ({"reference": "", "at": None}, True),
    ],
)
def test_an_action_is_found_by_its_reference_or_as_the_only_one_it_can_be(
    changes: dict[str, Any], candidate: bool
) -> None:
    payment = shown(entry(ActionKind.CAPTURE, **changes))
    assert len(find_action(asked(Kind.CAPTURE), payment, others=())) == candidate


def test_an_action_of_another_kind_is_not_taken_for_it() -> None:
    payment = shown(entry(ActionKind.VOID), entry(ActionKind.INCREMENT, id="act_2"))
    assert find_action(asked(Kind.CAPTURE), payment, others=()) == ()


def test_an_action_that_another_attempt_made_is_not_taken_for_this_one() -> None:
    payment = shown(entry(ActionKind.CAPTURE, reference=""))
    other = asked(Kind.CAPTURE, action_id="act_1")
    mine = replace(asked(Kind.CAPTURE), id=2)
    assert find_action(mine, payment, others=(mine, other)) == ()
    assert len(find_action(mine, payment, others=(mine,))) == 1


def test_actions_that_cannot_be_told_apart_prove_nothing_but_a_reference_tells_them_apart() -> None:
    first = entry(ActionKind.CAPTURE, reference="")
    second = replace(first, id="act_2")
    assert len(find_action(asked(Kind.CAPTURE), shown(first, second), others=())) == 2
    named = replace(second, reference="T1-1-1-K7QX")
    [found] = find_action(asked(Kind.CAPTURE), shown(first, named), others=())
    assert found.id == "act_2"


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.INCREMENT])
def test_another_amount_than_was_asked_for_stays_unknown(kind: Kind) -> None:
    payment = shown(entry(ACTION_OF[kind], amount=Money(1, "EUR")))
    assert verdict(asked(kind), payment) == (State.UNKNOWN, None)


def test_an_answer_about_another_action_stays_unknown() -> None:
    finding = judge_action(intent(Kind.CAPTURE), entry(ActionKind.VOID), RESERVED)
    assert finding.state is State.UNKNOWN


def test_a_failed_action_says_why() -> None:
    failed = entry(ActionKind.CAPTURE, ActionState.FAILED, decline=WHY)
    made = asked(Kind.CAPTURE, action_id="act_1")
    [record] = find_action(made, shown(failed), others=())
    assert judge_action(made.intent, record, shown(failed)).note == WHY.caller


def test_an_answer_that_names_something_older_is_foreign() -> None:
    made, record = intent(Kind.CAPTURE), entry(ActionKind.CAPTURE)
    assert judge_action(made, record, older={"act_1"}).foreign
    assert not judge_action(made, record, older={"act_0", ""}).foreign


def test_a_reversal_that_found_nothing_left_is_no_older_answer() -> None:
    nothing_left = replace(entry(ActionKind.REVERSAL), id="")
    assert judge_action(intent(Kind.REVERSAL), nothing_left, older={""}) == Finding(
        State.SETTLED, Verdict.APPROVED
    )


VOIDED = {"status": PaymentStatus.VOIDED, "capturable": 0}
VOID = entry(ActionKind.VOID, reference="")
REFUND = RefundRecord("act_2", Money(290, "EUR"), ActionState.DONE, NOON)


@pytest.mark.parametrize(
    ("payment", "found"),
    [
        (shown(VOID, **VOIDED), (State.SETTLED, Verdict.APPROVED)),
        (shown(VOID), (State.PENDING, None)),  # something is left
        (
            shown(VOID, captured=290, capturable=0, refundable=290),
            (State.PENDING, None),
        ),
        (
            shown(VOID, refunds=(replace(REFUND, state=ActionState.PENDING),), capturable=0),
            (State.PENDING, None),
        ),
        (
            shown(VOID, refunds=(REFUND,), capturable=0),
            (State.SETTLED, Verdict.APPROVED),
        ),
        (
            shown(refunds=(replace(REFUND, state=ActionState.FAILED, decline=WHY),)),
            (State.SETTLED, Verdict.DECLINED),
        ),
        (shown(**VOIDED), (State.SETTLED, Verdict.APPROVED)),  # it left no trace, but all is back
    ],
)
def test_a_reversal_is_done_when_nothing_is_left(
    payment: Payment, found: tuple[State, Verdict | None]
) -> None:
    assert verdict(asked(Kind.REVERSAL), payment) == found


@pytest.mark.parametrize("number", ["act_1", "act_2"])
def test_an_accepted_reversal_is_done_when_nothing_is_left_whichever_part_it_named(
    number: str,
) -> None:
    made = asked(Kind.REVERSAL, action_id=number)
    half = shown(VOID, refunds=(REFUND,), capturable=0, refundable=290)
    assert verdict(made, half) == (State.PENDING, None)
    assert verdict(made, replace(half, refundable=0)) == (State.SETTLED, Verdict.APPROVED)


def test_a_refund_of_ours_is_no_trace_of_a_reversal() -> None:
    mine = replace(asked(Kind.REVERSAL), id=2)
    other = asked(Kind.REFUND, action_id="act_2")
    assert find_action(mine, shown(refunds=(REFUND,)), others=(mine, other)) == ()


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (PaymentStatus.CANCELED, (State.SETTLED, Verdict.APPROVED)),
        (PaymentStatus.DECLINED, (State.SETTLED, Verdict.APPROVED)),
        (PaymentStatus.CAPTURED, (State.SETTLED, Verdict.DECLINED)),
    ],
)
def test_how_a_payment_ended_tells_whether_its_retries_were_called_off(
    status: PaymentStatus, found: tuple[State, Verdict | None]
) -> None:
    assert verdict(asked(Kind.RETRY_CANCELLATION), shown(status=status)) == found


def test_retries_that_are_still_due_were_not_called_off() -> None:
    payment = shown(status=PaymentStatus.RETRY_SCHEDULED)
    assert find_action(asked(Kind.RETRY_CANCELLATION), payment, others=()) == ()


def payout(status: PayoutStatus, **changes: Any) -> Payout:
    plain = Payout(
        account="main",
        id="po_1",
        reference="T1-1-1-K7QX",
        amount=ALL,
        status=status,
        status_said=status.value,
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("said", "state", "ended"),
    [
        (payout(PayoutStatus.PENDING), State.PENDING, None),
        (payout(PayoutStatus.PAID), State.SETTLED, Verdict.APPROVED),
        (payout(PayoutStatus.DECLINED), State.SETTLED, Verdict.DECLINED),
        (payout(PayoutStatus.RETURNED), State.SETTLED, Verdict.DECLINED),
        (payout(PayoutStatus.UNKNOWN), State.UNKNOWN, None),
        (payout(PayoutStatus.PAID, reference="other"), State.UNKNOWN, None),
        (payout(PayoutStatus.PAID, amount=Money(1, "EUR")), State.UNKNOWN, None),
        (payout(PayoutStatus.DECLINED, amount=Money(1290, "USD")), State.UNKNOWN, None),
        (payout(PayoutStatus.PAID, amount=None), State.UNKNOWN, None),
    ],
)
def test_a_payout_is_paid_only_when_the_gateway_says_so_of_this_very_one(
    said: Payout, state: State, ended: Verdict | None
) -> None:
    finding = judge_payout(intent(Kind.PAYOUT), said)
    assert (finding.state, finding.verdict) == (state, ended)
