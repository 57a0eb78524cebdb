"""Reconcile: some days of an account beside the gateway's list, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.desk.reconciliation import Found
from posapp.desk.sync import Progress
from posapp.model.display import AmountStyle
from posapp.model.reconcile import Match
from posapp.model.reconcile_words import MATCH_WORDS
from posapp.model.reconciliation import ReconciledRow, RowPage, SyncRun
from posapp.runtime.dialogs import show
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.doing import do
from posapp.ui.format import short_time, time_with_seconds
from posapp.ui.messages import Messages
from posapp.ui.opening import Opening
from posapp.ui.reconcile.bars import KindChip
from posapp.ui.reconcile.columns import COLUMNS
from posapp.ui.reconcile.decision_dialog import DecisionDialog
from posapp.ui.reconcile.detail_panel import DetailPanel
from posapp.ui.reconcile.export import save_comparison
from posapp.ui.reconcile.head import Question, Result
from posapp.ui.reconcile.state import (
    FILTERS,
    ORDER,
    RowView,
    SummaryView,
    derive_detail,
    derive_progress,
    derive_row,
    derive_summary,
)
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline, Panel
from posapp.ui.widgets.table import Table, TableHead

_ALWAYS = ("all", "to_do")


class ReconcileScreen(QWidget):
    """Only shows what the desk keeps; a comparison that runs goes on behind other screens."""

    def __init__(self, opening: Opening, messages: Messages, style: AmountStyle) -> None:
        super().__init__()
        self.setObjectName("reconcile")
        self._opening = opening
        self._messages = messages
        self._style = style
        self._filter = "all"
        self._run: SyncRun | None = None
        self._row: ReconciledRow | None = None
        self._next: int | None = None
        self._reading = 0
        self._listens = False
        self._to_list = False  # the list gets the keyboard when there is something in it
        self._work: asyncio.Task[None] | None = None
        self.question = Question()
        self.result = Result()
        self.chips = {
            "all": KindChip("All", name="reconcile.all", match=None),
            "to_do": KindChip("To do", name="reconcile.to_do", match=None),
            **{
                match.value: KindChip(
                    MATCH_WORDS[match], name=f"reconcile.{match.value}", match=Match(match)
                )
                for match in ORDER
            },
        }
        self.list = Table(COLUMNS, name="reconcile.list", accessible="Comparison, newest first")
        self.empty = Label("", ink="secondary", wrap=True)
        self.panel = DetailPanel()
        self.rows_place = QWidget()
        self._build()
        self._connect()

    async def refresh(self) -> None:
        """Read what there is about the chosen days anew."""
        desk = await self._opening.desk()
        self.question.offer(desk.reconciliation.accounts(), desk.reconciliation.today())
        self._reading += 1
        mine = self._reading
        days, account = self.question.days(), self.question.account_id()
        if self._work is not None or days is None:
            return
        if not account:
            self._nothing("No account can list its payments. Add one in Settings.")
            return
        try:
            found = await desk.reconciliation.found(account, *days)
        except Refused as problem:
            self._refused(problem)
            return
        if mine == self._reading:
            await self._show(found, mine)

    def activate(self) -> None:
        """The screen comes to the front. Nothing is read before the first time."""
        if not self._listens:
            self._listens = True
            self._do(self._listen(), "hear of changes")
        self.question.compare.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._something_changed()

    async def _listen(self) -> None:
        desk = await self._opening.desk()
        desk.news.listen(self._heard)

    def _heard(self) -> None:
        if self.isVisible():
            self._something_changed()

    async def _show(self, found: Found, mine: int) -> None:
        view = derive_summary(found, self._style, short_time)
        if self._filter not in _ALWAYS and not view.counts.get(self._filter):
            self._filter = "all"
        run = found.run if found.summary else None
        page = await self._page(run, -1) if run else RowPage(())
        if mine != self._reading or self._work is not None:
            return
        self.result.show_summary(view)
        self.question.export.setEnabled(run is not None)
        self._show_chips(view)
        if run is None:
            self._nothing("")
            return
        self._run, self._next = run, page.next
        self.list.show_rows(self._paint(page), stand_on=self._position())
        self.list.rows.has_more = page.next is not None
        self.rows_place.setVisible(bool(page.rows))
        self.empty.setVisible(not page.rows and bool(view.counts["all"]))
        self.empty.setText("Nothing here. That is good news.")
        if not page.rows:
            self._row = None
            self.panel.show_detail(None)
            return
        if self._to_list and self.question.compare.hasFocus():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._to_list = False
        if (current := self.list.current) is not None:
            await self._read_row(current.position)

    def _show_chips(self, view: SummaryView) -> None:
        for key, chip in self.chips.items():
            number = view.counts.get(key, 0)
            chip.count(number if view.counts else None)
            chip.setVisible(bool(view.counts) and (key in _ALWAYS or bool(number)))
            chip.setChecked(key == self._filter)

    def _nothing(self, sentence: str) -> None:
        self._run = self._row = self._next = None
        self.list.rows.show(())
        self.rows_place.hide()
        self.empty.setText(sentence)
        self.empty.setVisible(bool(sentence))
        self.panel.show_detail(None)

    async def _page(self, run: SyncRun, after: int) -> RowPage:
        desk = await self._opening.desk()
        return await desk.reconciliation.page(run.id, FILTERS[self._filter], after=after)

    def _paint(self, page: RowPage) -> list[RowView]:
        return [derive_row(row, self._style, short_time) for row in page.rows]

    async def _read_more(self) -> None:
        mine, run, after = self._reading, self._run, self._next
        if run is None or after is None:
            return
        page = await self._page(run, after)
        if mine == self._reading:
            self._next = page.next
            self.list.rows.append(self._paint(page))
            self.list.rows.has_more = page.next is not None

    async def _read_row(self, position: int) -> ReconciledRow | None:
        """Read a row and show it, unless the list stands elsewhere by then."""
        run = self._run
        if run is None:
            return None
        desk = await self._opening.desk()
        row = await desk.reconciliation.row(run.id, position)
        if self._run is None or self._run.id != run.id or self._position() != position:
            return None
        self._row = row
        self.panel.show_detail(derive_detail(row, self._style, time_with_seconds))
        return row

    def _position(self) -> int | None:
        """The row of the comparison on which the list stands."""
        current = self.list.current
        return current.position if current else None

    # What people ask for.

    def _compare(self) -> None:
        days, account = self.question.days(), self.question.account_id()
        if self._work is None and days is not None and account:
            self.question.compare.setEnabled(False)
            self._reading += 1
            self._nothing("")
            for chip in self.chips.values():
                chip.hide()
            self._work = spawn(
                self._run_comparison(account, *days), name="compare with the gateway", owner=self
            )

    async def _run_comparison(self, account: str, first: date, last: date) -> None:
        desk = await self._opening.desk()
        refused: Refused | None = None
        try:
            await desk.reconciliation.run(
                account, first, last, who=desk.people.who, tell=self._progress
            )
        except Refused as problem:
            refused = problem
        finally:
            self._work = None
            self.question.compare.setEnabled(True)
            if self.result.stop.hasFocus():
                self.question.compare.setFocus(Qt.FocusReason.OtherFocusReason)
                self._to_list = True
            self._something_changed()
        if refused is not None:
            self._refused(refused)

    def _progress(self, progress: Progress) -> None:
        hidden = self.result.stop.isHidden()
        self.result.show_progress(derive_progress(progress, short_time))
        if hidden and self.isVisible():
            self.result.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _refused(self, problem: Refused) -> None:
        for field in ("first", "last"):
            if sentence := problem.fields.get(field):
                self._nothing("")
                self.question.problem(field, sentence)
                return
        self._messages.problem(str(problem))

    def _assign(self) -> None:
        self._do(self._ask_name(), "assign a difference")

    async def _ask_name(self) -> None:
        desk = await self._opening.desk()
        row = await self._chosen_row()
        if row is None:
            return
        await show(
            DecisionDialog(
                f"Assign · {self._title_of(row)}",
                about="Who looks into it? Empty takes it from everybody.",
                label="Name",
                text=row.case.assigned_to or desk.people.who,
                button="Assign",
                decide=lambda to: desk.reconciliation.assign(row, to=to, who=desk.people.who),
                parent=self,
            )
        )

    def _explain(self) -> None:
        self._do(self._ask_reason(), "explain a difference")

    async def _ask_reason(self) -> None:
        desk = await self._opening.desk()
        row = await self._chosen_row()
        if row is None or row.row.match is Match.MATCHED:
            return
        who = desk.people.who
        await show(
            DecisionDialog(
                f"Explain · {self._title_of(row)}",
                about="It is kept with your name. If either side changes, it is looked at again.",
                label="Why the two sides differ",
                text=row.case.reason,
                button="Explain",
                decide=lambda why: desk.reconciliation.explain(row, reason=why, who=who),
                parent=self,
            )
        )

    def _title_of(self, row: ReconciledRow) -> str:
        return derive_detail(row, self._style, time_with_seconds).title

    async def _chosen_row(self) -> ReconciledRow | None:
        """The row on which the list stands, also where its details are still being read."""
        position = self._position()
        if position is None or (self._row is not None and self._row.position == position):
            return self._row
        return await self._read_row(position)

    def _take_back(self) -> None:
        self._do(self._undo(), "take an explanation back")

    async def _undo(self) -> None:
        desk = await self._opening.desk()
        row = await self._chosen_row()
        if row is not None:
            await desk.reconciliation.take_back(row, who=desk.people.who)

    def _export(self) -> None:
        if self._run is not None:
            self._do(self._save(self._run), "export a comparison")

    async def _save(self, run: SyncRun) -> None:
        desk = await self._opening.desk()
        saved = await save_comparison(self, desk.reconciliation, run, FILTERS[self._filter])
        if saved is not None:
            self._messages.tell(f"Saved as {saved.name}.")

    def _something_changed(self) -> None:
        self._do(self.refresh(), "read the comparison")

    def _chosen(self, row: RowView) -> None:
        if self._row is None or row.position != self._row.position:
            self._do(self._read_row(row.position), "read a difference")

    def _more(self) -> None:
        self._do(self._read_more(), "more of the comparison")

    def _pick_filter(self) -> None:
        sender = self.sender()
        for key, chip in self.chips.items():
            chip.setChecked(chip is sender)
            if chip is sender:
                self._filter = key
        self._something_changed()

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        do(work, name=name, owner=self, messages=self._messages)

    def _connect(self) -> None:
        for chip in self.chips.values():
            chip.clicked.connect(self._pick_filter)
        self.question.changed.connect(self._something_changed)
        self.question.asked.connect(self._compare)
        self.question.export_wanted.connect(self._export)
        self.result.stop_wanted.connect(self._stop)
        self.list.chosen.connect(self._chosen)
        self.list.rows.more_wanted.connect(self._more)
        self.panel.assign_wanted.connect(self._assign)
        self.panel.explain_wanted.connect(self._explain)
        self.panel.take_back_wanted.connect(self._take_back)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._stop)
        for keys, act in (("A", self._assign), ("X", self._explain)):
            for place in (self.list, self.panel):
                shortcut = QShortcut(QKeySequence(keys), place)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAD, theme.PAD, theme.PAD, theme.PAD)
        column.setSpacing(theme.STEP * 3)
        column.addWidget(self.question)
        column.addWidget(self.result)
        bar = QHBoxLayout()
        bar.setSpacing(theme.STEP * 2)
        for chip in self.chips.values():
            bar.addWidget(chip)
        bar.addStretch(1)
        column.addLayout(bar)
        row = QHBoxLayout(self.rows_place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.STEP * 4)
        left = Panel(pad=1, gap=0)
        left.body.setContentsMargins(1, theme.STEP, 1, theme.GAP)
        left.body.addWidget(TableHead(COLUMNS))
        left.body.addWidget(Hairline())
        left.body.addWidget(self.list, 1)
        row.addWidget(left, 1)
        self.panel.setFixedWidth(theme.DETAIL_WIDTH - theme.PAD * 2)
        row.addWidget(self.panel)
        column.addWidget(self.rows_place, 1000)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.empty, 1000)
        column.addStretch(1)
        self.rows_place.hide()
        self.empty.hide()
