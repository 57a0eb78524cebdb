"""The name of this till and the ledger it keeps. A password can be written, never read."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.settings.tills_state import derive_tills
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Ink, Label
from posapp.ui.widgets.scroll import Scroll

_KEPT = (("own", "On this computer only"), ("shared", "Shared, on a PostgreSQL server"))
_TEXTS: tuple[tuple[str, str, str, int], ...] = (
    ("till", "Name of this till", "T1", 6),
    ("host", "Server", "ledger.shop.example", 80),
    ("port", "Port", "5432", 5),
    ("database", "Database", "posapp", 80),
    ("user", "User", "posapp", 80),
    ("password", "Password", "", 500),
    ("certificate", "File with the server's certificate", "Only if it is not publicly known", 500),
    ("code", "Joining code", "Not for the first till", 40),
)


class TillsForm(QWidget):
    save_wanted = Signal()
    test_wanted = Signal()
    invite_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_shared = False
        self.kept = Choice(name="tills.kept")
        for key, words in _KEPT:
            self.kept.addItem(words, key)
        self.texts = {
            key: TextField(label, name=f"tills.{key}", placeholder=example, limit=limit)
            for key, label, example, limit in _TEXTS
        }
        self.texts["password"].input.setEchoMode(QLineEdit.EchoMode.Password)
        self._fields: dict[str, Field] = {"kept": Field("Ledger", self.kept), **self.texts}
        self.joining = Label("", size=theme.SMALL, ink="secondary", wrap=True)
        self.code = Label(
            "", size=theme.TITLE, weight=theme.SEMIBOLD, figures=True, name="tills.code_shown"
        )
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.answer = Label(
            "", size=theme.SMALL, weight=theme.MEDIUM, wrap=True, name="tills.answer"
        )
        self.test = Button("Test connection", name="tills.test")
        self.invite = Button("Make joining code", name="tills.invite")
        self.save = Button("Save", name="tills.save", kind="primary")
        self._grid = QGridLayout()
        self._build()
        self.kept.currentIndexChanged.connect(self._kept_changed)
        self.save.clicked.connect(self.save_wanted)
        self.test.clicked.connect(self.test_wanted)
        self.invite.clicked.connect(self.invite_wanted)
        self._kept_changed()

    def show_tills(self, values: Mapping[str, str], *, is_shared: bool, can_change: bool) -> None:
        """Fill the form with what is saved; a code that was shown goes."""
        self.save.setVisible(can_change)
        for field in self._fields.values():
            field.frame.inner.setEnabled(can_change)
        self._is_shared = is_shared
        self.kept.setCurrentIndex(max(0, self.kept.findData(values["kept"])))
        for key, text in self.texts.items():
            text.input.setText(values.get(key, ""))
        kept = "Kept. Type a new one to replace it." if values["host"] else ""
        self.texts["password"].input.setPlaceholderText(kept)
        self.show_code("")
        self.show_problems("", {})
        self._kept_changed()

    def typed(self) -> dict[str, str]:
        values = {key: text.text() for key, text in self.texts.items()}
        return {**values, "kept": str(self.kept.currentData())}

    def show_problems(self, sentence: str, fields: Mapping[str, str]) -> None:
        shown = self._shown()
        for key, field in self._fields.items():
            field.problem(fields.get(key))
        first = next((key for key in shown if key in fields), None)
        if first:
            self._fields[first].frame.inner.setFocus(Qt.FocusReason.OtherFocusReason)
        self.say("" if first else sentence, ink="not_moved")

    def say(self, sentence: str, *, ink: Ink = "moved") -> None:
        """What came of a test or a save."""
        self.answer.setText(sentence)
        self.answer.set_ink(ink)
        self.answer.setVisible(bool(sentence))

    def show_code(self, code: str) -> None:
        """A joining code, as long as this page stands."""
        self.code.setText(code)
        self.code.setAccessibleName(f"Joining code {' '.join(code)}" if code else "")
        self.code.setVisible(bool(code))

    def forget_secrets(self) -> None:
        """What was typed as password or code does not stay on the screen after it was saved."""
        for key in ("password", "code"):
            self.texts[key].input.clear()

    def _corrects(self) -> bool:
        """Whether a field waits to be corrected, and has the focus for that."""
        return any(self._fields[key].frame.wrong for key in self._shown())

    def _shown(self) -> tuple[str, ...]:
        return derive_tills(kept=str(self.kept.currentData()), is_shared=self._is_shared).fields

    def _kept_changed(self) -> None:
        view = derive_tills(kept=str(self.kept.currentData()), is_shared=self._is_shared)
        while self._grid.takeAt(0) is not None:
            pass
        for key, field in self._fields.items():
            field.setVisible(key in view.fields)
        for index, key in enumerate(view.fields):
            row, column = divmod(index, 2)
            self._grid.addWidget(self._fields[key], row, column, Qt.AlignmentFlag.AlignTop)
        stations = [self._fields[key].frame.inner for key in view.fields]
        for before, after in pairwise(stations):
            QWidget.setTabOrder(before, after)
        self.test.setVisible(view.tested)
        self.invite.setVisible(view.may_invite)
        self.joining.setText(view.joining)
        self.joining.setVisible(bool(view.joining))
        self.say("")

    def _build(self) -> None:
        fields = QWidget()
        for field in self._fields.values():
            field.setParent(fields)  # shown without a parent it would be a window of its own
        inner = QVBoxLayout(fields)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.GAP)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.GAP)
        for side in (0, 1):
            self._grid.setColumnStretch(side, 1)
        inner.addLayout(self._grid)
        inner.addWidget(self.joining)
        inner.addWidget(self.code)
        inner.addStretch(1)
        self.code.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(Scroll(fields, name="Tills and shared ledger", is_form=True), 1)
        column.addWidget(self.answer)
        self.answer.hide()
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.invite)
        foot.addStretch(1)
        foot.addWidget(self.test)
        foot.addWidget(self.save)
        column.addLayout(foot)
