"""The red strip over every screen while the till cannot be relied on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from posapp.desk.soundness import Notice
from posapp.ui import icons, theme
from posapp.ui.notices.state import NoticeView, view_of
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.labels import Label


class NoticeStrip(QWidget):
    """``wanted`` with the notice that somebody acts on."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._view: NoticeView | None = None
        self.head = Label("", size=theme.TEXT, weight=theme.SEMIBOLD, ink="not_moved",
                          name="notice.head")  # fmt: skip
        self.more = Label("", size=theme.SMALL, ink="not_moved", name="notice.more")
        self.words = Label("", size=theme.SMALL, ink="text", wrap=True, name="notice.words")
        self.act = Button("", name="notice.act", kind="danger", compact=True)
        self.act.clicked.connect(self._act)
        first = QHBoxLayout()
        first.setSpacing(theme.GAP)
        first.addWidget(self.head)
        first.addWidget(self.more, 1)
        text = QVBoxLayout()
        text.setSpacing(theme.STEP)
        text.addLayout(first)
        text.addWidget(self.words)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD * 2 + theme.ICON, theme.GAP, theme.PAD, theme.GAP)
        row.setSpacing(theme.PAD)
        row.addLayout(text, 1)
        row.addWidget(self.act)
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Stand there with the worst one; nothing takes the strip away."""
        before, self._view = self._view, view_of(notices)
        view = self._view
        self.setVisible(view is not None)
        if view is None:
            return
        self.head.setText(view.head)
        self.more.setText(view.more)
        self.words.setText(view.words)
        self.words.setAccessibleName(view.spoken)
        self.act.say(view.action)
        self.act.setVisible(bool(view.action))
        if before is None or before.spoken != view.spoken:
            spoken = QAccessibleAnnouncementEvent(self, view.spoken)
            spoken.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(spoken)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme.of(self).not_moved
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), tones.wash)
        left = self.width() - theme.PAD - theme.ICON if self.isRightToLeft() else theme.PAD
        image = icons.pixmap(
            "triangle-alert", tones.ink, size=theme.ICON, ratio=self.devicePixelRatioF()
        )
        painter.drawPixmap(left, theme.GAP, image)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.of(self).line)
        painter.end()

    def _act(self) -> None:
        if self._view is not None:
            self.wanted.emit(self._view.notice)
