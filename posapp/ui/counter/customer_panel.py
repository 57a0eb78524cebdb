"""Who is calling: one field until somebody is named, then the name with the rest below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.counter.state import CustomerView
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import ElidedLabel, Label
from posapp.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from posapp.ui.widgets.suggestions import Hit, Suggestions


class CustomerPanel(Panel):
    """``searched(text)`` while typing, ``given(text, row)`` when it is meant, row -1 for none."""

    searched = Signal(str)
    given = Signal(str, int)
    details_wanted = Signal()

    def __init__(self, overlay: QWidget) -> None:
        super().__init__(gap=theme.STEP * 2)
        self.field = TextField(
            "", name="counter.customer", placeholder="Name, phone or e-mail", hint="F3"
        )
        self.field.input.setAccessibleName("Customer: name, phone or e-mail")
        self.name = ElidedLabel("", size=theme.BODY, weight=theme.SEMIBOLD)
        self.detail = ElidedLabel("", size=theme.SMALL, ink="secondary")
        self.details = Button(
            "Details…", name="counter.customer_details", kind="quiet", compact=True
        )
        self.suggestions: Suggestions | None = None
        self._overlay = overlay
        self._shown = QWidget()
        self._build()
        self.field.input.textEdited.connect(self.searched)
        self.field.input.returnPressed.connect(self._enter)
        self.field.input.editingFinished.connect(self._left)
        self.details.clicked.connect(self.details_wanted)
        QShortcut(QKeySequence("F3"), self).activated.connect(self.edit)
        keep = QShortcut(QKeySequence("Esc"), self.field.input)
        keep.setContext(Qt.ShortcutContext.WidgetShortcut)
        keep.activated.connect(self._keep)

    def complete(self) -> None:
        """Build the list of hits, which the first paint does without."""
        from posapp.ui.widgets.suggestions import Suggestions

        self.suggestions = Suggestions(
            self.field.input, self.field.frame, self._overlay, name="counter.customers"
        )
        self.suggestions.picked.connect(self._picked)

    def show_customer(self, view: CustomerView) -> None:
        named = bool(view.name)
        self.name.setText(view.name)
        self.detail.setText(view.detail)
        self.detail.setVisible(bool(view.detail))
        self._shown.setVisible(named)
        self.field.setVisible(not named)
        if named:
            self.field.input.clear()

    def edit(self) -> None:
        """Back to the field; the present name can be typed over, and Esc keeps it."""
        if self.name.text():
            self.field.input.setText(self.name.text())
        self._shown.hide()
        self.field.show()
        self.field.input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.input.selectAll()

    def changeEvent(self, event: QEvent) -> None:
        self.update()
        super().changeEvent(event)

    def _enter(self) -> None:
        row = self.suggestions.row if self.suggestions is not None else -1
        if row >= 0 or self.field.text() not in ("", self.name.text()):
            self.given.emit(self.field.text(), row)
        else:
            self._keep()
        self.focusNextChild()

    def _left(self) -> None:
        """Typed and left without Enter: meant as well, unless it is what stood there."""
        left = not self.field.input.hasFocus() and self.field.isVisible()
        if left and self.field.text() not in ("", self.name.text()):
            self.given.emit(self.field.text(), -1)
        elif left:
            self._keep()

    def _keep(self) -> None:
        """Whoever stood there stays."""
        if self.suggestions is not None and self.suggestions.isVisible():
            self.suggestions.hide()
            return
        self.field.input.clear()
        if self.name.text():
            self.field.hide()
            self._shown.show()

    def _picked(self, row: int) -> None:
        self.given.emit(self.field.text(), row)

    def show_hits(self, hits: tuple[Hit, ...]) -> None:
        if self.suggestions is not None:
            self.suggestions.show_hits(hits)

    def _build(self) -> None:
        head = QHBoxLayout()
        title = Label("Customer", size=theme.SMALL, weight=theme.SEMIBOLD, ink="secondary")
        head.addWidget(title, 1)
        head.addWidget(Label("F3", size=theme.TINY, weight=theme.MEDIUM, ink="secondary"))
        self.field.hint("")
        self.body.addLayout(head)
        self.body.addWidget(self.field)
        row = QHBoxLayout(self._shown)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.name)
        words.addWidget(self.detail)
        row.addLayout(words, 1)
        row.addWidget(self.details)
        self._shown.setFixedHeight(theme.FIELD_HEIGHT)
        self._shown.hide()
        self.body.addWidget(self._shown)
