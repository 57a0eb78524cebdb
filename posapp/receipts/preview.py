"""A receipt as a picture for the screen, always as on light paper."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from posapp.receipts.content import Receipt
from posapp.receipts.pages import Pages
from posapp.receipts.paper import ROLL, Paper, units

_LONGEST_SIDE = 32_000  # Qt paints no taller picture


def preview(
    receipt: Receipt, width: int, *, ratio: float = 1.0, paper: Paper = ROLL, page: int = 0
) -> QImage:
    """One page of the receipt, ``width`` logical pixels wide.

    Args:
        ratio: the screen's device pixel ratio. The picture carries it, or a lower one where the
            receipt is too long for a picture.
        page: from 0; a roll is one page.

    Raises:
        ReceiptError: the program's own font is missing.
        ValueError: ``width`` or ``ratio`` is not above zero, or there is no such page.
    """
    if width <= 0 or ratio <= 0:
        raise ValueError("A preview needs a width and a pixel ratio above zero.")
    pages = Pages(receipt, paper)
    if not 0 <= page < pages.count:
        raise ValueError(f"This receipt has no page {page}.")
    height = width * pages.height_mm / pages.width_mm
    ratio = min(ratio, _LONGEST_SIDE / height)
    image = QImage(math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = width * ratio / units(pages.width_mm)
    painter.scale(scale, scale)
    pages.paint(painter, page)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image
