"""What holds for every attempt at every moment, each rule with what would break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from posapp.model.attempt import (
    ACTIONS,
    KEY_LIFETIME,
    LISTED,
    OPEN_STATES,
    PAYS_ORDER,
    BrokenRule,
    Kind,
    State,
    Verdict,
    action_key,
    may_repeat,
    payout_key,
)
from posapp.model.attempt_rules import check_attempt, check_intent
from posapp.model.money import Money
from tests.model.attempts import NOON, attempt, intent

LATER = NOON + timedelta(minutes=16)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_every_kind_may_be_in_every_state(kind: Kind, state: State) -> None:
    check_attempt(attempt(kind, state))


def test_every_kind_has_its_place() -> None:
    assert {*PAYS_ORDER, *ACTIONS, Kind.REFUND, Kind.VERIFY, Kind.PAYOUT} == set(Kind)
    assert {kind for kind in Kind if not kind.acts_on_payment} == set(LISTED)
    assert [kind for kind in Kind if kind.pays_order] == list(PAYS_ORDER)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("minor", [-1, 0, 1])
def test_only_a_verification_is_over_nothing(kind: Kind, minor: int) -> None:
    asked = intent(kind, amount=Money(minor, "EUR"))
    if minor == (0 if kind is Kind.VERIFY else 1):
        check_intent(asked)
        return
    with pytest.raises(BrokenRule, match="over nothing"):
        check_intent(asked)


@pytest.mark.parametrize("kind", Kind)
def test_what_acts_on_a_payment_names_it_and_nothing_else_does(kind: Kind) -> None:
    other = "" if kind.acts_on_payment else "pay_1"
    with pytest.raises(BrokenRule, match="names it before it is sent"):
        check_intent(intent(kind, payment_id=other))


@pytest.mark.parametrize("kind", Kind)
def test_what_pays_an_order_names_it_and_a_payout_belongs_to_none(kind: Kind) -> None:
    with_order, without = intent(kind, order_id="order-1"), intent(kind, order_id="")
    for asked, allowed in ((with_order, kind is not Kind.PAYOUT), (without, not kind.pays_order)):
        if allowed:
            check_intent(asked)
        else:
            with pytest.raises(BrokenRule, match="belongs to none"):
                check_intent(asked)


@pytest.mark.parametrize(
    ("kind", "changes", "rule"),
    [
        (Kind.CHARGE, {"reference": ""}, "reference"),
        (Kind.CHARGE, {"reference": "T" * 31}, "reference"),
        (Kind.CHARGE, {"key": ""}, "key"),
        (Kind.CHARGE, {"account": ""}, "account"),
        (Kind.CHARGE, {"fingerprint": "ab"}, "fingerprint"),
        (Kind.CHARGE, {"fingerprint": "AB" * 32}, "fingerprint"),
        (Kind.CHARGE, {"body": b"{}"}, "card request"),
        (Kind.VERIFY, {"body": b"{}"}, "card request"),
        (Kind.PAYOUT, {"body": b"{}", "card_last4": "4242"}, "payout to a card"),
        (Kind.CHARGE, {"card_last4": "42424"}, "four last digits"),
        (Kind.HOSTED, {"card_last4": "4242"}, "payment link"),
        (Kind.HOSTED, {"card_brand": "Visa"}, "payment link"),
    ],
)
def test_an_intent_that_breaks_a_rule_is_refused(
    kind: Kind, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(BrokenRule, match=rule):
        check_intent(intent(kind, **changes))
    with pytest.raises(BrokenRule, match=rule):
        check_attempt(replace(attempt(kind, State.PREPARED), intent=intent(kind, **changes)))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Kind.HOSTED, {"body": b"{}"}),
        (Kind.PAYOUT, {"body": b"{}"}),
        (Kind.PAYOUT, {"card_last4": "4242", "card_brand": "Visa"}),
        (Kind.VERIFY, {"card_last4": "4242", "card_brand": "Visa"}),
        (Kind.VERIFY, {"order_id": "order-1"}),
        (Kind.CAPTURE, {"body": b"{}", "card_last4": "4242"}),
    ],
)
def test_what_only_looks_like_a_broken_rule_is_allowed(kind: Kind, changes: dict[str, Any]) -> None:
    check_intent(intent(kind, **changes))


@pytest.mark.parametrize("state", State)
def test_a_verdict_belongs_to_what_is_settled(state: State) -> None:
    wrong = None if state is State.SETTLED else Verdict.DECLINED
    with pytest.raises(BrokenRule, match="has a verdict"):
        check_attempt(attempt(Kind.CHARGE, state, verdict=wrong))


@pytest.mark.parametrize("state", State)
def test_an_end_belongs_to_what_is_not_open(state: State) -> None:
    wrong = NOON if state in OPEN_STATES else None
    with pytest.raises(BrokenRule, match="has an end"):
        check_attempt(attempt(Kind.CHARGE, state, ended_at=wrong))


@pytest.mark.parametrize("state", State)
def test_what_went_on_was_sent_and_what_is_prepared_was_not(state: State) -> None:
    if state is State.NOT_SENT:
        check_attempt(attempt(Kind.CHARGE, state, sent_at=None))
        return
    wrong = NOON if state is State.PREPARED else None
    with pytest.raises(BrokenRule, match="was not sent"):
        check_attempt(attempt(Kind.CHARGE, state, sent_at=wrong))


@pytest.mark.parametrize(
    ("kind", "changes", "rule"),
    [
        (Kind.CAPTURE, {"payment_id": "pay_2"}, "stays with the payment"),
        (Kind.CHARGE, {"action_id": "re_1"}, "action of its own"),
        (Kind.PAYOUT, {"action_id": "re_1"}, "action of its own"),
        (Kind.CHARGE, {"absent": 1}, "Look-ups"),
        (Kind.CHARGE, {"absent": -1}, "Look-ups"),
        (Kind.CAPTURE, {"repeats": 2}, "only once"),
        (Kind.CAPTURE, {"repeats": -1}, "only once"),
        (Kind.CHARGE, {"repeats": 1}, "bytes were kept"),
        (Kind.CAPTURE, {"repeats": 1, "intent": intent(Kind.CAPTURE, body=b"")}, "bytes were"),
    ],
)
def test_an_attempt_that_breaks_a_rule_is_refused(
    kind: Kind, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(BrokenRule, match=rule):
        check_attempt(attempt(kind, State.UNKNOWN, **changes))


@pytest.mark.parametrize("kind", Kind)
def test_only_actions_whose_bytes_were_kept_are_sent_again(kind: Kind) -> None:
    absent = attempt(kind, State.UNKNOWN, absent=1, look_ups=1)
    assert may_repeat(absent, LATER) is (kind in ACTIONS)


@pytest.mark.parametrize("state", [each for each in State if each is not State.UNKNOWN])
def test_only_what_is_unknown_is_sent_again(state: State) -> None:
    assert not may_repeat(attempt(Kind.VOID, state, absent=1, look_ups=1), LATER)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"absent": 0}, LATER),
        ({}, NOON + timedelta(minutes=14)),
        ({"repeats": 1}, LATER),
        ({"intent": intent(Kind.VOID, body=b"")}, LATER),
        ({}, NOON + KEY_LIFETIME),
        ({"prepared_at": LATER + timedelta(hours=1)}, LATER),  # the clock went backwards
    ],
)
def test_nothing_is_sent_again_that_is_not_proved_absent_or_whose_key_is_too_old(
    changes: dict[str, Any], at: datetime
) -> None:
    absent = attempt(Kind.VOID, State.UNKNOWN, absent=1, look_ups=1)
    assert may_repeat(absent, LATER)
    assert not may_repeat(replace(absent, **changes), at)


def test_two_tills_that_see_the_same_world_make_the_same_key() -> None:
    def key(kind: Kind = Kind.VOID, shown: int = 1, minor: int = 5) -> str:
        return action_key(
            kind,
            account="main",
            payment_id="pay_1",
            actions_shown=shown,
            amount=Money(minor, "EUR"),
        )

    keys = {key(), key(Kind.REVERSAL), key(shown=2), key(minor=6)}
    assert key() in keys
    assert len(keys) == 4
    assert all(len(each) <= 80 for each in keys)


def test_a_form_makes_one_key_however_often_it_is_sent_off() -> None:
    first = payout_key(account="main", ticket="form-1")
    assert first == payout_key(account="main", ticket="form-1")
    assert first != payout_key(account="main", ticket="form-2")
    assert first != payout_key(account="other", ticket="form-1")
