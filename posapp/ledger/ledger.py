"""The open ledger: one database, its parts, one thread."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from posapp.ledger.address import Address
from posapp.ledger.audit import Audit, begin_trail, refuse_foreign_key
from posapp.ledger.catalogue import Catalogue
from posapp.ledger.customers import Customers
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerDamaged, LedgerError
from posapp.ledger.file import LedgerFile
from posapp.ledger.journal import Journal
from posapp.ledger.orders import Orders
from posapp.ledger.payments import Payments
from posapp.ledger.reconciliations import Reconciliations
from posapp.ledger.sign_ins import SignIns
from posapp.ledger.store import Store
from posapp.ledger.syncs import Syncs


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
        self.reconciliations = Reconciliations(database, self.audit, clock)
        self.sign_ins = SignIns(database)
        self.syncs = Syncs(database, clock, till)

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
        return await cls._open(LedgerFile(path, key), audit_key=audit_key, clock=clock, till=till)

    @classmethod
    async def open_shared(
        cls, address: Address, *, audit_key: bytes, clock: Callable[[], datetime], till: str
    ) -> Ledger:
        """Open the ledger that several tills share, or make it in an empty database.

        Args:
            audit_key: 32 bytes that seal the audit trail, the same at every till.

        Raises:
            LedgerError: with one sentence; nothing was changed.
        """
        try:
            from posapp.ledger.server import LedgerServer
        except ImportError as problem:
            raise LedgerError(
                "A shared ledger cannot be opened on this computer: its database driver is not "
                "made for Windows on ARM. Use another computer, or a ledger of this till's own."
            ) from problem
        place = LedgerServer(address, uuid.uuid4().hex)
        ledger = await cls._open(place, audit_key=audit_key, clock=clock, till=till)
        try:
            await ledger._database.read(lambda each: refuse_foreign_key(each, audit_key))
        except BaseException:
            await ledger.close()
            raise
        return ledger

    @classmethod
    async def _open(
        cls, place: Store, *, audit_key: bytes, clock: Callable[[], datetime], till: str
    ) -> Ledger:
        database = await Database.open(place, lambda connection: begin_trail(connection, audit_key))
        return cls(database, audit_key=audit_key, clock=clock, till=till)

    async def check(self) -> tuple[str, ...]:
        """Examine the whole ledger and the audit trail; problems as sentences, none when sound."""

        try:
            return (*await self._database.problems(), *await self.audit.verify())
        except LedgerDamaged as damaged:
            return (str(damaged),)

    async def close(self) -> None:
        """Finish what was begun, release file or server, end the thread."""
        await self._database.close()
