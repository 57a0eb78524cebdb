"""Lists of painted rows: the model that holds them and the view they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractItemView, QListView

from posapp.ui.widgets.scroll import quiet

Index = QModelIndex | QPersistentModelIndex


class Spoken(Protocol):
    """A row that can be read out."""

    @property
    def spoken(self) -> str: ...


class RowsModel(QAbstractListModel):
    """Rows as they were worked out; ``UserRole`` gives the row itself to whoever paints it."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Spoken] = []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        return None

    def show(self, rows: Sequence[Spoken]) -> None:
        """Replace the rows; where their number stays, so does the place people look at."""
        wanted = list(rows)
        if wanted == self._rows:
            return
        if len(wanted) == len(self._rows):
            self._rows = wanted
            self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
            return
        self.beginResetModel()
        self._rows = wanted
        self.endResetModel()

    def append(self, rows: Sequence[Spoken]) -> None:
        if rows:
            start = len(self._rows)
            self.beginInsertRows(QModelIndex(), start, start + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()


class RowsView(QListView):
    """A quiet list without frame or background."""

    def __init__(self, *, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        quiet(self)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)
