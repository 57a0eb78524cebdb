"""An input for card digits: they go into wipeable memory and are never a widget's text.

Keys are taken one by one; nothing can be selected, copied, dragged or undone. Pasting is read
digit by digit. While the field has the focus the digits are shown in groups for reading back;
when it loses the focus, only what ``shown_at_rest`` allows stays.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from posapp.model.card import Digits, grouping_of
from posapp.ui import theme

_BULLET = "•"


class DigitsInput(QWidget):
    """Takes digits only. ``changed`` after every change, ``finished`` when the focus leaves."""

    changed = Signal()
    finished = Signal()
    submitted = Signal()

    def __init__(
        self,
        *,
        name: str,
        most: int,
        grouped: bool,
        shown_at_rest: int,
        shown_while_typing: bool,
        placeholder: str = "",
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFont(theme.font(theme.BODY))
        hints = Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData
        self.setInputMethodHints(hints | Qt.InputMethodHint.ImhNoPredictiveText)
        self.digits = Digits()
        self.most = most
        self._grouped = grouped
        self._rest = shown_at_rest
        self._open = shown_while_typing
        self._placeholder = placeholder
        self._cursor = 0
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._toggle_cursor)
        self._cursor_on = False

    def take(self) -> Digits:
        """Hand the digits over; the field is empty afterwards and no copy stays here."""
        given, self.digits = self.digits, Digits()
        self._cursor = 0
        self.update()
        return given

    def refresh(self) -> None:
        """The digits were changed from outside: show them as they are."""
        self._cursor = min(self._cursor, len(self.digits))
        self.update()
        self.changed.emit()

    def wipe(self) -> None:
        self.digits.wipe()
        self._cursor = 0
        self.update()
        self.changed.emit()

    def press(self, key: str) -> None:
        """A digit from a pad on the screen."""
        self._typed(key)

    def erase(self) -> None:
        """Take the last digit before the cursor out."""
        self._remove(self._cursor - 1, self._cursor)

    def sizeHint(self) -> QSize:
        return QSize(60, theme.FIELD_HEIGHT - 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif key == Qt.Key.Key_Backspace:
            everything = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self._remove(0 if everything else self._cursor - 1, self._cursor)
        elif key == Qt.Key.Key_Delete:
            self._remove(self._cursor, self._cursor + 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move(key)
        elif not self._typed(event.text()):
            event.ignore()
            return
        event.accept()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._typed(event.commitString())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            return
        self._cursor = self._nearest(event.position().toPoint())
        self._show_cursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._cursor = len(self.digits)
        flash = QApplication.cursorFlashTime()
        if flash > 0:
            self._blink.start(flash // 2)
        self._show_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._blink.stop()
        self._cursor_on = False
        self.update()
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finished.emit()

    def changeEvent(self, event: QEvent) -> None:
        self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setFont(self.font())
        if not len(self.digits):
            painter.setPen(tokens.secondary)
            # Numbers read left to right in every language.
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._placeholder)
        painter.setPen(tokens.text)
        for index, box in enumerate(self._boxes()):
            painter.drawText(
                box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, self._glyph(index)
            )
        if self._cursor_on and self.hasFocus():
            x = self._x_of(self._cursor)
            height = QFontMetrics(self.font()).height()
            painter.fillRect(x, (self.height() - height) // 2, 1, height, tokens.text)
        painter.end()

    def _typed(self, text: str) -> bool:
        taken = False
        for character in text:
            if character.isascii() and character.isdigit() and len(self.digits) < self.most:
                self.digits.insert(self._cursor, ord(character))
                self._cursor += 1
                taken = True
        if taken:
            self._changed()
        return taken or text in (" ", "-", ".")

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        figures = [c for c in text if c.isascii() and c.isdigit()]
        others = [c for c in text if not (c.isascii() and c.isdigit())]
        if 0 < len(figures) <= self.most and all(c in " -.\u00a0\t\r\n" for c in others):
            self.digits.wipe()
            self._cursor = 0
            self._typed("".join(figures))

    def _remove(self, start: int, end: int) -> None:
        if start < 0 or start >= len(self.digits):
            return
        self.digits.delete(start, end)
        self._cursor = min(start, len(self.digits))
        self._changed()

    def _move(self, key: int) -> None:
        end = len(self.digits)
        step = {Qt.Key.Key_Left: self._cursor - 1, Qt.Key.Key_Right: self._cursor + 1}
        at = step.get(Qt.Key(key), 0 if key == Qt.Key.Key_Home else end)
        self._cursor = max(0, min(end, at))
        self._show_cursor()

    def _changed(self) -> None:
        self._show_cursor()
        self.changed.emit()

    def _show_cursor(self) -> None:
        self._cursor_on = True
        self.update()

    def _toggle_cursor(self) -> None:
        self._cursor_on = not self._cursor_on
        self.update()

    def _glyph(self, index: int) -> str:
        visible = self._open if self.hasFocus() else index >= len(self.digits) - self._rest
        return chr(self.digits.view()[index]) if visible else _BULLET

    def _boxes(self) -> list[QRect]:
        width = QFontMetrics(self.font()).horizontalAdvance("0") + 1
        gap = theme.STEP * 2 if self._grouped else 0
        starts = set()
        position = 0
        if self._grouped:
            for size in grouping_of(self.digits):
                position += size
                starts.add(position)
        boxes, x = [], 0
        for index in range(len(self.digits)):
            if index in starts:
                x += gap
            boxes.append(QRect(x, 0, width, self.height()))
            x += width
        return boxes

    def _x_of(self, index: int) -> int:
        boxes = self._boxes()
        if not boxes:
            return 0
        if index < len(boxes):
            return max(0, boxes[index].left() - 1)
        return boxes[-1].right() + 1

    def _nearest(self, point: QPoint) -> int:
        places = range(len(self.digits) + 1)
        return min(places, key=lambda index: abs(self._x_of(index) - point.x()))
