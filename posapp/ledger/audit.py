"""The audit trail: append-only, each entry sealed together with the one before it.

An entry's seal is an HMAC-SHA256 over its contents and the previous seal, keyed from the vault.
Whoever changes, removes, adds or reorders entries without the key is found by ``verify``; entries
cut off at the end are found against the count and the last seal that the caller kept elsewhere.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, RowMapping, func, insert, select

from posapp.ledger.codec import micros
from posapp.ledger.engine import Database
from posapp.ledger.tables import audit

_FIRST = "0" * 64
_PAGE = 2_000


class Audit:
    def __init__(
        self, database: Database, key: bytes, clock: Callable[[], datetime], till: str
    ) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._till = till

    def append(
        self,
        connection: Connection,
        event: str,
        *,
        subject: str,
        who: str,
        detail: Mapping[str, str],
        till: str = "",
    ) -> None:
        """Add an entry inside the caller's transaction; it is kept or lost with it."""
        last = connection.execute(
            select(audit.c.mac).order_by(audit.c.id.desc()).limit(1)
        ).scalar()
        values: dict[str, object] = {
            "at": micros(self._clock()),
            "event": event,
            "subject": subject,
            "who": who,
            "till": till or self._till,
            "detail": json.dumps(dict(detail), sort_keys=True, ensure_ascii=False),
            "before": last or _FIRST,
        }
        connection.execute(insert(audit).values(**values, mac=self._seal(values)))

    async def record(
        self, event: str, who: str, subject: str, detail: Mapping[str, str]
    ) -> None:
        """Add an entry of its own: a sign-in, a lock, a change of settings."""

        def work(connection: Connection) -> None:
            self.append(connection, event, subject=subject, who=who, detail=detail)

        await self._database.write(work)

    async def verify(self) -> tuple[str, ...]:
        """What is wrong with the trail, as sentences; empty when it is whole."""
        return await self._database.read(self._verify)

    def _verify(self, connection: Connection) -> tuple[str, ...]:
        problems: list[str] = []
        before, expected_id, count = _FIRST, 1, 0
        while True:
            rows = (
                connection.execute(
                    select(audit).where(audit.c.id >= expected_id).order_by(audit.c.id).limit(_PAGE)
                )
                .mappings()
                .all()
            )
            for row in rows:
                if row["id"] != expected_id:
                    problems.append(f"Audit entries {expected_id} to {row['id'] - 1} are missing.")
                elif row["before"] != before:
                    problems.append(f"Audit entry {row['id']} does not follow the one before it.")
                if not self._sealed(row):
                    problems.append(f"Audit entry {row['id']} was changed.")
                before, expected_id, count = row["mac"], row["id"] + 1, count + 1
            if len(rows) < _PAGE or len(problems) > 20:
                break
        stamp = connection.execute(
            select(func.max(audit.c.id), func.count()).select_from(audit)
        ).one()
        highest = self._highest(connection)
        if highest > (stamp[0] or 0):
            problems.append(f"Audit entries after {stamp[0] or 0} were cut off.")
        return tuple(problems)

    def _highest(self, connection: Connection) -> int:
        """The highest number ever given out, which SQLite keeps apart from the rows."""
        from sqlalchemy import text

        found = connection.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
        ).scalar()
        return int(found or 0)

    def _sealed(self, row: RowMapping) -> bool:
        values = {name: row[name] for name in
                  ("at", "event", "subject", "who", "till", "detail", "before")}  # fmt: skip
        return hmac.compare_digest(self._seal(values), row["mac"])

    def _seal(self, values: Mapping[str, object]) -> str:
        content = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
        return hmac.new(self._key, content, sha256).hexdigest()
