"""Full-text search; the only place that knows SQLite's FTS5.

The words of a row are folded here (case, accents, marks between figures) before they are stored,
so that every engine finds the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Integer, column, select, table, text

Index = Literal["attempts_index", "customers_index", "products_index"]

INDEXES = tuple(
    f"CREATE VIRTUAL TABLE {name} USING fts5(words, prefix='1 2 3', tokenize='unicode61')"
    for name in ("attempts_index", "customers_index", "products_index")
)
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 8


def fold(parts: Iterable[str]) -> str:
    """The searchable words of some texts, folded, in order, separated by blanks."""
    plain = unicodedata.normalize("NFKD", " ".join(parts).casefold().replace("ß", "ss"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(letters))


def index_row(connection: Connection, index: Index, row: int, words: str) -> None:
    """Make a row findable under exactly these folded words."""
    connection.execute(text(f"DELETE FROM {index} WHERE rowid = :row"), {"row": row})
    connection.execute(
        text(f"INSERT INTO {index}(rowid, words) VALUES (:row, :words)"),
        {"row": row, "words": words},
    )


def begins(index: Index, wanted: str, rows: ColumnElement[int]) -> ColumnElement[bool] | None:
    """The condition that each word of ``wanted`` begins a word of the row; None without words.

    Any text is safe: only letters and figures reach the query, each word quoted.
    """
    words = fold((wanted,)).split()[:_MOST_WORDS]
    if not words:
        return None
    query = " ".join(f'"{word}"*' for word in words)
    indexed = table(index, column("rowid", Integer))
    hits = select(indexed.c.rowid).where(text("words MATCH :wanted").bindparams(wanted=query))
    return rows.in_(hits)
