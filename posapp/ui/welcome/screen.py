"""The first start of the live program: who owns it and what opens it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.model.access import passphrase_problem, pin_problem
from posapp.model.secret import Secret
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline, Panel

Create = Callable[[Secret, Secret, str, str], Awaitable[None]]
_WIDTH = 520


class WelcomeScreen(QWidget):
    """Asks for shop, owner, passphrase and PIN; ``create(passphrase, pin, shop, owner)``."""

    def __init__(self, create: Create) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self._create = create
        self._running = False
        self.shop = TextField("Name of the shop", name="welcome.shop", limit=100)
        self.owner = TextField("Your name", name="welcome.owner", limit=60)
        self.passphrase = TextField("Passphrase", name="welcome.passphrase", limit=200)
        self.again = TextField("Passphrase again", name="welcome.passphrase_again", limit=200)
        self.pin = TextField("PIN for the till", name="welcome.pin", limit=12)
        self.pin_again = TextField("PIN again", name="welcome.pin_again", limit=12)
        self.notice = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink="not_moved", wrap=True)
        self.begin = Button("Set up", name="welcome.begin", kind="primary", shortcut="Enter")
        for field in (self.passphrase, self.again, self.pin, self.pin_again):
            field.input.setEchoMode(QLineEdit.EchoMode.Password)
        self._build()
        self.begin.clicked.connect(self._begin)
        for field in self._fields():
            field.input.returnPressed.connect(self._begin)
        self.shop.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fields(self) -> tuple[TextField, ...]:
        return (self.shop, self.owner, self.passphrase, self.again, self.pin, self.pin_again)

    def _begin(self) -> None:
        if self._running or not self._right():
            return
        self._running = True
        spawn(self._set_up(), name="set up", owner=self)

    def _right(self) -> bool:
        problems = {
            self.shop: "" if self.shop.text() else "Type the name that stands on receipts.",
            self.owner: "" if self.owner.text() else "Type your name; it is kept with payments.",
            self.passphrase: passphrase_problem(Secret(self.passphrase.input.text())),
            self.again: self._differs(self.passphrase, self.again),
            self.pin: pin_problem(Secret(self.pin.input.text())),
            self.pin_again: self._differs(self.pin, self.pin_again),
        }
        for field, problem in problems.items():
            field.problem(problem or None)
        for field, problem in problems.items():
            if problem:
                field.input.setFocus(Qt.FocusReason.OtherFocusReason)
                return False
        return True

    @staticmethod
    def _differs(first: TextField, second: TextField) -> str | None:
        same = first.input.text() == second.input.text()
        return None if same else "This is not the same. Type both again."

    async def _set_up(self) -> None:
        self.begin.setEnabled(False)
        self.begin.say("Setting up…")
        passphrase = Secret(self.passphrase.input.text())
        pin = Secret(self.pin.input.text())
        try:
            await self._create(passphrase, pin, self.shop.text(), self.owner.text())
        except Refused as problem:
            self.notice.setText(str(problem))
            self.notice.show()
        finally:
            passphrase.wipe()
            pin.wipe()
            self.begin.setEnabled(True)
            self.begin.say("Set up")
            self._running = False
        if self.notice.isHidden():
            for field in self._fields():
                field.input.clear()

    def _build(self) -> None:
        panel = Panel(pad=28, gap=theme.GAP)
        panel.setFixedWidth(_WIDTH)
        panel.body.addWidget(Label("Set up posapp", size=theme.TITLE, weight=theme.SEMIBOLD))
        panel.body.addWidget(
            Label(
                "The passphrase encrypts the gateway keys on this computer and is asked for at "
                "each start. Nobody can recover it: write it down and keep it safe. The PIN "
                "unlocks the till during the day.",
                size=theme.SMALL,
                ink="secondary",
                wrap=True,
            )
        )
        for pair in ((self.shop, self.owner), (self.passphrase, self.again),
                     (self.pin, self.pin_again)):  # fmt: skip
            row = QHBoxLayout()
            row.setSpacing(theme.GAP)
            for field in pair:
                row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            panel.body.addLayout(row)
        panel.body.addWidget(self.notice)
        self.notice.hide()
        panel.body.addWidget(self.begin)
        panel.body.addWidget(Hairline())
        panel.body.addWidget(
            Label(
                "To practise first, close this window and start: posapp --training",
                size=theme.SMALL,
                ink="secondary",
                wrap=True,
            )
        )
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(panel)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
