"""Wrong PINs, counted on disk so that a restart forgets none."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from posapp.ledger.codec import micros, moment_or_none
from posapp.ledger.engine import Database
from posapp.ledger.tables import sign_ins
from posapp.model.access import Lockout


class SignIns:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def lockout(self, subject: str) -> Lockout:
        """How many wrong tries there were in a row, and when the last one was."""

        def work(connection: Connection) -> Lockout:
            row = connection.execute(
                select(sign_ins).where(sign_ins.c.subject == subject)
            ).one_or_none()
            return Lockout(row.failures, moment_or_none(row.last_failure)) if row else Lockout()

        return await self._database.read(work)

    async def keep(self, subject: str, lockout: Lockout) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(sign_ins).where(sign_ins.c.subject == subject))
            last = lockout.last_failure
            connection.execute(
                insert(sign_ins).values(
                    subject=subject,
                    failures=lockout.failures,
                    last_failure=micros(last) if last else None,
                )
            )

        await self._database.write(work)
