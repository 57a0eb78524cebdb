"""The one QApplication, and the first paint of its first window before any event loop of ours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

NAME = "posapp"


class Application(QApplication):
    """The QApplication. A wish to quit (menu, session end) is passed on, never obeyed at once:
    Qt would stop the loop under a main that has not finished."""

    quit_asked = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            event.ignore()
            self.quit_asked.emit()
            return True
        return super().event(event)


def application(argv: Sequence[str]) -> QApplication:
    """The one QApplication of this process, made on first use. Qt's own options in ``argv``
    (``-platform``, ``-style``) are obeyed then.

    Raises RuntimeError when the process already has an application without widgets.
    """
    present = QCoreApplication.instance()
    app: QApplication
    if present is None:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
            Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
        )
        # Our widgets paint on Fusion. As an option it costs nothing; ``setStyle`` hands a QStyle
        # to Python and that alone takes 6 ms.
        app = Application([*(argv or [NAME]), "-style", "fusion"])
    elif isinstance(present, QApplication):
        app = present
        if app.style().objectName() != "fusion":
            app.setStyle("fusion")
    else:
        raise RuntimeError(
            f"This process already runs a {type(present).__name__}, which cannot show windows. "
            "Start the window in a process of its own."
        )
    app.setApplicationName(NAME)
    app.setApplicationDisplayName(NAME)
    QGuiApplication.setDesktopFileName(NAME)
    app.setQuitOnLastWindowClosed(False)
    return app


def wait_for_paint(painted: SignalInstance) -> None:
    """Let Qt alone run until ``painted`` is emitted, before asyncio is even imported.

    What is typed meanwhile stays in Qt's queue and arrives when the loop runs.
    """
    moment = QEventLoop()
    painted.connect(moment.quit)
    moment.exec()
    painted.disconnect(moment.quit)
