"""What only PostgreSQL says: guards as it writes them, its full-text search, its errors.

Words are folded and told apart by the program; the server's own parsers and dictionaries, which
depend on its version and language, have no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Connection, Select, Table, column, select, table, text
from sqlalchemy.exc import IntegrityError

from posapp.ledger import dialects
from posapp.ledger.tables import metadata

_GUARDS = (
    """CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         RAISE EXCEPTION USING MESSAGE = 'audit entries are never ' || TG_ARGV[0],
                               ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_refuses('deleted')""",
    """CREATE TRIGGER audit_is_kept_whole BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('deleted')""",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_refuses('changed')""",
)
_INDEXES = tuple(
    statement
    for name in dialects.INDEXES
    for statement in (
        f"CREATE TABLE {name} (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        f"CREATE INDEX {name}_words ON {name} USING gin (words)",
    )
)
_LONGEST_WORD = 500  # characters; the server takes 2,046 bytes
_MOST_TEXT = 100_000  # characters; the server takes a megabyte


class _Postgres:
    schema = (*_GUARDS, *_INDEXES)

    def index_rows(
        self, connection: Connection, index: dialects.Index, rows: Sequence[Mapping[str, object]]
    ) -> None:
        connection.execute(
            text(
                f"INSERT INTO {index} (row, words) VALUES (:row, CAST(:words AS tsvector)) "  # noqa: S608 - one of our three names
                "ON CONFLICT (row) DO UPDATE SET words = excluded.words"
            ),
            [{"row": row["row"], "words": _vector(str(row["words"]))} for row in rows],
        )

    def hits(self, index: dialects.Index, asked: Sequence[Sequence[str]]) -> Select[tuple[int]]:
        query = " & ".join(
            "(" + " | ".join(_phrase(phrase) for phrase in phrases) + ")" for phrases in asked
        )
        indexed = table(index, column("row", BigInteger))
        return select(indexed.c.row).where(
            text("words @@ CAST(:wanted AS tsquery)").bindparams(wanted=query)
        )

    def broken_uniqueness(self, error: IntegrityError, table: Table) -> str:
        return str(getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "")


def _vector(words: str) -> str:
    """The words with their places. They hold letters and figures only: nothing to quote away."""
    return " ".join(
        f"'{word[:_LONGEST_WORD]}':{place}"
        for place, word in enumerate(words[:_MOST_TEXT].split(), 1)
    )


def _phrase(words: str) -> str:
    parts = [f"'{word[:_LONGEST_WORD]}'" for word in words.split()]
    return "(" + " <-> ".join(parts) + ":*)"


def _with_partial_indexes() -> None:
    """Both engines write the condition of an index alike; here it is said for this one, late,
    because naming an engine imports it."""
    for each in metadata.tables.values():
        for index in each.indexes:
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


_with_partial_indexes()
POSTGRES = _Postgres()
