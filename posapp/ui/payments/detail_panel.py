"""One payment: its amount and state, the facts, what happened, what can be done now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.payments.state import DetailView
from posapp.ui.payments.timeline import Timeline
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import ElidedLabel, Label
from posapp.ui.widgets.panel import Hairline, Panel, clear
from posapp.ui.widgets.pill import Pill

_ONE_LINE = 36  # characters of a value that fit beside its name


class DetailPanel(Panel):
    refund_wanted = Signal()
    receipt_wanted = Signal()
    check_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=theme.STEP * 2)
        self.amount = Label("", size=theme.AMOUNT, weight=theme.BOLD, name="payment.amount")
        self.state = Pill(name="payment.state")
        self.subtitle = ElidedLabel("", size=theme.SMALL, ink="secondary")
        self.timeline = Timeline()
        self.why_not = Label("", size=theme.TINY, ink="secondary", wrap=True)
        self.refund = Button("Refund…", name="payment.refund", shortcut="R")
        self.receipt = Button("Receipt", name="payment.receipt", shortcut="P")
        self.check = Button(
            "Check with the gateway",
            name="payment.check",
            compact=True,
            kind="quiet",
            icon="refresh-cw",
        )
        self.empty = Label(
            "No payment chosen. Take one at the counter, or change the search.",
            ink="secondary",
            wrap=True,
        )
        self._facts = QGridLayout()
        self._shown: DetailView | None = None
        self._build()
        self._nothing_can_be_done()
        self.refund.clicked.connect(self.refund_wanted)
        self.receipt.clicked.connect(self.receipt_wanted)
        self.check.clicked.connect(self.check_wanted)

    def show_detail(self, view: DetailView | None) -> None:
        self._pages.setCurrentIndex(1 if view else 0)
        if view is None:
            self._shown = None
            self._nothing_can_be_done()
            return
        if view == self._shown:
            return
        if self._shown is None or view.facts != self._shown.facts:
            self._show_facts(view.facts)
        self._shown = view
        self.amount.setText(view.amount)
        self.amount.setAccessibleName(f"Amount {view.amount}")
        self.state.show_state(view.state, view.tone)
        self.subtitle.setText(view.subtitle)
        self.timeline.entries.show(view.timeline)
        self.refund.setEnabled(view.can_refund)
        self.refund.setToolTip(view.refund_why_not)
        self.why_not.setText(view.refund_why_not)
        self.why_not.setVisible(bool(view.refund_why_not))
        self.receipt.setEnabled(view.receipt)

    def _nothing_can_be_done(self) -> None:
        for button in (self.refund, self.receipt):
            button.setEnabled(False)

    def checking(self, running: bool) -> None:
        self.check.setEnabled(not running)
        self.check.say("Checking…" if running else "Check with the gateway")

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        clear(self._facts)
        for row, (name, value) in enumerate(facts):
            shown = Label(value, size=theme.TEXT, weight=theme.MEDIUM, wrap=len(value) > _ONE_LINE)
            shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            shown.setAccessibleName(f"{name}: {value}")
            words = Label(name, size=theme.SMALL, ink="secondary")
            self._facts.addWidget(words, row, 0)
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
        head.addWidget(self.amount)
        head.addStretch(1)
        head.addWidget(self.state)
        column.addLayout(head)
        column.addWidget(self.subtitle)
        column.addWidget(Hairline())
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(theme.GAP)
        self._facts.setVerticalSpacing(theme.STEP + 2)
        column.addLayout(self._facts)
        column.addWidget(Hairline())
        bar = QHBoxLayout()
        title = Label("Timeline", size=theme.SMALL, weight=theme.SEMIBOLD, ink="secondary")
        bar.addWidget(title, 1)
        bar.addWidget(self.check)
        column.addLayout(bar)
        column.addWidget(self.timeline, 1)
        column.addWidget(self.why_not)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.refund, 1)
        foot.addWidget(self.receipt, 1)
        column.addLayout(foot)
        self._pages.addWidget(page)
