"""The strip that makes training and test mode unmistakable."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.labels import Label


class Banner(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setFixedHeight(theme.BANNER_HEIGHT)
        self.words = Label("", size=theme.SMALL, weight=theme.SEMIBOLD, ink="not_known")
        self.place = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink="not_known")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD, 0, theme.PAD, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.of(self).not_known.wash)
        painter.end()
