"""The result: what happened, what to say to the caller, what to press."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QGuiApplication,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from posapp.ui import icons, theme
from posapp.ui.counted import countdown_words
from posapp.ui.counter.result_state import ResultView
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import ElidedLabel, Label
from posapp.ui.widgets.panel import Hairline, Panel, clear

_BADGE = 44
_TICK = 500  # milliseconds between two looks at the clock
_ONE_LINE = 36  # characters of a value that fit beside its name


class Badge(QWidget):
    """An icon on a round wash in the tone of the result."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(_BADGE, _BADGE))
        self._icon, self._tone = "clock", "neutral"

    def show_icon(self, icon: str, tone: str) -> None:
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme.of(self).tones(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tones.wash)
        painter.drawEllipse(QRectF(self.rect()))
        size = 24
        image = icons.pixmap(self._icon, tones.ink, size=size, ratio=self.devicePixelRatioF())
        painter.drawPixmap((_BADGE - size) // 2, (_BADGE - size) // 2, image)
        painter.end()


class ResultPanel(Panel):
    """``next_wanted``, ``receipt_wanted`` and ``case_wanted`` are the ways on from here."""

    next_wanted = Signal()
    case_wanted = Signal()
    receipt_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=theme.GAP)
        self.badge = Badge()
        self.status = Label(
            "", size=theme.TITLE, weight=theme.BOLD, wrap=True, name="result.status"
        )
        self.message = Label("", size=theme.TEXT, wrap=True, name="result.message")
        self.caller = Label("", size=theme.TEXT, weight=theme.MEDIUM, wrap=True)
        self.countdown = Label(
            "", size=theme.TEXT, weight=theme.SEMIBOLD, ink="not_known", figures=True, wrap=True,
            name="result.countdown",
        )  # fmt: skip
        self.link = ElidedLabel("", size=theme.SMALL, ink="accent", name="result.link")
        self.copy = Button("Copy link", name="result.copy_link", compact=True, icon="copy")
        self.open = Button("Open", name="result.open_link", compact=True, icon="link")
        self.receipt = Button("Receipt", name="result.receipt", icon="receipt", shortcut="Ctrl+P")
        self.case = Button("", name="result.case", kind="quiet", compact=True, shortcut="Ctrl E")
        self.next = Button("Next order", name="result.next", kind="primary", shortcut="Enter")
        self._facts = QGridLayout()
        self._link_row = QWidget()
        self._view: ResultView | None = None
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK)
        self._ticks.timeout.connect(self._count_down)
        self._build()
        self.next.clicked.connect(self.next_wanted)
        self.receipt.clicked.connect(self.receipt_wanted)
        self.receipt.bind("Ctrl+P")
        self.case.clicked.connect(self.case_wanted)
        self.case.bind("Ctrl+E")
        self.copy.clicked.connect(self._copy_link)
        self.open.clicked.connect(self._open_link)

    @property
    def view(self) -> ResultView | None:
        return self._view

    def show_result(self, view: ResultView) -> None:
        fresh = self._view is None or self._view.headline != view.headline
        self._view = view
        self.badge.show_icon(view.icon, view.tone)
        self.status.setText(view.headline)
        self.status.setProperty("status", view.status)
        self.status.setAccessibleName(view.headline)
        self.message.setText(view.message)
        self.message.setAccessibleName(view.message)
        self.caller.setText(view.caller)
        self.caller.setVisible(bool(view.caller))
        self._link_row.setVisible(bool(view.link))
        self.link.setText(view.link)
        self.receipt.setVisible(view.receipt)
        self.case.setVisible(bool(view.evidence_words))
        self.case.say(view.evidence_words)
        self.countdown.setVisible(view.follows)
        self._count_down()
        self._tick_while_needed()
        self.next.say(view.next_words)
        self._show_facts(view.facts)
        if fresh:
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        self._view = None
        self.status.setText("")
        self.status.setProperty("status", "")
        self._tick_while_needed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count_down()
        self._tick_while_needed()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticks.stop()

    def changeEvent(self, event: QEvent) -> None:
        self.update()
        super().changeEvent(event)

    def _tick_while_needed(self) -> None:
        """Nobody reads a countdown that cannot be seen."""
        if self._view is not None and self._view.follows and self.isVisible():
            self._ticks.start()
        else:
            self._ticks.stop()

    def _count_down(self) -> None:
        if self._view is not None and self._view.follows:
            due = self._view.due
            left = due - datetime.now(UTC) if due is not None else None
            self.countdown.setText(countdown_words(left))

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        clear(self._facts)
        for row, (name, value) in enumerate(facts):
            words = Label(name, size=theme.SMALL, ink="secondary")
            shown = Label(value, size=theme.TEXT, weight=theme.MEDIUM, wrap=len(value) > _ONE_LINE)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(f"{name}: {value}")
            shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            self._facts.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(shown, row, 1)

    def _copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.say("Copied")

    def _open_link(self) -> None:
        QDesktopServices.openUrl(QUrl(self.link.text()))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.status, 1)
        self.body.addLayout(head)
        self.body.addWidget(self.message)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self.countdown, 1)
        row.addWidget(self.case)
        self.body.addLayout(row)
        self.body.addWidget(self.caller)
        link = QHBoxLayout(self._link_row)
        link.setContentsMargins(0, 0, 0, 0)
        link.setSpacing(theme.STEP * 2)
        link.addWidget(self.link, 1)
        link.addWidget(self.copy)
        link.addWidget(self.open)
        self.body.addWidget(self._link_row)
        self.body.addWidget(Hairline())
        self._facts.setColumnStretch(1, 1)
        self._facts.setHorizontalSpacing(theme.GAP)
        self._facts.setVerticalSpacing(theme.STEP * 2)
        self.body.addLayout(self._facts)
        self.body.addStretch(1)
        foot = QVBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self.receipt)
        foot.addWidget(self.next)
        self.body.addLayout(foot)
