"""Line icons, recoloured to the scheme in force."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from posapp import assets


def pixmap(name: str, colour: QColor, *, size: int, ratio: float) -> QPixmap:
    """The icon ``name`` in one colour; ``size`` in logical pixels, ``ratio`` the screen's."""
    key = f"{name}/{colour.name()}/{size}/{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    drawing = assets.text(f"icons/{name}.svg").replace("currentColor", colour.name())
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    QPixmapCache.insert(key, made)
    return made
