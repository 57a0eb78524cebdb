"""Bringing an older ledger up to date; the only place that imports Alembic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DBAPIError

from posapp.ledger import encrypted
from posapp.ledger.errors import LedgerError, LedgerStopped
from posapp.ledger.sentences import converted
from posapp.ledger.tables import VERSION, schema_version

Step = Callable[[Operations], None]
"""Makes one version out of the one before."""


def upgrade(
    engine: Engine, path: Path, found: int, *, steps: Mapping[int, Step] | None = None
) -> None:
    """Copy the ledger beside itself, then change it in one transaction, all of it or nothing.

    The copy, ``<name>.before-<version>``, is kept: an older program can still open it.

    Args:
        found: the version of the file.
        steps: target version -> how to get there; the program's own where it is left out.

    Raises:
        LedgerError: the ledger is as it was.
    """
    steps = _steps(found) if steps is None else steps
    newest = max(steps)
    copy = path.with_name(f"{path.name}.before-{newest}")
    try:
        with converted(path, _nothing), engine.connect() as connection:
            # Tables are rebuilt under other names meanwhile; checked as a whole at the end.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            try:
                _upgrade(engine, connection, path, copy, found, steps)
            finally:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    except LedgerStopped as problem:
        raise LedgerStopped(
            f"{problem} The ledger from before its update is in {copy.name}."
        ) from problem
    except LedgerError as problem:
        raise type(problem)(
            f"The ledger could not be brought up to date and is as it was. {problem}"
        ) from problem


def upgrade_server(
    connection: Connection, found: int, *, steps: Mapping[int, Step] | None = None
) -> None:
    """Change a shared ledger inside the caller's transaction, which holds its lock.

    Args:
        found: the version of the ledger.
        steps: target version -> how to get there; the program's own where it is left out.

    Raises:
        LedgerError: the transaction has to be rolled back.
    """
    _take(_steps(found) if steps is None else steps, connection)


def _upgrade(
    engine: Engine,
    connection: Connection,
    path: Path,
    copy: Path,
    found: int,
    steps: Mapping[int, Step],
) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        present = connection.execute(select(schema_version.c.version)).scalar_one()
        if present != found:
            raise LedgerError("Another program is doing it. Start again when it is ready.")
        _copy(engine, path, copy)
        _take(steps, connection)
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise LedgerError("Some entries would have lost the ones they belong to.")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _take(steps: Mapping[int, Step], connection: Connection) -> None:
    operations = Operations(MigrationContext.configure(connection))
    for version in sorted(steps):
        try:
            steps[version](operations)
        except DBAPIError:
            raise  # becomes a sentence further up
        except Exception as problem:
            raise LedgerError(f"A step of it failed ({type(problem).__name__}).") from problem
        connection.execute(update(schema_version).values(version=version))


def _copy(engine: Engine, path: Path, copy: Path) -> None:
    """Write what is committed now, encrypted with the same key. The caller holds the write lock."""
    pool = engine.pool.recreate()
    try:
        with encrypted.new_file(copy) as beside:
            other = pool.connect()
            try:
                other.cursor().execute("VACUUM INTO ?", (str(beside),))
            finally:
                other.close()
            encrypted.sync_file(beside)
            beside.replace(copy)
            encrypted.sync_folder(path.parent)
    finally:
        pool.dispose()


def _steps(found: int) -> dict[int, Step]:
    package = f"{__package__}.versions"
    return {
        version: cast("Step", import_module(f"{package}.v{version:04d}").upgrade)
        for version in range(found + 1, VERSION + 1)
    }


def _nothing() -> None:
    return None
