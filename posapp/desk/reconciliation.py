"""Comparing some days of an account with the gateway, and settling what differs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.export import Format, csv_line, json_pieces
from posapp.desk.sync import Sync, Tell
from posapp.desk.till import Till
from posapp.gateways.abilities import History
from posapp.model.money import Money
from posapp.model.reconcile import Entry, Row, ours_of, reconcile, theirs_of
from posapp.model.reconcile_words import explain
from posapp.model.reconciliation import (
    ReconciledRow,
    RowFilter,
    RowPage,
    Summary,
    SyncRun,
)
from posapp.model.window import Midnight, Window, midnight_here, window_of

LONGEST_REASON = 300
LONGEST_NAME = 80
_SIDES = 500
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What there is about some days: the newest reading, and its comparison where there is one."""

    run: SyncRun | None
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class Listing:
    """An account that can show all its payments."""

    id: str
    label: str


class Reconciliation:
    """Every method raises ``Refused`` with a sentence.

    Args:
        midnight: when a day begins; as this computer counts them unless told otherwise.
    """

    def __init__(
        self,
        till: Till,
        sync: Sync,
        *,
        clock: Callable[[], datetime],
        midnight: Midnight = midnight_here,
    ) -> None:
        self._till = till
        self._ledger = till.ledger
        self._sync = sync
        self._clock = clock
        self._midnight = midnight

    def accounts(self) -> tuple[Listing, ...]:
        """The accounts that can be compared, in the order of the settings."""
        every = self._till.accounts.all()
        return tuple(Listing(one.account, one.label) for one in every if isinstance(one, History))

    def today(self) -> date:
        """The day that is now where the days are counted."""
        now = self._clock()
        days = (now.date() + timedelta(days=more) for more in (1, 0, -1))
        return next(day for day in days if self._midnight(day) <= now)

    async def found(self, account: str, first: date, last: date) -> Found:
        """What is known about these days already; asks no gateway."""
        window = self._window(first, last)
        with ledger_refusals():
            run = await self._ledger.syncs.latest(account, window)
            compared = run is not None and run.reconciled_at is not None
            summary = (
                await self._ledger.reconciliations.summary(run.id) if run and compared else None
            )
            return Found(run, summary)

    async def run(self, account: str, first: date, last: date, *, who: str, tell: Tell) -> Summary:
        """Read the gateway's list for these days, or go on with it, and compare it."""
        window = self._window(first, last)
        run = await self._sync.read(account, window, who=who, tell=tell)
        return await self.compare(run, who=who)

    async def compare(self, run: SyncRun, *, who: str) -> Summary:
        """Compare a complete reading with the journal, as both are now."""
        with ledger_refusals():
            kept = self._ledger.reconciliations
            await kept.begin(run.id)
            ours, theirs = await self._ours(run), await self._theirs(run)
            absent = await kept.absent(run)
            # In a thread of its own: a month has many rows, and the counter goes on meanwhile.
            rows = await asyncio.to_thread(reconcile, ours, theirs, absent=absent)
            for start in range(0, len(rows), _ROWS):
                await kept.add(run.id, rows[start : start + _ROWS], start=start)
            summary = await kept.finish(run.id, rows=len(rows), who=who)
        self._till.news.tell()
        return summary

    async def page(self, run_id: int, wanted: RowFilter, *, after: int = -1) -> RowPage:
        """A hundred rows, newest first, behind the position ``after``."""
        with ledger_refusals():
            return await self._ledger.reconciliations.page(run_id, wanted, after=after)

    async def row(self, run_id: int, position: int) -> ReconciledRow:
        with ledger_refusals():
            return await self._ledger.reconciliations.row(run_id, position)

    async def assign(self, row: ReconciledRow, *, to: str, who: str) -> ReconciledRow:
        """Somebody shall look into it; an empty name takes it from everybody."""
        name = " ".join(to.split())
        if len(name) > LONGEST_NAME:
            raise _wrong("to", f"A name has at most {LONGEST_NAME} characters.")
        with ledger_refusals():
            changed = await self._ledger.reconciliations.assign(
                row.run_id, row.position, to=name, who=who
            )
        self._till.news.tell()
        return changed

    async def explain(self, row: ReconciledRow, *, reason: str, who: str) -> ReconciledRow:
        """Say why the sides differ, so that nobody needs to look into it again."""
        words = " ".join(reason.split())
        if not words:
            raise _wrong("reason", "Say why the two sides differ; it is kept with the row.")
        if len(words) > LONGEST_REASON:
            raise _wrong("reason", f"A reason has at most {LONGEST_REASON} characters.")
        return await self._explained(row, words, who)

    async def take_back(self, row: ReconciledRow, *, who: str) -> ReconciledRow:
        """The explanation does not hold."""
        return await self._explained(row, "", who)

    async def export(self, run_id: int, wanted: RowFilter, form: Format) -> AsyncIterator[str]:
        """The rows of a filter, newest first, as pieces of text in the order they belong in.

        Columns: ``result``, ``movement``, ``time`` (ISO 8601, UTC), ``payment``, ``record``,
        ``reference``, ``here``, ``there`` (decimals with a point), ``currency_here``,
        ``currency_there``, ``state_here``, ``state_there``, ``who``, ``till``, ``explanation``,
        ``next``, ``assigned_to``, ``reason``, ``explained_by``.
        """
        records = (_record(row) async for row in self._all(run_id, wanted))
        if form == "json":
            async for piece in json_pieces(records):
                yield piece
            return
        yield csv_line(_COLUMNS)
        async for record in records:
            yield csv_line(tuple(record.values()))

    async def _all(self, run_id: int, wanted: RowFilter) -> AsyncIterator[ReconciledRow]:
        after: int | None = -1
        while after is not None:
            page = await self.page(run_id, wanted, after=after)
            for row in page.rows:
                yield row
            after = page.next

    async def _explained(self, row: ReconciledRow, reason: str, who: str) -> ReconciledRow:
        with ledger_refusals():
            changed = await self._ledger.reconciliations.explain(
                row.run_id, row.position, reason=reason, who=who
            )
        self._till.news.tell()
        return changed

    async def _ours(self, run: SyncRun) -> list[Entry]:
        entries: list[Entry] = []
        after = 0
        while page := await self._ledger.reconciliations.ours(run, after=after, limit=_SIDES):
            entries += [entry for attempt in page if (entry := ours_of(attempt))]
            after = page[-1].id
        return entries

    async def _theirs(self, run: SyncRun) -> list[Entry]:
        entries: list[Entry] = []
        after = ""
        while page := await self._ledger.reconciliations.theirs(run, after=after, limit=_SIDES):
            entries += [entry for payment in page for entry in theirs_of(payment)]
            after = page[-1].id
        return entries

    def _window(self, first: date, last: date) -> Window:
        try:
            window = window_of(first, last, self._midnight)
        except ValueError as problem:
            raise _wrong("last", str(problem)) from problem
        if window.since > self._clock():
            raise _wrong("first", "This day has not begun yet. Choose an earlier one.")
        return window


