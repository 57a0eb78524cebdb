"""Asking for the one line that a decision needs: a name, or a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.dialog import Dialog
from posapp.ui.widgets.fields import TextField


class DecisionDialog(Dialog):
    """Stays open until ``decide`` took what was typed; a refusal stands below the field."""

    def __init__(
        self,
        title: str,
        *,
        about: str,
        label: str,
        text: str,
        button: str,
        decide: Callable[[str], Awaitable[object]],
        parent: QWidget,
    ) -> None:
        super().__init__(title, name="decision", parent=parent)
        self._decide = decide
        self._running = False
        self.field = TextField(label, name="decision.text", limit=400)
        self.field.input.setText(text)
        self.leave = Button("Cancel", name="decision.cancel", shortcut="Esc")
        self.confirm = Button(button, name="decision.confirm", kind="primary", shortcut="Enter")
        self._about = about
        self.field.remark(about)
        self.field.keep_room()
        self.body.addWidget(self.field)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.leave)
        foot.addWidget(self.confirm, 1)
        self.body.addLayout(foot)
        self.leave.clicked.connect(self.reject)
        self.confirm.clicked.connect(self._confirm)
        self.field.input.returnPressed.connect(self._confirm)
        self.field.input.textEdited.connect(self._typed)
        self.field.input.selectAll()
        self.field.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self, _text: str) -> None:
        self.field.problem(None)
        self.field.remark(self._about)

    def _confirm(self) -> None:
        if not self._running:
            self._running = True
            spawn(self._ask(), name="decide about a difference", owner=self)

    async def _ask(self) -> None:
        try:
            await self._decide(self.field.text())
        except Refused as problem:
            self.field.problem(str(problem))
            self.field.input.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        finally:
            self._running = False
        self.accept()
