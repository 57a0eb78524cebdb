"""Painted rows in columns below their names. Paged by key, nothing sorted or filtered here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

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
from posapp.ui.widgets import pill
from posapp.ui.widgets.labels import Label
from posapp.ui.widgets.rows import Index, RowsModel, RowsView, Spoken
from posapp.ui.widgets.scroll import lay_over

_EDGE = 16
_LEAST = 80
_BETWEEN = 8
_HEAD = 28


class TableRow(Spoken, Protocol):
    """``key`` tells a row from the others, also when it is read anew; ``tone`` is its pill's."""

    @property
    def key(self) -> object: ...

    @property
    def tone(self) -> str: ...


Row = TypeVar("Row", bound=TableRow)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """``width`` in pixels, 0 for what is left; a trailing one holds amounts. An empty text of a
    trailing column is painted as a dash."""

    name: str
    width: int
    text: Callable[[Row], str]
    weight: int = theme.REGULAR
    quiet: bool = False
    figures: bool = False
    trailing: bool = False
    as_pill: bool = False


Columns = Sequence[Column[Any]]


def places(columns: Columns, room: QRect, direction: Qt.LayoutDirection) -> list[QRect]:
    """Where each column stands in ``room``, from the leading edge on."""
    taken = sum(column.width for column in columns)
    rest = max(_LEAST, room.width() - 2 * _EDGE - taken)
    found, left = [], room.left() + _EDGE
    for column in columns:
        width = column.width or rest
        place = QRect(left, room.top(), width, room.height())
        found.append(QStyle.visualRect(direction, room, place))
        left += width
    return found


class TableModel(RowsModel):
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

    def row_of(self, key: object) -> int:
        """Where the row with this key stands, -1 where it does not."""
        rows = (cast("TableRow", row) for row in self._rows)
        return next((number for number, row in enumerate(rows) if row.key == key), -1)


class Table(RowsView, Generic[Row]):
    """``chosen(row)`` when the current row changes; ``opened()`` on Enter or a double click."""

    chosen = Signal(object)
    opened = Signal()

    def __init__(self, columns: Sequence[Column[Row]], *, name: str, accessible: str) -> None:
        super().__init__(name=name, accessible=accessible)
        lay_over(self)
        self.rows = TableModel()
        self.setModel(self.rows)
        self.setItemDelegate(_Painter(columns, self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.doubleClicked.connect(self.opened)

    @property
    def current(self) -> Row | None:
        """The row somebody stands on."""
        index = self.currentIndex()
        return cast("Row", index.data(Qt.ItemDataRole.UserRole)) if index.isValid() else None

    def show_rows(self, rows: Sequence[Row], *, stand_on: object = None) -> None:
        """Replace the rows and stand on the one with this key, else on the first."""
        self.rows.show(rows)
        if rows:
            self.setCurrentIndex(self.rows.index(max(self.rows.row_of(stand_on), 0)))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.data(Qt.ItemDataRole.UserRole))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.isAutoRepeat() and self.currentIndex().isValid():
            self.opened.emit()
            return
        super().keyPressEvent(event)


class TableHead(QWidget):
    """The names of the columns, placed like the columns of the rows."""

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self._columns = columns
        self.setFixedHeight(_HEAD)
        self._names = [
            Label(column.name, size=theme.TINY, weight=theme.MEDIUM, ink="secondary", parent=self)
            for column in columns
        ]

    def resizeEvent(self, event: object) -> None:
        direction = self.layoutDirection()
        found = places(self._columns, self.rect(), direction)
        for name, column, place in zip(self._names, self._columns, found, strict=True):
            side = Qt.AlignmentFlag.AlignRight if column.trailing else Qt.AlignmentFlag.AlignLeft
            aligned = QStyle.visualAlignment(direction, side | Qt.AlignmentFlag.AlignVCenter)
            name.setAlignment(aligned | Qt.AlignmentFlag.AlignAbsolute)
            name.setGeometry(place)


class _Painter(QStyledItemDelegate):
    def __init__(self, columns: Columns, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._columns = columns

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, theme.ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.of(self._view)
        row: TableRow = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(box, tokens.accent_wash)
            if self._view.hasFocus():
                painter.fillRect(box.left(), box.top(), 3, box.height(), tokens.accent)
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, tokens.line)
        direction = self._view.layoutDirection()
        for column, place in zip(self._columns, places(self._columns, box, direction), strict=True):
            if column.as_pill:
                size = QSize(
                    min(pill.width_of(column.text(row)), place.width() - _BETWEEN), pill.HEIGHT
                )
                side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                room = QRectF(QStyle.alignedRect(direction, side, size, place))
                pill.paint(painter, room, column.text(row), row.tone, tokens, on_wash=selected)
            else:
                _paint_text(painter, place, direction, column, column.text(row), tokens)
        painter.restore()


def _paint_text(
    painter: QPainter,
    place: QRect,
    direction: Qt.LayoutDirection,
    column: Column[Any],
    text: str,
    tokens: theme.Tokens,
) -> None:
    nothing = column.trailing and not text
    painter.setFont(theme.font(theme.TEXT, column.weight, figures=column.figures))
    painter.setPen(tokens.secondary if column.quiet or nothing else tokens.text)
    width = place.width() - (0 if column.trailing else _BETWEEN)
    room = QStyle.visualRect(direction, place, QRect(place.topLeft(), QSize(width, place.height())))
    side = Qt.AlignmentFlag.AlignRight if column.trailing else Qt.AlignmentFlag.AlignLeft
    shown = painter.fontMetrics().elidedText(
        "–" if nothing else text, Qt.TextElideMode.ElideRight, width
    )
    aligned = QStyle.visualAlignment(direction, side | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(room, aligned, shown)
