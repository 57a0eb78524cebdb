"""While the money is on its way: what was sent, on which card, for how long."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from posapp.ui import theme
from posapp.ui.counter.result_state import STILL_WAITING_AFTER
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.panel import Panel

_TURN = 40


class Spinner(QWidget):
    """An arc that turns while something runs."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_TURN, _TURN)
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(33)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle - 12) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(QPen(tokens.line, 3))
        painter.drawEllipse(box)
        arc = QPen(tokens.accent, 3)
        arc.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(arc)
        painter.drawArc(box, self._angle * 16, 90 * 16)
        painter.end()


class RunningView(Panel):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("counter.running")
        self._spinner = Spinner()
        self._amount = Label("", size=theme.AMOUNT, weight=theme.BOLD)
        self._card = Label("", size=theme.TEXT, ink="secondary")
        self._elapsed = Label("", size=theme.SMALL, ink="secondary", name="running.elapsed")
        self._warning = Label(
            "", size=theme.BODY, weight=theme.SEMIBOLD, ink="not_known", wrap=True
        )
        self._since = 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(250)
        self._clock.timeout.connect(self._tick)
        self.body.addStretch(1)
        for part in (self._spinner, self._amount, self._card, self._elapsed, self._warning):
            self.body.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        self._warning.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addStretch(1)

    def start(self, amount: str, card: str) -> None:
        self._amount.setText(amount)
        self._card.setText(card)
        self._warning.setText("")
        self._since = monotonic()
        self._spinner.start()
        self._clock.start()
        self._tick()
        self.setAccessibleName(f"Charging {amount}")

    def stop(self) -> None:
        self._spinner.stop()
        self._clock.stop()

    def _tick(self) -> None:
        elapsed = monotonic() - self._since
        whole = int(elapsed)
        self._elapsed.setText("1 second" if whole == 1 else f"{whole} seconds")
        if elapsed >= STILL_WAITING_AFTER:
            self._warning.setText("Still waiting. Do not charge again.")
