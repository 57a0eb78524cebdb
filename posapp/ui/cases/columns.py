"""The columns of the list of what is open."""

from __future__ import annotations

from posapp.ui import theme
from posapp.ui.cases.state import RowView
from posapp.ui.widgets.table import Column

COLUMNS: tuple[Column[RowView], ...] = (
    Column("State", 128, lambda row: row.state, as_pill=True),
    Column("Open for", 80, lambda row: row.age, quiet=True, figures=True),
    Column("Customer", 0, lambda row: row.who, theme.MEDIUM),
    Column("Card", 130, lambda row: row.card, quiet=True),
    Column("Next", 200, lambda row: row.waits, figures=True),
    Column("Amount", 104, lambda row: row.amount, theme.SEMIBOLD, figures=True, trailing=True),
)
