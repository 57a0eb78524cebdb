"""The few things SQLite and PostgreSQL say differently, behind the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from sqlalchemy import Connection, Select, Table
from sqlalchemy.exc import IntegrityError

Index = Literal["attempts_index", "customers_index", "products_index"]
INDEXES: tuple[Index, ...] = ("attempts_index", "customers_index", "products_index")


class Dialect(Protocol):
    """Everything here works on a connection of its own kind of database only."""

    @property
    def schema(self) -> Sequence[str]:
        """What a new ledger has besides its tables: guards of the audit trail, search indexes."""

    def index_rows(
        self, connection: Connection, index: Index, rows: Sequence[Mapping[str, object]]
    ) -> None:
        """Make each ``row`` (its number) findable under exactly its folded ``words``."""

    def hits(self, index: Index, asked: Sequence[Sequence[str]]) -> Select[tuple[int]]:
        """The rows in which, for each term, one of its phrases is found; the last word of a phrase
        may go on. A phrase is folded words that follow each other."""

    def broken_uniqueness(self, error: IntegrityError, table: Table) -> str:
        """The name of the unique index or constraint a row would have broken, or ""."""


def dialect_of(connection: Connection) -> Dialect:
    if connection.dialect.name == "sqlite":
        from posapp.ledger.sqlite import SQLITE

        return SQLITE
    from posapp.ledger.postgres import POSTGRES

    return POSTGRES
