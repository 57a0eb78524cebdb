"""What the reconcile screen shows, worked out from what is true. No Qt here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from posapp.desk.reconciliation import Found
from posapp.desk.sync import Progress
from posapp.model.display import AmountStyle
from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Standing
from posapp.model.reconcile_words import (
    MATCH_WORDS,
    MOVEMENT_WORDS,
    STANDING_WORDS,
    explain,
)
from posapp.model.reconciliation import Phase, ReconciledRow, RowFilter, Summary, SyncRun
from posapp.ui.counted import counted

Time = Callable[[datetime], str]

TONES = {
    Match.MATCHED: "moved",
    Match.NOT_KNOWN: "not_known",
    Match.ONLY_HERE: "not_moved",
    Match.ONLY_THERE: "accent",
    Match.AMOUNT_DIFFERS: "not_moved",
    Match.STATE_DIFFERS: "not_moved",
}
ORDER = (
    Match.ONLY_HERE,
    Match.ONLY_THERE,
    Match.AMOUNT_DIFFERS,
    Match.STATE_DIFFERS,
    Match.NOT_KNOWN,
    Match.MATCHED,
)
"""What needs people first."""

SPANS = (
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("week", "Last 7 days"),
    ("month", "Last 31 days"),
    ("chosen", "Chosen days"),
)
FILTERS: dict[str, RowFilter] = {
    "all": RowFilter(),
    "to_do": RowFilter(to_do=True),
    **{match.value: RowFilter(match=match) for match in ORDER},
}
_TOTALS = {
    Movement.CHARGE: "Payments",
    Movement.CAPTURE: "Captures",
    Movement.INCREASE: "Increases",
    Movement.RELEASE: "Releases",
    Movement.REFUND: "Refunds",
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def days_of(span: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of a span; None where people choose them."""
    back = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (30, 0)}.get(span)
    return back and (today - timedelta(days=back[0]), today - timedelta(days=back[1]))


def parse_day(text: str) -> date | None:
    """A day as people type it, ``2026-03-04`` or ``4.3.2026``; None where it is none."""
    if found := _ISO.fullmatch(text.strip()):
        year, month, day = found.groups()
    elif found := _DOTTED.fullmatch(text.strip()):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ProgressView:
    """``share`` of the bar from 0 to 1, None where nobody can tell."""

    words: str
    more: str
    share: float | None


