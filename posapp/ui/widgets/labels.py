"""Text on the screen. The only place that makes a QLabel: always plain text, never markup."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from posapp.ui import theme

Ink = Literal["text", "secondary", "accent", "moved", "not_known", "not_moved"]


class Label(QLabel):
    """One piece of plain text in a size, weight and ink of the scale."""

    def __init__(
        self,
        text: str = "",
        *,
        size: int = theme.TEXT,
        weight: int = theme.REGULAR,
        ink: Ink = "text",
        wrap: bool = False,
        figures: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setFont(theme.font(size, weight, figures=figures))
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if name:
            self.setObjectName(name)
        self._ink: Ink = ink
        self._dress()

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        tokens = theme.of(self)
        colour = (
            tokens.tones(self._ink).ink
            if self._ink in ("moved", "not_known", "not_moved")
            else getattr(tokens, self._ink)
        )
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.setPalette(palette)


class ElidedLabel(Label):
    """A label that ends in an ellipsis where there is no room, with the whole text as tooltip."""

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(as_it_stands(self.text()) if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(self.alignment()), shown)
        painter.end()


def as_it_stands(text: str) -> str:
    """A tooltip takes what looks like markup for markup; escaped, it shows the signs."""
    from html import escape

    return f"<span>{escape(text)}</span>"
