"""``python -m tests.journeys.grab DISPLAY OUT.png``: a picture of a whole X screen."""

from __future__ import annotations

import os
import sys


def main(display: str, out: str) -> int:
    os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication([])
    picture = app.primaryScreen().grabWindow(0)
    return 0 if picture.save(out) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
