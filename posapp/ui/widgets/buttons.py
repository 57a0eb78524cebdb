"""Buttons: what they say is what happens; the shortcut stands on them in small type."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy

from posapp.ui import icons, theme

Kind = Literal["primary", "secondary", "quiet", "danger"]


class Button(QPushButton):
    """A push button with an optional icon before and a shortcut behind its text."""

    def __init__(
        self,
        text: str,
        *,
        name: str,
        kind: Kind = "secondary",
        shortcut: str = "",
        icon: str = "",
        compact: bool = False,
        centred: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._kind: Kind = kind
        self._hint = shortcut
        self._icon = icon
        self._compact = compact
        self._centred = centred
        self.setFont(theme.font(theme.TEXT if compact else theme.BODY, theme.SEMIBOLD))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.say(text)

    def say(self, text: str, *, accessible: str = "") -> None:
        """Change the words; ``accessible`` where they are read out differently."""
        self.setText(text.replace("&", "&&"))
        spoken = accessible or text
        self.setAccessibleName(f"{spoken} ({self._hint})" if self._hint else spoken)
        self.updateGeometry()

    def words(self) -> str:
        return self.text().replace("&&", "&")

    def bind(self, keys: str) -> None:
        """Let a key press this button from anywhere in its window, at once.

        ``setShortcut`` would animate the press and act a tenth of a second later, when the next
        key may already have gone to the wrong place.
        """
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self.click)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self.words()) + 2 * self._pad()
        if self._icon:
            width += theme.ICON + theme.STEP * 2
        if self._hint:
            hint = QFontMetrics(theme.font(theme.TINY, theme.MEDIUM))
            width += hint.horizontalAdvance(self._hint) + theme.PAD
        return QSize(width, 36 if self._compact else theme.BUTTON_HEIGHT - 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        ink, fill, edge, hint_ink = self._colours(tokens)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self._kind != "quiet":
            painter.setPen(QPen(edge, 1) if edge else Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            self._paint_ring(painter, box, tokens)
        self._paint_words(painter, ink, hint_ink)
        painter.end()

    def _paint_ring(self, painter: QPainter, box: QRectF, tokens: theme.Tokens) -> None:
        if self._kind == "quiet":
            foot = box.bottom() - theme.STEP
            painter.fillRect(QRectF(box.left(), foot, box.width(), theme.FOCUS_RING), tokens.accent)
            return
        painter.setPen(
            QPen(tokens.text if self._kind == "primary" else tokens.accent, theme.FOCUS_RING)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.RADIUS - 1, theme.RADIUS - 1)

    def _pad(self) -> int:
        if self._kind == "quiet":
            return 0  # its words stand on the edge of what is above and below
        return theme.STEP * (3 if self._compact else 4)

    def _colours(self, tokens: theme.Tokens) -> tuple[QColor, QColor, QColor | None, QColor]:
        hover = self.underMouse() and self.isEnabled()
        down = self.isDown()
        if self._kind == "primary":
            fill = tokens.accent_hover if hover or down else tokens.accent
            if not self.isEnabled():
                fill = theme.mix(tokens.panel, tokens.accent, 0.45)
            return tokens.on_accent, fill, None, tokens.on_accent
        ink = tokens.not_moved.ink if self._kind == "danger" else tokens.text
        if not self.isEnabled():
            ink = tokens.secondary
        rest = theme.mix(tokens.panel, tokens.text, 0.06 if down else 0.035 if hover else 0.0)
        if self._kind == "quiet":
            ink = tokens.text if hover or down else tokens.accent
            return ink if self.isEnabled() else tokens.secondary, rest, None, tokens.secondary
        return ink, rest, tokens.line, tokens.secondary

    def _paint_words(self, painter: QPainter, ink: QColor, hint_ink: QColor) -> None:
        pad = self._pad()
        words = self.words()
        inner = self.rect().adjusted(pad, 0, -pad, 0)
        metrics = QFontMetrics(self.font())
        lead = theme.ICON + theme.STEP * 2 if self._icon else 0
        if self._centred and not self._hint:
            used = metrics.horizontalAdvance(words) + lead
            inner.setLeft(inner.left() + max(0, (inner.width() - used) // 2))
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        if self._icon:
            image = icons.pixmap(self._icon, ink, size=theme.ICON, ratio=self.devicePixelRatioF())
            x = inner.right() - theme.ICON if rtl else inner.left()
            painter.drawPixmap(x, (self.height() - theme.ICON) // 2, image)
            inner.adjust(0 if rtl else lead, 0, -lead if rtl else 0, 0)
        flags = Qt.AlignmentFlag.AlignVCenter
        near = Qt.AlignmentFlag.AlignLeft
        far = Qt.AlignmentFlag.AlignRight
        if self._hint:
            painter.setFont(theme.font(theme.TINY, theme.MEDIUM))
            painter.setPen(hint_ink)
            painter.drawText(inner, flags | far, self._hint)
        painter.setFont(self.font())
        painter.setPen(ink)
        painter.drawText(inner, flags | near, words)


class Chip(QPushButton):
    """A rounded switch in a row of filters, with a count. ``lead`` is the room before its words."""

    lead = 0

    def __init__(self, text: str, *, name: str, tone: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(theme.SMALL, theme.SEMIBOLD))
        self._base = text
        self._tone = tone
        self.count(None)

    def count(self, number: int | None) -> None:
        self._is_zero = number == 0
        self._shown = self._base if number is None else f"{self._base}\u2002{number}"
        self.setText(self._shown)
        self.setAccessibleName(self._base if number is None else f"{self._base}: {number}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self._shown)
        return QSize(width + theme.STEP * 9, theme.BANNER_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            ink, fill, edge = tokens.on_accent, tokens.accent, tokens.accent
        elif self._tone and not self._is_zero:
            tones = tokens.tones(self._tone)
            ink, fill, edge = tones.ink, tones.wash, tones.wash
        else:
            ink, fill, edge = tokens.text, tokens.panel, tokens.line
        painter.setPen(QPen(edge, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if self.hasFocus():
            painter.setPen(QPen(tokens.text if self.isChecked() else tokens.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 13, 13)
        painter.setPen(ink)
        painter.setFont(self.font())
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        room = self.rect().adjusted(0 if rtl else self.lead, 0, -self.lead if rtl else 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self._shown)
        painter.end()
