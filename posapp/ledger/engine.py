"""The open database: one piece of work is one transaction, done on one thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, inspect, select, text

from posapp.ledger import encrypted
from posapp.ledger.errors import LedgerDamaged, LedgerNewer, LedgerStopped
from posapp.ledger.search import INDEXES
from posapp.ledger.sentences import converted
from posapp.ledger.tables import VERSION, metadata, schema_version
from posapp.ledger.worker import Worker

Answer = TypeVar("Answer")

_AUDIT_GUARDS = (
    """CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END""",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
    """CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR mac = NEW.mac)
       BEGIN SELECT RAISE(ABORT, 'audit entries are never replaced'); END""",
)


class Database:
    """An open ledger file and the one thread that may touch it."""

    def __init__(self, path: Path, engine: Engine, worker: Worker) -> None:
        self.path = path
        self._engine = engine
        self._worker = worker
        self._stopped = False
        self._closed = False

    @classmethod
    async def open(cls, path: Path, key: bytes, first: Callable[[Connection], None]) -> Database:
        """Open or make the file, bring its schema up to date.

        Args:
            first: writes what a new ledger begins with.

        Raises:
            LedgerError: nothing was changed.
        """
        worker = Worker()
        opened: list[Engine] = []

        def give_back() -> None:
            for engine in opened:
                engine.dispose()

        try:
            await worker.run(lambda: opened.append(_open(path, key, first)))
        except BaseException:
            try:
                await worker.run(give_back)
            finally:
                await worker.end()
            raise
        return cls(path, opened[0], worker)

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` in one transaction that holds the write lock from its start; committed and
        on the disk when this returns, or not done at all."""
        return await self._run(work, "IMMEDIATE")

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do ``work`` on one consistent view."""
        return await self._run(work, "DEFERRED")

    async def close(self) -> None:
        """Finish what was begun, fold the write-ahead log into the file, end the thread."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._worker.run(self._engine.dispose)  # the last connection folds it in
        finally:
            await self._worker.end()

    async def _run(self, work: Callable[[Connection], Answer], kind: str) -> Answer:
        if self._closed:
            raise LedgerStopped("The ledger is closed. Nothing was written.")
        return await self._worker.run(lambda: self._do(work, kind))

    def _do(self, work: Callable[[Connection], Answer], kind: str) -> Answer:
        if self._stopped and kind == "IMMEDIATE":
            raise LedgerStopped(
                "The disk failed while the ledger was used. Nothing more is written until the "
                "program was closed and the disk was checked."
            )
        with converted(self.path, self._stop), self._engine.connect() as connection:
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


def _open(path: Path, key: bytes, first: Callable[[Connection], None]) -> Engine:
    with converted(path, _nothing):
        encrypted.check_library()
        if not path.exists():
            encrypted.make(path, key, lambda engine: _fill(engine, first))
        encrypted.check_file(path)
        engine = encrypted.engine_of(path, key)
        try:
            _bring_up_to_date(engine, path)
            encrypted.owner_only(path)
        except BaseException:
            engine.dispose()
            raise
        return engine


def _fill(engine: Engine, first: Callable[[Connection], None]) -> None:
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        make_schema(connection)
        first(connection)
        connection.commit()


def _bring_up_to_date(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        found = (
            connection.execute(select(schema_version.c.version)).scalar()
            if schema_version.name in names
            else None
        )
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


def _nothing() -> None:
    return None
