"""Saving a comparison where a person wants it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from posapp.desk.export import write_text
from posapp.desk.reconciliation import Reconciliation
from posapp.model.reconciliation import RowFilter, SyncRun
from posapp.runtime.dialogs import save_path
from posapp.runtime.threads import in_thread


async def save_comparison(
    parent: QWidget, reconciliation: Reconciliation, run: SyncRun, wanted: RowFilter
) -> Path | None:
    """Ask for a place and write the rows of a filter there as CSV; None when nobody wants it.

    Raises:
        Refused: it cannot be read, or not be written there.
    """
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    days = f"{run.window.first.isoformat()}-{run.window.last.isoformat()}"
    suggested = Path(folder) / f"reconciliation-{days}.csv"
    path = await save_path(
        parent, title="Export the comparison", suggested=suggested, kind="CSV (*.csv)"
    )
    if path is None:
        return None
    pieces = [piece async for piece in reconciliation.export(run.id, wanted, "csv")]
    await in_thread(write_text, path, "".join(pieces))
    return path
