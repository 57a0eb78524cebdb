"""What happened to a payment, newest first."""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtCore import (
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from posapp.ui import theme
from posapp.ui.payments.state import EntryView
from posapp.ui.widgets.rows import Index, RowsModel, RowsView

_LOW, _MORE_TOP, _MORE_BELOW = 29, 25, 6


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: EntryView = index.data(Qt.ItemDataRole.UserRole)
        view = cast("Timeline", self.parent())
        return QSize(100, _MORE_TOP + view.lines(entry.more) + _MORE_BELOW if entry.more else _LOW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = cast("Timeline", self.parent())
        tokens = theme.of(view)
        entry: EntryView = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        direction = view.layoutDirection()
        lead = Qt.AlignmentFlag.AlignLeft
        trail = Qt.AlignmentFlag.AlignRight
        painter.save()
        painter.setFont(theme.font(theme.TINY))
        end_width = painter.fontMetrics().horizontalAdvance(entry.end) + 8 if entry.end else 0
        top, width = box.top(), box.width()
        time, words, end, more = (
            QStyle.visualRect(direction, box, QRect(box.left() + left, y, room, height))
            for left, y, room, height in (
                (0, top, view.lead, _LOW),
                (view.lead, top, width - view.lead - end_width, _LOW),
                (width - end_width, top, end_width, _LOW),
                (view.lead, top + _MORE_TOP, width - view.lead, box.height() - _MORE_TOP),
            )
        )
        for place, text, size, weight, ink, side in (
            (time, entry.time, theme.SMALL, theme.REGULAR, tokens.secondary, lead),
            (words, entry.words, theme.TEXT, theme.MEDIUM, tokens.text, lead),
            (end, entry.end, theme.TINY, theme.REGULAR, tokens.secondary, trail),
        ):
            painter.setFont(theme.font(size, weight, figures=place is time))
            painter.setPen(ink)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | side, shown)
        if entry.more:
            painter.setPen(tokens.secondary)
            wrapped = _wrapped(entry.more, more.width(), direction)
            wrapped.draw(painter, more.topLeft().toPointF())
        painter.restore()


class Timeline(RowsView):
    def __init__(self, *, name: str = "payment.timeline", lead: int = 72) -> None:
        """``lead`` is the room for the times."""
        super().__init__(name=name, accessible="Timeline, newest first")
        self.lead = lead
        self.entries = RowsModel()
        self.setModel(self.entries)
        self.setItemDelegate(_Row(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)  # what is wrapped depends on the width

    def lines(self, text: str) -> int:
        """How high this text is below its entry: evidence is shown to its end."""
        width = self.viewport().width() - self.lead
        return math.ceil(_wrapped(text, width, self.layoutDirection()).boundingRect().height())


def _wrapped(text: str, width: int, direction: Qt.LayoutDirection) -> QTextLayout:
    """Between words, and within what is longer than a line: the gateway's ids."""
    layout = QTextLayout(text, theme.font(theme.TINY))
    option = QTextOption()
    side = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
    option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, top))
        top += line.height()
    layout.endLayout()
    return layout
