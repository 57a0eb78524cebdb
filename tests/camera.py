"""Pictures of the window."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from posapp.ui import theme
from tests.journeys.till import Till

_SETTLING = 0.05


class Camera:
    """Takes the window with whatever dialog stands over it, in both colour schemes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.taken: list[Path] = []

    async def take(self, till: Till, name: str) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        for dark in (True, False):
            theme.apply(application, dark=dark)
            await asyncio.sleep(_SETTLING)  # the new colours reach the widgets with the next events
            path = self._folder / f"{name}-{'dark' if dark else 'light'}.png"
            self._shoot(till.window, path)
            self.taken.append(path)

    @staticmethod
    def _shoot(window: QWidget, path: Path) -> None:
        picture = window.grab()
        painter = QPainter(picture)
        for dialog in window.findChildren(QDialog):
            if dialog.isVisible():
                origin = window.mapToGlobal(QPoint(0, 0))
                painter.drawPixmap(dialog.mapToGlobal(QPoint(0, 0)) - origin, dialog.grab())
        painter.end()
        if not picture.save(str(path)):
            raise RuntimeError(f"The picture cannot be written to {path}.")
