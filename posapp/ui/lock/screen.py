"""Sign in: one owner, one PIN; at the start of the day the passphrase that opens the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from posapp.desk.errors import Refused
from posapp.model.secret import Secret
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.fields import Field, LineEdit
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Panel
from posapp.ui.widgets.secret_field import DigitsInput

_WIDTH = 360


class LockScreen(QWidget):
    """Shows one of two questions: the PIN, or the passphrase. ``entered`` when it was right."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lock")
        self.title = Label("", size=theme.TITLE, weight=theme.SEMIBOLD)
        self.subtitle = Label("", size=theme.SMALL, ink="secondary", wrap=True)
        self.pin = DigitsInput(
            name="lock.pin", most=12, grouped=False, shown_at_rest=0, shown_while_typing=False
        )
        self.pin_field = Field("PIN", self.pin)
        self.passphrase = LineEdit(name="lock.passphrase", limit=200)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase_field = Field("Passphrase", self.passphrase)
        self.enter = Button("Unlock", name="lock.enter", kind="primary", shortcut="Enter")
        self.pad = QWidget()
        self._fields = QStackedWidget()
        self._check: Callable[[Secret], Awaitable[None]] | None = None
        self._running = False
        self._build()
        self.pin.submitted.connect(self._try)
        self.passphrase.returnPressed.connect(self._try)
        self.enter.clicked.connect(self._try)

    def ask_pin(
        self, name: str, check: Callable[[Secret], Awaitable[None]], *, hint: str = ""
    ) -> None:
        """Ask for the PIN of ``name``; ``check`` raises Refused with a sentence when wrong."""
        self._ask(name, hint or "Enter your PIN to go on.", check, self.pin_field)
        self.pad.show()
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_passphrase(self, shop: str, check: Callable[[Secret], Awaitable[None]]) -> None:
        """Ask for the passphrase that opens the vault."""
        words = "The passphrase opens the gateway keys on this computer."
        self._ask(shop, words, check, self.passphrase_field)
        self.pad.hide()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(
        self, title: str, words: str, check: Callable[[Secret], Awaitable[None]], field: Field
    ) -> None:
        self.title.setText(title)
        self.subtitle.setText(words)
        self._check = check
        self._fields.setCurrentWidget(field)
        field.problem(None)

    def _try(self) -> None:
        if not self._running and self._check is not None:
            self._running = True
            spawn(self._compare(self._check), name="sign in", owner=self)

    async def _compare(self, check: Callable[[Secret], Awaitable[None]]) -> None:
        at_pin = self._fields.currentWidget() is self.pin_field
        field = self.pin_field if at_pin else self.passphrase_field
        secret = self._typed(at_pin)
        self.enter.say("Checking…")
        self.enter.setEnabled(False)
        try:
            await check(secret)
        except Refused as problem:
            field.problem(str(problem))
            field.frame.inner.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            field.problem(None)
            self.entered.emit()
        finally:
            secret.wipe()
            self.enter.setEnabled(True)
            self.enter.say("Unlock")
            self._running = False

    def _typed(self, at_pin: bool) -> Secret:
        if at_pin:
            digits = self.pin.take()
            secret = Secret(bytes(digits.view()))
            digits.wipe()
            return secret
        secret = Secret(self.passphrase.text())
        self.passphrase.clear()
        return secret

    def _press(self) -> None:
        key = self.sender().objectName().removeprefix("lock.key_")
        if key == "back":
            self.pin.erase()
        else:
            self.pin.press(key)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        panel = Panel(pad=28, gap=theme.GAP)
        panel.setFixedWidth(_WIDTH)
        for part in (self.title, self.subtitle, self._fields):
            panel.body.addWidget(part)
        for field in (self.pin_field, self.passphrase_field):
            field.keep_room()
        self._fields.addWidget(self.pin_field)
        self._fields.addWidget(self.passphrase_field)
        grid = QGridLayout(self.pad)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.STEP * 2)
        for index, key in enumerate((*"123456789", "", "0", "back")):
            if key:
                words = "⌫" if key == "back" else key
                button = Button(words, name=f"lock.key_{key}", centred=True)
                button.setAccessibleName("Delete the last digit" if key == "back" else key)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                button.clicked.connect(self._press)
                grid.addWidget(button, index // 3, index % 3)
        panel.body.addWidget(self.pad)
        panel.body.addWidget(self.enter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(panel)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
