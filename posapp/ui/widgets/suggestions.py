"""A list of hits that hangs under a search field and is steered from it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from posapp.ui import theme

_ROW = 44
_MOST = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One suggestion: what it is, a smaller second text, and an amount or count at the end."""

    title: str
    detail: str = ""
    end: str = ""


class Suggestions(QWidget):
    """Child of the screen, placed under its field. ``picked(row)`` on click or Enter."""

    picked = Signal(int)

    def __init__(self, field: QLineEdit, anchor: QWidget, parent: QWidget, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Suggestions")
        self.setMouseTracking(True)
        self._field = field
        self._anchor = anchor
        self._over = parent
        self._hits: tuple[Hit, ...] = ()
        self._row = -1
        field.installEventFilter(self)
        self.hide()

    @property
    def row(self) -> int:
        """The row the arrow keys stand on, -1 where none was chosen."""
        return self._row

    def show_hits(self, hits: tuple[Hit, ...]) -> None:
        self._hits = hits[:_MOST]
        self._row = -1
        if not self._hits or not self._field.hasFocus():
            self.hide()
            return
        top_left = self._anchor.mapTo(self._over, QPoint(0, self._anchor.height() + 4))
        size = QSize(self._anchor.width(), _ROW * len(self._hits) + 8)
        self.setGeometry(QRect(top_left, size))
        self.raise_()
        self.show()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if not self.isVisible():
                return False
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._row = max(-1, min(len(self._hits) - 1, self._row + step))
                if self._row >= 0:
                    self._field.setAccessibleDescription(self._hits[self._row].title)
                self.update()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._row = self._row_at(event.position().toPoint())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if row >= 0:
            self.hide()
            self.picked.emit(row)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.line, 1))
        painter.setBrush(tokens.panel)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        chosen = max(self._row, 0)
        for index, hit in enumerate(self._hits):
            row = QRect(4, 4 + index * _ROW, self.width() - 8, _ROW)
            if index == chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(tokens.accent_wash)
                painter.drawRoundedRect(row, theme.RADIUS - 2, theme.RADIUS - 2)
            self._paint_hit(painter, row.adjusted(12, 4, -12, -4), hit, tokens)
        painter.end()

    def _paint_hit(self, painter: QPainter, box: QRect, hit: Hit, tokens: theme.Tokens) -> None:
        lead = Qt.AlignmentFlag.AlignLeft
        trail = Qt.AlignmentFlag.AlignRight
        painter.setFont(theme.font(theme.TEXT, theme.MEDIUM))
        painter.setPen(tokens.text)
        room = box.width() - 110
        title = painter.fontMetrics().elidedText(hit.title, Qt.TextElideMode.ElideRight, room)
        upper = box.adjusted(0, 0, 0, -box.height() // 2) if hit.detail else box
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | lead, title)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | trail, hit.end)
        painter.setFont(theme.font(theme.TINY))
        painter.setPen(tokens.secondary)
        lower = box.adjusted(0, box.height() // 2, 0, 0)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | lead, hit.detail)

    def _row_at(self, point: QPoint) -> int:
        row = (point.y() - 4) // _ROW
        return row if 0 <= row < len(self._hits) else -1
