"""The columns of the list of payments."""

from __future__ import annotations

from posapp.ui import theme
from posapp.ui.payments.state import RowView
from posapp.ui.widgets.table import Column

COLUMNS: tuple[Column[RowView], ...] = (
    Column("Time", 66, lambda row: row.time, quiet=True, figures=True),
    Column("Customer", 0, lambda row: row.customer, theme.MEDIUM),
    Column("Card", 110, lambda row: row.card, quiet=True),
    Column("State", 132, lambda row: row.state, as_pill=True),
    Column("Amount", 104, lambda row: row.amount, theme.SEMIBOLD, figures=True, trailing=True),
)
