"""One side of a dialog: what is known about an attempt, and every look-up that was made."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.desk import Desk
from posapp.ui import theme
from posapp.ui.format import moment_time
from posapp.ui.payments.state import EntryView
from posapp.ui.payments.timeline import Timeline
from posapp.ui.widgets.labels import ElidedLabel, Label
from posapp.ui.widgets.panel import Hairline, clear
from posapp.ui.widgets.pill import Pill

_WIDTH = 448
_TIMES = 96  # room for a day and a time
_TIMELINE = 184


class Evidence(QWidget):
    """``name`` is the first part of the object names of its parts."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self.state = Pill(name=f"{name}.state")
        self.advice = Label("", size=theme.SMALL, ink="secondary", wrap=True)
        self.timeline = Timeline(name=f"{name}.timeline", lead=_TIMES)
        self.timeline.setMinimumHeight(_TIMELINE)
        self._facts = QGridLayout()
        self._shown: tuple[tuple[str, str], ...] = ()
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(theme.GAP)
        self._facts.setVerticalSpacing(theme.STEP + 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        row = QHBoxLayout()
        row.addWidget(self.state)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.advice)
        column.addWidget(Hairline())
        column.addLayout(self._facts)
        column.addWidget(Hairline())
        column.addWidget(
            Label("Evidence", size=theme.SMALL, weight=theme.SEMIBOLD, ink="secondary")
        )
        column.addWidget(self.timeline, 1)

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        if facts == self._shown:
            return
        self._shown = facts
        clear(self._facts)
        for row, (name, value) in enumerate(facts):
            words = Label(name, size=theme.SMALL, ink="secondary")
            shown = ElidedLabel(value, size=theme.SMALL, weight=theme.MEDIUM)
            shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            shown.setAccessibleName(f"{name}: {value}")
            self._facts.addWidget(words, row, 0)
            self._facts.addWidget(shown, row, 1)

    def show_entries(self, entries: tuple[EntryView, ...]) -> None:
        self.timeline.entries.show(entries)


def account_label(desk: Desk, account: str) -> str:
    """What people call the account; its id where it was removed, for that is what is known."""
    labels = {each.account: each.label for each in desk.accounts.all()}
    return labels.get(account, account)


def when(at: datetime) -> str:
    return moment_time(at, datetime.now(UTC))
