"""Our journal beside the gateway's list: every kind of difference, and nothing lost on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
)
from posapp.model.reconcile import (
    Match,
    Movement,
    Row,
    Standing,
    ours_of,
    reconcile,
    theirs_of,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOTAL, PART = Money(1290, "EUR"), Money(290, "EUR")
APPROVED = (State.SETTLED, Verdict.APPROVED)
DECLINED = (State.SETTLED, Verdict.DECLINED)


def attempt(
    state: State,
    verdict: Verdict | None = None,
    *,
    kind: Kind = Kind.CHARGE,
    amount: Money = TOTAL,
    payment_id: str = "pay_1",
    number: int = 1,
    action_id: str = "",
    reference: str = "",
) -> Attempt:
    intent = Intent(
        kind=kind, account="main", amount=amount, reference=reference or f"T1-{number}",
        key=f"k{number}", fingerprint="", who="Ada", till="T1",
        payment_id=payment_id if kind.acts_on_payment else "",
    )  # fmt: skip
    return Attempt(
        id=number, intent=intent, state=state, verdict=verdict, prepared_at=NOON, sent_at=NOON,
        payment_id=payment_id, action_id=action_id,
    )  # fmt: skip


def payment(
    status: PaymentStatus = PaymentStatus.CAPTURED,
    *,
    amount: Money = TOTAL,
    payment_id: str = "pay_1",
    reference: str = "T1-1",
    refunds: tuple[RefundRecord, ...] = (),
    history: tuple[ActionRecord, ...] = (),
) -> Payment:
    return Payment(
        account="main", id=payment_id, reference=reference, amount=amount, status=status,
        status_said=status.value, created_at=NOON + timedelta(seconds=1), refunds=refunds,
        history=history,
    )  # fmt: skip


def refunded(
    state: ActionState = ActionState.DONE, amount: Money = PART, record: str = "ref_1"
) -> RefundRecord:
    return RefundRecord(record, amount, state, at=NOON + timedelta(hours=1))


def done(
    kind: ActionKind, amount: Money = TOTAL, record: str = "act_1", reference: str = ""
) -> ActionRecord:
    return ActionRecord(record, kind, ActionState.DONE, amount, NOON, reference)


def compare(
    ours: tuple[Attempt, ...], theirs: tuple[Payment, ...], absent: tuple[str, ...] = ()
) -> tuple[Row, ...]:
    mine = [entry for each in ours if (entry := ours_of(each))]
    return reconcile(mine, [e for each in theirs for e in theirs_of(each)], absent=absent)


def matches(*args: tuple[Attempt, ...] | tuple[Payment, ...]) -> list[Match]:
    return [row.match for row in compare(*args)]  # type: ignore[arg-type]


CHARGES = {
    "approved on both sides": (APPROVED, PaymentStatus.CAPTURED, Match.MATCHED),
    "reserved there": (APPROVED, PaymentStatus.AUTHORISED, Match.MATCHED),
    "given back there": (APPROVED, PaymentStatus.REFUNDED, Match.MATCHED),
    "declined on both sides": (DECLINED, PaymentStatus.DECLINED, Match.MATCHED),
    "expired, never paid": (DECLINED, PaymentStatus.EXPIRED, Match.MATCHED),
    "approved here, declined there": (APPROVED, PaymentStatus.DECLINED, Match.STATE_DIFFERS),
    "approved here, lapsed there": (APPROVED, PaymentStatus.EXPIRED, Match.STATE_DIFFERS),
    "approved here, voided there": (APPROVED, PaymentStatus.VOIDED, Match.STATE_DIFFERS),
    "declined here, taken there": (DECLINED, PaymentStatus.CAPTURED, Match.STATE_DIFFERS),
    "refused here, taken there": ((State.REFUSED, None), PaymentStatus.CAPTURED,
                                  Match.STATE_DIFFERS),
    "not charged here, taken there": ((State.NOT_CHARGED, None), PaymentStatus.CAPTURED,
                                      Match.STATE_DIFFERS),
    "unknown here": ((State.UNKNOWN, None), PaymentStatus.CAPTURED, Match.NOT_KNOWN),
    "a case here": ((State.OPEN_CASE, None), PaymentStatus.DECLINED, Match.NOT_KNOWN),
    "pending here": ((State.PENDING, None), PaymentStatus.ACTION_NEEDED, Match.NOT_KNOWN),
    "approved here, a strange word there": (APPROVED, PaymentStatus.UNKNOWN, Match.NOT_KNOWN),
    "approved here, still moving there": (APPROVED, PaymentStatus.PENDING, Match.NOT_KNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("here", "there", "wanted"), CHARGES.values(), ids=CHARGES.keys())
def test_a_charge_beside_the_payment_it_became(
    here: tuple[State, Verdict | None], there: PaymentStatus, wanted: Match
) -> None:
    assert matches((attempt(*here),), (payment(there),)) == [wanted]


@pytest.mark.parametrize("state", [state for state in State if state.is_open])
def test_what_is_open_here_is_never_called_missing_there(state: State) -> None:
    for ids in ("", "pay_1"):
        rows = compare((attempt(state, payment_id=ids),), (), ("pay_1",))
        assert [row.match for row in rows] == [Match.NOT_KNOWN]


@pytest.mark.parametrize("state", [State.REFUSED, State.NOT_SENT, State.NOT_CHARGED])
def test_what_never_happened_here_and_is_not_there_agrees(state: State) -> None:
    assert matches((attempt(state, payment_id=""),), ()) == [Match.MATCHED]


def test_a_payment_is_missing_there_only_where_the_gateway_was_asked_for_it() -> None:
    ours = (attempt(*APPROVED),)
    assert [row.match for row in compare(ours, (), ("pay_1",))] == [Match.ONLY_HERE]
    assert [row.match for row in compare(ours, (), ("pay_2",))] == [Match.NOT_KNOWN]
    assert [row.match for row in compare(ours, ())] == [Match.NOT_KNOWN]


@pytest.mark.parametrize("status", [PaymentStatus.CAPTURED, PaymentStatus.DECLINED,
                                    PaymentStatus.PENDING])  # fmt: skip
def test_a_payment_made_elsewhere_is_only_there(status: PaymentStatus) -> None:
    assert matches((), (payment(status),)) == [Match.ONLY_THERE]


@pytest.mark.parametrize("amount", [Money(1291, "EUR"), Money(1290, "USD")])
def test_another_amount_or_currency_differs(amount: Money) -> None:
    assert matches((attempt(*APPROVED),), (payment(amount=amount),)) == [Match.AMOUNT_DIFFERS]


def test_a_charge_without_an_id_is_found_by_its_reference() -> None:
    [row] = compare((attempt(State.UNKNOWN, payment_id=""),), (payment(),))
    assert row.ours is not None
    assert row.theirs is not None


def test_a_second_payment_under_the_same_reference_is_shown_as_such() -> None:
    twin = replace(payment(payment_id="pay_2"), created_at=NOON + timedelta(minutes=1))
    second, first = compare((attempt(*APPROVED),), (payment(), twin))
    assert (first.match, second.match) == (Match.MATCHED, Match.ONLY_THERE)
    assert first.twin
    assert second.twin
    assert not compare((attempt(*APPROVED),), (payment(),))[0].twin


REFUNDS = {
    "done on both sides": ((*APPROVED, "ref_1", PART), ActionState.DONE, Match.MATCHED),
    "without an id yet": ((*APPROVED, "", PART), ActionState.DONE, Match.MATCHED),
    "failed on both sides": ((*DECLINED, "ref_1", PART), ActionState.FAILED, Match.MATCHED),
    "on its way": ((State.PENDING, None, "ref_1", PART), ActionState.DONE, Match.NOT_KNOWN),
    "pending there": ((*APPROVED, "ref_1", PART), ActionState.PENDING, Match.NOT_KNOWN),
    "failed later": ((*APPROVED, "ref_1", PART), ActionState.FAILED, Match.STATE_DIFFERS),
    "another amount": ((*APPROVED, "ref_1", Money(300, "EUR")), ActionState.DONE,
                       Match.AMOUNT_DIFFERS),
    "another amount, no id": ((*APPROVED, "", Money(300, "EUR")), ActionState.DONE,
                              Match.AMOUNT_DIFFERS),
}  # fmt: skip


@pytest.mark.parametrize(("here", "there", "wanted"), REFUNDS.values(), ids=REFUNDS.keys())
def test_a_refund_beside_the_record_it_became(
    here: tuple[State, Verdict | None, str, Money], there: ActionState, wanted: Match
) -> None:
    state, verdict, action_id, amount = here
    ours = (
        attempt(*APPROVED),
        attempt(state, verdict, kind=Kind.REFUND, number=2, action_id=action_id, amount=amount),
    )
    rows = compare(ours, (payment(refunds=(refunded(there),)),))
    [row] = [row for row in rows if row.entry.movement is Movement.REFUND]
    assert row.match is wanted
    assert len(rows) == 2


def test_a_refund_made_on_the_gateways_own_site_is_only_there() -> None:
    rows = compare((attempt(*APPROVED),), (payment(refunds=(refunded(),)),))
    assert [row.match for row in rows] == [Match.ONLY_THERE, Match.MATCHED]


def test_a_refund_of_ours_that_the_payment_does_not_show_is_only_here() -> None:
    ours = (attempt(*APPROVED), attempt(*APPROVED, kind=Kind.REFUND, number=2, amount=PART,
                                        action_id="ref_9"))  # fmt: skip
    rows = compare(ours, (payment(refunds=(refunded(),)),))
    assert sorted(row.match for row in rows) == [
        Match.MATCHED, Match.ONLY_HERE, Match.ONLY_THERE,
    ]  # fmt: skip


def test_a_refund_refused_here_is_not_taken_for_one_of_the_same_amount_there() -> None:
    ours = (attempt(*APPROVED), attempt(State.REFUSED, kind=Kind.REFUND, number=2, amount=PART))
    rows = compare(ours, (payment(refunds=(refunded(),)),))
    assert sorted(row.match for row in rows) == [
        Match.MATCHED, Match.MATCHED, Match.ONLY_THERE,
    ]  # fmt: skip


def test_two_refunds_of_one_amount_are_two_rows() -> None:
    asked = [attempt(*APPROVED, kind=Kind.REFUND, number=n, amount=PART) for n in (2, 3)]
    ours = (attempt(*APPROVED), *asked)
    theirs = payment(refunds=(refunded(), refunded(record="ref_2")))
    assert [row.match for row in compare(ours, (theirs,))] == [Match.MATCHED] * 3
    fewer = payment(refunds=(refunded(),))
    assert Counter(row.match for row in compare(ours, (fewer,))) == {
        Match.MATCHED: 2, Match.ONLY_HERE: 1,
    }  # fmt: skip


CAPTURES = {
    "with the charge": ((done(ActionKind.CAPTURE),), Match.MATCHED),
    "in two parts": ((done(ActionKind.CAPTURE, PART), done(ActionKind.CAPTURE, Money(1000, "EUR"),
                                                           "act_2")), Match.MATCHED),
    "not yet": ((done(ActionKind.AUTHORISATION),), Match.MATCHED),
    "less than was approved": ((done(ActionKind.CAPTURE, PART),), Match.AMOUNT_DIFFERS),
    "more than was approved": ((done(ActionKind.CAPTURE, Money(1300, "EUR")),),
                               Match.AMOUNT_DIFFERS),
    "released instead": ((done(ActionKind.VOID),), Match.STATE_DIFFERS),
    "a part, then the rest released": ((done(ActionKind.CAPTURE, PART),
                                        done(ActionKind.VOID, Money(1000, "EUR"), "act_2")),
                                       Match.AMOUNT_DIFFERS),
}  # fmt: skip


@pytest.mark.parametrize(("history", "wanted"), CAPTURES.values(), ids=CAPTURES.keys())
def test_what_the_gateway_did_with_a_charge_belongs_to_its_row(
    history: tuple[ActionRecord, ...], wanted: Match
) -> None:
    there = payment(PaymentStatus.CAPTURED, history=history)
    [row] = compare((attempt(*APPROVED),), (there,))
    assert row.match is wanted
    moving = [record.id for record in history if record.kind is not ActionKind.AUTHORISATION]
    assert sorted(part.record_id for part in row.also) == moving


def test_a_charge_voided_there_agrees_with_its_amount_and_differs_in_its_state() -> None:
    there = payment(PaymentStatus.VOIDED, history=(done(ActionKind.VOID),))
    [row] = compare((attempt(*APPROVED),), (there,))
    assert row.match is Match.STATE_DIFFERS
    assert row.theirs is not None
    assert row.theirs.standing is Standing.DONE


def test_an_increase_explains_a_larger_amount_only_where_it_was_asked_for_here() -> None:
    more = Money(1790, "EUR")
    grown = done(ActionKind.INCREMENT, Money(500, "EUR"), reference="T1-2")
    mine = ours_of(attempt(*APPROVED))
    assert mine is not None
    asked = replace(mine, movement=Movement.INCREASE, amount=Money(500, "EUR"), reference="T1-2")
    for there in (payment(amount=more, history=(grown,)), payment(history=(grown,))):
        rows = reconcile((mine, asked), theirs_of(there), absent=())
        assert [row.match for row in rows] == [Match.MATCHED, Match.MATCHED]
        assert matches((attempt(*APPROVED),), (there,)) == [Match.AMOUNT_DIFFERS]
    assert matches((attempt(*APPROVED),), (payment(amount=more),)) == [Match.AMOUNT_DIFFERS]


ASKED = {
    "a capture by its id": (Kind.CAPTURE, "act_1", done(ActionKind.CAPTURE), Match.MATCHED),
    "a capture by its reference": (
        Kind.CAPTURE, "", done(ActionKind.CAPTURE, reference="T1-2"), Match.MATCHED),
    "another amount": (
        Kind.CAPTURE, "act_1", done(ActionKind.CAPTURE, PART), Match.AMOUNT_DIFFERS),
    "a void": (Kind.VOID, "act_1", done(ActionKind.VOID), Match.MATCHED),
    "a void without an amount": (
        Kind.VOID, "act_1", ActionRecord("act_1", ActionKind.VOID, ActionState.DONE),
        Match.MATCHED),
    "a reversal that was a void": (Kind.REVERSAL, "act_1", done(ActionKind.VOID), Match.MATCHED),
    "a capture that failed there": (
        Kind.CAPTURE, "act_1",
        ActionRecord("act_1", ActionKind.CAPTURE, ActionState.FAILED, TOTAL, NOON),
        Match.STATE_DIFFERS),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "record", "shown", "wanted"), ASKED.values(), ids=ASKED.keys())
def test_what_was_asked_of_a_payment_here_has_a_row_of_its_own(
    kind: Kind, record: str, shown: ActionRecord, wanted: Match
) -> None:
    asked = attempt(*APPROVED, kind=kind, number=2, action_id=record)
    rows = compare((attempt(*APPROVED), asked), (payment(history=(shown,)),))
    assert len(rows) == 2
    [row] = [row for row in rows if row.entry.attempt_id == 2]
    assert row.match is wanted
    [charge] = [row for row in rows if row.entry.attempt_id == 1]
    assert (charge.match, charge.also) == (Match.MATCHED, ())


def test_a_reversal_that_became_a_refund_is_that_refund() -> None:
    asked = attempt(*APPROVED, kind=Kind.REVERSAL, number=2, action_id="ref_1")
    there = payment(refunds=(refunded(amount=TOTAL),))
    rows = compare((attempt(*APPROVED), asked), (there,))
    assert [row.match for row in rows] == [Match.MATCHED, Match.MATCHED]


def test_only_what_moves_nothing_of_a_payment_is_left_out() -> None:
    left_out = {kind for kind in Kind if ours_of(attempt(*APPROVED, kind=kind)) is None}
    assert left_out == {Kind.PAYOUT, Kind.RETRY_CANCELLATION}


def test_a_subject_stays_the_same_while_what_is_known_about_it_changes() -> None:
    [before] = compare((attempt(*APPROVED),), (), ("pay_1",))
    [after] = compare((attempt(*APPROVED),), (payment(),))
    assert before.subject == after.subject == "attempt:1"
    assert before.evidence != after.evidence
    [there] = compare((), (payment(),))
    assert there.subject == "charge:pay_1:"
