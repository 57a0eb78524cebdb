"""The list of what is open: painted rows."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from posapp.ui import theme
from posapp.ui.cases.state import RowView
from posapp.ui.widgets import pill
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.rows import Index, RowsModel, RowsView

_EDGE = 16
_NAMES = ("State", "Open for", "Customer", "Card", "Who or what next", "Amount")


def columns(width: int) -> tuple[tuple[int, int], ...]:
    """(left, width) of state, age, customer, card, what next and amount for a list this wide."""
    inner = width - 2 * _EDGE
    state, age, card, waits, amount = 128, 80, 130, 200, 104
    customer = max(80, inner - state - age - card - waits - amount)
    widths = (state, age, customer, card, waits, amount)
    lefts = [_EDGE]
    for part in widths[:-1]:
        lefts.append(lefts[-1] + part)
    return tuple(zip(lefts, widths, strict=True))


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
        rtl = direction is Qt.LayoutDirection.RightToLeft
        state, age, who, card, waits, amount = (
            QStyle.visualRect(
                direction, box, QRect(box.left() + left, box.top(), width, box.height())
            )
            for left, width in columns(box.width())
        )
        lead, trail = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        for place, text, weight, ink, side in (
            (age, row.age, theme.REGULAR, tokens.secondary, lead),
            (who, row.who, theme.MEDIUM, tokens.text, lead),
            (card, row.card, theme.REGULAR, tokens.secondary, lead),
            (waits, row.waits, theme.REGULAR, tokens.text, lead),
            (amount, row.amount, theme.SEMIBOLD, tokens.text, trail),
        ):
            painter.setFont(theme.font(theme.TEXT, weight, figures=place in (age, waits, amount)))
            painter.setPen(ink)
            room = place.adjusted(0, 0, 0 if place is amount else -8, 0)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)
        width = min(pill.width_of(row.state), state.width() - 6)
        left = state.right() - width if rtl else state.left()
        top = box.top() + (box.height() - pill.HEIGHT) / 2
        pill.paint(painter, QRectF(left, top, width, pill.HEIGHT), row.state, row.tone, tokens)
        painter.restore()


class CasesList(RowsView):
    """``opened`` when somebody wants to see the current row: Enter, or a double click."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__(name="cases.list", accessible="What is open")
        self.rows = RowsModel()
        self.setModel(self.rows)
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.doubleClicked.connect(self.opened)

    @property
    def current(self) -> RowView | None:
        """The row somebody stands on."""
        index = self.currentIndex()
        return cast("RowView", index.data(Qt.ItemDataRole.UserRole)) if index.isValid() else None

    def show_rows(self, rows: tuple[RowView, ...]) -> None:
        """Show these rows and stay on what somebody stood on, else stand on the first."""
        stood = self.current
        self.rows.show(rows)
        same = [
            number
            for number, row in enumerate(rows)
            if stood and (row.attempt, row.alarm) == (stood.attempt, stood.alarm)
        ]
        if rows:
            self.setCurrentIndex(self.rows.index(same[0] if same else 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.isAutoRepeat() and self.current is not None:
            self.opened.emit()
            return
        super().keyPressEvent(event)


class ListHead(QWidget):
    """The column names, placed like the columns of the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self._names = [
            Label(name, size=theme.TINY, weight=theme.MEDIUM, ink="secondary", parent=self)
            for name in _NAMES
        ]
        self._names[-1].setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: object) -> None:
        for name, (left, width) in zip(self._names, columns(self.width()), strict=True):
            place = QRect(left, 0, width, self.height())
            name.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
