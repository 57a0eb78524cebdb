"""Payments: the list on one side, one payment on the other."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.model.display import AmountStyle
from posapp.model.history import PaymentCounts, PaymentDetail, PaymentFilter, PaymentRow, View
from posapp.runtime.dialogs import show
from posapp.ui import theme
from posapp.ui.doing import do
from posapp.ui.format import clock_time, list_time
from posapp.ui.messages import Messages
from posapp.ui.opening import Opening
from posapp.ui.payments.columns import COLUMNS
from posapp.ui.payments.detail_panel import DetailPanel
from posapp.ui.payments.refund_dialog import RefundDialog
from posapp.ui.payments.state import RowView, derive_detail, derive_row
from posapp.ui.widgets.buttons import Chip
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline, Panel
from posapp.ui.widgets.table import Table, TableHead

_CHIPS: tuple[tuple[View, str, str], ...] = (
    ("all", "All", ""),
    ("unknown", "Not known yet", "not_known"),
    ("refund_pending", "Refund pending", ""),
    ("action_needed", "Waiting", ""),
)
_TYPING_PAUSE = 120  # milliseconds without a key before the search runs


class PaymentsScreen(QWidget):
    """``receipt_wanted(attempt)``; ``counted(number)`` for the badge in the navigation."""

    receipt_wanted = Signal(int)
    counted = Signal(int)

    def __init__(self, opening: Opening, messages: Messages, style: AmountStyle) -> None:
        super().__init__()
        self.setObjectName("payments")
        self._opening = opening
        self._messages = messages
        self._style = style
        self._view: View = "all"
        self._next = ""
        self._detail: PaymentDetail | None = None
        self._reading = 0
        self._going_to_list = False
        self.chips = {view: Chip(words, name=f"payments.{view}", tone=tone)
                      for view, words, tone in _CHIPS}  # fmt: skip
        self.search = TextField(
            "", name="payments.search", placeholder="Last 4, amount, name, order, reference",
            hint="Ctrl F",
        )  # fmt: skip
        self.list = Table(COLUMNS, name="payments.list", accessible="Payments")
        self.empty = Label("", ink="secondary", wrap=True)
        self.panel = DetailPanel()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE)
        self._build()
        self._connect()

    @property
    def attempt(self) -> int | None:
        return self._detail.attempt.id if self._detail else None

    async def begin(self) -> None:
        desk = await self._opening.desk()
        desk.news.listen(self._news)
        await self.refresh()

    async def refresh(self) -> None:
        """Read the list, the counts and the open payment anew."""
        desk = await self._opening.desk()
        self._reading += 1
        mine = self._reading
        wanted = PaymentFilter(text=self.search.text(), view=self._view)
        page = await desk.book.page(wanted)
        if mine != self._reading:
            return  # a newer search is on its way
        self._next = page.next
        self.list.show_rows(self._paint_rows(page.rows), stand_on=self.attempt)
        self.list.rows.has_more = bool(page.next)
        self.list.setVisible(bool(page.rows))
        self.empty.setVisible(not page.rows)
        self.empty.setText(self._nothing(wanted))
        if self._going_to_list and page.rows:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._going_to_list = False
        self._show_counts(await desk.book.counts())
        if (current := self.list.current) is not None:
            await self._read_detail(current.attempt_id)
        else:
            self._detail = None
            self.panel.show_detail(None)

    def activate(self) -> None:
        """The screen comes to the front."""
        self.search.input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._something_changed()

    def _paint_rows(self, rows: tuple[PaymentRow, ...]) -> list[RowView]:
        now = datetime.now(UTC)
        return [derive_row(row, self._style, lambda at: list_time(at, now)) for row in rows]

    def _nothing(self, wanted: PaymentFilter) -> str:
        if wanted.text:
            return (
                f"Nothing found for “{wanted.text}”. Search by last four digits, amount, "
                "name, order or reference."
            )
        if wanted.view == "all":
            return "No payments yet. The first one you take at the counter appears here."
        return "Nothing here. That is good news."

    async def _read_more(self) -> None:
        desk = await self._opening.desk()
        mine = self._reading
        wanted = PaymentFilter(text=self.search.text(), view=self._view)
        page = await desk.book.page(wanted, after=self._next)
        if mine == self._reading:
            self._next = page.next
            self.list.rows.append(self._paint_rows(page.rows))
            self.list.rows.has_more = bool(page.next)

    async def _read_detail(self, attempt_id: int) -> None:
        desk = await self._opening.desk()
        detail = await desk.book.detail(attempt_id)
        left = await desk.book.left_to_refund(detail)
        self._detail = detail
        self.panel.show_detail(derive_detail(detail, left, self._style, _with_seconds))

    def _show_counts(self, counts: PaymentCounts) -> None:
        self.chips["unknown"].count(counts.unknown)
        self.chips["refund_pending"].count(counts.refund_pending)
        self.chips["action_needed"].count(counts.action_needed)
        self.counted.emit(counts.unknown)

    # What people ask for.

    def _news(self) -> None:
        self._do(self._hear(), "hear of a change")

    async def _hear(self) -> None:
        """While the shared ledger is away what stands here stays."""
        if not (await self._opening.desk()).till.is_cut_off:
            await self.refresh()

    def _something_changed(self) -> None:
        self._do(self.refresh(), "read the payments")

    def _typed(self, text: str) -> None:
        self._pause.start()

    def _more(self) -> None:
        self._do(self._read_more(), "more payments")

    def _chosen(self, row: RowView) -> None:
        if row.attempt_id != self.attempt:
            self._do(self._read_detail(row.attempt_id), "read a payment")

    def _pick_view(self) -> None:
        sender = self.sender()
        for view, chip in self.chips.items():
            chip.setChecked(chip is sender)
            if chip is sender:
                self._view = view
        self._something_changed()

    def _check(self) -> None:
        if self._detail is not None:
            self._do(self._ask_gateway(self._detail.attempt.id), "check a payment")

    async def _ask_gateway(self, attempt_id: int) -> None:
        desk = await self._opening.desk()
        self.panel.checking(True)
        try:
            await desk.book.check(attempt_id, who=desk.people.who)
        except Refused as problem:
            self._messages.problem(str(problem))
        finally:
            self.panel.checking(False)

    def _refund(self) -> None:
        if self._detail is not None and self.panel.refund.isEnabled():
            self._do(self._ask_refund(self._detail), "refund dialog")

    async def _ask_refund(self, detail: PaymentDetail) -> None:
        desk = await self._opening.desk()
        left = await desk.book.left_to_refund(detail)
        dialog = RefundDialog(detail, left, self._opening, self._style, self)
        if not await show(dialog) or dialog.outcome is None:
            return
        amount = self._style.money(dialog.outcome.attempt.intent.amount)
        if dialog.outcome.result is Result.APPROVED:
            self._messages.tell(f"{amount} refunded and confirmed by the gateway.")
        else:
            self._messages.tell(
                f"The refund of {amount} is on its way. It shows as pending until confirmed."
            )

    def _receipt(self) -> None:
        if self._detail is not None and self.panel.receipt.isEnabled():
            self.receipt_wanted.emit(self._detail.attempt.id)

    def _focus_search(self) -> None:
        self.search.input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.input.selectAll()

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        do(work, name=name, owner=self, messages=self._messages)

    def _connect(self) -> None:
        for chip in self.chips.values():
            chip.clicked.connect(self._pick_view)
        self.search.input.textEdited.connect(self._typed)
        self._pause.timeout.connect(self._something_changed)
        self.search.input.returnPressed.connect(self._to_list)
        self.list.rows.more_wanted.connect(self._more)
        self.list.chosen.connect(self._chosen)
        self.panel.refund_wanted.connect(self._refund)
        self.panel.receipt_wanted.connect(self._receipt)
        self.panel.check_wanted.connect(self._check)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self._focus_search)
        for keys, act in (("R", self._refund), ("P", self._receipt)):
            for place in (self.list, self.panel):
                shortcut = QShortcut(QKeySequence(keys), place)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    def _to_list(self) -> None:
        """Enter in the search: on to the list as soon as something is found."""
        self._pause.stop()
        self._going_to_list = True
        self._something_changed()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAD, theme.PAD, theme.PAD, theme.PAD)
        column.setSpacing(theme.STEP * 4)
        bar = QHBoxLayout()
        bar.setSpacing(theme.STEP * 2)
        for chip in self.chips.values():
            bar.addWidget(chip)
        bar.addStretch(1)
        self.chips["all"].setChecked(True)
        column.addLayout(bar)
        row = QHBoxLayout()
        row.setSpacing(theme.STEP * 4)
        left = Panel(pad=1, gap=0)
        left.body.setContentsMargins(1, theme.GAP, 1, theme.GAP)
        head = QHBoxLayout()
        head.setContentsMargins(theme.STEP * 4, 0, theme.STEP * 4, theme.STEP * 2)
        head.addWidget(self.search)
        left.body.addLayout(head)
        left.body.addWidget(TableHead(COLUMNS))
        left.body.addWidget(Hairline())
        left.body.addWidget(self.list, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(theme.PAD, 0, theme.PAD, 0)
        left.body.addWidget(self.empty, 1)
        row.addWidget(left, 1)
        self.panel.setFixedWidth(theme.DETAIL_WIDTH)
        row.addWidget(self.panel)
        column.addLayout(row, 1)


def _with_seconds(at: datetime) -> str:
    return clock_time(at, seconds=True)
