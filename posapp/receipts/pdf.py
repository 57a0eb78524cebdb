"""Receipts as PDF files."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from posapp.receipts.content import Receipt
from posapp.receipts.errors import ReceiptError
from posapp.receipts.pages import Pages
from posapp.receipts.paper import A4, UNITS_PER_MM, Paper

_DPI = round(25.4 * UNITS_PER_MM)  # one dot is one layout unit
_CREATOR = "posapp"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_pdf(receipt: Receipt, path: Path, *, paper: Paper = A4) -> None:
    """Write the receipt to ``path``: the whole file, or nothing and the earlier file untouched.

    Draws on the Qt thread and waits for the disk. ``pdf_bytes`` and ``save`` are its two halves,
    for a caller that lets another thread do the waiting.

    Raises:
        ReceiptError: with a sentence that says what is wrong with the place.
    """
    save(pdf_bytes(receipt, paper=paper), path)


def pdf_bytes(receipt: Receipt, *, paper: Paper = A4) -> bytes:
    """The receipt as a PDF document. Needs a QGuiApplication and its thread.

    Raises:
        ReceiptError: the receipt could not be drawn.
    """
    steps = pdf_steps(receipt, paper=paper)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(bytes, end.value)


def pdf_steps(receipt: Receipt, *, paper: Paper = A4) -> Generator[None, None, bytes]:
    """Draw as ``pdf_bytes`` does, one page a step, so that the screen can live between two pages
    of a very long receipt. The generator's return value is the document.

    Raises:
        ReceiptError: the receipt could not be drawn.
    """
    pages = Pages(receipt, paper, searchable=True)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(" – ".join(part for part in (_title(receipt), receipt.shop) if part))
    writer.setCreator(_CREATOR)
    writer.setResolution(_DPI)
    writer.setPageLayout(_layout(pages))
    painter = QPainter()
    if not painter.begin(writer):
        raise ReceiptError("The receipt could not be drawn as a PDF. Try again.")
    try:
        for number in range(pages.count):
            yield
            if number:
                writer.newPage()
            pages.paint(painter, number)
    finally:
        painter.end()
    return bytes(buffer.data().data())


def save(content: bytes, path: Path) -> None:
    """Put ``content`` at ``path`` in one step, durably; touches no Qt.

    Raises:
        ReceiptError: with a sentence that says what is wrong with the place.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".receipt-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as problem:
        with suppress(OSError):
            temporary.unlink()
        raise ReceiptError(_sentence(problem, target)) from problem


def _layout(pages: Pages) -> QPageLayout:
    size = QPageSize(
        QSizeF(pages.width_mm, pages.height_mm),
        QPageSize.Unit.Millimeter,
        "",
        QPageSize.SizeMatchPolicy.FuzzyMatch,
    )
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))


def _title(receipt: Receipt) -> str:
    number = next((fact.value for fact in receipt.about if fact.label == "Order"), "")
    return f"{receipt.title} {number}".strip()


def _sentence(problem: OSError, target: Path) -> str:
    start = "The receipt was not saved:"
    folder = target.parent
    if os.path.isdir(target):  # noqa: PTH112 - Path.is_dir raises on a name that is too long
        return f"{start} {target} is a folder. Type a file name."
    if not os.path.isdir(folder):  # noqa: PTH112
        return f"{start} the folder {folder} does not exist. Choose another folder."
    if problem.errno in _FORBIDDEN:
        return (
            f"{start} writing to {folder} is not permitted, or {target.name} is open in another "
            "program. Close it or choose another folder."
        )
    if problem.errno in _FULL:
        return f"{start} the disk that holds {folder} is full. Make room or choose another disk."
    if problem.errno == errno.ENAMETOOLONG:
        return f"{start} the name {target.name[:40]}… is too long. Choose a shorter one."
    reason = problem.strerror or type(problem).__name__
    return f"{start} the system reported “{reason}” for {target}. Choose another folder."
