"""The audit trail: append-only, each entry sealed together with the one before it.

An entry's seal is an HMAC-SHA256 over its contents and the previous seal, keyed from the vault;
the head holds the number of entries and the last seal, sealed in the same way. Whoever changes,
removes, adds or reorders entries without the key, at the end too, is found by ``verify``. What
cannot be found from inside the file is that the whole file is an older copy of itself.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, RowMapping, insert, select, update

from posapp.ledger.card_guard import without_card_number
from posapp.ledger.codec import micros
from posapp.ledger.engine import Database
from posapp.ledger.tables import audit, audit_head

_FIRST = "0" * 64
_PAGE = 2_000
_ENOUGH = 20
_SEALED = ("at", "event", "subject", "who", "till", "detail", "before")
_IDS = ("request_id", "minor")  # figures of their own, some as long as a card number


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
        head = connection.execute(select(audit_head.c.entries, audit_head.c.mac)).one_or_none()
        entries, before = (head.entries, head.mac) if head else (0, _FIRST)
        kept = {
            name: value if name in _IDS else without_card_number(value)
            for name, value in detail.items()
        }
        values: dict[str, object] = {
            "at": micros(self._clock()),
            "event": event,
            "subject": subject,
            "who": who,
            "till": till or self._till,
            "detail": json.dumps(kept, sort_keys=True, ensure_ascii=False),
            "before": before,
        }
        mac = self._seal(values)
        connection.execute(insert(audit).values(**values, mac=mac))
        new_head = {"entries": entries + 1, "mac": mac}
        sealed = {**new_head, "seal": self._seal(new_head)}
        connection.execute(
            update(audit_head).values(**sealed)
            if head
            else insert(audit_head).values(id=1, **sealed)
        )

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
        while len(problems) <= _ENOUGH:
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
            if len(rows) < _PAGE:
                problems += self._at_the_end(connection, last=before, count=count)
                break
        return tuple(problems)

    def _at_the_end(self, connection: Connection, *, last: str, count: int) -> list[str]:
        head = connection.execute(select(audit_head)).mappings().one_or_none()
        if head is None:
            return ["The end mark of the audit trail is missing."] if count else []
        sealed = self._seal({"entries": head["entries"], "mac": head["mac"]})
        if not hmac.compare_digest(sealed, head["seal"]):
            return ["The end mark of the audit trail was changed."]
        if head["mac"] != last:
            return ["The last audit entries were cut off or replaced."]
        if head["entries"] != count:
            return [f"The audit trail should have {head['entries']} entries and has {count}."]
        return []

    def _sealed(self, row: RowMapping) -> bool:
        return hmac.compare_digest(self._seal({name: row[name] for name in _SEALED}), row["mac"])

    def _seal(self, values: Mapping[str, object]) -> str:
        content = json.dumps(values, sort_keys=True, ensure_ascii=False)
        return hmac.new(self._key, content.encode("utf-8", "surrogatepass"), sha256).hexdigest()
