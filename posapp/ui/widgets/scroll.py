"""Thin scroll bars and the scroll area that uses them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollArea, QScrollBar, QWidget

from posapp.ui import theme


class ThinBar(QScrollBar):
    """A quiet vertical scroll bar without arrows."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)

    def sizeHint(self) -> QSize:
        return QSize(theme.SCROLLBAR, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        span = self.maximum() - self.minimum()
        if span <= 0:
            return
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mix(tokens.panel, tokens.secondary, 0.45))
        whole = self.height() - 4
        thumb = max(24.0, whole * self.pageStep() / (span + self.pageStep()))
        top = 2 + (whole - thumb) * (self.value() - self.minimum()) / span
        painter.drawRoundedRect(QRectF(2, top, self.width() - 4, thumb), 3, 3)
        painter.end()


def quiet(area: QAbstractScrollArea) -> None:
    """Take frame and background off a scrolling view and give it a thin bar."""
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setVerticalScrollBar(ThinBar())
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.viewport().setAutoFillBackground(False)


class Scroll(QScrollArea):
    """Scrolls one widget vertically; ``name`` is what it is read out as."""

    def __init__(self, inner: QWidget, *, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        quiet(self)
        inner.setAutoFillBackground(False)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
