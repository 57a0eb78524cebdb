"""Open cases: everything that waits for a person or for an answer."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.model.case import Alarm, OpenQuestions
from posapp.model.display import AmountStyle
from posapp.runtime.dialogs import show
from posapp.ui import theme
from posapp.ui.cases.alarm_banner import AlarmBanner
from posapp.ui.cases.columns import COLUMNS
from posapp.ui.cases.state import View, banner_words, derive_list, for_the_banner, undo_words
from posapp.ui.doing import do
from posapp.ui.format import list_time
from posapp.ui.messages import Messages
from posapp.ui.opening import Opening
from posapp.ui.widgets.buttons import Chip
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline, Panel
from posapp.ui.widgets.table import Table, TableHead

_CHIPS: tuple[tuple[View, str, str], ...] = (
    ("all", "All", ""),
    ("alarms", "Alarms", "not_moved"),
    ("cases", "Open cases", "not_known"),
    ("unknown", "Not known yet", "not_known"),
)
_AGES = 20_000  # milliseconds after which the ages are worked out anew


class CasesScreen(QWidget):
    """``counted(number)`` for the badge in the navigation. ``banner`` stands over all screens."""

    counted = Signal(int)

    def __init__(self, opening: Opening, messages: Messages, style: AmountStyle) -> None:
        super().__init__()
        self.setObjectName("cases")
        self._opening = opening
        self._messages = messages
        self._style = style
        self._view: View = "all"
        self._asked = OpenQuestions()
        self._reading = 0
        self._giving_back = False
        self._alarm: Alarm | None = None  # the one that stands over the screens
        self.banner = AlarmBanner()
        self.chips = {view: Chip(words, name=f"cases.{view}", tone=tone)
                      for view, words, tone in _CHIPS}  # fmt: skip
        self.list = Table(COLUMNS, name="cases.list", accessible="What is open")
        self.empty = Label("", ink="secondary", wrap=True, name="cases.empty")
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES)
        self._ages.timeout.connect(self._something_changed)
        self._build()
        for chip in self.chips.values():
            chip.clicked.connect(self._pick_view)
        self.list.opened.connect(self._open_current)
        self.banner.undo_wanted.connect(self._undo_shown)
        self.banner.open_wanted.connect(self._open_shown)

    async def begin(self) -> None:
        desk = await self._opening.desk()
        desk.news.listen(self._something_changed)
        await self.refresh()

    async def refresh(self) -> None:
        """Read everything anew; the banner and the badge follow."""
        desk = await self._opening.desk()
        self._reading += 1
        mine = self._reading
        asked = await desk.cases.questions()
        if mine != self._reading:
            return
        self._asked = asked
        self.counted.emit(asked.for_a_person)
        if not self._giving_back:
            self._show_banner()
        now = datetime.now(UTC)
        view = derive_list(
            asked,
            self._view,
            self._style,
            now=now,
            next_at=desk.recovery.asked_next,
            time=lambda at: list_time(at, now),
        )
        stood = self.list.current
        self.list.show_rows(view.rows, stand_on=stood.key if stood else None)
        self.list.setVisible(bool(view.rows))
        self.empty.setVisible(not view.rows)
        self.empty.setText(view.empty)
        for name, number in (
            ("all", view.total),
            ("alarms", view.alarms),
            ("cases", view.cases),
            ("unknown", view.unknown),
        ):
            self.chips[name].count(number)  # type: ignore[index]

    def activate(self) -> None:
        """The screen comes to the front."""
        place = self.list if self.list.rows.rowCount() else self.chips[self._view]
        place.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._something_changed()

    def open_case(self, attempt_id: int) -> None:
        """Show the case of this attempt."""
        self._do(self._show_case(attempt_id), "case dialog")

    def showEvent(self, event: QShowEvent) -> None:
        self._ages.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._ages.stop()
        super().hideEvent(event)

    def _something_changed(self) -> None:
        self._do(self.refresh(), "read the open cases")

    def _pick_view(self) -> None:
        sender = self.sender()
        for view, chip in self.chips.items():
            chip.setChecked(chip is sender)
            if chip is sender:
                self._view = view
        self._something_changed()

    def _open_current(self) -> None:
        row = self.list.current
        if row is None:
            return
        alarm = next((each for each in self._asked.alarms if each.id == row.alarm), None)
        if alarm is not None:
            self._do(self._show_alarm(alarm), "alarm dialog")
        else:
            self.open_case(row.attempt)

    def _show_banner(self) -> None:
        alarms = self._asked.alarms
        self._alarm = alarm = for_the_banner(alarms, self._alarm.id if self._alarm else None)
        if alarm is None:
            self.banner.show_alarm("", "")
            return
        words = banner_words(alarm, self._style, others=len(alarms) - 1)
        self.banner.show_alarm(words, undo_words(alarm, self._style))

    def _open_shown(self) -> None:
        if self._alarm is not None:
            self._do(self._show_alarm(self._alarm), "alarm dialog")

    def _undo_shown(self) -> None:
        alarm = self._alarm
        if not self._giving_back and alarm is not None and alarm.can_go_back:
            self._giving_back = True
            self.banner.running("Giving it back…")
            self._do(self._undo(alarm), "give back")

    async def _undo(self, alarm: Alarm) -> None:
        desk = await self._opening.desk()
        try:
            outcome = await desk.cases.give_back(alarm, who=desk.people.who)
        finally:
            self._giving_back = False
            self.banner.ready()
            self._something_changed()
        if outcome.result is Result.DECLINED:
            raise Refused("The gateway reports that giving it back failed. No money moved.")
        amount = self._style.money(outcome.attempt.intent.amount)
        if outcome.result is Result.APPROVED:
            self._messages.tell(f"{amount} given back and confirmed by the gateway.")
        else:
            self._messages.tell(
                f"{amount} is on its way back. The alarm ends when the gateway confirms it."
            )

    async def _show_case(self, attempt_id: int) -> None:
        from posapp.ui.cases.case_dialog import CaseDialog

        desk = await self._opening.desk()
        case = await desk.cases.case(attempt_id)
        detail = await desk.cases.evidence(attempt_id)
        if await show(CaseDialog(desk, case, detail, self._style, self.window())):
            self._messages.tell("The case is closed. It is still looked for at the gateway.")

    async def _show_alarm(self, alarm: Alarm) -> None:
        from posapp.ui.cases.alarm_dialog import AlarmDialog

        desk = await self._opening.desk()
        detail = await desk.cases.evidence(alarm.attempt.id)
        dialog = AlarmDialog(desk, alarm, detail, self._style, self.window())
        if await show(dialog):
            self._messages.tell(dialog.told)

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        do(work, name=name, owner=self, messages=self._messages)

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
        panel = Panel(pad=1, gap=0)
        panel.body.setContentsMargins(1, theme.STEP, 1, theme.GAP)
        panel.body.addWidget(TableHead(COLUMNS))
        panel.body.addWidget(Hairline())
        panel.body.addWidget(self.list, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(theme.PAD, 0, theme.PAD, 0)
        panel.body.addWidget(self.empty, 1)
        column.addWidget(panel, 1)
