"""What the list of open cases and its dialogs say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.case import Alarm, AlarmKind, Case, OpenQuestions
from posapp.model.display import AmountStyle
from posapp.ui.cases.state import (
    View,
    alarm_row,
    banner_words,
    case_row,
    derive_alarm,
    derive_case,
    derive_list,
    for_the_banner,
    undo_words,
)
from posapp.ui.counted import age_words, countdown_words, counted, span_words
from tests.ui.samples import NOON, attempt, payment

STYLE = AmountStyle()
AMOUNT = "€\u00a012.90"
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3600, 86400))


def at(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")


def nothing_planned(_attempt: Attempt) -> None:
    return None


def case(state: State = State.OPEN_CASE, *, owner: str = "", kind: Kind = Kind.CHARGE) -> Case:
    verdict = Verdict.APPROVED if state is State.SETTLED else None
    sent = replace(attempt(state, verdict, kind=kind), sent_at=NOON, look_ups=2)
    return Case(sent, order_number=1043, customer="Ada Muster", owner=owner)


def alarm(
    kind: AlarmKind = AlarmKind.LATE,
    *,
    of: Kind = Kind.CHARGE,
    number: int = 1,
    refund_pending: int = 0,
    refunded: int = 0,
    order: int = 1043,
) -> Alarm:
    return Alarm(
        id=number,
        kind=kind,
        attempt=attempt(State.SETTLED, Verdict.APPROVED, kind=of),
        payment=payment(
            refund_pending=refund_pending, refunded=refunded, refundable=1290 - refunded
        ),
        raised_at=NOON,
        order_number=order,
        customer="Ada Muster",
    )


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 charges"), (1, "1 charge"), (2, "2 charges"), (21, "21 charges")]
)
def test_a_number_has_the_right_form_of_its_noun(number: int, words: str) -> None:
    assert counted(number, "charge", "charges") == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (-5 * SECOND, "0 seconds"),
        (0 * SECOND, "0 seconds"),
        (SECOND, "1 second"),
        (59 * SECOND, "59 seconds"),
        (MINUTE, "1 minute"),
        (61 * SECOND, "1 minute 1 second"),
        (HOUR + 5 * MINUTE + 9 * SECOND, "1 hour 5 minutes"),
        (HOUR + 9 * SECOND, "1 hour"),
        (2 * DAY + HOUR, "2 days 1 hour"),
    ],
)
def test_a_span_names_its_two_largest_units(span: timedelta, words: str) -> None:
    assert span_words(span) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (-DAY, "< 1 min"),
        (59 * SECOND, "< 1 min"),
        (MINUTE, "1 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h"),
        (47 * HOUR, "47 h"),
        (48 * HOUR, "2 days"),
    ],
)
def test_an_age_in_a_list_is_one_short_word(span: timedelta, words: str) -> None:
    assert age_words(span) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, "It is not looked up by itself any more."),
        (timedelta(0), "It is being looked up now…"),
        (-MINUTE, "It is being looked up now…"),
        (timedelta(seconds=0.2), "Looked up next in 1 second."),
        (timedelta(seconds=11.5), "Looked up next in 12 seconds."),
        (2 * MINUTE, "Looked up next in 2 minutes."),
    ],
)
def test_the_countdown_is_right_at_every_second(left: timedelta | None, words: str) -> None:
    assert countdown_words(left) == words


@pytest.mark.parametrize(
    ("view", "states"),
    [
        ("all", ["Charged late", "Open case", "Not known yet"]),
        ("alarms", ["Charged late"]),
        ("cases", ["Open case"]),
        ("unknown", ["Not known yet"]),
    ],
)
def test_money_to_give_back_stands_before_cases_and_these_before_the_rest(
    view: View, states: list[str]
) -> None:
    asked = OpenQuestions((alarm(),), (case(),), (case(State.UNKNOWN),))
    shown = derive_list(asked, view, STYLE, now=NOON, next_at=nothing_planned, time=at)
    assert [row.state for row in shown.rows] == states
    assert (shown.alarms, shown.cases, shown.unknown, shown.total) == (1, 1, 1, 3)
    assert asked.for_a_person == 2


@pytest.mark.parametrize("view", ["all", "alarms", "cases", "unknown"])
def test_an_empty_list_says_that_this_is_good(view: View) -> None:
    shown = derive_list(OpenQuestions(), view, STYLE, now=NOON, next_at=nothing_planned, time=at)
    assert shown.rows == ()
    assert shown.empty.endswith(".")


@pytest.mark.parametrize(
    ("of", "due", "waits"),
    [
        (case(), None, "Nobody has it yet"),
        (case(owner="Ada Muster"), NOON + DAY, "Ada Muster"),
        (case(State.UNKNOWN), NOON + HOUR, "Asked at 13:00:00"),
        (case(State.UNKNOWN), NOON, "Being looked up"),
        (case(State.UNKNOWN), None, ""),
    ],
)
def test_a_row_says_who_or_what_comes_next(of: Case, due: datetime | None, waits: str) -> None:
    row = case_row(of, STYLE, now=NOON, next_at=lambda _attempt: due, time=at)
    assert row.waits == waits
    assert row.tone == "not_known"


def test_a_row_is_read_out_as_it_stands_there() -> None:
    row = case_row(case(), STYLE, now=NOON + HOUR, next_at=nothing_planned, time=at)
    assert row.spoken == (
        f"Open case, 1 h, Ada Muster · order 1043, Visa •••• 4242, Nobody has it yet, {AMOUNT}"
    )


@pytest.mark.parametrize(
    ("of", "state", "waits"),
    [
        (alarm(), "Charged late", "Give back or acknowledge"),
        (alarm(refund_pending=1290), "Charged late", "Refund on its way"),
        (alarm(AlarmKind.DOUBLE), "Charged twice", "Give back or acknowledge"),
        (alarm(AlarmKind.CONTRADICTED), "Contradicted", "Acknowledge"),
        (alarm(of=Kind.REFUND), "Refunded late", "Acknowledge"),
    ],
)
def test_an_alarm_says_what_can_be_done(of: Alarm, state: str, waits: str) -> None:
    row = alarm_row(of, STYLE, now=NOON)
    assert (row.state, row.waits, row.tone, row.alarm) == (state, waits, "not_moved", 1)


@pytest.mark.parametrize(
    ("state", "shown", "tone", "can_close"),
    [
        (State.OPEN_CASE, "Open case", "not_known", True),
        (State.UNKNOWN, "Not known yet", "not_known", False),
        (State.PENDING, "Not known yet", "not_known", False),
        (State.SETTLED, "Charged", "moved", False),
        (State.NOT_CHARGED, "Not charged", "neutral", False),
    ],
)
def test_only_an_open_case_can_be_closed_and_the_others_say_why_not(
    state: State, shown: str, tone: str, can_close: bool
) -> None:
    view = derive_case(
        case(state), STYLE, who="Ada", account="Main", now=NOON + HOUR, due=None, time=at
    )
    assert (view.state, view.tone, view.can_close) == (shown, tone, can_close)
    assert bool(view.why_not) is not can_close
    assert view.title == f"{AMOUNT} · order 1043"


def test_the_facts_of_a_case_say_for_how_long_how_often_and_by_whom() -> None:
    view = derive_case(
        case(), STYLE, who="Ada", account="Main", now=NOON + HOUR, due=NOON + 2 * HOUR, time=at
    )
    facts = dict(view.facts)
    assert facts["Open for"] == "1 hour"
    assert facts["Looked up"] == "2 times, next at 14:00:00"
    assert facts["Who finds out"] == "Nobody yet"
    assert facts["Gateway account"] == "Main"


@pytest.mark.parametrize(
    ("owner", "words"),
    [("", "I will find out"), ("Ada", "Taken by you"), ("B.", "I will find out")],
)
def test_a_case_can_be_taken_from_anybody_but_oneself(owner: str, words: str) -> None:
    view = derive_case(
        case(owner=owner), STYLE, who="Ada", account="Main", now=NOON, due=None, time=at
    )
    assert view.take_words == words


def test_the_case_of_a_refund_speaks_of_the_refund() -> None:
    view = derive_case(
        case(kind=Kind.REFUND), STYLE, who="Ada", account="Main", now=NOON, due=None, time=at
    )
    assert view.title == f"Refund of {AMOUNT} · order 1043"
    assert "refund turn up" in view.advice


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ((alarm(),), f"{AMOUNT} for order 1043 was charged after it was taken as not charged."),
        ((alarm(AlarmKind.DOUBLE),), f"{AMOUNT} was charged twice for order 1043."),
        (
            (alarm(AlarmKind.CONTRADICTED),),
            f"The gateway contradicts how the case of order 1043 over {AMOUNT} was closed.",
        ),
        (
            (alarm(of=Kind.REFUND),),
            "Refund for order 1043 went through after it was taken as not made.",
        ),
        (
            (alarm(AlarmKind.DOUBLE, order=0), alarm(number=2), alarm(number=3)),
            f"{AMOUNT} was charged twice for a payment without an order. 2 more in Open cases.",
        ),
    ],
)
def test_the_banner_says_what_happened_and_how_many_more(of: tuple[Alarm, ...], words: str) -> None:
    assert banner_words(of[0], STYLE, others=len(of) - 1) == words


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (alarm(), f"Give {AMOUNT} back"),
        (alarm(refunded=290), "Give € 10.00 back"),
        (alarm(refund_pending=1290), ""),
        (alarm(AlarmKind.CONTRADICTED), ""),
        (alarm(of=Kind.REFUND), ""),
    ],
)
def test_the_one_key_says_what_it_moves_and_is_there_only_where_it_can_do_it(
    about: Alarm, words: str
) -> None:
    assert undo_words(about, STYLE).replace("\u00a0", " ") == words.replace("\u00a0", " ")
    view = derive_alarm(about, STYLE, account="Main", time=at)
    assert view.undo_words == undo_words(about, STYLE)


@pytest.mark.parametrize(
    ("alarms", "shown", "stands"),
    [
        ((), None, None),
        ((), 4, None),
        ((alarm(number=2), alarm(number=1)), None, 1),
        ((alarm(number=3), alarm(number=2), alarm(number=1)), 2, 2),
        ((alarm(AlarmKind.CONTRADICTED, number=3), alarm(number=2)), None, 2),
        ((alarm(number=3), alarm(AlarmKind.CONTRADICTED, number=2)), 2, 3),
        ((alarm(number=3), alarm(number=2, refund_pending=1290)), 2, 3),
        ((alarm(number=3), alarm(number=2)), 9, 2),
    ],
)
def test_the_alarm_that_stands_over_the_screens_stays_until_its_key_is_of_no_use(
    alarms: tuple[Alarm, ...], shown: int | None, stands: int | None
) -> None:
    found = for_the_banner(alarms, shown)
    assert (found.id if found else None) == stands


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AlarmKind.LATE, f"{AMOUNT} was paid out after it was taken as not paid out."),
        (AlarmKind.RETURNED, f"A payout of {AMOUNT} came back: it was not paid out after all."),
    ],
)
def test_an_alarm_over_a_payout_names_no_payment_and_offers_nothing_to_give_back(
    kind: AlarmKind, words: str
) -> None:
    about = alarm(kind, of=Kind.PAYOUT, order=0)
    about = replace(about, payment=None, attempt=replace(about.attempt, payment_id="pay_9"))
    view = derive_alarm(about, STYLE, account="Main", time=at)
    assert (view.sentence, view.undo_words) == (words, "")
    assert "acknowledge with the reason" in view.advice
    assert dict(view.facts)["Payout at the gateway"] == "pay_9"
    assert banner_words(about, STYLE, others=0) == words


@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize("of", [Kind.CHARGE, Kind.REFUND])
def test_every_alarm_says_what_happened_and_what_to_do(kind: AlarmKind, of: Kind) -> None:
    view = derive_alarm(alarm(kind, of=of), STYLE, account="Main", time=at)
    assert view.sentence
    assert view.advice
    assert "acknowledge" in view.advice.lower() or kind is AlarmKind.DOUBLE
    assert dict(view.facts)["Payment at the gateway"] == "pay_1"
