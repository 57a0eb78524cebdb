"""The open ledger: one database, its parts, one thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from posapp.ledger import driver
from posapp.ledger.address import Address
from posapp.ledger.anchor import Anchor, AnotherCopy
from posapp.ledger.audit import Audit, begin_trail
from posapp.ledger.cases import Cases
from posapp.ledger.catalogue import Catalogue
from posapp.ledger.customers import Customers
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerError, LedgerStopped
from posapp.ledger.file import LedgerFile
from posapp.ledger.invitations import Invitations
from posapp.ledger.journal import Journal
from posapp.ledger.orders import Orders
from posapp.ledger.pauses import Pauses
from posapp.ledger.payments import Payments
from posapp.ledger.reconciliations import Reconciliations
from posapp.ledger.sign_ins import SignIns
from posapp.ledger.syncs import Syncs

if TYPE_CHECKING:
    from posapp.ledger.visit import Visit


class Ledger:
    """Every method is awaited; the work happens on the ledger's own thread."""

    def __init__(
        self, database: Database, *, audit_key: bytes, clock: Callable[[], datetime], till: str
    ) -> None:
        self._database = database
        self._doubt = ""
        self._anchor: Anchor | None = None
        self._listeners: list[Callable[[], None]] = []
        self.audit = Audit(database, audit_key, clock, till)
        self.catalogue = Catalogue(database)
        self.customers = Customers(database)
        self.invitations = Invitations(database, clock)
        self.journal: Journal = Journal(database, self.audit, clock, till)
        self.cases = Cases(database, self.audit, clock, self.journal)
        self.orders = Orders(database, clock, till)
        self.pauses = Pauses(database, self.audit, clock)
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
        database = await Database.open(
            LedgerFile(path, key), lambda connection: begin_trail(connection, audit_key)
        )
        return cls(database, audit_key=audit_key, clock=clock, till=till)

    @staticmethod
    async def open_shared(
        address: Address,
        *,
        audit_key: bytes,
        clock: Callable[[], datetime],
        till: str,
        held: Path,
        held_key: bytes,
    ) -> Ledger:
        """Open the ledger that several tills share, or make it in an empty database.

        Args:
            audit_key: 32 bytes that seal the audit trail, the same at every till.
            till: the name of this till; no other may bear it.
            held: the file for what must not wait while the server is away.
            held_key: 32 bytes that encrypt it.

        Raises:
            LedgerError: with one sentence; nothing was changed.
        """
        with driver.needed():
            from posapp.ledger.shared import open_shared
        return await open_shared(
            address, audit_key=audit_key, clock=clock, till=till, held=held, held_key=held_key
        )

    async def check(self) -> tuple[str, ...]:
        """Examine the whole ledger and the audit trail; problems as sentences, none when sound."""
        try:
            return (*await self._database.problems(), *await self.audit.verify())
        except LedgerError as problem:
            return (str(problem),)

    async def server(self) -> Visit | None:
        """How the server of a shared ledger is; None where there is none.

        Raises:
            LedgerError: it does not answer.
        """
        return None

    @property
    def is_shared(self) -> bool:
        """Whether it is kept on a server."""
        return False

    @property
    def stopped(self) -> str:
        """Why nothing is written any more, as a sentence; empty while all is well."""
        return self._database.stopped

    @property
    def may_be_accepted(self) -> bool:
        """Whether it is read only because it is not the copy that was last used here."""
        return bool(self._doubt) and self.stopped == self._doubt

    async def hold_to(self, anchor: Anchor) -> None:
        """Compare with how far the ledger had got, and keep ``anchor`` up to date from now on.

        An older copy is left as it is: it can be read, and nothing is written to it.
        """
        doubt = await self._database.read(anchor.doubt)
        if doubt:
            self._doubted(doubt, await self._database.evidence())
        self._anchor = anchor
        self._database.watch(lambda connection: self._look(anchor, connection))

    def _look(self, anchor: Anchor, connection: Connection) -> Callable[[], None]:
        """At the end of every step that writes, on the ledger's thread."""
        try:
            return anchor.look(connection)
        except AnotherCopy:
            doubt = "was replaced by another copy: entries that were written here are missing"
            self._doubted(doubt, "Keep it as it is now.")
            raise LedgerStopped(self.stopped) from None

    def _doubted(self, doubt: str, evidence: str) -> None:
        self._doubt = (
            f"This ledger {doubt}. It can be read, but no payments are taken. {evidence} Put the "
            "newest copy back, or let the owner go on with this one and compare it with the "
            "gateway's list."
        )
        self._database.stop(self._doubt)

    async def accept(self, who: str) -> None:
        """Go on with a copy that was doubted; noted in the audit trail.

        Raises:
            LedgerStopped: it is stopped for another reason.
        """
        if self.may_be_accepted:
            self._database.stopped = ""
            if self._anchor is not None:
                self._anchor.forget()
        await self.audit.record("copy_accepted", who, "ledger", {"doubt": self._doubt})
        self._doubt = ""

    async def examine(self) -> None:
        """Examine everything; a ledger that is damaged is only read from then on."""
        problems = await self._damage()
        if problems and not self.stopped:
            what = f"The ledger is damaged: {problems[0]}"
            what = f"{what} It can be read, but no payments are taken."
            self._database.stop(what)  # before anything else is written to it
            evidence = await self._database.evidence()
            self._database.stopped = f"{what} {evidence} Close the program and restore a backup."

    @property
    def is_away(self) -> bool:
        """Whether the server of a shared ledger does not answer now."""
        return False

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` on the loop whenever another till kept something, and when the server
        of a shared ledger went away or is back."""
        self._listeners.append(listener)

    async def _damage(self) -> tuple[str, ...]:
        return await self.check()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    async def close(self) -> None:
        """Finish what was begun, release file or server, end the threads."""
        await self._database.close()