def _wrong(field: str, sentence: str) -> Refused:
    return Refused(sentence, fields={field: sentence})


_COLUMNS = (
    "result", "movement", "time", "payment", "record", "reference", "here", "currency_here",
    "there", "currency_there", "state_here", "state_there", "who", "till", "explanation", "next",
    "assigned_to", "reason", "explained_by",
)  # fmt: skip


def _record(kept: ReconciledRow) -> dict[str, str]:
    row: Row = kept.row
    entry, ours, theirs = row.entry, row.ours, row.theirs
    words = explain(row, _words)
    values = (
        row.match.value,
        entry.movement.value,
        entry.at.isoformat(timespec="seconds"),
        entry.payment_id or (theirs.payment_id if theirs else ""),
        entry.record_id or (theirs.record_id if theirs else ""),
        entry.reference,
        *_told(ours),
        *_told(theirs),
        ours.said if ours else "",
        theirs.said if theirs else "",
        ours.who if ours else "",
        ours.till if ours else "",
        words.sentence,
        words.next_step,
        kept.case.assigned_to,
        kept.case.reason if kept.case.explained else "",
        kept.case.explained_by if kept.case.explained else "",
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _told(side: Entry | None) -> tuple[str, str]:
    return (side.amount.plain(), side.amount.currency) if side else ("", "")


def _words(amount: Money) -> str:
    return f"{amount.currency} {amount.plain()}"
