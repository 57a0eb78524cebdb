"""Money that should not have moved: what is known, giving it back, or a reason for keeping it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.desk import Desk
from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.model.case import LONGEST_REASON, Alarm, reason_problem
from posapp.model.display import AmountStyle
from posapp.model.history import PaymentDetail
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.cases.evidence import Evidence, account_label, when
from posapp.ui.cases.state import AlarmView, derive_alarm
from posapp.ui.payments.state import derive_entry
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import Label

_FORM_WIDTH = 320


class AlarmDialog(Dialog):
    """Accepted when the alarm has ended, or its money is on its way back; ``told`` says which."""

    def __init__(
        self,
        desk: Desk,
        alarm: Alarm,
        detail: PaymentDetail,
        style: AmountStyle,
        parent: QWidget,
    ) -> None:
        self._view = _view_of(desk, alarm, style)
        super().__init__(self._view.title, name="alarm", parent=parent)
        self._desk = desk
        self._alarm = alarm
        self._style = style
        self._running = False
        self.told = ""
        self.evidence = Evidence("alarm")
        self.reason = TextField(
            "Reason",
            name="alarm.reason",
            placeholder="Why the money is kept" if alarm.to_give_back else "What was done about it",
            limit=LONGEST_REASON,
        )
        self.notice = Label(
            "", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True,
            name="alarm.notice",
        )  # fmt: skip
        self.undo = Button(self._view.undo_words, name="alarm.undo", kind="primary")
        self.keep = Label("", size=theme.BODY, weight=theme.SEMIBOLD)
        self.acknowledge = Button("Acknowledge", name="alarm.acknowledge")
        self.leave = Button("Back", name="alarm.leave", shortcut="Esc")
        self._build()
        self._show(detail)
        self._stop_listening = desk.news.listen(self._something_changed)
        self.finished.connect(self._stop_listening)
        self.destroyed.connect(self._stop_listening)
        self.undo.clicked.connect(self._undo)
        self.acknowledge.clicked.connect(self._acknowledge)
        self.leave.clicked.connect(self.reject)
        self.reason.input.returnPressed.connect(self._acknowledge)
        self.reason.input.textChanged.connect(self._typed)
        (self.undo if self._view.undo_words else self.reason.input).setFocus()

    def reject(self) -> None:
        """Esc leaves; while money is on its way the dialog stays to show how it ends."""
        if not self._running:
            super().reject()

    def _something_changed(self) -> None:
        if not self._running:
            spawn(self._read(), name="follow an alarm", owner=self)

    async def _read(self) -> None:
        try:
            alarms = (await self._desk.cases.questions()).alarms
            detail = await self._desk.cases.evidence(self._alarm.attempt.id)
        except Refused as problem:
            self._say(str(problem))
            return
        alarm = next((each for each in alarms if each.id == self._alarm.id), None)
        if self._running:
            return
        if alarm is None:
            self.told = "The alarm has ended; the payment says how."
            self.accept()
            return
        self._alarm, self._view = alarm, _view_of(self._desk, alarm, self._style)
        self._show(detail)

    def _undo(self) -> None:
        self._do(self._give_back(), "give back")

    async def _give_back(self) -> None:
        self.undo.say("Giving it back…")
        outcome = await self._desk.cases.give_back(self._alarm, who=self._desk.people.who)
        if outcome.result is Result.DECLINED:
            raise Refused("The gateway reports that giving it back failed. No money moved.")
        self.told = (
            "The money was given back, and the gateway has confirmed it."
            if outcome.result is Result.APPROVED
            else "The money is on its way back. The alarm ends when the gateway confirms it."
        )
        self._running = False
        self.accept()

    def _acknowledge(self) -> None:
        if problem := reason_problem(self.reason.text()):
            self.reason.problem(problem)
            self.reason.input.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._do(self._acknowledged(self.reason.text()), "acknowledge an alarm")

    async def _acknowledged(self, reason: str) -> None:
        await self._desk.cases.acknowledge(self._alarm, reason=reason, who=self._desk.people.who)
        self.told = "The alarm was acknowledged; the reason is kept with the payment."
        self._running = False
        self.accept()

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        if self._running:
            work.close()
            return
        self._running = True
        self.notice.hide()
        self._busy(True)
        spawn(self._ended(work), name=name)

    async def _ended(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Refused as problem:
            if "reason" in problem.fields:
                self.reason.problem(problem.fields["reason"])
            else:
                self._say(str(problem))
        finally:
            self._running = False
            self._busy(False)
            self.undo.say(self._view.undo_words)

    def _busy(self, running: bool) -> None:
        for button in (self.undo, self.acknowledge, self.leave):
            button.setEnabled(not running)

    def _typed(self, _text: str) -> None:
        self.reason.problem(None)
        self.notice.hide()

    def _say(self, sentence: str) -> None:
        self.notice.setText(sentence)
        self.notice.setAccessibleName(sentence)
        self.notice.show()

    def _show(self, detail: PaymentDetail) -> None:
        self.evidence.state.show_state(self._view.state, "not_moved")
        self.evidence.advice.setText(f"{self._view.sentence} {self._view.advice}")
        self.evidence.show_facts(self._view.facts)
        self.evidence.show_entries(
            tuple(derive_entry(each, self._style, when) for each in detail.timeline)
        )
        self.undo.say(self._view.undo_words)
        self.undo.setVisible(bool(self._view.undo_words))
        self.keep.setText("Or keep it" if self._view.undo_words else "Acknowledge it")

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.PAD * 2)
        row.addWidget(self.evidence)
        side = QWidget()
        side.setFixedWidth(_FORM_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.undo)
        column.addSpacing(theme.STEP * 2)
        column.addWidget(self.keep)
        column.addWidget(self.reason)
        column.addWidget(self.acknowledge)
        column.addWidget(self.notice)
        self.notice.hide()
        column.addStretch(1)
        column.addWidget(self.leave)
        row.addWidget(side)
        self.body.addLayout(row)


def _view_of(desk: Desk, alarm: Alarm, style: AmountStyle) -> AlarmView:
    account = account_label(desk, alarm.attempt.intent.account)
    return derive_alarm(alarm, style, account=account, time=when)
