"""One open case: the evidence, who finds out, and the form that closes it."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.desk import Desk
from posapp.desk.errors import Refused
from posapp.model.case import LONGEST_REASON, Case, reason_problem
from posapp.model.display import AmountStyle
from posapp.model.history import PaymentDetail
from posapp.model.secret import Secret
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.cases.evidence import Evidence, account_label, when
from posapp.ui.cases.state import PLACES, derive_case, outcomes
from posapp.ui.kinds import attempt_title
from posapp.ui.payments.state import derive_entry
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.secret_field import DigitsInput

_FORM_WIDTH = 320


class CaseDialog(Dialog):
    """Follows the case while it is open. Accepted when it was closed here."""

    def __init__(
        self,
        desk: Desk,
        case: Case,
        detail: PaymentDetail,
        style: AmountStyle,
        parent: QWidget,
    ) -> None:
        super().__init__(
            attempt_title(case.attempt, case.order_number, style), name="case", parent=parent
        )
        self._desk = desk
        self._case = case
        self._detail = detail
        self._style = style
        self._running = False
        self.evidence = Evidence("case")
        ends = outcomes(case.attempt.intent.kind)
        self._ends = tuple(end for end, _ in ends)
        self.end = Choice(name="case.outcome", unchosen="Choose what you saw")
        self.end.addItems([words for _, words in ends])
        self.end_field = Field("What happened", self.end)
        self.seen = Choice(name="case.seen", unchosen="Choose where")
        self.seen.addItems([words for _, words in PLACES])
        self.seen_field = Field("Where it was seen", self.seen)
        self.reason = TextField(
            "Reason", name="case.reason", placeholder="What you saw", limit=LONGEST_REASON
        )
        self.pin = DigitsInput(
            name="case.pin", most=12, grouped=False, shown_at_rest=0, shown_while_typing=False
        )
        self.pin_field = Field("PIN of a supervisor", self.pin)
        self.why_not = Label("", size=theme.SMALL, ink="secondary", wrap=True, name="case.why_not")
        self.notice = Label(
            "", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True,
            name="case.notice",
        )  # fmt: skip
        self.take = Button("", name="case.take", compact=True, icon="user")
        self.check = Button("Ask the gateway", name="case.check", compact=True, icon="refresh-cw")
        self.confirm = Button("Close the case", name="case.close", kind="primary")
        self.leave = Button("Back", name="case.leave", shortcut="Esc")
        self._form = QWidget()
        self._build()
        self._show_practice_pin()
        self._show()
        self._stop_listening = desk.news.listen(self._something_changed)
        self.finished.connect(self._ended)
        self.destroyed.connect(self._stop_listening)
        self.take.clicked.connect(self._take)
        self.check.clicked.connect(self._check)
        self.confirm.clicked.connect(self._close_case)
        self.leave.clicked.connect(self.reject)
        self.reason.input.returnPressed.connect(self._close_case)
        self.pin.submitted.connect(self._close_case)
        self.reason.input.textChanged.connect(self._typed)
        self.pin.changed.connect(self._typed)
        self.end.currentIndexChanged.connect(self._chosen)
        self.seen.currentIndexChanged.connect(self._chosen)
        (self.end if self._view.can_close else self.check).setFocus()

    def reject(self) -> None:
        if not self._running:
            super().reject()

    def _show(self) -> None:
        attempt = self._case.attempt
        now = datetime.now(UTC)
        self._view = view = derive_case(
            self._case,
            self._style,
            who=self._desk.people.who,
            account=account_label(self._desk, attempt.intent.account),
            now=now,
            due=self._desk.recovery.asked_next(attempt),
            time=when,
        )
        self.evidence.state.show_state(view.state, view.tone)
        self.evidence.advice.setText(view.advice)
        self.evidence.show_facts(view.facts)
        self.evidence.show_entries(
            tuple(derive_entry(each, self._style, when) for each in self._detail.timeline)
        )
        self.take.say(view.take_words)
        self.take.setVisible(view.can_close)
        self.take.setEnabled(view.can_close and self._case.owner != self._desk.people.who)
        self.check.setVisible(attempt.state.is_open)
        self._form.setVisible(view.can_close)
        self.confirm.setVisible(view.can_close)
        self.why_not.setText(view.why_not)
        self.why_not.setVisible(bool(view.why_not))

    def _something_changed(self) -> None:
        spawn(self._read(), name="follow a case", owner=self)

    async def _read(self) -> None:
        try:
            self._case = await self._desk.cases.case(self._case.attempt.id)
            self._detail = await self._desk.cases.evidence(self._case.attempt.id)
        except Refused as problem:
            self._say(str(problem))
            return
        self._show()

    def _take(self) -> None:
        attempt, who = self._case.attempt.id, self._desk.people.who
        self._do(self._desk.cases.take(attempt, who=who), "take a case")

    def _check(self) -> None:
        self.check.say("Asking…")
        self._do(self._desk.cases.check(self._case.attempt.id), "ask about a case")

    def _close_case(self) -> None:
        if self._running or not self._view.can_close:
            return
        chosen, found = self.end.currentIndex() >= 0, self.seen.currentIndex() >= 0
        for sentence, field, place in (
            (None if chosen else "Choose what you saw.", self.end_field, self.end),
            (None if found else "Choose where you saw it.", self.seen_field, self.seen),
            (reason_problem(self.reason.text()), self.reason, self.reason.input),
            (
                None if len(self.pin.digits) else "A supervisor types their PIN.",
                self.pin_field,
                self.pin,
            ),
        ):
            if sentence:
                field.problem(sentence)
                place.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        digits = self.pin.take()
        pin = Secret(bytes(digits.view()))
        digits.wipe()
        self._do(self._closed(pin), "close a case")

    async def _closed(self, pin: Secret) -> None:
        await self._desk.cases.close(
            self._case.attempt.id,
            end=self._ends[self.end.currentIndex()],
            seen=PLACES[self.seen.currentIndex()][0],
            reason=self.reason.text(),
            pin=pin,
            who=self._desk.people.who,
        )
        self._running = False
        self.accept()

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        if self._running:
            work.close()
            return
        self._running = True
        self.notice.hide()
        self._busy(True)
        spawn(self._told(work), name=name)

    async def _told(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Refused as problem:
            self._say(str(problem), problem)
        finally:
            self._running = False
            self._busy(False)
            self.check.say("Ask the gateway")

    def _say(self, sentence: str, problem: Refused | None = None) -> None:
        fields = problem.fields if problem else {}
        if "pin" in fields:
            self.pin_field.problem(fields["pin"])
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        elif "reason" in fields:
            self.reason.problem(fields["reason"])
            self.reason.input.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.notice.setText(sentence)
            self.notice.setAccessibleName(sentence)
            self.notice.show()

    def _busy(self, running: bool) -> None:
        for button in (self.check, self.confirm, self.leave):
            button.setEnabled(not running)

    def _typed(self, _text: str = "") -> None:
        self.reason.problem(None)
        self.pin_field.problem(None)
        self._show_practice_pin()
        self.notice.hide()

    def _chosen(self) -> None:
        self.end_field.problem(None)
        self.seen_field.problem(None)
        words = self.end.currentText()
        self.confirm.say(f"Close as {words.lower()}" if words else "Close the case")

    def _show_practice_pin(self) -> None:
        if pin := self._desk.people.training_pin:
            self.pin_field.remark(f"Practise closing: the PIN here is {pin}.")

    def _ended(self) -> None:
        self._stop_listening()
        self.pin.wipe()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.PAD * 2)
        row.addWidget(self.evidence)
        side = QWidget()
        side.setFixedWidth(_FORM_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        tools = QHBoxLayout()
        tools.setSpacing(theme.STEP * 2)
        tools.addWidget(self.take)
        tools.addWidget(self.check)
        column.addLayout(tools)
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, theme.STEP, 0, 0)
        form.setSpacing(theme.GAP)
        form.addWidget(Label("Close the case", size=theme.BODY, weight=theme.SEMIBOLD))
        form.addWidget(self.end_field)
        form.addWidget(self.seen_field)
        form.addWidget(self.reason)
        form.addWidget(self.pin_field)
        column.addWidget(self._form)
        column.addWidget(self.why_not)
        column.addWidget(self.notice)
        self.notice.hide()
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.leave)
        foot.addWidget(self.confirm, 1)
        column.addLayout(foot)
        row.addWidget(side)
        self.body.addLayout(row)
