"""Widgets in the program's own dress, in a window that has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from posapp.ui import theme

Show = Callable[..., QWidget]


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    theme.apply(qapp, dark=False)
    yield qapp
    theme.apply(qapp, dark=False)


@pytest.fixture
def show(
    qtbot: QtBot,
    dressed: QApplication,  # noqa: ARG001 - for its effect
) -> Iterator[Show]:
    """Put widgets below each other into a window and give the first one the focus."""
    windows: list[QWidget] = []

    def shown(*widgets: QWidget) -> QWidget:
        window = QWidget()
        window.resize(480, 60 * len(widgets) + 20)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        qtbot.addWidget(window)
        windows.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        widgets[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return window

    yield shown
    windows.clear()


@pytest.fixture
def clipboard(
    dressed: QApplication,  # noqa: ARG001 - for its effect
) -> Iterator[None]:
    """The clipboard is given back empty."""
    yield
    QGuiApplication.clipboard().clear()
