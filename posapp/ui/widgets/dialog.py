"""What every dialog of ours has in common: its surface, its title, its margins."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QSpacerItem, QVBoxLayout, QWidget

from posapp.ui import theme
from posapp.ui.widgets.labels import Label


class Dialog(QDialog):
    """A modal dialog with a heading. ``body`` is its layout; opened with ``runtime.dialogs``."""

    def __init__(self, title: str, *, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setModal(True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.PAD, theme.PAD, theme.PAD, theme.PAD)
        self.body.setSpacing(theme.GAP)
        # As a strut and not as a minimum, so that wider buttons can still widen the dialog.
        self.body.addItem(QSpacerItem(theme.DIALOG_WIDTH - 2 * theme.PAD, 0))
        self.body.addWidget(Label(title, size=theme.TITLE, weight=theme.SEMIBOLD))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.of(self).panel)
        painter.end()
