"""The one door for short messages to people: a quiet bar over the head of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import Label

_SHOWN_FOR = 6000


class Messages(QWidget):
    """Shows one sentence at a time, where it covers no button, with at most one action."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._below: QWidget | None = None
        self.setObjectName("messages")
        self._built = False
        self._tone = "neutral"
        self._do: Callable[[], None] | None = None
        self.hide()

    def text(self) -> str:
        return self._text.text() if self.isVisible() else ""

    def _build(self) -> None:
        """Made with the first message, not before the first paint."""
        self._text = Label("", size=theme.TEXT, weight=theme.MEDIUM, wrap=True, name="message.text")
        self._action = Button("", name="message.action", kind="quiet", compact=True)
        self._close = Button("Close", name="message.close", kind="quiet", compact=True)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(theme.STEP * 4, theme.STEP, theme.STEP * 4, theme.STEP)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._action.clicked.connect(self._act)
        self._close.clicked.connect(self.hide)
        self._built = True

    def tell(self, sentence: str) -> None:
        """Something worth knowing; goes away by itself."""
        self._show(sentence, "neutral", stays=False)

    def problem(self, sentence: str) -> None:
        """Something went wrong; stays until it is closed or replaced."""
        self._show(sentence, "not_moved", stays=True)

    def offer(self, sentence: str, action: str, do: Callable[[], None]) -> None:
        """A message with one thing that can be done about it."""
        self._show(sentence, "neutral", stays=False, action=action, do=do)

    def speak(self, sentence: str, *, at_once: bool = True) -> None:
        """Let a screen reader say what stands elsewhere on the window."""
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        spoken = QAccessibleAnnouncementEvent(self, sentence)
        if at_once:
            spoken.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(spoken)

    def stand_on(self, screens: QWidget) -> None:
        """Stand at the upper edge of ``screens``, below whatever stands over them."""
        self._below = screens
        screens.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Keep to the upper corner, where no screen has a button."""
        if not self._built:
            return
        width = min(theme.DETAIL_WIDTH, self._window.width() - 2 * theme.PAD)
        height = max(theme.FIELD_HEIGHT, self._row.heightForWidth(width))
        rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = theme.PAD if rtl else self._window.width() - width - theme.PAD
        above = self._below.mapTo(self._window, QPoint(0, 0)).y() if self._below else 0
        top = max(theme.BANNER_HEIGHT, above) + theme.STEP
        self.setGeometry(left, top, width, height)

    def clear(self) -> None:
        """Take a passing message away; what went wrong stays."""
        if self._tone == "neutral":
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.tones(self._tone).ink if self._tone != "neutral" else tokens.line
        painter.setPen(QPen(edge, 1))
        painter.setBrush(tokens.panel)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.PANEL_RADIUS, theme.PANEL_RADIUS)
        painter.end()

    def _show(
        self,
        sentence: str,
        tone: str,
        *,
        stays: bool,
        action: str = "",
        do: Callable[[], None] | None = None,
    ) -> None:
        if not self._built:
            self._build()
        self._text.setText(sentence)
        self._text.set_ink("not_moved" if tone == "not_moved" else "text")
        self._tone, self._do = tone, do
        self._action.setVisible(bool(action))
        if action:
            self._action.say(action)
        self._timer.stop()
        if not stays:
            self._timer.start(_SHOWN_FOR)
        self.place()
        self.show()
        self.raise_()
        self.speak(sentence, at_once=tone == "not_moved")

    def _act(self) -> None:
        do, self._do = self._do, None
        self.hide()
        if do is not None:
            do()

    def focusPolicy(self) -> Qt.FocusPolicy:
        return Qt.FocusPolicy.NoFocus
