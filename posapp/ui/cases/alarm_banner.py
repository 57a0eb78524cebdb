"""The strip that stands over every screen while money has to be given back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from posapp.ui import icons, theme
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import Label

_HEIGHT = 52


class AlarmBanner(QWidget):
    """``undo_wanted`` by its one key; ``open_wanted`` to see what happened first."""

    undo_wanted = Signal()
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("alarm_banner")
        self.setFixedHeight(_HEIGHT)
        self.words = Label(
            "", size=theme.TEXT, weight=theme.SEMIBOLD, ink="not_moved", wrap=True,
            name="alarm_banner.words",
        )  # fmt: skip
        self.undo = Button(
            "", name="alarm_banner.undo", kind="danger", compact=True, shortcut="Ctrl G"
        )
        self.open = Button("Look at it", name="alarm_banner.open", compact=True)
        self.undo.bind("Ctrl+G")
        self.undo.clicked.connect(self.undo_wanted)
        self.open.clicked.connect(self.open_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD * 2 + theme.ICON, 0, theme.PAD, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        row.addWidget(self.open)
        self.hide()

    def show_alarm(self, words: str, undo_words: str) -> None:
        """Stand there with a sentence; "" takes the strip away.

        Args:
            undo_words: what the one key does; "" where nothing can be undone by a key.
        """
        fresh = words != self.words.text()
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self.undo.say(undo_words)
        self.undo.setVisible(bool(undo_words))
        self.setVisible(bool(words))
        if words and fresh:
            spoken = QAccessibleAnnouncementEvent(self, words)
            spoken.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(spoken)

    def running(self, words: str) -> None:
        """The money is on its way back: the key says so and does nothing more."""
        self.undo.say(words)
        self.undo.setEnabled(False)

    def ready(self) -> None:
        self.undo.setEnabled(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme.of(self).not_moved
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), tones.wash)
        rtl = self.isRightToLeft()
        left = self.width() - theme.PAD - theme.ICON if rtl else theme.PAD
        image = icons.pixmap(
            "triangle-alert", tones.ink, size=theme.ICON, ratio=self.devicePixelRatioF()
        )
        painter.drawPixmap(left, (self.height() - theme.ICON) // 2, image)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.of(self).line)
        painter.end()
