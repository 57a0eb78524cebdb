"""Receipts on a printer of the system. The only place that loads Qt's printing library."""

from __future__ import annotations

from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

from posapp.receipts.content import Receipt
from posapp.receipts.errors import ReceiptError
from posapp.receipts.pages import Pages
from posapp.receipts.paper import A4, BLACK, COLOUR, ROLL, Ink, Paper, units


def print_receipt(receipt: Receipt, printer: QPrinter) -> None:
    """Print on the paper the printer is set to, all pages the person asked for.

    Needs the Qt thread. Returns when the job is handed over, not when the paper is out.

    Raises:
        ReceiptError: the printer does not accept the job, or no page asked for exists.
    """
    name = printer.printerName() or "The printer"
    if not printer.isValid():
        raise ReceiptError(f"{name} is not available. Check it and print again.")
    printer.setDocName(receipt.file_name)
    printer.setFullPage(True)
    to_file = printer.outputFormat() is QPrinter.OutputFormat.PdfFormat
    pages = Pages(receipt, paper_of(printer), ink=ink_of(printer), searchable=to_file)
    chosen = _chosen(printer, pages.count)
    painter = QPainter()
    if not painter.begin(printer):
        raise ReceiptError(f"{name} does not accept the receipt. Check it and print again.")
    full = printer.pageLayout().fullRectPixels(printer.resolution())
    painter.scale(full.width() / units(pages.width_mm), full.width() / units(pages.width_mm))
    for place, number in enumerate(chosen):
        if place and not printer.newPage():
            painter.end()
            printer.abort()
            raise ReceiptError(f"{name} stopped after page {place}. Check it and print again.")
        pages.paint(painter, number)
    if not painter.end():
        raise ReceiptError(f"{name} did not take the receipt. Check it and print again.")


def paper_of(printer: QPrinter) -> Paper:
    """The paper a printer is set to, with our margins or its own where those are wider."""
    layout = printer.pageLayout()
    full = layout.fullRect(QPageLayout.Unit.Millimeter)
    margins = layout.margins(QPageLayout.Unit.Millimeter)
    usual = ROLL if full.width() < A4.width / 2 else A4
    return Paper(
        layout.pageSize().name(),
        width=full.width(),
        height=full.height(),
        side=max(usual.side, margins.left(), margins.right()),
        top=max(usual.top, margins.top()),
        bottom=max(usual.bottom, margins.bottom()),
    )


def ink_of(printer: QPrinter) -> Ink:
    """Black alone on printers without colour."""
    return COLOUR if printer.colorMode() is QPrinter.ColorMode.Color else BLACK


def _chosen(printer: QPrinter, count: int) -> range:
    """The pages, from 0, that were chosen in the print dialog."""
    if printer.printRange() is not QPrinter.PrintRange.PageRange or not printer.fromPage():
        return range(count)
    chosen = range(printer.fromPage() - 1, min(printer.toPage(), count))
    if not chosen:
        raise ReceiptError(
            f"The receipt ends with page {count}; page {printer.fromPage()} was asked for. "
            "Choose other pages and print again."
        )
    return chosen
