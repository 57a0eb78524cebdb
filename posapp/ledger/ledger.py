"""The open ledger: one database, its parts, one thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from posapp.ledger.audit import Audit, begin_trail
from posapp.ledger.catalogue import Catalogue
from posapp.ledger.customers import Customers
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerDamaged
from posapp.ledger.journal import Journal
from posapp.ledger.orders import Orders
from posapp.ledger.payments import Payments
from posapp.ledger.sign_ins import SignIns


class Ledger:
    """Every method is awaited; the work happens on the ledger's own thread."""

    def __init__(
        self, database: Database, *, audit_key: bytes, clock: Callable[[], datetime], till: str
    ) -> None:
        self._database = database
        self.audit = Audit(database, audit_key, clock, till)
        self.catalogue = Catalogue(database)
        self.customers = Customers(database)
        self.journal = Journal(database, self.audit, clock, till)
        self.orders = Orders(database, clock, till)
        self.payments = Payments(database, self.audit, clock)
        self.sign_ins = SignIns(database)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        key: bytes,
        audit_key: bytes,
        clock: Callable[[], datetime],
        till: str,
    ) -> Ledger:
        """Open the file, or make it.

        Args:
            key: 32 bytes that encrypt the whole file.
            audit_key: 32 bytes that seal the audit trail.

        Raises:
            LedgerError: with one sentence; nothing was changed.
        """
        database = await Database.open(
            path, key, lambda connection: begin_trail(connection, audit_key)
        )
        return cls(database, audit_key=audit_key, clock=clock, till=till)

    async def check(self) -> tuple[str, ...]:
        """Examine the whole file and the audit trail; problems as sentences, none when sound."""

        def integrity(connection: Connection) -> list[str]:
            rows = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            return [] if rows == ["ok"] else [f"The ledger is damaged: {row}" for row in rows[:5]]

        try:
            return (*await self._database.read(integrity), *await self.audit.verify())
        except LedgerDamaged as damaged:
            return (str(damaged),)

    async def close(self) -> None:
        """Finish what was begun, release the file, end the thread."""
        await self._database.close()
