"""The open ledger of several tills. Imported only for such a ledger."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from posapp.ledger.address import Address
from posapp.ledger.audit import begin_trail, refuse_foreign_key
from posapp.ledger.engine import Database
from posapp.ledger.hearing import Hearing
from posapp.ledger.held import Held
from posapp.ledger.ledger import Ledger
from posapp.ledger.server import LedgerServer
from posapp.ledger.shared_journal import SharedJournal
from posapp.ledger.visit import Visit, look


class SharedLedger(Ledger):
    """A ledger on a server, the ear for the other tills, and the file for when it is away."""

    def __init__(
        self,
        database: Database,
        place: LedgerServer,
        held: Held,
        *,
        audit_key: bytes,
        clock: Callable[[], datetime],
        till: str,
    ) -> None:
        super().__init__(database, audit_key=audit_key, clock=clock, till=till)
        self.journal = SharedJournal(database, self.audit, clock, till, held)
        self._place = place
        self._audit_key, self._clock = audit_key, clock
        self._held = held
        self._hearing: Hearing | None = Hearing(place, till=till, tell=self._tell)

    async def server(self) -> Visit:
        def work(connection: Connection) -> Visit:
            address = self._place.address
            return look(connection, address, audit_key=self._audit_key, clock=self._clock)

        return await self._database.read(work)

    @property
    def is_shared(self) -> bool:
        return True

    @property
    def is_away(self) -> bool:
        return self._place.is_away

    async def check(self) -> tuple[str, ...]:
        waiting = await self._held.count()
        if not waiting:
            return await super().check()
        noun = "answer waits" if waiting == 1 else "answers wait"
        problem = (
            f"{waiting} {noun} to be kept in the shared ledger. If that does not end by itself, "
            "this is not the ledger they belong to: correct its address in Settings."
        )
        return (problem, *await super().check())

    async def _damage(self) -> tuple[str, ...]:
        """How the server is set up is for ``check``; it makes nothing that was kept untrue."""
        return await self.audit.verify()

    async def close(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await self._database.aside(hearing.end)
        await self._held.close()
        await super().close()

    async def _begin(self, audit_key: bytes) -> None:
        await self._database.read(lambda connection: refuse_foreign_key(connection, audit_key))
        if self._hearing is not None:
            await self._database.aside(self._hearing.start)


async def open_shared(
    address: Address,
    *,
    audit_key: bytes,
    clock: Callable[[], datetime],
    till: str,
    held: Path,
    held_key: bytes,
) -> Ledger:
    """See ``Ledger.open_shared``."""
    answers = await Held.open(held, held_key, clock)
    try:
        place = LedgerServer(address, origin=uuid.uuid4().hex)
        database = await Database.open(place, lambda each: begin_trail(each, audit_key))
    except BaseException:
        await answers.close()
        raise
    ledger = SharedLedger(database, place, answers, audit_key=audit_key, clock=clock, till=till)
    try:
        await ledger._begin(audit_key)
    except BaseException:
        await ledger.close()
        raise
    return ledger