def derive_progress(progress: Progress, time: Time) -> ProgressView:
    run = progress.run
    read = counted(run.listed, "payment", "payments")
    if progress.waits:
        pause = counted(round(progress.waits), "second", "seconds")
        return ProgressView(f"The gateway asks to wait {pause}", f"{read} read so far", run.share)
    if progress.to_check is None:
        back = f", back to {time(run.reached)}" if run.reached else ""
        return ProgressView("Reading the gateway's list", f"{read}{back}", run.share)
    if progress.to_check == 0:
        return ProgressView("Comparing both sides", f"{read} read", None)
    whole = run.checked + progress.to_check
    return ProgressView(
        "Asking for what the list did not have",
        f"{run.checked} of {counted(whole, 'payment', 'payments')}",
        run.checked / whole,
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the bar; ``explained`` of ``number`` rows need no more work."""

    match: Match
    words: str
    number: int
    tone: str


@dataclass(frozen=True, slots=True)
class TotalView:
    name: str
    here: str
    there: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The head of the screen. ``headline`` is empty where nothing was compared."""

    headline: str
    tone: str
    remark: str
    segments: tuple[Segment, ...]
    totals: tuple[TotalView, ...]
    counts: dict[str, int]

    @property
    def spoken(self) -> str:
        parts = (f"{segment.words}: {segment.number}" for segment in self.segments)
        return f"{self.headline} {', '.join(parts)}".strip()


def derive_summary(found: Found, style: AmountStyle, time: Time) -> SummaryView:
    summary = found.summary
    if summary is None:
        return SummaryView(*_not_compared(found.run), segments=(), totals=(), counts={})
    segments = tuple(
        Segment(match, MATCH_WORDS[match], number, TONES[match])
        for match in (Match.MATCHED, *ORDER[:-1])
        if (number := summary.counts.get(match, 0))
    )
    totals = tuple(
        TotalView(
            f"{_TOTALS[total.movement]} {total.currency}",
            style.money(Money(total.ours, total.currency)),
            style.money(Money(total.theirs, total.currency)),
            total.ours == total.theirs,
        )
        for total in summary.totals
    )
    counts = {match.value: summary.counts.get(match, 0) for match in ORDER}
    return SummaryView(
        headline=_headline(summary),
        tone="moved" if not summary.to_do else "not_known",
        remark=_remark(summary, time),
        segments=segments,
        totals=totals,
        counts={"all": summary.rows, "to_do": summary.to_do, **counts},
    )


def _headline(summary: Summary) -> str:
    rows = counted(summary.rows, "movement", "movements")
    if not summary.rows:
        return "Nothing happened on these days, on either side."
    if summary.to_do:
        need = "needs" if summary.to_do == 1 else "need"
        return f"{summary.to_do} of {rows} {need} a look"
    explained = sum(n for match, n in summary.explained.items() if match is not Match.MATCHED)
    return f"{rows}: both sides agree{', or it is explained why not' if explained else ''}"


def _remark(summary: Summary, time: Time) -> str:
    run = summary.run
    offset = run.window.since.strftime("%z")
    parts = [
        f"Compared at {time(run.reconciled_at)}" if run.reconciled_at else "",
        f"days as UTC{offset[:3]}:{offset[3:5]}",
        f"{counted(run.listed, 'payment', 'payments')} listed",
        f"{run.payouts} not compared: payouts" if run.payouts else "",
        f"{counted(run.unreadable, 'entry', 'entries')} of the list could not be read"
        if run.unreadable
        else "",
    ]
    return " · ".join(part for part in parts if part)


def _not_compared(run: SyncRun | None) -> tuple[str, str, str]:
    if run is None:
        return (
            "These days were not compared yet.",
            "neutral",
            "Compare reads the gateway's list and puts it beside the journal. It changes neither.",
        )
    if run.phase is Phase.COMPLETE:
        return "The list was read, but not compared yet.", "neutral", "Compare goes on with it."
    read = counted(run.listed, "payment", "payments")
    why = f"{run.note} " if run.note else ""
    return (
        f"The list was read in part: {read}.",
        "not_known",
        f"{why}Nothing is compared before it was read to its end. Compare goes on with it.",
    )


@dataclass(frozen=True, slots=True)
class RowView:
    """One painted row of the list."""

    position: int
    time: str
    what: str
    name: str
    result: str
    tone: str
    here: str
    there: str

    @property
    def key(self) -> int:
        return self.position

    @property
    def spoken(self) -> str:
        sides = (
            f"here {self.here}" if self.here else "",
            f"there {self.there}" if self.there else "",
        )
        parts = (self.time, self.what, self.name, self.result, *sides)
        return ", ".join(part for part in parts if part)


def derive_row(kept: ReconciledRow, style: AmountStyle, time: Time) -> RowView:
    row, entry = kept.row, kept.row.entry
    words, tone = result_words(kept)
    return RowView(
        position=kept.position,
        time=time(entry.at),
        what=MOVEMENT_WORDS[entry.movement],
        name=entry.reference or entry.record_id or entry.payment_id,
        result=words,
        tone=tone,
        here=style.money(row.ours.amount) if row.ours else "",
        there=style.money(row.theirs.amount) if row.theirs else "",
    )


def result_words(kept: ReconciledRow) -> tuple[str, str]:
    """The pill of a row: what an explanation settled is quiet."""
    if kept.case.explained and kept.row.match is not Match.MATCHED:
        return "Explained", "neutral"
    return MATCH_WORDS[kept.row.match], TONES[kept.row.match]


@dataclass(frozen=True, slots=True)
class SideLine:
    """One fact of both sides; ``differs`` is shown with more weight."""

    name: str
    here: str
    there: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class DetailView:
    """Everything the detail panel shows. ``payment`` is our attempt to look at, 0 for none."""

    title: str
    result: str
    tone: str
    sentence: str
    next_step: str
    lines: tuple[SideLine, ...]
    facts: tuple[tuple[str, str], ...]
    can_explain: bool
    can_take_back: bool
    explain_words: str


def derive_detail(kept: ReconciledRow, style: AmountStyle, time: Time) -> DetailView:
    row, case = kept.row, kept.case
    words, tone = result_words(kept)
    told = explain(row, style.money)
    entry = row.entry
    different = row.match is not Match.MATCHED
    facts = [
        ("Payment", entry.payment_id or (row.theirs.payment_id if row.theirs else "")),
        ("Reference", entry.reference),
        ("Taken by", ", ".join(part for part in (entry.who, _till(entry.till)) if part)),
        ("Assigned to", case.assigned_to),
    ]
    at = time(case.explained_at) if case.explained_at else ""
    by = ", ".join(part for part in (case.explained_by, at) if part)
    if case.reason and not case.explained:
        facts += [("Explained earlier", case.reason), ("By", by)]
    return DetailView(
        title=f"{MOVEMENT_WORDS[entry.movement]} {style.money(entry.amount)}",
        result=words,
        tone=tone,
        sentence=told.sentence,
        next_step=f"Explained: {case.reason} ({by})" if case.explained else told.next_step,
        lines=_lines(row.ours, row.theirs, row.also, style, time),
        facts=tuple((name, value) for name, value in facts if value),
        can_explain=different,
        can_take_back=bool(case.reason),
        explain_words="Explain again…" if case.reason else "Explain…",
    )


def _lines(
    ours: Entry | None,
    theirs: Entry | None,
    also: tuple[Entry, ...],
    style: AmountStyle,
    time: Time,
) -> tuple[SideLine, ...]:
    def line(name: str, tell: Callable[[Entry], str], *, compared: bool = True) -> SideLine:
        here, there = (tell(side) if side else "–" for side in (ours, theirs))
        both = ours is not None and theirs is not None
        return SideLine(name, here, there, differs=both and compared and here != there)

    lines = [
        line("Amount", lambda side: style.money(side.amount)),
        line("State", lambda side: STANDING_WORDS[side.standing]),
        line("Gateway's word", lambda side: side.said, compared=False),
        line("Time", lambda side: time(side.at), compared=False),
    ]
    for part in also:
        state = (
            "" if part.standing is Standing.DONE else f", {STANDING_WORDS[part.standing].lower()}"
        )
        amount = style.money(part.amount) if part.amount.minor else "done"
        lines.append(SideLine(MOVEMENT_WORDS[part.movement], "", f"{amount}{state}"))
    return tuple(lines)


def _till(till: str) -> str:
    return f"till {till}" if till else ""
