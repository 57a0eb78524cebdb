"""What happened to a payment, newest first."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from posapp.ui import theme
from posapp.ui.payments.state import EntryView
from posapp.ui.widgets.labels import as_it_stands
from posapp.ui.widgets.rows import Index, RowsModel, RowsView

_HIGH, _LOW = 46, 29


class _Entries(RowsModel):
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.ToolTipRole:
            entry: EntryView = super().data(index, Qt.ItemDataRole.UserRole)  # type: ignore[assignment]
            return as_it_stands(entry.more) if entry.more else None
        return super().data(index, role)


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: EntryView = index.data(Qt.ItemDataRole.UserRole)
        return QSize(100, _HIGH if entry.more else _LOW)

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
                (view.lead, top + 24, width - view.lead, 18),
            )
        )
        for place, text, size, weight, ink, side in (
            (time, entry.time, theme.SMALL, theme.REGULAR, tokens.secondary, lead),
            (words, entry.words, theme.TEXT, theme.MEDIUM, tokens.text, lead),
            (end, entry.end, theme.TINY, theme.REGULAR, tokens.secondary, trail),
            (more, entry.more, theme.TINY, theme.REGULAR, tokens.secondary, lead),
        ):
            painter.setFont(theme.font(size, weight, figures=place is time))
            painter.setPen(ink)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | side, shown)
        painter.restore()


class Timeline(RowsView):
    def __init__(self, *, name: str = "payment.timeline", lead: int = 72) -> None:
        """``lead`` is the room for the times."""
        super().__init__(name=name, accessible="Timeline, newest first")
        self.lead = lead
        self.entries = _Entries()
        self.setModel(self.entries)
        self.setItemDelegate(_Row(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
