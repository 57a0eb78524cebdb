"""Gateway accounts through which no money is moved until somebody has looked at what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from posapp.ledger.audit import Audit
from posapp.ledger.codec import micros, moment
from posapp.ledger.engine import Database
from posapp.ledger.errors import AccountPaused
from posapp.ledger.tables import pauses


@dataclass(frozen=True, slots=True)
class Pause:
    """``why`` is what did not fit, as a sentence; ``attempt`` the id of what it answered."""

    account: str
    at: datetime
    why: str
    attempt: int


class Pauses:
    def __init__(self, database: Database, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    async def pause(self, account: str, *, attempt: int, why: str) -> bool:
        """Begin nothing through this account from now on, at any till; whether that is new."""

        def work(connection: Connection) -> bool:
            if is_paused(connection, account):
                return False
            row = {"account": account, "at": micros(self._clock()), "why": why, "attempt": attempt}
            connection.execute(insert(pauses).values(row))
            self._audit.append(
                connection,
                "account_paused",
                subject=f"account:{account}",
                who="program",
                detail={"attempt": str(attempt), "why": why},
            )
            return True

        return await self._database.write(work)

    async def resume(self, account: str, *, who: str) -> None:
        """Let payments go on; ``who`` has looked at what did not fit."""

        def work(connection: Connection) -> None:
            if not is_paused(connection, account):
                return
            connection.execute(delete(pauses).where(pauses.c.account == account))
            self._audit.append(
                connection, "account_resumed", subject=f"account:{account}", who=who, detail={}
            )

        await self._database.write(work)

    async def all(self) -> tuple[Pause, ...]:
        """Every account that is paused, the first one first."""

        def work(connection: Connection) -> tuple[Pause, ...]:
            rows = connection.execute(select(pauses).order_by(pauses.c.at, pauses.c.account))
            return tuple(Pause(row.account, moment(row.at), row.why, row.attempt) for row in rows)

        return await self._database.read(work)


def is_paused(connection: Connection, account: str) -> bool:
    found = select(pauses.c.account).where(pauses.c.account == account)
    return connection.execute(found).first() is not None


def refuse_paused(connection: Connection, account: str) -> None:
    """Raise AccountPaused where nothing may be begun; inside the step that would begin it."""
    if is_paused(connection, account):
        raise AccountPaused
