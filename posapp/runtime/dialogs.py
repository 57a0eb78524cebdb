"""Dialogs that are awaited. Nothing here opens a nested event loop inside a task."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import (
    QColorDialog,
    QDialog,
    QFileDialog,
    QFontDialog,
    QInputDialog,
    QMenu,
    QMessageBox,
    QWidget,
)

from posapp.runtime.loop import NestedLoop
from posapp.runtime.signals import listening

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter


class NoPrinter(Exception):
    """This computer has nothing to print on. ``str()`` is a sentence for people."""


async def show(dialog: QDialog) -> int:
    """Open ``dialog`` over its parent and wait for its result (``QDialog.DialogCode`` or what it
    passed to ``done``).

    Other tasks and windows go on meanwhile. A cancelled wait closes the dialog; a dialog that is
    destroyed first counts as rejected. The dialog is deleted when the loop runs next: read its
    fields right after the ``await``, before any other.
    """
    with (
        listening(dialog.finished, sender=dialog) as finished,
        listening(dialog.destroyed, sender=dialog) as destroyed,
    ):
        # From a plain callback: some native dialogs (printing on Windows) run a loop of their
        # own inside open(), in which tasks must be free to go on.
        asyncio.get_running_loop().call_soon(_open, dialog, finished)
        try:
            await asyncio.wait([finished, destroyed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if shiboken6.isValid(dialog):
                dialog.close()
                dialog.deleteLater()  # also one that refuses to close
        return int(finished.result()[0]) if finished.done() else QDialog.DialogCode.Rejected.value


def _open(dialog: QDialog, finished: asyncio.Future[tuple[Any, ...]]) -> None:
    try:
        dialog.open()
    except Exception as error:  # whatever it is belongs to the one who waits
        if not finished.done():
            finished.set_exception(error)


async def save_path(
    parent: QWidget | None, *, title: str, suggested: Path, kind: str
) -> Path | None:
    """Ask where to save; None when the person cancels.

    ``kind`` is the file filter as Qt writes it, ``PDF (*.pdf)``. The suffix of ``suggested`` is
    added to a name typed without one. Qt itself asks before an existing file is chosen.
    """
    dialog = QFileDialog(parent, title, str(suggested.parent), kind)
    dialog.setObjectName("file.save")
    dialog.setAccessibleName(title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(suggested.suffix.removeprefix("."))
    dialog.selectFile(suggested.name)
    if await show(dialog) != QDialog.DialogCode.Accepted.value:
        return None
    chosen = dialog.selectedFiles()
    return Path(chosen[0]) if chosen else None


async def ask_printer(parent: QWidget | None) -> QPrinter | None:
    """Let the person choose a printer in the system's print dialog; None when they cancel.

    Without a printer the dialogs of Linux and macOS still print to a file.
    Raises NoPrinter on Windows, whose dialog cannot open then.
    """
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    if isinstance(QDialog.__dict__["exec"], _Guarded):
        _forbid_in_tasks(QPrintDialog, "exec")
    if sys.platform == "win32" and not QPrinterInfo.availablePrinterNames():
        raise NoPrinter(
            "No printer is set up on this computer. Add one in the system settings, or save the "
            "receipt as a PDF."
        )

    class PrinterDialog(QPrintDialog):
        def open(self) -> None:  # type: ignore[override]  # QPrintDialog hides the one without
            QDialog.open(self)  # arguments

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = PrinterDialog(printer, parent)
    dialog.setObjectName("printer.choose")
    if await show(dialog) != QDialog.DialogCode.Accepted.value:
        return None
    return printer


_BLOCKING: tuple[tuple[type, tuple[str, ...]], ...] = (
    (QDialog, ("exec",)),
    (QMessageBox, ("about", "aboutQt", "critical", "information", "question", "warning")),
    (
        QFileDialog,
        (
            "getExistingDirectory",
            "getExistingDirectoryUrl",
            "getOpenFileName",
            "getOpenFileNames",
            "getOpenFileUrl",
            "getOpenFileUrls",
            "getSaveFileName",
            "getSaveFileUrl",
        ),
    ),
    (QInputDialog, ("getDouble", "getInt", "getItem", "getMultiLineText", "getText")),
    (QColorDialog, ("getColor",)),
    (QFontDialog, ("getFont",)),
    (QMenu, ("exec",)),
    (QDrag, ("exec",)),
    (QEventLoop, ("exec", "processEvents")),
    (QCoreApplication, ("processEvents",)),
)


def guard() -> None:
    """Make every blocking dialog and nested loop raise NestedLoop when a task calls it.

    For development and tests: there the call is a mistake that must be seen. Calling it twice
    changes nothing.
    """
    for owner, names in _BLOCKING:
        for name in names:
            _forbid_in_tasks(owner, name)


def _forbid_in_tasks(owner: type, name: str) -> None:
    original = owner.__dict__[name]
    if not isinstance(original, _Guarded):
        setattr(owner, name, _Guarded(f"{owner.__name__}.{name}", original))


class _Guarded:
    """Stands in for a Qt method, called on the class or on an object, and checks the caller."""

    def __init__(self, said: str, original: Any) -> None:
        self._said = said
        self._original = original

    def __get__(self, instance: object | None, owner: type) -> Callable[..., Any]:
        blocking: Callable[..., Any] = self._original.__get__(instance, owner)

        @wraps(blocking)
        def guarded(*args: Any, **named: Any) -> Any:
            if _in_task():
                raise NestedLoop(
                    f"{self._said}() inside a task would stop every other task. "
                    "Use posapp.runtime.dialogs.show() or await."
                )
            return blocking(*args, **named)

        return guarded


def _in_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def alarm(sentence: str) -> None:
    """One sentence in a box, for a program that has no terminal and whose loop has ended."""
    box = QMessageBox(QMessageBox.Icon.Warning, QCoreApplication.applicationName(), sentence)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
