"""The window before everything else. No event loop, database or network is imported from here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from posapp.runtime.application import application, wait_for_paint
from posapp.runtime.once import FolderInUse, FolderLock, FolderUnusable
from posapp.ui import theme
from posapp.ui.format import amount_style
from posapp.ui.main_window import MainWindow
from posapp.ui.opening import Opening

_FIRST_CURRENCY = "EUR"


class StartRefused(Exception):
    """The program cannot start. ``str()`` says what, where and what next; nothing was changed."""


@dataclass(slots=True)
class Front:
    """A window on a locked data folder, with nothing behind it yet.

    ``painted_at`` is the monotonic clock at the first paint, 0 before it.
    """

    folder: Path
    lock: FolderLock
    opening: Opening
    window: MainWindow
    training: bool
    painted_at: float = 0.0

    def paint(self) -> None:
        """Show the window and return when it was painted. For a program with no loop yet."""
        self.window.show()
        wait_for_paint(self.window.painted)
        self.painted_at = time.monotonic()

    def close(self) -> None:
        """Take the window away and give the folder back. Doing it twice changes nothing."""
        self.window.leave()
        self.window.deleteLater()
        self.lock.release()


def folder_of(home: Path, *, training: bool) -> Path:
    """Where training or live keeps its data."""
    return home / ("training" if training else "live")


def take(folder: Path) -> FolderLock:
    """Lock a data folder.

    Raises:
        StartRefused: somebody else has it, or it cannot be used.
    """
    try:
        return FolderLock.take(folder)
    except (FolderInUse, FolderUnusable) as problem:
        raise StartRefused(str(problem)) from problem


def build(home: Path, *, training: bool) -> Front:
    """Lock the folder and build the window; it is not shown yet.

    Raises:
        StartRefused: with one sentence.
    """
    folder = folder_of(home, training=training)
    lock = take(folder)
    try:
        theme.apply(application([]), dark=theme.system_is_dark())
        opening = Opening()
        window = MainWindow(opening, amount_style(), training=training, currency=_FIRST_CURRENCY)
    except BaseException:
        lock.release()
        raise
    return Front(folder, lock, opening, window, training)
