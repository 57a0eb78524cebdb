"""The list of payments: painted rows, paged by key, nothing sorted or filtered in Python."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
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
from posapp.ui.payments.state import RowView
from posapp.ui.widgets import pill
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.rows import Index, RowsModel, RowsView

_EDGE = 16


def columns(width: int) -> tuple[tuple[int, int], ...]:
    """(left, width) of time, customer, card, state and amount for a list this wide."""
    inner = width - 2 * _EDGE
    time, card, state, amount = 66, 110, 132, 104
    customer = max(80, inner - time - card - state - amount)
    lefts = [_EDGE]
    for part in (time, customer, card, state):
        lefts.append(lefts[-1] + part)
    return tuple(zip(lefts, (time, customer, card, state, amount), strict=True))


class PaymentsModel(RowsModel):
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

    def row_of(self, attempt_id: int) -> int:
        """Where this attempt stands, -1 where it does not."""
        rows = (cast("RowView", row) for row in self._rows)
        return next((i for i, row in enumerate(rows) if row.attempt_id == attempt_id), -1)


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
        lead = Qt.AlignmentFlag.AlignLeft
        trail = Qt.AlignmentFlag.AlignRight
        places = [
            QStyle.visualRect(
                direction, box, QRect(box.left() + left, box.top(), width, box.height())
            )
            for left, width in columns(box.width())
        ]
        for place, text, weight, ink, side in (
            (places[0], row.time, theme.REGULAR, tokens.secondary, lead),
            (places[1], row.customer, theme.MEDIUM, tokens.text, lead),
            (places[2], row.card, theme.REGULAR, tokens.secondary, lead),
            (places[4], row.amount, theme.SEMIBOLD, tokens.text, trail),
        ):
            painter.setFont(theme.font(theme.TEXT, weight, figures=place in (places[0], places[4])))
            painter.setPen(ink)
            room = place.adjusted(0, 0, 0 if place is places[4] else -8, 0)
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)
        width = min(pill.width_of(row.state), places[3].width() - 6)
        left = places[3].right() - width if rtl else places[3].left()
        top = box.top() + (box.height() - pill.HEIGHT) / 2
        pill.paint(painter, QRectF(left, top, width, pill.HEIGHT), row.state, row.tone, tokens)
        painter.restore()


class PaymentsList(RowsView):
    """``chosen(attempt)`` when the current row changes."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(name="payments.list", accessible="Payments")
        self.rows = PaymentsModel()
        self.setModel(self.rows)
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.data(Qt.ItemDataRole.UserRole).attempt_id)

    def select_attempt(self, attempt_id: int | None) -> None:
        """Stand on this attempt, or on the first row."""
        row = self.rows.row_of(attempt_id) if attempt_id is not None else -1
        if self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(max(row, 0)))


class ListHead(QWidget):
    """The column names, placed like the columns of the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self._names = [
            Label(name, size=theme.TINY, weight=theme.MEDIUM, ink="secondary", parent=self)
            for name in ("Time", "Customer", "Card", "State", "Amount")
        ]
        self._names[-1].setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: object) -> None:
        for name, (left, width) in zip(self._names, columns(self.width()), strict=True):
            place = QRect(left, 0, width, self.height())
            name.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
