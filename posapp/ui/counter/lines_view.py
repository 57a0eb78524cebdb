"""The lines of an order as a list that is painted, with quantity keys."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QEvent,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from posapp.ui import theme
from posapp.ui.counter.state import LineView
from posapp.ui.widgets.rows import Index, RowsModel, RowsView


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, theme.LINE_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = cast("QListView", self.parent())
        tokens = theme.of(view)
        line = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(
                QPen(tokens.accent, theme.FOCUS_RING) if view.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(tokens.accent_wash)
            room = QRectF(box).adjusted(1, 3, -1, -3)
            painter.drawRoundedRect(room, theme.RADIUS, theme.RADIUS)
        self._paint_line(painter, box, line, tokens, view.layoutDirection())
        painter.restore()

    def _paint_line(
        self,
        painter: QPainter,
        box: QRect,
        line: LineView,
        tokens: theme.Tokens,
        direction: Qt.LayoutDirection,
    ) -> None:
        columns = self._columns(box)
        if direction is Qt.LayoutDirection.RightToLeft:
            columns = [QStyle.visualRect(direction, box, column) for column in columns]
        quantity, name, detail, unit, total = columns
        middle = Qt.AlignmentFlag.AlignVCenter
        lead, trail = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        for rect, text, size, weight, ink, flags in (
            (quantity, line.quantity, theme.BODY, theme.SEMIBOLD, tokens.text, middle | trail),
            (name, line.name, theme.TEXT, theme.MEDIUM, tokens.text, middle | lead),
            (detail, line.detail, theme.TINY, theme.REGULAR, tokens.secondary, middle | lead),
            (unit, line.unit_price, theme.TEXT, theme.REGULAR, tokens.secondary, middle | trail),
            (total, line.total, theme.BODY, theme.SEMIBOLD, tokens.text, middle | trail),
        ):
            painter.setFont(theme.font(size, weight, figures=rect in (quantity, unit, total)))
            painter.setPen(ink)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, rect.width()
            )
            painter.drawText(rect, flags, shown)

    @staticmethod
    def _columns(box: QRect) -> list[QRect]:
        top, height = box.top(), box.height()
        upper, lower = top + 8, top + height // 2 + 1
        right = box.right() - 10
        half = height // 2 - 8
        words = box.width() - 50 - 220
        return [
            QRect(box.left(), top, 38, height),
            QRect(box.left() + 50, upper, words, half),
            QRect(box.left() + 50, lower, words, half),
            QRect(right - 212, top, 100, height),
            QRect(right - 104, top, 104, height),
        ]


class LinesView(RowsView):
    """``quantity_wanted(row, difference)`` on + and −, ``removal_wanted(row)`` on Delete."""

    quantity_wanted = Signal(int, int)
    removal_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__(name="counter.lines", accessible="Order lines")
        self.setAccessibleDescription("Plus and minus change the quantity, Delete removes.")
        self.lines = RowsModel()
        self.setModel(self.lines)
        self.setItemDelegate(_Row(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setUniformItemSizes(True)

    def show_lines(self, lines: tuple[LineView, ...]) -> None:
        before = self.lines.rowCount()
        row = self.currentIndex().row()
        self.lines.show(lines)
        if not lines:
            return
        grown = len(lines) > before
        target = len(lines) - 1 if grown or row < 0 else min(row, len(lines) - 1)
        self.setCurrentIndex(self.lines.index(target))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if row >= 0 and event.text() in ("+", "-", "\u2212"):
            self.quantity_wanted.emit(row, 1 if event.text() == "+" else -1)
        elif row >= 0 and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_wanted.emit(row)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)
