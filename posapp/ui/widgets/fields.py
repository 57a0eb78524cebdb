"""A labelled field: label above, frame with focus ring, hint inside, one sentence below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.labels import Ink, Label


class Frame(QWidget):
    """The rounded frame around an input; paints the ring while the input has the focus."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.inner = inner
        self.wrong = False
        self.hint = Label("", size=theme.TINY, weight=theme.MEDIUM, ink="secondary")
        self.hint.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        row.setSpacing(theme.STEP * 2)
        row.addWidget(inner, 1)
        row.addWidget(self.hint)
        self.setFixedHeight(theme.FIELD_HEIGHT)
        inner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.inner.hasFocus()
        width = theme.FOCUS_RING if focused else 1
        edge = tokens.accent if focused else tokens.line
        if self.wrong:
            edge = tokens.not_moved.ink
        painter.setPen(QPen(edge, width))
        painter.setBrush(tokens.field)
        half = width / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        painter.end()


class Field(QWidget):
    """Label, frame, problem sentence around any input widget."""

    def __init__(self, label: str, inner: QWidget, *, accessible: str = "") -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.label = Label(label, size=theme.SMALL, weight=theme.MEDIUM, ink="secondary")
        if not label:
            self.label.hide()  # never show(): without a parent yet it would be a window
        self.label.setBuddy(inner)
        self.frame = Frame(inner)
        self.note = Label("", size=theme.TINY, weight=theme.MEDIUM, ink="not_moved", wrap=True)
        self.note.hide()
        self._name = accessible or label
        inner.setAccessibleName(self._name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP)
        column.addWidget(self.label)
        column.addWidget(self.frame)
        column.addWidget(self.note)

    def problem(self, sentence: str | None) -> None:
        """Say what is wrong, or take it back with None. The sentence is also read out."""
        self._say(sentence, "not_moved")
        self.frame.wrong = bool(sentence)
        self.frame.update()

    def remark(self, sentence: str | None, *, ink: Ink = "secondary") -> None:
        """A quiet line below the field."""
        if not self.frame.wrong:
            self._say(sentence, ink)

    def keep_room(self) -> None:
        """Let a sentence come and go below the field without moving what stands there."""
        policy = self.note.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.note.setSizePolicy(policy)

    def hint(self, text: str) -> None:
        """Small type inside the frame, at its end."""
        self.frame.hint.setText(text)
        self.frame.hint.setVisible(bool(text))

    def _say(self, sentence: str | None, ink: Ink) -> None:
        self.note.setText(sentence or "")
        self.note.set_ink(ink)
        self.note.setVisible(bool(sentence))
        self.frame.inner.setAccessibleDescription(sentence or "")


class LineEdit(QLineEdit):
    """A one-line text input that leaves its frame to ``Frame``."""

    def __init__(self, *, name: str, placeholder: str = "", limit: int = 200) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFrame(False)
        self.setFont(theme.font(theme.BODY))
        self.setPlaceholderText(placeholder)
        self.setMaxLength(limit)
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        self.setTextMargins(-2, 0, -2, 0)
        self._clear_background()

    def _clear_background(self) -> None:
        palette = self.palette()
        palette.setColor(palette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)


class TextField(Field):
    """A labelled line of text; ``input`` is the line edit."""

    def __init__(
        self, label: str, *, name: str, placeholder: str = "", limit: int = 200, hint: str = ""
    ) -> None:
        self.input = LineEdit(name=name, placeholder=placeholder, limit=limit)
        super().__init__(label, self.input, accessible=label or placeholder)
        self.hint(hint)

    def text(self) -> str:
        return self.input.text().strip()
