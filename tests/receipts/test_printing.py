"""Printing on whatever paper and ink the system's printer has. Qt's own PDF printer stands in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from posapp.receipts.errors import ReceiptError
from posapp.receipts.paper import A4, BLACK, COLOUR, ROLL
from posapp.receipts.printing import ink_of, paper_of, print_receipt
from tests.receipts.samples import ORDER, line, sale
from tests.receipts.test_pdf import characters_in, page_count, page_size

pytestmark = pytest.mark.usefixtures("qapp")

LONG = replace(ORDER, lines=tuple(line(f"Mug {n}", 100) for n in range(60)))


@pytest.fixture
def printer(tmp_path: Path, qapp: object) -> QPrinter:
    assert qapp is not None
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    made.setOutputFileName(str(tmp_path / "printed.pdf"))
    made.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    return made


def printed(printer: QPrinter) -> bytes:
    return Path(printer.outputFileName()).read_bytes()


def on_paper(printer: QPrinter, width: float, height: float, margin: float = 0) -> None:
    size = QPageSize(QSizeF(width, height), QPageSize.Unit.Millimeter, "roll")
    margins = QMarginsF(margin, margin, margin, margin)
    layout = QPageLayout(
        size, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
    )
    assert printer.setPageLayout(layout)


def test_a_receipt_is_printed_on_one_sheet(printer: QPrinter) -> None:
    print_receipt(sale(), printer)
    assert page_count(printed(printer)) == 1
    assert printer.docName() == "receipt-1043"
    assert set("Muster27.80€•") <= characters_in(printed(printer))


def test_a_roll_is_printed_in_one_column_at_its_own_width(printer: QPrinter) -> None:
    on_paper(printer, 80, 400)
    print_receipt(sale(), printer)
    assert page_count(printed(printer)) == 1
    assert page_size(printed(printer))[0] == pytest.approx(80, abs=0.5)
    assert paper_of(printer).narrow


def test_a_long_receipt_is_printed_on_several_sheets(printer: QPrinter) -> None:
    print_receipt(sale(LONG), printer)
    assert page_count(printed(printer)) == 3


@pytest.mark.parametrize(("first", "last", "pages"), [(2, 3, 2), (2, 2, 1), (2, 9, 2), (0, 0, 3)])
def test_only_the_pages_asked_for_are_printed(
    printer: QPrinter, first: int, last: int, pages: int
) -> None:
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(first, last)
    print_receipt(sale(LONG), printer)
    assert page_count(printed(printer)) == pages


def test_pages_that_do_not_exist_are_refused(printer: QPrinter) -> None:
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(4, 5)
    with pytest.raises(ReceiptError, match="ends with page 3; page 4 was asked for"):
        print_receipt(sale(LONG), printer)
    assert not Path(printer.outputFileName()).exists()


def test_the_wider_margin_counts(printer: QPrinter) -> None:
    on_paper(printer, 210, 297, margin=5)
    assert (paper_of(printer).side, paper_of(printer).top) == (A4.side, A4.top)
    on_paper(printer, 210, 297, margin=40)
    wide = paper_of(printer)
    assert (wide.side, wide.top, wide.bottom) == pytest.approx((40, 40, 40), abs=0.1)
    on_paper(printer, 72, 200)
    assert (paper_of(printer).side, paper_of(printer).bottom) == (ROLL.side, ROLL.bottom)


def test_printers_without_colour_get_black_alone(printer: QPrinter) -> None:
    printer.setColorMode(QPrinter.ColorMode.Color)
    assert ink_of(printer) is COLOUR
    printer.setColorMode(QPrinter.ColorMode.GrayScale)
    assert ink_of(printer) is BLACK


def test_a_printer_that_is_not_there_is_said(
    printer: QPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QPrinter, "isValid", lambda _: False)
    with pytest.raises(ReceiptError, match=r"is not available\. Check it and print again"):
        print_receipt(sale(), printer)


def test_a_printer_that_refuses_the_job_is_said(
    printer: QPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QPainter, "begin", lambda *_: False)
    with pytest.raises(ReceiptError, match="does not accept the receipt"):
        print_receipt(sale(), printer)


def test_a_printer_that_stops_between_pages_is_said(
    printer: QPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QPrinter, "newPage", lambda _: False)
    with pytest.raises(ReceiptError, match="stopped after page 1"):
        print_receipt(sale(LONG), printer)


def test_a_printer_that_loses_the_job_at_its_end_is_said(
    printer: QPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = QPainter.end

    def end(painter: QPainter) -> bool:
        return not ended(painter)

    monkeypatch.setattr(QPainter, "end", end)
    with pytest.raises(ReceiptError, match="did not take the receipt"):
        print_receipt(sale(), printer)


@pytest.mark.parametrize(
    ("module", "qt"),
    [
        ("content", set()),
        ("text", set()),
        ("document", {"QtCore", "QtGui"}),
        ("pdf", {"QtCore", "QtGui"}),
        ("preview", {"QtCore", "QtGui"}),
        ("printing", {"QtCore", "QtGui", "QtWidgets", "QtPrintSupport"}),
    ],
)
def test_each_form_of_a_receipt_loads_no_more_of_qt_than_it_needs(
    module: str, qt: set[str]
) -> None:
    program = (
        f"import sys, posapp.receipts.{module}\n"
        "print(*(name[8:] for name in sys.modules if name.startswith('PySide6.Qt')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert set(done.stdout.decode().split()) == qt
