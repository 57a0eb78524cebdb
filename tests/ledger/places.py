"""The two places a ledger can be kept in, looked at and changed behind the program's back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import sqlcipher3.dbapi2 as sqlcipher

from posapp.ledger.ledger import Ledger
from tests.database import DatabaseServer
from tests.ledger import raw
from tests.ledger.samples import AUDIT_KEY, KEY

GUARDS = ("audit_is_kept", "audit_is_not_changed", "audit_is_not_replaced")
Contents = dict[str, list[tuple[Any, ...]]]


class Place(Protocol):
    """``arguments`` tell another program where it is; ``refusal`` is how the database says no."""

    @property
    def refusal(self) -> type[Exception]: ...

    @property
    def arguments(self) -> dict[str, str]: ...

    async def open(
        self, clock: Callable[[], datetime], till: str = "T1", audit_key: bytes = AUDIT_KEY
    ) -> Ledger: ...

    def rows(self, query: str) -> list[tuple[Any, ...]]: ...

    def run(self, *statements: str) -> None: ...

    def unguard(self) -> None:
        """Take away what keeps audit entries from being changed."""

    def everything(self) -> Contents:
        """The contents of every table, to see that nothing was changed."""


class FilePlace:
    refusal = sqlcipher.IntegrityError

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def arguments(self) -> dict[str, str]:
        return {"path": str(self.path)}

    async def open(
        self, clock: Callable[[], datetime], till: str = "T1", audit_key: bytes = AUDIT_KEY
    ) -> Ledger:
        return await Ledger.open(self.path, key=KEY, audit_key=audit_key, clock=clock, till=till)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return raw.rows(self.path, query)

    def run(self, *statements: str) -> None:
        raw.run(self.path, *statements)

    def unguard(self) -> None:
        for guard in GUARDS:
            self.run(f"DROP TRIGGER {guard}")

    def everything(self) -> Contents:
        return raw.everything(self.path)


class ServerPlace:
    """``folder`` is for what each till keeps beside the ledger."""

    def __init__(self, server: DatabaseServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.refusal = server.refusal

    @property
    def arguments(self) -> dict[str, str]:
        address = self.server.address
        return {
            "host": address.host,
            "port": str(address.port),
            "database": address.database,
            "user": address.user,
            "folder": str(self.folder),
        }

    async def open(
        self, clock: Callable[[], datetime], till: str = "T1", audit_key: bytes = AUDIT_KEY
    ) -> Ledger:
        return await Ledger.open_shared(
            self.server.address,
            audit_key=audit_key,
            clock=clock,
            till=till,
            held=self.folder / f"{till}.db",
            held_key=KEY,
        )

    def held(self) -> list[tuple[Any, ...]]:
        """The references of what the first till holds for the ledger."""
        return raw.rows(self.folder / "T1.db", "SELECT reference FROM held ORDER BY number")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.server.run(query)

    def run(self, *statements: str) -> None:
        self.server.run(*statements)

    def unguard(self) -> None:
        for guard in GUARDS:
            self.run(f"DROP TRIGGER IF EXISTS {guard} ON audit")

    def everything(self) -> Contents:
        with self.server.connect() as connection:
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            return {
                name: sorted(
                    connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()  # noqa: S608
                )
                for (name,) in names
            }
