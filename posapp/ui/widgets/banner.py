"""A strip over the whole window: test mode, and that the shared ledger is away."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.labels import Label

Tone = Literal["not_known", "not_moved"]


class Banner(QWidget):
    def __init__(self, *, name: str = "banner", tone: Tone = "not_known") -> None:
        super().__init__()
        self.setObjectName(name)
        self._tone = tone
        self.setFixedHeight(theme.BANNER_HEIGHT)
        self.words = Label(
            "", size=theme.SMALL, weight=theme.SEMIBOLD, ink=tone, name=f"{name}.words"
        )
        self.place = Label("", size=theme.SMALL, weight=theme.MEDIUM, ink=tone)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD, 0, theme.PAD, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.of(self).tones(self._tone).wash)
        painter.end()
