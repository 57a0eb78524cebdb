"""Sealed invitations for further tills, in the shared ledger until they are used or too old.

What is sealed, and under which code, this module does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from posapp.ledger.codec import micros
from posapp.ledger.engine import Database
from posapp.ledger.tables import invitations

VALID_FOR = timedelta(hours=24)


class Invitations:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def offer(self, sealed: str) -> None:
        """Keep one for ``VALID_FOR``; any that was offered before is withdrawn."""
        row = {"sealed": sealed, "made_at": micros(self._clock())}

        await self._database.write(
            lambda connection: (
                connection.execute(delete(invitations)),
                connection.execute(insert(invitations), row),
            )
        )
