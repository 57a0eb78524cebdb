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
        self._notices: tuple[Notice, ...] = ()
        self._turned = 0
        self._locked = False
        self.head = Label("", size=theme.TEXT, weight=theme.SEMIBOLD, ink="not_moved",
                          name="notice.head")  # fmt: skip
        self.more = Button("", name="notice.more", kind="quiet", compact=True)
        self.words = Label("", size=theme.SMALL, ink="text", wrap=True, name="notice.words")
        self.act = Button("", name="notice.act", kind="danger", compact=True)
        self.act.clicked.connect(self._act)
        self.more.clicked.connect(self._go_on)
        first = QHBoxLayout()
        first.setSpacing(theme.GAP)
        first.addWidget(self.head)
        first.addStretch(1)
        text = QVBoxLayout()
        text.setSpacing(theme.STEP)
        text.addLayout(first)
        text.addWidget(self.words)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD * 2 + theme.ICON, theme.GAP, theme.PAD, theme.GAP)
        row.setSpacing(theme.PAD)
        row.addLayout(text, 1)
        row.addWidget(self.more)
        row.addWidget(self.act)
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Stand there with the worst one; nothing takes the strip away."""
        if len(notices) != len(self._notices):
            self._turned = 0
        self._notices = tuple(notices)
        before, self._view = self._view, view_of(self._notices, self._turned)
        view = self._view
        self.setVisible(view is not None)
        if view is None:
            return
        self.head.setText(view.head)
        self.more.say(view.more)
        self.words.setText(view.words)
        self.words.setAccessibleName(view.spoken)
        self.act.say(view.action)
        self._show_parts(view)
        if before is None or before.spoken != view.spoken:
            spoken = QAccessibleAnnouncementEvent(self, view.spoken)
            spoken.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(spoken)

    def lock(self, locked: bool) -> None:
        """While nobody is at the till only the head is shown: no sums, and nothing to press."""
        self._locked = locked
        if self._view is not None:
            self._show_parts(self._view)

    def _show_parts(self, view: NoticeView) -> None:
        self.words.setVisible(not self._locked)
        self.act.setVisible(bool(view.action) and not self._locked)
        self.more.setVisible(bool(view.more) and not self._locked)

    def _go_on(self) -> None:
        self._turned += 1
        self.show_notices(self._notices)

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
