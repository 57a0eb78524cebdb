"""What the payments screen says about each payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from posapp.desk.outcome import Outcome
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.display import AmountStyle
from posapp.model.history import TimelineEntry
from posapp.model.payment import ActionState, PaymentStatus
from posapp.ui.payments.state import (
    attempt_words,
    derive_detail,
    derive_entry,
    derive_row,
    event_words,
    refund_words,
    state_words,
)
from tests.ui import samples
from tests.ui.samples import approved, attempt, declined, detail, entry, euros, outcome, row

STYLE = AmountStyle()
APPROVED, DECLINED = Verdict.APPROVED, Verdict.DECLINED


def at(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")


@pytest.mark.parametrize(
    ("state", "verdict", "status", "refunded", "pending", "words", "tone"),
    [
        (State.PREPARED, None, None, 0, 0, "Not known yet", "not_known"),
        (State.SENDING, None, None, 0, 0, "Not known yet", "not_known"),
        (State.UNKNOWN, None, None, 0, 0, "Not known yet", "not_known"),
        (State.OPEN_CASE, None, None, 0, 0, "Open case", "not_known"),
        (State.NOT_CHARGED, None, None, 0, 0, "Not charged", "neutral"),
        (State.NOT_SENT, None, None, 0, 0, "Not sent", "neutral"),
        (State.REFUSED, None, None, 0, 0, "Refused", "not_moved"),
        (State.PENDING, None, None, 0, 0, "In progress", "not_known"),
        (State.PENDING, None, PaymentStatus.PENDING, 0, 0, "In progress", "not_known"),
        (State.PENDING, None, PaymentStatus.ACTION_NEEDED, 0, 0, "Waiting", "neutral"),
        (State.SETTLED, APPROVED, PaymentStatus.AUTHORISED, 0, 0, "Approved", "moved"),
        (State.SETTLED, APPROVED, PaymentStatus.CAPTURED, 0, 0, "Captured", "moved"),
        (State.SETTLED, APPROVED, PaymentStatus.CAPTURED, 0, 5, "Refund pending", "not_known"),
        (State.SETTLED, APPROVED, PaymentStatus.CAPTURED, 5, 0, "Part refunded", "neutral"),
        (State.SETTLED, APPROVED, PaymentStatus.REFUNDED, 1290, 0, "Refunded", "neutral"),
        (State.SETTLED, APPROVED, PaymentStatus.VOIDED, 0, 0, "Voided", "neutral"),
        (State.SETTLED, DECLINED, PaymentStatus.DECLINED, 0, 0, "Declined", "not_moved"),
        (State.SETTLED, DECLINED, None, 0, 0, "Declined", "not_moved"),
        (State.SETTLED, DECLINED, PaymentStatus.CANCELED, 0, 0, "Cancelled", "neutral"),
        (State.SETTLED, DECLINED, PaymentStatus.EXPIRED, 0, 0, "Expired", "neutral"),
        (State.SETTLED, DECLINED, PaymentStatus.CAPTURED, 0, 0, "Charged after all", "not_known"),
    ],
)
def test_each_payment_has_its_word_and_its_colour(
    state: State,
    verdict: Verdict | None,
    status: PaymentStatus | None,
    refunded: int,
    pending: int,
    words: str,
    tone: str,
) -> None:
    said = state_words(
        state, verdict, status, amount=1290, refunded=refunded, refund_pending=pending
    )
    assert said == (words, tone)


@pytest.mark.parametrize("state", [s for s in State if s.is_open])
@pytest.mark.parametrize("status", [None, *(s for s in PaymentStatus if not s.is_final_failure)])
def test_what_is_not_proved_is_never_red(state: State, status: PaymentStatus | None) -> None:
    _, tone = state_words(state, None, status, amount=1290, refunded=0, refund_pending=0)
    assert tone != "not_moved"


def test_a_row_shows_what_staff_look_for() -> None:
    view = derive_row(row(State.SETTLED, APPROVED, PaymentStatus.CAPTURED), STYLE, at)
    assert (view.time, view.customer, view.card) == ("12:00:00", "Ada Muster", "Visa 4242")
    assert (view.state, view.tone, view.amount) == ("Captured", "moved", "€\u00a012.90")
    assert view.spoken == "12:00:00, Ada Muster, Visa 4242, Captured, €\u00a012.90"


def test_rows_without_an_order_say_what_they_are() -> None:
    paid_out = replace(
        row(State.SETTLED, APPROVED, None),
        kind=Kind.PAYOUT,
        customer="",
        order_number=0,
        card_brand="",
        card_last4="",
    )
    view = derive_row(paid_out, STYLE, at)
    assert (view.customer, view.card, view.state) == ("Payout", "Bank", "Paid out")
    absent = derive_row(replace(paid_out, attempt_state=State.NOT_CHARGED), STYLE, at)
    assert (absent.state, absent.tone) == ("Not paid out", "neutral")
    checked = replace(
        row(State.SETTLED, APPROVED, PaymentStatus.VERIFIED), kind=Kind.VERIFY, customer=""
    )
    assert derive_row(checked, STYLE, at).state == "Card verified"
    link = replace(row(State.PENDING, None, None), kind=Kind.HOSTED, card_brand="", card_last4="")
    assert derive_row(link, STYLE, at).card == "Link"


@pytest.mark.parametrize("kind", [Kind.PAYOUT, Kind.VERIFY])
def test_what_pays_no_order_has_no_receipt_and_no_refund(kind: Kind) -> None:
    made = Outcome(attempt(State.SETTLED, APPROVED, kind=kind), None)
    view = derive_detail(detail(made), euros(0), STYLE, at)
    assert (view.receipt, view.can_refund) == (False, False)
    assert view.refund_why_not == "This is no payment that could be given back."


def test_the_detail_of_a_captured_payment_can_be_refunded() -> None:
    view = derive_detail(detail(approved()), euros(1290), STYLE, at)
    facts = dict(view.facts)
    assert (view.state, view.tone) == ("Captured", "moved")
    assert (view.can_refund, view.refund_why_not, view.receipt) == (True, "", True)
    assert facts["Can be refunded"] == "€\u00a012.90"
    assert facts["Approval code"] == "643381"
    assert facts["Reference"] == "T1-1043-1-K7QXA"
    assert "Refund pending" not in facts


def test_a_refund_on_its_way_is_counted_once() -> None:
    shown = approved(refunds=(samples.refund_record(),), refund_pending=500, refundable=790)
    ours = attempt(State.PENDING, kind=Kind.REFUND, number=2, minor=500, action_id="ref_1")
    view = derive_detail(detail(shown, ours), euros(790), STYLE, at)
    assert dict(view.facts)["Refund pending"] == "€\u00a05.00"
    unseen = attempt(State.UNKNOWN, kind=Kind.REFUND, number=3, minor=200)
    view = derive_detail(detail(shown, ours, unseen), euros(590), STYLE, at)
    assert dict(view.facts)["Refund pending"] == "€\u00a07.00"
    assert view.state == "Refund pending"


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (outcome(State.UNKNOWN), "not known yet"),
        (outcome(State.OPEN_CASE), "not known yet"),
        (declined(), "No money was taken"),
        (approved(status=PaymentStatus.AUTHORISED), "Not captured yet"),
        (approved(refundable=0, refunded=1290), "Everything was given back"),
    ],
)
def test_what_cannot_be_refunded_says_why(of: Outcome, why: str) -> None:
    view = derive_detail(detail(of), euros(0), STYLE, at)
    assert not view.can_refund
    assert why in view.refund_why_not


def test_what_a_person_saw_is_charged_but_has_no_receipt_and_no_refund_here_yet() -> None:
    view = derive_detail(detail(outcome(State.SETTLED, APPROVED)), euros(0), STYLE, at)
    assert (view.state, view.tone, view.receipt) == ("Seen by hand", "moved", False)
    assert "gateway's site" in view.refund_why_not


def test_a_declined_payment_has_no_receipt_and_shows_the_banks_words() -> None:
    view = derive_detail(detail(declined()), euros(0), STYLE, at)
    assert not view.receipt
    assert dict(view.facts)["Answer"] == samples.DECLINE.caller


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (entry(state="prepared"), "Charge of €\u00a012.90 written down"),
        (entry(state="sending"), "Charge sent"),
        (entry(state="pending"), "Charge accepted, not finished"),
        (entry(state="unknown"), "No proof yet; being checked"),
        (entry(state="not_sent"), "Charge did not leave this computer"),
        (entry(state="refused"), "Charge refused by the gateway"),
        (entry(state="not_charged"), "Proved: not charged"),
        (entry(state="open_case"), "Open case: a person has to find out"),
        (entry(state="settled", verdict="approved"), "Approved"),
        (
            entry(state="settled", verdict="approved", auth_code="643381"),
            "Approved, code 643381",
        ),
        (entry(state="settled", verdict="declined"), "Declined"),
        (entry(state="prepared", kind="refund"), "Refund of €\u00a012.90 written down"),
        (entry(state="sending", kind="refund"), "Refund sent"),
        (entry(state="not_charged", kind="refund"), "Proved: not refunded"),
        (
            entry(state="settled", verdict="approved", kind="refund"),
            "Refund of €\u00a012.90 confirmed",
        ),
        (
            entry(state="settled", verdict="declined", kind="refund"),
            "Refund of €\u00a012.90 failed",
        ),
        (entry(state="prepared", kind="capture"), "Capture of €\u00a012.90 written down"),
        (
            entry(state="settled", verdict="approved", kind="void"),
            "Void of €\u00a012.90 confirmed",
        ),
        (
            entry(state="settled", verdict="declined", kind="increment"),
            "Increment of €\u00a012.90 failed",
        ),
        (entry(state="refused", kind="reversal"), "Reversal refused by the gateway"),
        (
            entry(state="settled", verdict="approved", kind="retry_cancellation"),
            "Calling off the retries confirmed",
        ),
        (entry(state="prepared", kind="verify", minor="0"), "Card check written down"),
        (entry(state="settled", verdict="approved", kind="verify", minor="0"), "Card verified"),
        (entry(state="settled", verdict="declined", kind="verify"), "Card not accepted"),
        (
            entry(state="settled", verdict="approved", kind="payout"),
            "Payout of €\u00a012.90 confirmed",
        ),
        (entry(state="not_charged", kind="payout"), "Proved: not paid out"),
        (entry("sent_again", kind="void"), "The same request was sent once more"),
        (entry("payment_refreshed"), "Checked with the gateway"),
        (entry("not_found"), "Searched at the gateway: not there"),
        (entry("not_answered"), "Looked up: no answer"),
        (entry("looked_up"), "Looked up: not finished"),
        (entry("case_taken"), "Somebody finds out"),
        (entry("case_closed", outcome="charged"), "Case closed: charged"),
        (entry("case_closed", outcome="not_charged"), "Case closed: not charged"),
        (entry("case_closed", outcome="charged", kind="refund"), "Case closed: refunded"),
        (entry("case_closed", outcome="not_charged", kind="refund"), "Case closed: not refunded"),
        (entry("alarm_raised", alarm="late"), "Alarm: it happened after all"),
        (entry("alarm_raised", alarm="returned"), "Alarm: the payout came back"),
        (entry("alarm_ended"), "The gateway shows the money as given back"),
        (entry("alarm_acknowledged"), "Alarm acknowledged"),
        (entry("something_new"), "Something new"),
    ],
)
def test_the_timeline_speaks_the_language_of_the_counter(told: TimelineEntry, words: str) -> None:
    assert event_words(told, STYLE) == words


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", Kind)
def test_every_state_has_words_in_the_timeline(state: State, kind: Kind) -> None:
    words = event_words(entry(state=state.value, kind=kind.value), STYLE)
    assert words
    assert words != "Attempt"
    assert "_" not in words


def test_a_timeline_entry_tells_when_who_and_what_the_gateway_said() -> None:
    told = entry(state="unknown", note="No answer in time.", said="timeout", request_id="req_9")
    view = derive_entry(told, STYLE, at)
    assert (view.time, view.end) == ("12:00:09", "Ada Muster, till T1")
    assert view.more == "No answer in time. · answer: timeout · request req_9"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ActionState.PENDING, "€\u00a05.00 pending"),
        (ActionState.DONE, "€\u00a05.00 confirmed"),
        (ActionState.FAILED, "€\u00a05.00 failed"),
    ],
)
def test_a_refund_is_confirmed_only_when_it_is(state: ActionState, words: str) -> None:
    assert refund_words(samples.refund_record(state), STYLE) == words


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (attempt(State.SETTLED, APPROVED, minor=500), "€\u00a05.00 refunded"),
        (attempt(State.SETTLED, DECLINED, minor=500), "€\u00a05.00 failed"),
        (attempt(State.PENDING, minor=500), "€\u00a05.00 pending"),
        (attempt(State.UNKNOWN, minor=500), "€\u00a05.00 pending"),
        (attempt(State.NOT_CHARGED, minor=500), "€\u00a05.00 not refunded"),
    ],
)
def test_our_own_refund_in_one_line(of: Attempt, words: str) -> None:
    assert attempt_words(of, STYLE) == words
