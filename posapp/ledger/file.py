"""A ledger of one till: an encrypted file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from posapp.ledger import encrypted, evidence, store
from posapp.ledger.errors import LedgerDamaged, LedgerNewer
from posapp.ledger.sentences import converted
from posapp.ledger.tables import VERSION


class LedgerFile:
    """A place for a ledger; see ``store.Store``."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    def open(self, first: Callable[[Connection], None]) -> Engine:
        with converted(self.path, _nothing):
            encrypted.check_library()
            if not self.path.exists():
                encrypted.make(self.path, self._key, lambda engine: _fill(engine, first))
            encrypted.check_file(self.path)
            engine = encrypted.engine_of(self.path, self._key)
            try:
                self._bring_up_to_date(engine)
                encrypted.owner_only(self.path)
            except BaseException:
                engine.dispose()
                raise
            return engine

    def begin(self, connection: Connection, *, writing: bool) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")

    def forbid_writing(self, connection: Connection) -> None:
        """From now on the file refuses every change over this connection."""
        connection.execute(text("PRAGMA query_only = ON"))
        connection.commit()

    def before_commit(self, connection: Connection) -> None:
        """Nobody else has this file open."""

    def converted(
        self, stop: Callable[[], None], *, committing: bool = False
    ) -> AbstractContextManager[None]:
        return converted(self.path, stop)

    def beside(self) -> tuple[Engine, Callable[[], None]]:
        return encrypted.second_engine_of(self.path, self._key)

    def problems(self, connection: Connection) -> list[str]:
        rows = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        return [] if rows == ["ok"] else [f"The ledger is damaged: {row}" for row in rows[:5]]

    def keep_evidence(self) -> str:
        try:
            folder = evidence.keep(self.path)
        except OSError as problem:
            return f"No copy of it could be kept ({problem.strerror}): keep the file itself."
        return f"A copy of it as it is now is kept in {folder}."

    def _bring_up_to_date(self, engine: Engine) -> None:
        with engine.connect() as connection:
            found = store.version_of(connection)
        if found is None:
            raise LedgerDamaged(f"{self.path} is not a ledger of this program. Restore a backup.")
        if found > VERSION:
            raise LedgerNewer(
                f"{self.path} was written by a newer version of posapp. Install that version to "
                "open it."
            )
        if found < VERSION:
            from posapp.ledger.migrations.upgrade import upgrade

            upgrade(engine, self.path, found)


def _fill(engine: Engine, first: Callable[[Connection], None]) -> None:
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        store.make_schema(connection)
        first(connection)
        connection.commit()


def _nothing() -> None:
    return None
