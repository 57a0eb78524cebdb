"""The rows of the comparison: painted, paged by key, nothing sorted or filtered in Python."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from posapp.ui import theme
from posapp.ui.reconcile.state import RowView
from posapp.ui.widgets import pill
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.rows import Index, RowsModel, RowsView

_EDGE = 16


def columns(width: int) -> tuple[tuple[int, int], ...]:
    """(left, width) of time, kind, reference, result, here and there for a list this wide."""
    inner = width - 2 * _EDGE
    time, what, result, side = 62, 78, 128, 92
    name = max(80, inner - time - what - result - 2 * side)
    sizes = (time, what, name, result, side, side)
    lefts = [_EDGE]
    for size in sizes[:-1]:
        lefts.append(lefts[-1] + size)
    return tuple(zip(lefts, sizes, strict=True))


class ReconciledModel(RowsModel):
    """Asks for the next page through ``more_wanted`` when the list is scrolled to its end."""

    more_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.has_more = False

    def canFetchMore(self, parent: Index) -> bool:
        return self.has_more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self.has_more = False
        self.more_wanted.emit()

    def row_of(self, position: int) -> int:
        """Where this row of the comparison stands in the list, -1 where it does not."""
        rows = (cast("RowView", row) for row in self._rows)
        return next((i for i, row in enumerate(rows) if row.position == position), -1)


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, theme.ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = cast("QListView", self.parent())
        tokens = theme.of(view)
        row: RowView = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, tokens.accent_wash)
            if view.hasFocus():
                painter.fillRect(box.left(), box.top(), 3, box.height(), tokens.accent)
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, tokens.line)
        direction = view.layoutDirection()
        lead, trail = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        time, what, name, result, here, there = (
            QStyle.visualRect(
                direction, box, QRect(box.left() + left, box.top(), width, box.height())
            )
            for left, width in columns(box.width())
        )
        nothing = tokens.secondary
        for place, text, weight, ink, side in (
            (time, row.time, theme.REGULAR, tokens.secondary, lead),
            (what, row.what, theme.MEDIUM, tokens.text, lead),
            (name, row.name, theme.REGULAR, tokens.secondary, lead),
            (here, row.here or "–", theme.SEMIBOLD, tokens.text if row.here else nothing, trail),
            (there, row.there or "–", theme.SEMIBOLD, tokens.text if row.there else nothing, trail),
        ):
            figures = place in (time, here, there)
            painter.setFont(theme.font(theme.TEXT, weight, figures=figures))
            painter.setPen(ink)
            room = place if side is trail else place.adjusted(0, 0, -8, 0)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)
        width = min(pill.width_of(row.result), result.width() - 6)
        rtl = direction is Qt.LayoutDirection.RightToLeft
        left = result.right() - width if rtl else result.left()
        top = box.top() + (box.height() - pill.HEIGHT) / 2
        pill.paint(painter, QRectF(left, top, width, pill.HEIGHT), row.result, row.tone, tokens)
        painter.restore()


class ReconciledList(RowsView):
    """``chosen(position)`` when the current row changes."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(name="reconcile.list", accessible="Comparison, newest first")
        # Its room is always kept, so that the columns stand below their names.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.rows = ReconciledModel()
        self.setModel(self.rows)
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.data(Qt.ItemDataRole.UserRole).position)

    def select_position(self, position: int | None) -> None:
        """Stand on this row, or on the first one."""
        row = self.rows.row_of(position) if position is not None else -1
        if self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(max(row, 0)))


class ListHead(QWidget):
    """The column names, placed like the columns of the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self._names = [
            Label(name, size=theme.TINY, weight=theme.MEDIUM, ink="secondary", parent=self)
            for name in ("Time", "What", "Reference", "Result", "Here", "There")
        ]
        for name in self._names[-2:]:
            name.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: object) -> None:
        room = self.width() - theme.SCROLLBAR
        for name, (left, width) in zip(self._names, columns(room), strict=True):
            place = QRect(left, 0, width, self.height())
            name.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
