"""Choosing one of a few: a drop-down and a row of words."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from posapp.ui import icons, theme

_ROW = 36


class _Entry(QStyledItemDelegate):
    """One line of the open list, with room around its words."""

    def __init__(self, choice: Choice) -> None:
        super().__init__(choice)
        self._choice = choice

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        words = QFontMetrics(self._choice.font()).horizontalAdvance(str(index.data()))
        return QSize(words + 2 * theme.GAP, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens = theme.of(self._choice)
        chosen = option.state & QStyle.StateFlag.State_Selected
        painter.save()
        painter.fillRect(option.rect, tokens.accent_wash if chosen else tokens.panel)
        painter.setFont(self._choice.font())
        painter.setPen(tokens.text)
        side = Qt.AlignmentFlag.AlignLeft
        words = option.rect.adjusted(theme.GAP, 0, -theme.GAP, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | side, str(index.data()))
        painter.restore()


class Choice(QComboBox):
    """A drop-down that leaves its frame to the field around it.

    Args:
        unchosen: stands there until something is chosen; without it the first one is.
    """

    def __init__(self, *, name: str, trailing: bool = False, unchosen: str = "") -> None:
        super().__init__()
        if unchosen:
            self.setPlaceholderText(unchosen)
        self._trailing = trailing
        self.setObjectName(name)
        self.setFont(theme.font(theme.BODY))
        self.setFrame(False)
        self.setItemDelegate(_Entry(self))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to what scrolls: a wheel that passes over must not choose."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        nothing = self.currentIndex() < 0
        quiet = nothing or not self.isEnabled()
        painter.setPen(tokens.secondary if quiet else tokens.text)
        painter.setFont(self.font())
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        room = theme.ICON + theme.STEP * 2
        words: QRect = self.rect().adjusted(room if rtl else 0, 0, 0 if rtl else -room, 0)
        shown = painter.fontMetrics().elidedText(
            self.placeholderText() if nothing else self.currentText(),
            Qt.TextElideMode.ElideRight,
            words.width(),
        )
        side = Qt.AlignmentFlag.AlignRight if self._trailing else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | side, shown)
        arrow = icons.pixmap(
            "chevron-down", tokens.secondary, size=theme.ICON, ratio=self.devicePixelRatioF()
        )
        x = 0 if rtl else self.width() - theme.ICON
        painter.drawPixmap(x, (self.height() - theme.ICON) // 2, arrow)
        painter.end()

    def showPopup(self) -> None:
        palette = self.view().palette()
        palette.setColor(QPalette.ColorRole.Base, theme.of(self).panel)
        self.view().setPalette(palette)
        widest = max((self.view().sizeHintForColumn(0), self.width()))
        self.view().setMinimumWidth(widest)
        super().showPopup()
