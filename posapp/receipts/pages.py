"""A laid-out receipt cut into pages and painted on any device."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from posapp.receipts.content import Receipt
from posapp.receipts.document import document
from posapp.receipts.layout import Style, font_of
from posapp.receipts.paper import COLOUR, UNITS_PER_MM, Ink, Paper, units

LONGEST_PAGE_MM = 5000
"""PDF pages and print drivers end at 200 inches; a longer roll goes on with a further page."""

_PAGE_NUMBER_MM = 6
_OVERHANG = units(1)  # for the outer half of frames and for letters that lean out
_BOTTOM_RIGHT = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight


class Pages:
    """The pages of one receipt, all of one size.

    ``width_mm`` and ``height_mm`` are that size; a roll is as long as the receipt needs.

    Raises:
        ReceiptError: the program's own font is missing.
    """

    def __init__(
        self, receipt: Receipt, paper: Paper, *, ink: Ink = COLOUR, searchable: bool = False
    ) -> None:
        self._document = document(receipt, paper, ink=ink, searchable=searchable)
        if paper.height is None:
            paper = self._cut(paper)
        self._paper = paper
        self._number_style = Style(paper.scale.small, ink.muted, searchable=searchable)
        self.width_mm = paper.width
        self.height_mm = paper.height or 0.0
        self.count = self._document.pageCount()

    def paint(self, painter: QPainter, number: int) -> None:
        """Paint page ``number`` (from 0).

        One unit of the painter is 0.05 mm, its origin the corner of the paper.
        """
        paper = self._paper
        above = number * paper.content_height
        painter.save()
        painter.translate(units(paper.side), units(paper.top) - above)
        self._document.drawContents(
            painter,
            QRectF(-_OVERHANG, above, paper.content_width + 2 * _OVERHANG, paper.content_height),
        )
        painter.restore()
        if self.count > 1:
            self._paint_number(painter, number)

    def _cut(self, roll: Paper) -> Paper:
        """The roll at the length the receipt needs, on several pages where that is too long."""
        content = math.ceil(self._document.size().height() / UNITS_PER_MM)
        length = content + roll.top + roll.bottom
        if length <= LONGEST_PAGE_MM:
            return replace(roll, height=length)
        cut = replace(roll, height=LONGEST_PAGE_MM)
        self._document.setPageSize(QSizeF(cut.content_width, cut.content_height))
        return cut

    def _paint_number(self, painter: QPainter, number: int) -> None:
        paper = self._paper
        strip = QRectF(
            units(paper.side),
            units(self.height_mm - paper.bottom),
            paper.content_width,
            units(_PAGE_NUMBER_MM),
        )
        painter.save()
        painter.setFont(font_of(self._number_style))
        painter.setPen(QColor(self._number_style.colour))
        painter.drawText(strip, _BOTTOM_RIGHT, f"Page {number + 1} of {self.count}")
        painter.restore()
