"""The head of the reconcile screen: which days, how far it got, what came of it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.reconciliation import Listing
from posapp.ui import theme
from posapp.ui.reconcile.bars import GrowingBar, SegmentBar
from posapp.ui.reconcile.state import (
    SPANS,
    ProgressView,
    SummaryView,
    TotalView,
    days_of,
    parse_day,
)
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.choice import Choice
from posapp.ui.widgets.fields import Field, TextField
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Panel, clear

_DAY_WIDTH = 132
_TOTALS_WIDTH = 340


class Question(QWidget):
    """Account and days. ``changed`` when they are others, ``asked`` when somebody starts."""

    changed = Signal()
    asked = Signal()
    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._today = date.min
        self.account = Choice(name="reconcile.account")
        self.span = Choice(name="reconcile.span")
        for key, words in SPANS:
            self.span.addItem(words, key)
        self.first = TextField("First day", name="reconcile.first", limit=10)
        self.last = TextField("Last day", name="reconcile.last", limit=10)
        self.compare = Button("Compare", name="reconcile.compare", kind="primary", shortcut="F5")
        self.export = Button("Export…", name="reconcile.export", icon="download")
        self.compare.bind("F5")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(Field("Account", self.account), 1, top)
        span = Field("Days", self.span)
        span.setFixedWidth(_DAY_WIDTH + theme.PAD)
        row.addWidget(span, 0, top)
        for field in (self.first, self.last):
            field.setFixedWidth(_DAY_WIDTH)
            row.addWidget(field, 0, top)
            field.input.textEdited.connect(self._typed)
            field.input.editingFinished.connect(self.changed)
            field.input.returnPressed.connect(self.asked)
        for button in (self.export, self.compare):
            button.setFixedHeight(theme.FIELD_HEIGHT)
            below_label = QVBoxLayout()
            below_label.addSpacing(self.first.label.sizeHint().height() + theme.STEP)
            below_label.addWidget(button)
            row.addLayout(below_label)
            row.setAlignment(below_label, top)
        QWidget.setTabOrder(self.compare, self.export)
        self.account.currentIndexChanged.connect(self._account_chosen)
        self.span.currentIndexChanged.connect(self._span_chosen)
        self.compare.clicked.connect(self.asked)
        self.export.clicked.connect(self.export_wanted)

    def offer(self, accounts: tuple[Listing, ...], today: date) -> None:
        """Fill the choices; what was chosen stays where it is still there."""
        before = self.account.currentData()
        known = tuple(
            (self.account.itemData(i), self.account.itemText(i))
            for i in range(self.account.count())
        )
        if known != tuple((one.id, one.label) for one in accounts):
            with QSignalBlocker(self.account):
                self.account.clear()
                for one in accounts:
                    self.account.addItem(one.label, one.id)
                self.account.setCurrentIndex(max(0, self.account.findData(before)))
        if today != self._today:
            self._today = today
            self._show_days()

    def account_id(self) -> str:
        return str(self.account.currentData() or "")

    def days(self) -> tuple[date, date] | None:
        """The chosen days; None where they cannot be read, which is said beside the field."""
        found = []
        for field in (self.first, self.last):
            day = parse_day(field.text())
            field.problem(None if day else "Type 2026-03-04.")
            found.append(day)
        first, last = found
        return (first, last) if first and last else None

    def problem(self, field: str, sentence: str) -> None:
        """Say what is wrong beside ``first`` or ``last``."""
        line = {"first": self.first, "last": self.last}[field]
        line.problem(sentence)
        line.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _account_chosen(self, _index: int) -> None:
        self.changed.emit()

    def _span_chosen(self, _index: int) -> None:
        self._show_days()
        self.changed.emit()

    def _show_days(self) -> None:
        days = days_of(str(self.span.currentData()), self._today)
        if days is None:
            return
        for field, day in zip((self.first, self.last), days, strict=True):
            field.input.setText(day.isoformat())
            field.problem(None)

    def _typed(self, _text: str) -> None:
        with QSignalBlocker(self.span):
            self.span.setCurrentIndex(self.span.findData("chosen"))
        self.span.update()


class Result(Panel):
    """What came of it, or how far it got. ``stop_wanted`` while it runs."""

    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=theme.STEP * 2)
        self.headline = Label(
            "", size=theme.TITLE, weight=theme.SEMIBOLD, wrap=True, name="reconcile.headline"
        )
        self.remark = Label("", size=theme.SMALL, ink="secondary", wrap=True,
                            name="reconcile.remark")  # fmt: skip
        self.bar = SegmentBar(name="reconcile.bar")
        self.progress = GrowingBar(name="reconcile.progress")
        self.stop = Button("Stop", name="reconcile.stop", compact=True, shortcut="Esc")
        self.stop.clicked.connect(self.stop_wanted)
        self._totals = QGridLayout()
        self._totals_place = QWidget()
        self._build()
        self._run(False)

    def show_summary(self, view: SummaryView) -> None:
        self._run(False)
        self.headline.setText(view.headline)
        self.headline.set_ink("not_known" if view.tone == "not_known" else "text")
        self.remark.setText(view.remark)
        self.bar.setVisible(bool(view.segments))
        self.bar.show_summary(view)
        self._show_totals(view.totals)

    def show_progress(self, view: ProgressView) -> None:
        self._run(True)
        self.headline.setText(f"{view.words}…")
        self.headline.set_ink("text")
        self.remark.setText(view.more)
        self.progress.show_progress(view)

    def _run(self, running: bool) -> None:
        self.progress.setVisible(running)
        self.stop.setVisible(running)
        self._totals_place.setVisible(not running and self._totals.count() > 0)
        if running:
            self.bar.hide()

    def _show_totals(self, totals: tuple[TotalView, ...]) -> None:
        clear(self._totals)
        if totals:
            for column, head in ((1, "Here"), (2, "There")):
                words = Label(head, size=theme.TINY, weight=theme.MEDIUM, ink="secondary")
                words.setAlignment(Qt.AlignmentFlag.AlignTrailing)
                self._totals.addWidget(words, 0, column)
        for row, total in enumerate(totals, 1):
            name = Label(total.name, size=theme.SMALL, ink="secondary")
            self._totals.addWidget(name, row, 0)
            for column, where, value in ((1, "here", total.here), (2, "there", total.there)):
                shown = Label(
                    value, size=theme.SMALL, weight=theme.SEMIBOLD, figures=True,
                    ink="text" if total.agrees else "not_known",
                )  # fmt: skip
                shown.setAlignment(Qt.AlignmentFlag.AlignTrailing)
                shown.setAccessibleName(f"{total.name} {where}: {value}")
                self._totals.addWidget(shown, row, column)
        self._totals_place.setVisible(bool(totals))

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.PAD * 2)
        told = QVBoxLayout()
        told.setSpacing(theme.STEP * 2)
        head = QHBoxLayout()
        head.addWidget(self.headline, 1)
        head.addWidget(self.stop)
        told.addLayout(head)
        told.addWidget(self.bar)
        told.addWidget(self.progress)
        told.addWidget(self.remark)
        row.addLayout(told, 1)
        self._totals_place.setFixedWidth(_TOTALS_WIDTH)
        self._totals.setContentsMargins(0, 0, 0, 0)
        self._totals.setHorizontalSpacing(theme.PAD)
        self._totals.setVerticalSpacing(theme.STEP)
        self._totals.setColumnStretch(0, 1)
        self._totals_place.setLayout(self._totals)
        row.addWidget(self._totals_place, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
