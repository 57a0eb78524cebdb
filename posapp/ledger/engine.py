"""Opening the database and doing one piece of work in it; the only place that knows SQLite."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from posapp.ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerNewer,
    LedgerStopped,
    LedgerUnreadable,
    full,
)
from posapp.ledger.search import INDEXES
from posapp.ledger.tables import VERSION, metadata, schema_version
from posapp.ledger.worker import Worker

Answer = TypeVar("Answer")

_BUSY_MS = 5_000
_AUDIT_GUARDS = (
    "CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END",
)


class Database:
    """An open ledger file and the one thread that may touch it."""

    def __init__(self, path: Path, engine: Engine, worker: Worker) -> None:
        self.path = path
        self._engine = engine
        self._worker = worker
        self._stopped = False

    @classmethod
    async def open(cls, path: Path, key: bytes) -> Database:
        """Open or make the file, bring its schema up to date.

        Raises:
            LedgerError: nothing was changed.
        """
        worker = Worker()
        try:
            engine = await worker.run(lambda: _engine(path, key))
        except BaseException:
            await worker.end()
            raise
        return cls(path, engine, worker)

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` in one transaction that holds the write lock from its start; committed and
        on the disk when this returns, or not done at all."""
        return await self._worker.run(lambda: self._do(work, "IMMEDIATE"))

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` on one consistent view."""
        return await self._worker.run(lambda: self._do(work, "DEFERRED"))

    async def close(self) -> None:
        await self._worker.run(self._engine.dispose)
        await self._worker.end()

    def _do(self, work: Callable[[Connection], Answer], kind: str) -> Answer:
        if self._stopped and kind == "IMMEDIATE":
            raise LedgerStopped(
                "The disk failed while the ledger was written. Nothing more is taken until the "
                "program was closed and the disk was checked."
            )
        with _converted(self.path, self._stop), self._engine.connect() as connection:
            connection.execute(text(f"BEGIN {kind}"))
            try:
                answer = work(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
            return answer

    def _stop(self) -> None:
        self._stopped = True


def _engine(path: Path, key: bytes) -> Engine:
    made = not path.exists()
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: _connect(path, key),
        poolclass=StaticPool,
    )

    try:
        with _converted(path, _nothing):
            _bring_up_to_date(engine, path, key)
    except LedgerError:
        engine.dispose()
        if made:
            path.unlink(missing_ok=True)
        raise
    return engine


def _connect(path: Path, key: bytes) -> Any:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlcipher.connect(
        str(path), timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log_level = NONE")
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        f"busy_timeout = {_BUSY_MS}",
        *(("fullfsync = ON", "checkpoint_fullfsync = ON") if sys.platform == "darwin" else ()),
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _bring_up_to_date(engine: Engine, path: Path, key: bytes) -> None:
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        names = inspect(connection).get_table_names()
        if not names:
            make_schema(connection)
            connection.commit()
            return
        found = (
            connection.execute(select(schema_version.c.version)).scalar()
            if "schema_version" in names
            else None
        )
        connection.rollback()
    if found is None:
        raise LedgerDamaged(f"{path} is not a ledger of this program. Restore a backup.")
    if found > VERSION:
        raise LedgerNewer(
            f"{path} was written by a newer version of posapp. Install that version to open it."
        )
    if found < VERSION:
        from posapp.ledger.migrations.upgrade import upgrade

        upgrade(engine, path, found)


def make_schema(connection: Connection) -> None:
    """Everything a fresh database needs."""
    metadata.create_all(connection)
    for statement in (*_AUDIT_GUARDS, *INDEXES):
        connection.execute(text(statement))
    connection.execute(schema_version.insert().values(version=VERSION))


@contextmanager
def _converted(path: Path, stop: Callable[[], None]) -> Iterator[None]:
    """The one boundary where database errors become sentences."""
    try:
        yield
    except DBAPIError as error:
        raise _sentence(error.orig, path, stop) or error from error
    except (sqlcipher.Error, sqlite3.Error, OSError) as error:
        raise _sentence(error, path, stop) or error from error


def _sentence(
    error: BaseException | None, path: Path, stop: Callable[[], None]
) -> LedgerError | None:
    words = str(error).lower()
    if "locked" in words or "busy" in words:
        return LedgerBusy(
            f"The ledger {path} is held by another program. Nothing was written and nothing was "
            "sent. Close the other program and try again."
        )
    if "full" in words or getattr(error, "errno", None) == 28:
        return full(path)
    if "not a database" in words:
        return LedgerUnreadable(
            f"The ledger {path} cannot be read with this key: it is damaged or belongs to another "
            "vault. Restore the backup that belongs to this vault."
        )
    if "malformed" in words or "corrupt" in words:
        return LedgerDamaged(
            f"The ledger {path} is damaged. It was not changed. Restore a backup."
        )
    if "i/o error" in words or "disk i/o" in words:
        stop()
        return LedgerStopped(
            f"The disk failed while the ledger {path} was used. Close the program and check the "
            "disk."
        )
    if "unable to open" in words or "readonly" in words or isinstance(error, OSError):
        return LedgerUnreadable(
            f"The ledger {path} cannot be opened for writing. Allow this user to write there."
        )
    return None


def _nothing() -> None:
    return None
