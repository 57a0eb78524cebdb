"""Thin scroll bars and the scroll area that uses them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollArea, QScrollBar, QStyle, QWidget

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
    """Scrolls one widget vertically; ``name`` is what it is read out as.

    Args:
        is_form: it follows the fields that have the focus, and is no station of the Tab key itself.
    """

    def __init__(self, inner: QWidget, *, name: str, is_form: bool = False) -> None:
        super().__init__()
        if is_form:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        quiet(self)
        inner.setAutoFillBackground(False)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)


def lay_over(view: QAbstractScrollArea) -> None:
    """Let the thin bar lie over the margin of the rows: they keep their whole width, with a bar
    and without one."""
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    _OverlayBar(view)


class _OverlayBar(ThinBar):
    """Shows and moves the view's own bar, which is hidden; nothing where all rows are seen."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__()
        self.setParent(view)
        self._view = view
        self._real = view.verticalScrollBar()
        self._real.rangeChanged.connect(self._follow)
        self._real.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._real.setValue)
        view.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self.setPageStep(self._real.pageStep())
        self.setSingleStep(self._real.singleStep())
        self.setRange(self._real.minimum(), self._real.maximum())
        self.setVisible(self._real.maximum() > self._real.minimum())
        room = self._view.rect()
        edge = QRect(room.right() + 1 - theme.SCROLLBAR, 0, theme.SCROLLBAR, room.height())
        self.setGeometry(QStyle.visualRect(self._view.layoutDirection(), room, edge))
        self.raise_()
