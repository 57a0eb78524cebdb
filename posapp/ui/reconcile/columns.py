"""The columns of the comparison."""

from __future__ import annotations

from posapp.ui import theme
from posapp.ui.reconcile.state import RowView
from posapp.ui.widgets.table import Column

COLUMNS: tuple[Column[RowView], ...] = (
    Column("Time", 62, lambda row: row.time, quiet=True, figures=True),
    Column("What", 78, lambda row: row.what, theme.MEDIUM),
    Column("Reference", 0, lambda row: row.name, quiet=True),
    Column("Result", 128, lambda row: row.result, as_pill=True),
    Column("Here", 92, lambda row: row.here, theme.SEMIBOLD, figures=True, trailing=True),
    Column("There", 92, lambda row: row.there, theme.SEMIBOLD, figures=True, trailing=True),
)
