"""The side of the window: the shop, the screens, who is at the till."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets import pill
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import ElidedLabel

_ITEM_HEIGHT = 38


class Place(NamedTuple):
    """One entry: ``key`` names the screen, ``keys`` the shortcut."""

    key: str
    words: str
    keys: str


class _Item(QPushButton):
    def __init__(self, place: Place) -> None:
        super().__init__(place.words)
        self.setObjectName(f"nav.{place.key}")
        self._place = place
        self.setToolTip(place.keys)
        shortcut = QShortcut(QKeySequence(place.keys), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self.click)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(theme.font(theme.TEXT, theme.MEDIUM))
        self.badge(0)

    def badge(self, number: int) -> None:
        self._badge = number
        open_ones = f": {number}" if number else ""
        self.setAccessibleName(f"{self._place.words}{open_ones} ({self._place.keys})")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.NAV_WIDTH - 24, _ITEM_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(tokens.accent_wash)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        elif self.underMouse():
            painter.setBrush(theme.mix(tokens.panel, tokens.text, 0.04))
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(tokens.accent, theme.FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.setPen(tokens.accent if self.isChecked() else tokens.text)
        painter.setFont(
            theme.font(theme.TEXT, theme.SEMIBOLD if self.isChecked() else theme.MEDIUM)
        )
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignLeft
        words = self.rect().adjusted(theme.GAP, 0, -theme.GAP, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | side, self.text())
        if self._badge:
            width = max(36, pill.width_of(str(self._badge)))
            left = 10 if rtl else self.width() - width - 10
            top = (self.height() - 20) / 2
            pill.paint(painter, QRectF(left, top, width, 20), str(self._badge), "not_known", tokens)
        painter.end()


class Navigation(QWidget):
    chosen = Signal(str)
    lock_wanted = Signal()

    def __init__(self, places: tuple[Place, ...]) -> None:
        super().__init__()
        self.setFixedWidth(theme.NAV_WIDTH)
        self.shop = ElidedLabel("", size=theme.BODY + 1, weight=theme.BOLD)
        self.who = ElidedLabel("", size=theme.SMALL, weight=theme.SEMIBOLD)
        self.lock = Button("Lock", name="nav.lock", kind="quiet", compact=True, shortcut="Ctrl L")
        self.lock.bind("Ctrl+L")
        self.lock.clicked.connect(self.lock_wanted)
        self._items: dict[str, _Item] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.STEP * 3, theme.GAP, theme.GAP)
        column.setSpacing(theme.STEP)
        self.shop.setFixedHeight(_ITEM_HEIGHT - 10)
        column.addWidget(self.shop)
        column.addSpacing(theme.STEP)
        for place in places:
            item = _Item(place)
            item.clicked.connect(self._clicked)
            self._items[place.key] = item
            column.addWidget(item)
        column.addStretch(1)
        column.addWidget(self.who)
        column.addWidget(self.lock)

    def stand_on(self, key: str) -> None:
        for name, item in self._items.items():
            item.setChecked(name == key)

    def badge(self, key: str, number: int) -> None:
        self._items[key].badge(number)

    def _clicked(self) -> None:
        for name, item in self._items.items():
            if item is self.sender():
                self.chosen.emit(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.panel)
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = 0 if rtl else self.width() - 1
        painter.fillRect(x, 0, 1, self.height(), tokens.line)
        painter.end()
