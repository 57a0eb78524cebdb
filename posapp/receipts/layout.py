"""Writes styled text, rules and grids into a text document. Outside text is only ever inserted
as plain text, so nothing in it can act as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableCell,
    QTextTableCellFormat,
    QTextTableFormat,
)

from posapp import assets
from posapp.receipts.errors import ReceiptError
from posapp.receipts.paper import REGULAR, units

FAMILY = "Inter"

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter

HAIRLINE = units(0.2)
_FRAME = units(0.3)
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks; ``size`` in layout units, ``colour`` as ``#RRGGBB``,
    ``line_height`` in percent of the font's own."""

    size: int
    colour: str
    weight: int = REGULAR
    line_height: int = 128
    searchable: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Text with its style and the white space above it."""

    text: str
    style: Style
    above: int = 0


Cell = Sequence[Words]
"""Paragraphs of one cell of a grid; may be empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """Width in layout units, where its text stands, and how much stays free on its right."""

    width: int
    align: Qt.AlignmentFlag = LEFT
    gap: int = 0


@cache
def load_fonts() -> None:
    """Make the receipt's font known to Qt, once.

    Raises:
        ReceiptError: the program's own font files are missing or damaged.
    """
    if QFontDatabase.hasFamily(FAMILY):
        return
    try:
        files = sorted(assets.path("fonts").glob(f"{FAMILY}*.ttf"))
    except assets.AssetMissing as missing:
        raise ReceiptError(str(missing)) from missing
    loaded = [file for file in files if QFontDatabase.addApplicationFont(str(file)) >= 0]
    if loaded != files or not QFontDatabase.hasFamily(FAMILY):
        raise ReceiptError(
            f"The receipt's font {FAMILY} is missing from the program or damaged. "
            "Install the program again."
        )


