"""A state as a quiet pill: an icon or none, a word, a tone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from posapp.ui import theme

HEIGHT = 22


def width_of(text: str) -> int:
    metrics = QFontMetrics(theme.font(theme.TINY, theme.SEMIBOLD))
    return metrics.horizontalAdvance(text) + theme.STEP * 6


def paint(
    painter: QPainter,
    box: QRectF,
    text: str,
    tone: str,
    tokens: theme.Tokens,
    *,
    on_wash: bool = False,
) -> None:
    """Draw a pill into ``box``; used by the widget and by list rows.

    Args:
        on_wash: it stands on a tinted ground, from which its own wash would not stand out.
    """
    tones = tokens.tones(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.panel if on_wash else tones.wash)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(tones.ink)
    painter.setFont(theme.font(theme.TINY, theme.SEMIBOLD))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class Pill(QWidget):
    def __init__(self, *, name: str = "") -> None:
        super().__init__()
        if name:
            self.setObjectName(name)
        self._text = ""
        self._tone = "neutral"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, text: str, tone: str) -> None:
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(width_of(self._text), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint(painter, QRectF(self.rect()), self._text, self._tone, theme.of(self))
        painter.end()
