"""What the result of a charge says, does and offers next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from posapp.desk.outcome import Outcome
from posapp.model.attempt import State, Verdict
from posapp.model.display import AmountStyle
from posapp.model.payment import Check, PaymentStatus
from posapp.ui.counter.result_state import (
    card_words,
    check_words,
    derive_not_moved,
    derive_result,
)
from tests.ui.samples import DECLINE, NOON, approved, declined, outcome, payment

STYLE = AmountStyle()
WAITING = payment(PaymentStatus.ACTION_NEEDED, action_url="https://pay.example/1")


@pytest.mark.parametrize(
    ("of", "status", "tone", "next_step", "receipt"),
    [
        (approved(), "approved", "moved", "next_order", True),
        (declined(), "declined", "not_moved", "another_card", False),
        (
            outcome(State.PENDING, None, WAITING),
            "action_needed",
            "not_known",
            "next_order",
            False,
        ),
        (outcome(State.UNKNOWN), "unknown", "not_known", "next_order", False),
        (outcome(State.SENDING), "unknown", "not_known", "next_order", False),
        (
            outcome(State.PENDING, None, payment(PaymentStatus.PENDING)),
            "unknown",
            "not_known",
            "next_order",
            False,
        ),
        (outcome(State.OPEN_CASE), "unknown", "not_known", "next_order", False),
        (outcome(State.NOT_CHARGED), "declined", "not_moved", "another_card", False),
        (outcome(State.NOT_SENT), "declined", "not_moved", "another_card", False),
        (outcome(State.REFUSED), "declined", "not_moved", "another_card", False),
    ],
)
def test_each_outcome_has_its_colour_and_its_next_step(
    of: Outcome, status: str, tone: str, next_step: str, receipt: bool
) -> None:
    view = derive_result(of, STYLE)
    assert (view.status, view.tone, view.next_step) == (status, tone, next_step)
    assert view.receipt is receipt
    assert "€\u00a012.90" in view.headline
    assert view.message
    assert view.caller


@pytest.mark.parametrize("state", [s for s in State if s.is_open])
def test_what_is_open_is_never_shown_as_failed(state: State) -> None:
    view = derive_result(outcome(state), STYLE)
    assert view.tone == "not_known"
    assert "No money moved" not in view.message


def test_staff_are_told_not_to_charge_again_what_is_not_known() -> None:
    for state in (State.UNKNOWN, State.OPEN_CASE):
        assert "Do not charge again" in derive_result(outcome(state), STYLE).message


def test_an_open_case_does_not_promise_to_end_by_itself() -> None:
    assert "We keep asking" in derive_result(outcome(State.UNKNOWN), STYLE).message
    case = derive_result(outcome(State.OPEN_CASE), STYLE).message
    assert "We keep asking" not in case
    assert "a person" in case


def test_what_the_gateway_has_not_finished_is_not_called_unheard() -> None:
    assert "could not hear back" in derive_result(outcome(State.UNKNOWN), STYLE).message
    pending = derive_result(outcome(State.PENDING), STYLE).message
    assert "The gateway has the payment and has not finished it." in pending


def test_an_approval_shows_its_facts() -> None:
    facts = dict(derive_result(approved(), STYLE).facts)
    assert facts == {
        "Card": "Visa •••• 4242",
        "Approval code": "643381",
        "Reference": "T1-1043-1-K7QXA",
        "Address": "Matches",
        "Security code": "Matches",
    }


def test_an_approval_says_whether_the_money_moved_already() -> None:
    assert "the money moved" in derive_result(approved(), STYLE).message
    reserved = derive_result(approved(status=PaymentStatus.AUTHORISED), STYLE).message
    assert "the money moved" not in reserved
    assert "reserved" in reserved


@pytest.mark.parametrize("check", ["address_check", "code_check"])
def test_an_approval_with_a_check_that_does_not_match_asks_for_a_look(check: str) -> None:
    view = derive_result(approved(**{check: Check.NO_MATCH}), STYLE)
    assert view.status == "approved"
    assert "look at the order before it ships" in view.message
    assert "before it ships" not in derive_result(approved(), STYLE).message


def test_a_decline_gives_the_banks_words_and_the_next_step() -> None:
    view = derive_result(declined(), STYLE)
    assert view.message == f"{DECLINE.caller} No money moved."
    assert view.caller == DECLINE.next_step
    assert dict(view.facts)["Gateway's answer"] == "20051 insufficient_funds"
    assert view.next_words == "Another card"


def test_a_decline_without_a_reason_still_says_what_to_do() -> None:
    view = derive_result(declined(None), STYLE)
    assert view.message == "The bank declined this card. No money moved."
    assert view.caller == "Ask for another card."


def test_a_payment_that_waits_for_the_customer_offers_its_link() -> None:
    view = derive_result(outcome(State.PENDING, None, WAITING), STYLE)
    assert view.link == "https://pay.example/1"
    assert derive_result(approved(), STYLE).link == ""


@pytest.mark.parametrize(
    ("state", "note"),
    [
        (State.REFUSED, "The key is not accepted."),
        (State.NOT_SENT, "The gateway cannot be reached."),
        (State.NOT_CHARGED, "The gateway was searched completely, twice."),
    ],
)
def test_what_was_not_charged_says_how_that_is_known(state: State, note: str) -> None:
    view = derive_result(outcome(state, note=note), STYLE)
    assert view.message == f"{note} No money moved. The order can be charged again."


def test_a_charge_that_did_not_move_money_can_be_made_again() -> None:
    view = derive_not_moved("The gateway cannot be reached.", "€ 12.90")
    assert view.headline == "€ 12.90 was not charged"
    assert (view.next_words, view.next_step, view.receipt) == (
        "Charge again",
        "another_card",
        False,
    )


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Check.MATCH, "Matches"),
        (Check.PARTIAL, "Matches in part"),
        (Check.NO_MATCH, "Does not match"),
        (Check.NOT_CHECKED, "Not checked"),
        (None, "Not checked"),
    ],
)
def test_checks_have_words(check: Check | None, words: str) -> None:
    assert check_words(check) == words


def test_a_card_is_named_by_its_brand_and_its_last_four() -> None:
    assert card_words("Visa", "4242") == "Visa •••• 4242"
    assert card_words("", "") == ""


def test_a_verdict_is_only_believed_when_the_attempt_has_ended() -> None:
    half = Outcome(outcome(State.UNKNOWN, Verdict.APPROVED).attempt, payment())
    assert derive_result(half, STYLE).status == "unknown"


def test_what_is_not_known_says_when_it_was_sent_and_is_looked_up_next() -> None:
    due = NOON + timedelta(seconds=12)
    view = derive_result(outcome(State.UNKNOWN), STYLE, due=due, time=lambda at: f"{at:%H:%M}")
    assert (view.follows, view.due, view.evidence_words) == (True, due, "What is known")
    assert dict(view.facts)["Sent"] == "12:00"
    assert "Other orders can go on" in view.message


def test_an_open_case_leads_to_the_case_and_counts_nothing_down() -> None:
    view = derive_result(outcome(State.OPEN_CASE), STYLE, due=NOON)
    assert (view.follows, view.evidence_words) == (False, "Open the case")
    assert "Other orders can go on" in view.message


@pytest.mark.parametrize("of", [approved(), declined(), outcome(State.NOT_CHARGED)])
def test_what_is_known_needs_no_looking_up(of: Outcome) -> None:
    view = derive_result(of, STYLE, due=NOON)
    assert (view.follows, view.due, view.evidence_words) == (False, None, "")


def test_what_a_person_saw_is_charged_without_a_receipt_of_the_gateway() -> None:
    view = derive_result(outcome(State.SETTLED, Verdict.APPROVED), STYLE)
    assert (view.status, view.tone, view.receipt) == ("approved", "moved", False)
    assert "A person saw" in view.message