def font_of(style: Style) -> QFont:
    """The font of a style, unhinted, so that widths do not depend on the device.

    Raises:
        ReceiptError: the program's own font files are missing or damaged.
    """
    load_fonts()
    font = QFont(FAMILY)
    font.setPixelSize(style.size)
    font.setWeight(QFont.Weight(style.weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if style.searchable:
        font.setFeature(QFont.Tag("calt"), 0)
    else:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def widest(texts: Sequence[str], style: Style) -> int:
    """Layout units the widest of the texts takes on one line."""
    metrics = QFontMetricsF(font_of(style))
    return max((int(metrics.horizontalAdvance(text)) + 2 for text in texts), default=0)


class Writer:
    """Fills a text document from top to bottom."""

    def __init__(self, *, width: int, height: float, base: Style) -> None:
        """``height`` of a page in layout units, -1 for one endless page."""
        self.width = width
        self.document = QTextDocument()
        self.document.setUndoRedoEnabled(False)
        self.document.setDocumentMargin(0)
        self.document.setUseDesignMetrics(True)
        self.document.setDefaultFont(font_of(base))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document.setDefaultTextOption(option)
        self.document.setPageSize(QSizeF(width, height))
        self._cursor = QTextCursor(self.document)
        self._block_is_free = True  # the document's first block, and the one after each grid

    def text(self, words: Words, align: Qt.AlignmentFlag = LEFT) -> None:
        """One paragraph."""
        self._block(_paragraph(align, words.style, words.above))
        self._cursor.insertText(words.text, _characters(words.style))

    def gap(self, height: int) -> None:
        """White space."""
        self._strip(1, above=height)

    def rule(self, colour: str, *, thickness: int) -> None:
        """A line over the whole width."""
        self._strip(thickness, colour=colour)

    def box(self, words: Words, *, line: str, wash: str, padding: int) -> None:
        """Centred words in a frame; ``wash`` is the fill, empty for none."""
        inside = self.width - _FRAME  # Qt draws the outer half of the frame beyond the width
        layout = _table_format(inside)
        layout.setColumnWidthConstraints([_fixed(inside)])
        place = self._table(1, 1, layout).cellAt(0, 0)
        _fill(place, (words,), CENTRE)
        framed = QTextTableCellFormat()
        framed.setPadding(padding)
        framed.setBorder(_FRAME)
        framed.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        framed.setBorderBrush(QBrush(QColor(line)))
        if wash:
            framed.setBackground(QBrush(QColor(wash)))
        place.setFormat(framed)

    def grid(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, header_line: str = ""
    ) -> None:
        """Rows of cells. With ``header_line``, the colour of the line under it, the first row is
        a header and is repeated on every page.
        """
        if not rows or not columns:
            return
        layout = _table_format(sum(column.width for column in columns))
        layout.setColumnWidthConstraints([_fixed(column.width) for column in columns])
        layout.setHeaderRowCount(1 if header_line else 0)
        table = self._table(len(rows), len(columns), layout)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                _fill(table.cellAt(number, place), cell, columns[place].align, columns[place].gap)
                if header_line and not number:
                    _underline(table.cellAt(number, place), header_line)

    def _strip(self, height: int, *, above: int = 0, colour: str = "") -> None:
        """An empty line of an exact height.

        It takes a block of its own: Qt does not lay out an empty block right behind a grid.
        """
        strip = QTextBlockFormat()
        strip.setTopMargin(above)
        strip.setLineHeight(height, _FIXED)
        if colour:
            strip.setBackground(QBrush(QColor(colour)))
        self._cursor.insertBlock(strip)
        self._block_is_free = False
        tiny = QTextCharFormat()
        tiny.setFont(font_of(Style(1, "")))
        self._cursor.setBlockCharFormat(tiny)

    def _block(self, layout: QTextBlockFormat) -> None:
        if self._block_is_free:
            self._cursor.setBlockFormat(layout)
        else:
            self._cursor.insertBlock(layout)
        self._block_is_free = False

    def _table(self, rows: int, columns: int, layout: QTextTableFormat) -> QTextTable:
        table = self._cursor.insertTable(rows, columns, layout)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._block_is_free = True
        return table


def _fill(place: QTextTableCell, cell: Cell, align: Qt.AlignmentFlag, gap: int = 0) -> None:
    """Write paragraphs into a cell; Qt ignores a margin above the first, so it becomes padding."""
    cursor = place.firstCursorPosition()
    for number, words in enumerate(cell):
        if number:
            cursor.insertBlock(_paragraph(align, words.style, words.above))
        else:
            cursor.setBlockFormat(_paragraph(align, words.style, 0))
            padded = place.format().toTableCellFormat()
            padded.setTopPadding(words.above)
            padded.setRightPadding(gap)
            place.setFormat(padded)
        cursor.insertText(words.text, _characters(words.style))


def _underline(place: QTextTableCell, colour: str) -> None:
    lined = place.format().toTableCellFormat()
    lined.setBottomPadding(units(1))
    lined.setBottomBorder(HAIRLINE)
    lined.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    lined.setBottomBorderBrush(QBrush(QColor(colour)))
    place.setFormat(lined)


def _characters(style: Style) -> QTextCharFormat:
    characters = QTextCharFormat()
    characters.setFont(font_of(style))
    characters.setForeground(QBrush(QColor(style.colour)))
    return characters


def _paragraph(align: Qt.AlignmentFlag, style: Style, above: int) -> QTextBlockFormat:
    paragraph = QTextBlockFormat()
    paragraph.setAlignment(align)
    paragraph.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    paragraph.setTopMargin(above)
    paragraph.setLineHeight(style.line_height, _PROPORTIONAL)
    return paragraph


def _table_format(width: int) -> QTextTableFormat:
    layout = QTextTableFormat()
    layout.setBorder(0)
    layout.setCellSpacing(0)
    layout.setCellPadding(0)
    layout.setWidth(_fixed(width))
    layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_Auto)
    return layout


def _fixed(width: int) -> QTextLength:
    return QTextLength(QTextLength.Type.FixedLength, width)
