"""One row of the comparison: what it means, both sides next to each other, what people decided."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.reconcile.state import DetailView, SideLine
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import ElidedLabel, Label
from posapp.ui.widgets.panel import Hairline, Panel, clear
from posapp.ui.widgets.pill import Pill
from posapp.ui.widgets.scroll import Scroll


class DetailPanel(Panel):
    assign_wanted = Signal()
    explain_wanted = Signal()
    take_back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=theme.STEP * 2)
        self.title = Label("", size=theme.TITLE, weight=theme.BOLD, name="difference.title")
        self.result = Pill(name="difference.result")
        self.sentence = Label(
            "", size=theme.TEXT, weight=theme.MEDIUM, wrap=True, name="difference.sentence"
        )
        self.next_step = Label("", size=theme.SMALL, ink="secondary", wrap=True,
                               name="difference.next")  # fmt: skip
        self.assign = Button("Assign…", name="difference.assign", shortcut="A")
        self.explain = Button("Explain…", name="difference.explain", shortcut="X")
        self.take_back = Button(
            "Take the explanation back", name="difference.take_back", kind="quiet", compact=True,
            icon="undo-2",
        )  # fmt: skip
        self.empty = Label("Nothing chosen.", ink="secondary", wrap=True)
        self._sides = QGridLayout()
        self._facts = QGridLayout()
        self._build()
        self.assign.clicked.connect(self.assign_wanted)
        self.explain.clicked.connect(self.explain_wanted)
        self.take_back.clicked.connect(self.take_back_wanted)

    def show_detail(self, view: DetailView | None) -> None:
        self._pages.setCurrentIndex(1 if view else 0)
        for button in (self.assign, self.explain):
            button.setEnabled(view is not None)
        if view is None:
            return
        self.title.setText(view.title)
        self.result.show_state(view.result, view.tone)
        self.sentence.setText(view.sentence)
        self.next_step.setText(view.next_step)
        self.next_step.setVisible(bool(view.next_step))
        self._show_sides(view.lines)
        self._show_facts(view.facts)
        self.explain.say(view.explain_words)
        self.explain.setEnabled(view.can_explain)
        self.take_back.setVisible(view.can_take_back)

    def _show_sides(self, lines: tuple[SideLine, ...]) -> None:
        clear(self._sides)
        for column, head in ((1, "Here"), (2, "At the gateway")):
            words = Label(head, size=theme.TINY, weight=theme.SEMIBOLD, ink="secondary")
            words.setAlignment(Qt.AlignmentFlag.AlignTrailing)
            self._sides.addWidget(words, 0, column)
        for row, line in enumerate(lines, 1):
            self._sides.addWidget(Label(line.name, size=theme.SMALL, ink="secondary"), row, 0)
            for column, where, value in ((1, "here", line.here), (2, "there", line.there)):
                weight = theme.BOLD if line.differs else theme.MEDIUM
                shown = ElidedLabel(
                    value, size=theme.SMALL, weight=weight,
                    ink="not_moved" if line.differs else "text", figures=True,
                )  # fmt: skip
                shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
                shown.setAccessibleName(f"{line.name} {where}: {value or 'nothing'}")
                self._sides.addWidget(shown, row, column)

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        clear(self._facts)
        for row, (name, value) in enumerate(facts):
            words = Label(name, size=theme.SMALL, ink="secondary")
            shown = Label(value, size=theme.SMALL, weight=theme.MEDIUM, wrap=len(value) > 36)
            shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            shown.setAccessibleName(f"{name}: {value}")
            self._facts.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(shown, row, 1)

    def _build(self) -> None:
        self._pages = QStackedLayout()
        self.body.addLayout(self._pages)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self.empty)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP * 2)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.result)
        column.addLayout(head)
        inner = QWidget()
        told = QVBoxLayout(inner)
        told.setContentsMargins(0, 0, theme.STEP, 0)
        told.setSpacing(theme.STEP * 2)
        told.addWidget(self.sentence)
        told.addWidget(self.next_step)
        told.addWidget(Hairline())
        for grid in (self._sides, self._facts):
            grid.setHorizontalSpacing(theme.GAP)
            grid.setVerticalSpacing(theme.STEP + 2)
        self._sides.setColumnStretch(1, 1)
        self._sides.setColumnStretch(2, 1)
        self._facts.setColumnStretch(1, 1)
        told.addLayout(self._sides)
        told.addWidget(Hairline())
        told.addLayout(self._facts)
        told.addStretch(1)
        column.addWidget(Scroll(inner, name="The difference, scrollable"), 1)
        column.addWidget(self.take_back, 0, Qt.AlignmentFlag.AlignLeading)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.assign, 1)
        foot.addWidget(self.explain, 1)
        column.addLayout(foot)
        self._pages.addWidget(page)
