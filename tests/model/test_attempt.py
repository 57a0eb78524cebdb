"""An attempt to move money changes state only along the allowed ways, and is never forgotten."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.attempt import (
    ABSENT_AFTER,
    CASE_AFTER,
    KEY_LIFETIME,
    LOOK_UP_DELAYS,
    NEXT,
    OPEN_STATES,
    SWEEPS,
    Attempt,
    BrokenRule,
    Intent,
    Kind,
    State,
    absence_is_proved,
    check_change,
    next_look_up,
    reference_for,
    refund_key,
)
from posapp.model.money import Money

SENT = datetime(2025, 11, 21, 13, 2, tzinfo=UTC)
INTENT = Intent(
    kind=Kind.CHARGE,
    account="account-1",
    amount=Money(2780, "EUR"),
    reference="T1-1043-1-K7QX",
    key="key-1",
    fingerprint="0" * 64,
    who="Ana",
    till="T1",
)
UNKNOWN = Attempt(id=1, intent=INTENT, state=State.UNKNOWN, prepared_at=SENT, sent_at=SENT)


def test_the_table_of_changes_is_closed() -> None:
    assert NEXT.keys() == set(State)
    for before, followers in NEXT.items():
        assert followers <= set(State)
        assert before not in followers


def test_every_state_can_be_reached() -> None:
    reached = {State.PREPARED}
    while True:
        further = {after for before in reached for after in NEXT[before]} - reached
        if not further:
            break
        reached |= further
    assert reached == set(State)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_only_the_changes_of_the_table_are_allowed(before: State, after: State) -> None:
    if after in NEXT[before]:
        check_change(before, after)
        return
    with pytest.raises(BrokenRule, match=f"cannot go from {before} to {after}"):
        check_change(before, after)


def test_open_states_are_those_that_can_still_end_and_hold_the_order() -> None:
    assert {state for state in State if state.is_open} == OPEN_STATES
    for state in State:
        if state is State.NOT_CHARGED:
            assert not state.is_open  # closed, yet a charge found late is still recorded
            assert NEXT[state] == {State.SETTLED}
        else:
            assert state.is_open is bool(NEXT[state])


def test_an_unknown_attempt_never_becomes_refused_or_not_sent() -> None:
    later = {State.UNKNOWN}
    while more := {after for before in later for after in NEXT[before]} - later:
        later |= more
    assert later.isdisjoint({State.REFUSED, State.NOT_SENT, State.SENDING, State.PREPARED})


def test_nothing_returns_to_a_state_from_which_it_could_be_sent_again() -> None:
    senders = {before for before, followers in NEXT.items() if State.SENDING in followers}
    assert senders == {State.PREPARED}
    assert not any(State.PREPARED in followers for followers in NEXT.values())


def test_a_reference_is_short_and_says_till_order_and_try() -> None:
    assert reference_for(till="T1", order_number=1043, sequence=1, salt="K7QX") == "T1-1043-1-K7QX"
    assert (
        reference_for(till="Counter", order_number=1, sequence=2, salt="AAAA") == "Counte-1-2-AAAA"
    )


def test_a_reference_has_thirty_characters_at_most() -> None:
    longest = reference_for(till="Counter", order_number=10**9, sequence=99, salt="K7QXAAAAA")
    assert len(longest) == 30
    with pytest.raises(BrokenRule, match="at most 30"):
        reference_for(till="Counter", order_number=10**9, sequence=99, salt="K7QXAAAAAA")


@given(
    till=st.text(alphabet="ABCDEFGH123", min_size=1, max_size=20),
    order=st.integers(1, 10**9),
    sequence=st.integers(1, 999),
    salt=st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=4, max_size=6),
)
def test_every_usual_reference_fits_and_ends_in_its_salt(
    till: str, order: int, sequence: int, salt: str
) -> None:
    reference = reference_for(till=till, order_number=order, sequence=sequence, salt=salt)
    assert len(reference) <= 30
    assert reference.split("-") == [till[:6], str(order), str(sequence), salt]


WORLD = {
    "account": "account-1",
    "payment_id": "pay_1",
    "refunds_shown": 0,
    "amount": Money(1290, "EUR"),
}


def key_of(**change: object) -> str:
    return refund_key(**{**WORLD, **change})  # type: ignore[arg-type]


def test_two_tills_that_see_the_same_world_make_the_same_refund_key() -> None:
    assert key_of() == key_of()
    assert key_of() == "refund-c6721413769bf5c57b271429669c81b74d5b784f"


@pytest.mark.parametrize(
    "change",
    [
        {"account": "account-2"},
        {"payment_id": "pay_2"},
        {"refunds_shown": 1},
        {"amount": Money(1291, "EUR")},
        {"amount": Money(1290, "USD")},
    ],
)
def test_another_world_makes_another_refund_key(change: dict[str, object]) -> None:
    assert key_of(**change) != key_of()


def test_an_unknown_attempt_is_looked_up_soon_and_then_less_often() -> None:
    due = [next_look_up(replace(UNKNOWN, look_ups=n), SENT) for n in range(len(LOOK_UP_DELAYS))]
    assert due == [SENT + delay for delay in LOOK_UP_DELAYS]
    assert due[0] == SENT + timedelta(seconds=2)
    assert list(LOOK_UP_DELAYS) == sorted(set(LOOK_UP_DELAYS))
    assert CASE_AFTER in LOOK_UP_DELAYS


def test_after_the_plan_is_used_up_look_ups_go_on_at_its_longest_step() -> None:
    tired = replace(UNKNOWN, look_ups=len(LOOK_UP_DELAYS))
    looked = SENT + timedelta(hours=5)
    assert next_look_up(replace(tired, looked_up_at=looked), looked) == looked + LOOK_UP_DELAYS[-1]
    assert next_look_up(tired, SENT) == SENT + LOOK_UP_DELAYS[-1]


@pytest.mark.parametrize("state", State)
def test_only_what_the_gateway_can_still_answer_is_looked_up(state: State) -> None:
    due = next_look_up(replace(UNKNOWN, state=state), SENT)
    assert (due is not None) is (state in {State.UNKNOWN, State.PENDING})


def test_what_was_never_sent_is_not_looked_up() -> None:
    assert next_look_up(replace(UNKNOWN, sent_at=None), SENT) is None


def test_what_was_sent_by_a_clock_that_was_ahead_is_looked_up_from_now_on() -> None:
    now = SENT - timedelta(hours=2)
    assert next_look_up(UNKNOWN, now) == now
    looked = replace(UNKNOWN, look_ups=1, looked_up_at=now)
    assert next_look_up(looked, now) == now + LOOK_UP_DELAYS[1]
    ahead = replace(UNKNOWN, look_ups=3, looked_up_at=SENT)
    assert next_look_up(ahead, now) == now


@pytest.mark.parametrize(
    ("absent", "after", "proved"),
    [
        (0, timedelta(hours=9), False),
        (1, ABSENT_AFTER - timedelta(microseconds=1), False),
        (1, ABSENT_AFTER, True),
        (2, ABSENT_AFTER, True),
        (5, timedelta(0), False),
    ],
)
def test_absence_takes_two_look_ups_and_patience(
    absent: int, after: timedelta, proved: bool
) -> None:
    assert absence_is_proved(replace(UNKNOWN, absent=absent), SENT + after) is proved


def test_absence_of_what_was_never_sent_is_not_proved_by_looking() -> None:
    unsent = replace(UNKNOWN, sent_at=None, absent=9)
    assert not absence_is_proved(unsent, SENT + timedelta(days=1))


def test_the_times_fit_together() -> None:
    assert ABSENT_AFTER < CASE_AFTER < KEY_LIFETIME < timedelta(hours=24)
    assert any(delay >= ABSENT_AFTER for delay in LOOK_UP_DELAYS)
    assert list(SWEEPS) == sorted(set(SWEEPS))
    assert SWEEPS[0] > ABSENT_AFTER


def test_an_intent_holds_no_card_but_its_brand_and_last_four() -> None:
    assert {name for name in Intent.__dataclass_fields__ if "card" in name} == {
        "card_brand",
        "card_last4",
    }
