"""The order: search on top, lines in the middle, the total as the largest thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from posapp.ui import theme
from posapp.ui.counter.state import OrderView
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.fields import TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Hairline, Panel, clear

if TYPE_CHECKING:
    from posapp.ui.counter.lines_view import LinesView
    from posapp.ui.widgets.suggestions import Hit, Suggestions


class OrderPanel(Panel):
    """Shows an ``OrderView``; asks for changes through its signals.

    ``searched(text)`` while typing; ``add_wanted(text, row)`` on Enter, row -1 for the first hit.
    """

    searched = Signal(str)
    add_wanted = Signal(str, int)
    quantity_wanted = Signal(int, int)
    removal_wanted = Signal(int)

    def __init__(self, overlay: QWidget) -> None:
        super().__init__(gap=theme.STEP * 2)
        self.title = Label("New order", size=theme.TITLE, weight=theme.SEMIBOLD)
        self.search = TextField(
            "", name="counter.search", placeholder="Search or scan a product", hint="F2"
        )
        self.add = Button("Add", name="counter.add", compact=True, icon="plus")
        self.lines: LinesView | None = None
        self.suggestions: Suggestions | None = None
        self._overlay = overlay
        self._view: OrderView | None = None
        self.empty = Label(
            "Nothing in this order yet. Search for a product, or type a name and a price.",
            ink="secondary",
            wrap=True,
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.locked = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink="not_known", wrap=True)
        self.total = Label(
            "", size=theme.AMOUNT, weight=theme.BOLD, figures=True, name="counter.total"
        )
        self._taxes = QGridLayout()
        self._shown_taxes: tuple[tuple[str, str], ...] = ()
        self._build()
        self.search.input.textEdited.connect(self.searched)
        self.search.input.returnPressed.connect(self._enter)
        self.add.clicked.connect(self._enter)
        QShortcut(QKeySequence("F2"), self).activated.connect(self.focus_search)

    def complete(self) -> None:
        """Build the list of lines and of hits; an empty order does without them."""
        from posapp.ui.counter.lines_view import LinesView
        from posapp.ui.widgets.suggestions import Suggestions

        self.lines = LinesView()
        self.lines.quantity_wanted.connect(self.quantity_wanted)
        self.lines.removal_wanted.connect(self.removal_wanted)
        self.body.insertWidget(self.body.indexOf(self.empty), self.lines, 1)
        QWidget.setTabOrder(self.add, self.lines)
        self.suggestions = Suggestions(
            self.search.input, self.search.frame, self._overlay, name="counter.suggestions"
        )
        self.suggestions.picked.connect(self._picked)
        if self._view is not None:
            self.show_order(self._view)

    def focus_search(self) -> None:
        self.search.input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.input.selectAll()

    def show_order(self, view: OrderView) -> None:
        self._view = view
        self.title.setText(view.title)
        if self.lines is not None:
            self.lines.show_lines(view.lines)
            self.lines.setVisible(bool(view.lines))
        self.empty.setVisible(not view.lines)
        self.locked.setText(view.locked)
        self.locked.set_ink("moved" if view.paid else "not_known")
        self.locked.setVisible(bool(view.locked))
        self.search.setEnabled(not view.locked)
        self.add.setEnabled(not view.locked)
        self._show_taxes(view.taxes)
        self.total.setText(view.total)
        self.total.setAccessibleName(f"Total {view.total}")

    def show_hits(self, hits: tuple[Hit, ...]) -> None:
        if self.suggestions is not None:
            self.suggestions.show_hits(hits)

    def clear_search(self) -> None:
        self.search.input.clear()
        self.search.problem(None)
        self.show_hits(())

    def _enter(self) -> None:
        row = self.suggestions.row if self.suggestions is not None else 0
        self.add_wanted.emit(self.search.text(), max(row, 0))

    def _picked(self, row: int) -> None:
        self.add_wanted.emit(self.search.text(), row)

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(theme.STEP * 2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.add, 0, Qt.AlignmentFlag.AlignTop)
        self.add.setFixedHeight(theme.FIELD_HEIGHT)
        self.body.addWidget(self.title)
        self.body.addLayout(bar)
        self.body.addWidget(self.empty, 1)
        self.empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.body.addWidget(self.locked)
        self.body.addWidget(Hairline())
        self._taxes.setColumnStretch(0, 1)
        self._taxes.setVerticalSpacing(theme.STEP + 2)
        self.body.addLayout(self._taxes)
        foot = QHBoxLayout()
        foot.addWidget(Label("Total", size=theme.TITLE, weight=theme.SEMIBOLD), 1)
        foot.addWidget(self.total)
        self.body.addLayout(foot)
        self.locked.hide()

    def _show_taxes(self, taxes: tuple[tuple[str, str], ...]) -> None:
        if taxes == self._shown_taxes:
            return
        self._shown_taxes = taxes
        clear(self._taxes)
        for row, (name, amount) in enumerate(taxes):
            self._taxes.addWidget(Label(name, ink="secondary"), row, 0)
            shown = Label(amount, ink="secondary", weight=theme.MEDIUM, figures=True)
            self._taxes.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTrailing)
