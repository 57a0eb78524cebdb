"""The first ledger."""

from __future__ import annotations

from alembic.operations import Operations

from posapp.ledger.migrations.versions.v0001_tables import TABLES

_TYPES = {
    "sqlite": {
        "counted": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
        "key": "INTEGER",
        "number": "INTEGER",
        "bytes": "BLOB",
        "sorted": "TEXT",
    },
    "postgresql": {
        "counted": "BIGSERIAL NOT NULL PRIMARY KEY",
        "key": "BIGSERIAL",
        "number": "BIGINT",
        "bytes": "BYTEA",
        "sorted": 'TEXT COLLATE "C"',
    },
}
_MORE = {
    "sqlite": (
        """
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END
        """,
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
               BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
        """,
        """
        CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
               WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR mac = NEW.mac)
               BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END
        """,
        """
        CREATE VIRTUAL TABLE attempts_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
        """
        CREATE VIRTUAL TABLE customers_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
        """
        CREATE VIRTUAL TABLE products_index USING fts5(words, prefix='1 2 3', tokenize='unicode61')
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN
                 RAISE EXCEPTION USING MESSAGE = 'audit entries are never ' || TG_ARGV[0],
                                       ERRCODE = 'integrity_constraint_violation';
               END $$
        """,
        """
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
               FOR EACH ROW EXECUTE FUNCTION audit_refuses('deleted')
        """,
        """
        CREATE TRIGGER audit_is_kept_whole BEFORE TRUNCATE ON audit
               FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('deleted')
        """,
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
               FOR EACH ROW EXECUTE FUNCTION audit_refuses('changed')
        """,
        """
        CREATE TABLE attempts_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX attempts_index_words ON attempts_index USING gin (words)
        """,
        """
        CREATE TABLE customers_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX customers_index_words ON customers_index USING gin (words)
        """,
        """
        CREATE TABLE products_index (row BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)
        """,
        """
        CREATE INDEX products_index_words ON products_index USING gin (words)
        """,
    ),
}


def upgrade(operations: Operations) -> None:
    engine = operations.get_bind().dialect.name
    for statement in TABLES:
        operations.execute(statement.format(**_TYPES[engine]))
    for statement in _MORE[engine]:
        operations.execute(statement)
