"""What only SQLite says: guards as it writes them, its full-text search, its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import (
    Connection,
    Delete,
    Index,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    column,
    delete,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.exc import IntegrityError

from posapp.ledger import dialects

_GUARDS = (
    """CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END""",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
    """CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR mac = NEW.mac)
       BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END""",
)
_INDEXES = tuple(
    f"CREATE VIRTUAL TABLE {name} USING fts5(words, prefix='1 2 3', tokenize='unicode61')"
    for name in dialects.INDEXES
)


class _Sqlite:
    schema = (*_GUARDS, *_INDEXES)

    def index_rows(
        self, connection: Connection, index: dialects.Index, rows: Sequence[Mapping[str, object]]
    ) -> None:
        forget, add = _index_statements(index)
        connection.execute(forget, rows)
        connection.execute(add, rows)

    def hits(self, index: dialects.Index, asked: Sequence[Sequence[str]]) -> Select[tuple[int]]:
        query = " AND ".join(
            "(" + " OR ".join(f'"{phrase}"*' for phrase in phrases) + ")" for phrases in asked
        )
        indexed = table(index, column("rowid", Integer))
        return select(indexed.c.rowid).where(text("words MATCH :wanted").bindparams(wanted=query))

    def broken_uniqueness(self, error: IntegrityError, table: Table) -> str:
        """SQLite names the columns and not the index; no two of a table are over the same ones."""
        said = str(error.orig)
        unique = {
            str(each.name): each.columns
            for each in (*table.indexes, *table.constraints)
            if isinstance(each, UniqueConstraint) or (isinstance(each, Index) and each.unique)
        }
        for name, columns in unique.items():
            named = ", ".join(f"{table.name}.{column.name}" for column in columns)
            if said == f"UNIQUE constraint failed: {named}":
                return name
        return ""


@cache
def _index_statements(index: dialects.Index) -> tuple[Delete, Insert]:
    """What takes the words of a row away, and what adds them."""
    indexed = table(index, column("rowid", Integer), column("words", Text))
    return (
        delete(indexed).where(indexed.c.rowid == bindparam("row")),
        insert(indexed).values(rowid=bindparam("row"), words=bindparam("words")),
    )


SQLITE = _Sqlite()
