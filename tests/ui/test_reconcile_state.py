"""What the reconcile screen says: tables of what is so, and the words and pictures for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.desk.reconciliation import Found
from posapp.desk.sync import Progress
from posapp.model.display import AmountStyle
from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Row, Standing
from posapp.model.reconcile_words import MATCH_WORDS, explain
from posapp.model.reconciliation import Case, Phase, ReconciledRow, Summary, SyncRun, Total
from posapp.model.window import midnight_in, window_of
from posapp.ui.reconcile.bars import widths
from posapp.ui.reconcile.state import (
    FILTERS,
    ORDER,
    days_of,
    derive_detail,
    derive_progress,
    derive_row,
    derive_summary,
    parse_day,
)

STYLE = AmountStyle()
TODAY = date(2026, 3, 4)
BREMEN = midnight_in(timezone(timedelta(hours=1)))
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RUN = SyncRun(
    id=1, account="main", window=window_of(TODAY, TODAY, BREMEN), until=NOON, phase=Phase.LISTING,
    who="Ada", till="T1", begun_at=NOON, changed_at=NOON,
)  # fmt: skip


def time(at: datetime) -> str:
    return at.strftime("%H:%M")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def entry(
    minor: int = 1290,
    standing: Standing = Standing.DONE,
    movement: Movement = Movement.CHARGE,
    **more: object,
) -> Entry:
    made = Entry(movement, "pay_1", Money(minor, "EUR"), standing, NOON, "T1-1043-1", said="ok")
    return replace(made, **more)  # type: ignore[arg-type]


def mine(minor: int = 1290, standing: Standing = Standing.DONE, **more: object) -> Entry:
    return replace(entry(minor, standing, **more), attempt_id=1, who="Ada", till="T1")  # type: ignore[arg-type]


def kept(row: Row, case: Case | None = None) -> ReconciledRow:
    return ReconciledRow(1, 0, row, case or Case())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-04", TODAY),
        (" 2026-3-4 ", TODAY),
        ("4.3.2026", TODAY),
        ("04.03.2026", TODAY),
        ("2026-02-30", None),
        ("03/04/2026", None),
        ("", None),
        ("today", None),
        ("2026-03-04x", None),
    ],
)
def test_a_day_is_read_as_it_is_typed_and_never_guessed(text: str, day: date | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [("today", 0, 0), ("yesterday", 1, 1), ("week", 6, 0), ("month", 30, 0)],
)
def test_spans_are_counted_back_from_today(span: str, first: int, last: int) -> None:
    assert days_of(span, TODAY) == (TODAY - timedelta(first), TODAY - timedelta(last))
    assert days_of("chosen", TODAY) is None


PROGRESS = {
    "nothing yet": (Progress(RUN), "0 payments", 0.0),
    "half way": (
        Progress(replace(RUN, listed=1, reached=NOON - timedelta(hours=6.5))),
        "1 payment, back to 05:30",
        0.5,
    ),
    "one by one": (
        Progress(replace(RUN, phase=Phase.CHECKING, checked=3), to_check=1),
        "3 of 4 payments",
        0.75,
    ),
    "comparing": (
        Progress(replace(RUN, phase=Phase.COMPLETE, listed=2), to_check=0),
        "2 payments read",
        None,
    ),
}


@pytest.mark.parametrize(("told", "more", "share"), PROGRESS.values(), ids=PROGRESS.keys())
def test_progress_counts_what_was_read(told: Progress, more: str, share: float | None) -> None:
    view = derive_progress(told, time)
    assert view.more == more
    assert view.share == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(("seconds", "words"), [(1.0, "1 second"), (7.4, "7 seconds")])
def test_a_pause_the_gateway_asks_for_is_said(seconds: float, words: str) -> None:
    view = derive_progress(Progress(RUN, waits=seconds), time)
    assert view.words == f"The gateway asks to wait {words}"


def summary(counts: dict[Match, int], explained: dict[Match, int] | None = None) -> Found:
    run = replace(RUN, phase=Phase.COMPLETE, reconciled_at=NOON, listed=3, payouts=1, unreadable=2)
    totals = (Total(Movement.CHARGE, "EUR", 1290, 1990), Total(Movement.REFUND, "EUR", 5, 5))
    return Found(run, Summary(run, counts, explained or {}, totals))


HEADLINES = {
    "nothing": ({}, {}, "Nothing happened on these days, on either side."),
    "all agree": ({Match.MATCHED: 2}, {}, "2 movements: both sides agree"),
    "one agrees": ({Match.MATCHED: 1}, {}, "1 movement: both sides agree"),
    "one differs": (
        {Match.MATCHED: 2, Match.ONLY_HERE: 1}, {}, "1 of 3 movements needs a look",
    ),
    "two differ": (
        {Match.ONLY_THERE: 1, Match.NOT_KNOWN: 1}, {}, "2 of 2 movements need a look",
    ),
    "explained": (
        {Match.MATCHED: 1, Match.ONLY_THERE: 2}, {Match.ONLY_THERE: 2},
        "3 movements: both sides agree, or it is explained why not",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("counts", "done", "words"), HEADLINES.values(), ids=HEADLINES.keys())
def test_the_headline_says_how_much_is_left(
    counts: dict[Match, int], done: dict[Match, int], words: str
) -> None:
    view = derive_summary(summary(counts, done), STYLE, time)
    assert view.headline == words
    assert {segment.match: segment.number for segment in view.segments} == counts
    assert view.counts["all"] == sum(counts.values())


def test_what_was_not_compared_and_where_days_begin_is_said() -> None:
    view = derive_summary(summary({Match.MATCHED: 1}), STYLE, time)
    assert view.remark == (
        "Compared at 12:00 · days as UTC+01:00 · 3 payments listed · 1 not compared: payouts · "
        "2 entries of the list could not be read"
    )
    assert [(t.name, plain(t.here), plain(t.there), t.agrees) for t in view.totals] == [
        ("Payments EUR", "€ 12.90", "€ 19.90", False),
        ("Refunds EUR", "€ 0.05", "€ 0.05", True),
    ]


NOT_COMPARED = {
    "never": (None, "These days were not compared yet."),
    "in part": (replace(RUN, listed=1, pages=1), "The list was read in part: 1 payment."),
    "complete": (
        replace(RUN, phase=Phase.COMPLETE), "The list was read, but not compared yet.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("run", "words"), NOT_COMPARED.values(), ids=NOT_COMPARED.keys())
def test_nothing_is_shown_as_compared_that_was_not(run: SyncRun | None, words: str) -> None:
    view = derive_summary(Found(run, None), STYLE, time)
    assert (view.headline, view.segments, view.counts) == (words, (), {})


def test_why_a_reading_stopped_is_shown() -> None:
    run = replace(RUN, note="The gateway did not answer.")
    view = derive_summary(Found(run, None), STYLE, time)
    assert view.remark.startswith("The gateway did not answer. Nothing is compared before")


# Each kind of row: what it means and what to do.

OPEN, NOT_DONE = Standing.OPEN, Standing.NOT_DONE
CAPTURE = entry(290, movement=Movement.CAPTURE, record_id="act_1")
RELEASE = entry(0, movement=Movement.RELEASE, record_id="act_2")
REFUND = Movement.REFUND
ROWS = {
    "both done": (Row(Match.MATCHED, mine(), entry()), "Both sides have", "Nothing to do."),
    "neither": (Row(Match.MATCHED, mine(standing=NOT_DONE), entry(standing=NOT_DONE)),
                "did not happen. No money moved.", "Nothing to do."),
    "ours alone did not happen": (Row(Match.MATCHED, mine(standing=NOT_DONE), None),
                                  "the gateway has nothing of it", "Nothing to do."),
    "missing there": (Row(Match.ONLY_HERE, mine(), None), "does not have it",
                      "before anything is charged again"),
    "refund missing there": (Row(Match.ONLY_HERE, mine(movement=REFUND), None),
                             "does not show it", "Do not repeat it"),
    "made elsewhere": (Row(Match.ONLY_THERE, None, entry()), "was not made here", "explain it"),
    "under way elsewhere": (Row(Match.ONLY_THERE, None, entry(standing=OPEN)),
                            "It is not finished.", "explain it"),
    "tried elsewhere": (Row(Match.ONLY_THERE, None, entry(standing=NOT_DONE)),
                        "No money moved.", "Nothing to do for the money"),
    "charged twice": (Row(Match.ONLY_THERE, None, entry(), twin=True), "charged twice",
                      "refund this one"),
    "refunded on the site": (Row(Match.ONLY_THERE, None, entry(movement=REFUND)),
                             "was done at the gateway, and nobody asked", "Find out who"),
    "failed on the site": (Row(Match.ONLY_THERE, None, entry(standing=NOT_DONE, movement=REFUND)),
                           "was tried and failed", "Find out who"),
    "more there": (Row(Match.AMOUNT_DIFFERS, mine(), entry(1390)), "€ 1.00 more there",
                   "gateway's own site"),
    "less there": (Row(Match.AMOUNT_DIFFERS, mine(), entry(1190)), "€ 1.00 less there",
                   "gateway's own site"),
    "another currency": (
        Row(Match.AMOUNT_DIFFERS, mine(), entry(amount=Money(1290, "USD"))),
        "the currencies differ", "gateway's own site"),
    "captured in part": (Row(Match.AMOUNT_DIFFERS, mine(), entry(), (CAPTURE,)),
                         "€ 2.90 of it was captured", "gateway's own site"),
    "released": (Row(Match.STATE_DIFFERS, mine(), entry(), (RELEASE,)),
                 "somebody released it", "The customer has not paid."),
    "declined there": (Row(Match.STATE_DIFFERS, mine(), entry(standing=NOT_DONE)),
                       "counts as done", "The customer has not paid"),
    "refund failed there": (
        Row(Match.STATE_DIFFERS, mine(movement=REFUND), entry(standing=NOT_DONE, movement=REFUND)),
        "counts as done", "failed later"),
    "taken there": (Row(Match.STATE_DIFFERS, mine(standing=NOT_DONE), entry()),
                    "it went through", "The customer has paid."),
    "refund went through": (
        Row(Match.STATE_DIFFERS, mine(standing=NOT_DONE, movement=REFUND), entry(movement=REFUND)),
        "it went through", "Do not repeat it"),
    "open here": (Row(Match.NOT_KNOWN, mine(standing=OPEN), entry()), "not known yet how",
                  "Do not repeat it."),
    "open there": (Row(Match.NOT_KNOWN, mine(), entry(standing=OPEN)), "has not finished",
                   "Do not repeat it."),
    "open and not there": (Row(Match.NOT_KNOWN, mine(standing=OPEN), None),
                           "It is being looked up.", "Do not repeat it."),
    "not asked for": (Row(Match.NOT_KNOWN, mine(), None), "not among what the gateway showed",
                      "Read the gateway's list again."),
}  # fmt: skip


@pytest.mark.parametrize(("row", "says", "then"), ROWS.values(), ids=ROWS.keys())
def test_every_row_says_what_it_means_and_what_to_do(row: Row, says: str, then: str) -> None:
    told = explain(row, STYLE.money)
    assert says in plain(told.sentence)
    assert then in plain(told.next_step)
    assert told.sentence.endswith(".")
    assert told.next_step.endswith(".")


def test_all_kinds_of_rows_have_words_a_filter_and_a_case_in_the_table() -> None:
    assert {row.match for row, _, _ in ROWS.values()} == set(Match) == set(ORDER)
    assert set(MATCH_WORDS) == set(Match)
    assert {wanted.match for wanted in FILTERS.values()} == {None, *Match}


def test_a_row_is_read_out_with_both_amounts() -> None:
    view = derive_row(kept(Row(Match.AMOUNT_DIFFERS, mine(), entry(1390))), STYLE, time)
    assert plain(view.spoken) == (
        "12:00, Payment, T1-1043-1, Amount differs, here € 12.90, there € 13.90"
    )
    lone = derive_row(kept(Row(Match.ONLY_THERE, None, entry())), STYLE, time)
    assert (lone.here, plain(lone.there)) == ("", "€ 12.90")


def test_what_is_not_known_is_amber_and_never_red() -> None:
    view = derive_row(kept(Row(Match.NOT_KNOWN, mine(standing=OPEN), None)), STYLE, time)
    assert (view.result, view.tone) == ("Not known yet", "not_known")


def test_only_what_differs_between_two_sides_stands_out() -> None:
    view = derive_detail(kept(Row(Match.AMOUNT_DIFFERS, mine(), entry(1390))), STYLE, time)
    assert {line.name for line in view.lines if line.differs} == {"Amount"}
    lone = derive_detail(kept(Row(Match.ONLY_THERE, None, entry(), (CAPTURE,))), STYLE, time)
    assert not any(line.differs for line in lone.lines)
    assert plain(lone.lines[-1].there) == "€ 2.90"


def test_an_explanation_quiets_a_row_as_long_as_it_holds() -> None:
    row = Row(Match.ONLY_THERE, None, entry())
    case = Case("Bo", "At the fair", "Ada", NOON)
    view = derive_detail(kept(row, case), STYLE, time)
    assert (view.result, view.tone) == ("Explained", "neutral")
    assert view.next_step == "Explained: At the fair (Ada, 12:00)"
    stale = derive_detail(kept(row, replace(case, valid=False)), STYLE, time)
    assert stale.result == "Only there"
    assert dict(stale.facts)["Explained earlier"] == "At the fair"
    assert stale.next_step


def test_what_agrees_needs_no_explanation() -> None:
    view = derive_detail(kept(Row(Match.MATCHED, mine(), entry())), STYLE, time)
    assert not view.can_explain
    assert not view.can_take_back


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=6), st.floats(80, 2_000))
def test_every_segment_can_be_seen_and_together_they_fill_the_bar(
    numbers: list[int], room: float
) -> None:
    sizes = widths(tuple(numbers), room)
    assert sum(sizes) == pytest.approx(room - 2 * (len(numbers) - 1))
    assert min(sizes) >= min(10.0, (room - 2 * (len(numbers) - 1)) / len(numbers)) - 1e-6


def test_no_bar_is_painted_where_there_is_no_room_or_nothing_to_show() -> None:
    assert widths((), 100) == widths((1, 2), 0) == ()
