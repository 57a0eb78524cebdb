"""Pictures of the comparison: one bar in segments, one bar that grows, chips with a colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from posapp.model.reconcile import Match
from posapp.ui import theme
from posapp.ui.reconcile.state import ProgressView, Segment, SummaryView
from posapp.ui.widgets.buttons import Chip

_HEIGHT = 14
_THIN = 6
_LEAST = 10.0  # pixels: one row among thousands is still seen
_GAP = 2.0
_DOT = 8


def colour_of(match: Match, tokens: theme.Tokens) -> QColor:
    """Each kind in a colour of its own, from the tones that say what they are about."""
    red, amber = tokens.not_moved.ink, tokens.not_known.ink
    return {
        Match.MATCHED: tokens.moved.ink,
        Match.ONLY_HERE: red,
        Match.ONLY_THERE: tokens.accent,
        Match.AMOUNT_DIFFERS: theme.mix(tokens.panel, red, 0.6),
        Match.STATE_DIFFERS: theme.mix(tokens.panel, tokens.accent, 0.55),
        Match.NOT_KNOWN: amber,
    }[match]


def widths(numbers: tuple[int, ...], room: float) -> tuple[float, ...]:
    """How wide each segment is: so much that it can be seen, and its share of what is left."""
    inner = room - _GAP * (len(numbers) - 1)
    whole = sum(numbers)
    if not numbers or inner <= 0 or whole <= 0:
        return ()
    least = min(_LEAST, inner / len(numbers))
    rest = inner - least * len(numbers)
    return tuple(least + rest * number / whole for number in numbers)


class SegmentBar(QWidget):
    """How many rows of each kind there are, as one bar."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._segments: tuple[Segment, ...] = ()

    def show_summary(self, view: SummaryView) -> None:
        self._segments = view.segments
        self.setAccessibleName(view.spoken)
        tip = "\n".join(f"{segment.words}: {segment.number}" for segment in view.segments)
        self.setToolTip(tip)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setClipPath(shape)
        if not self._segments:
            painter.fillRect(box, tokens.line)
        sizes = widths(tuple(segment.number for segment in self._segments), box.width())
        left = 0.0
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for segment, width in zip(self._segments, sizes, strict=True):
            x = box.width() - left - width if rtl else left
            painter.fillRect(QRectF(x, 0, width, box.height()), colour_of(segment.match, tokens))
            left += width + _GAP
        painter.end()


class GrowingBar(QWidget):
    """How far something got; a quiet full track where nobody can tell."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedHeight(_THIN)
        self._share: float | None = 0.0

    def show_progress(self, view: ProgressView) -> None:
        self._share = view.share
        percent = "" if view.share is None else f", {round(view.share * 100)} percent"
        self.setAccessibleName(f"{view.words}: {view.more}{percent}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        painter.setBrush(tokens.accent_wash if self._share is None else tokens.line)
        painter.drawRoundedRect(box, _THIN / 2, _THIN / 2)
        if self._share:
            width = max(float(_THIN), box.width() * self._share)
            rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            painter.setBrush(tokens.accent)
            x = box.width() - width if rtl else 0.0
            painter.drawRoundedRect(QRectF(x, 0, width, box.height()), _THIN / 2, _THIN / 2)
        painter.end()


class KindChip(Chip):
    """A filter with the colour that its rows have in the bar."""

    def __init__(self, text: str, *, name: str, match: Match | None) -> None:
        super().__init__(text, name=name)
        self._match = match
        self.lead = _DOT if match else 0

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width() + (2 * _DOT if self._match else -theme.STEP), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._match is None:
            return
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        checked = self.isChecked()
        painter.setBrush(tokens.on_accent if checked else colour_of(self._match, tokens))
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = self.width() - theme.GAP - _DOT if rtl else theme.GAP
        painter.drawEllipse(QRectF(left, (self.height() - _DOT) / 2, _DOT, _DOT))
        painter.end()
