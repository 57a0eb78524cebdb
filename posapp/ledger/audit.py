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

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from posapp.ledger.card_guard import without_card_number
from posapp.ledger.codec import micros
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerDamaged, LedgerUnreadable
from posapp.ledger.tables import audit, audit_head

_FIRST = "0" * 64
_PAGE = 2_000
_ENOUGH = 20
_SEALED = ("at", "event", "subject", "who", "till", "detail", "before")
_LAST = select(func.coalesce(func.max(audit.c.id), 0)).scalar_subquery()
_END = select(audit_head.c.entries, audit_head.c.mac, _LAST.label("last"))
_ADD = insert(audit)
_MOVE_END = update(audit_head)
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
        head = connection.execute(_END).one_or_none()
        if head is None:
            raise LedgerDamaged(
                "The end mark of the audit trail is missing. Nothing was written. Keep the file "
                "and restore a backup."
            )
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
            "before": head.mac,
        }
        mac = _seal(self._key, values)
        connection.execute(_ADD, {"id": head.last + 1, **values, "mac": mac})
        connection.execute(_MOVE_END, _head(self._key, head.entries + 1, mac))

    async def record(self, event: str, who: str, subject: str, detail: Mapping[str, str]) -> None:
        """Add an entry of its own: a sign-in, a lock, a change of settings."""

        def work(connection: Connection) -> None:
            self.append(connection, event, subject=subject, who=who, detail=detail)

        await self._database.write(work)

    async def verify(self) -> tuple[str, ...]:
        """What is wrong with the trail, as sentences; empty when it is whole.

        It is read a page at a time, so that other work of the ledger is done in between.
        """
        walk = _Walk(self._key)
        while not await self._database.read(walk.page):
            pass
        return tuple(walk.problems)


def problems_of(connection: Connection, key: bytes) -> tuple[str, ...]:
    """As ``Audit.verify``, in one go inside the caller's transaction."""
    walk = _Walk(key)
    while not walk.page(connection):
        pass
    return tuple(walk.problems)


def refuse_foreign_key(connection: Connection, key: bytes) -> None:
    """Raise LedgerUnreadable where the trail was clearly sealed with another key.

    A changed trail is not refused here: ``verify`` finds it, and sales go on.
    """
    head = connection.execute(select(audit_head)).mappings().one_or_none()
    last = (
        connection.execute(select(audit).order_by(audit.c.id.desc()).limit(1))
        .mappings()
        .one_or_none()
    )
    if head is None or _same(_head(key, head["entries"], head["mac"])["seal"], head["seal"]):
        return
    if last and _same(_seal(key, {name: last[name] for name in _SEALED}), last["mac"]):
        return
    raise LedgerUnreadable(
        "The shared ledger belongs to another ledger key. Enter the key that the till shows on "
        "which it was begun."
    )


def begin_trail(connection: Connection, key: bytes) -> None:
    """Write the end mark of a trail without entries: from then on a missing one is noticed."""
    connection.execute(insert(audit_head).values(id=1, **_head(key, 0, _FIRST)))


class _Walk:
    """One reading of the trail from its first entry to its end mark."""

    def __init__(self, key: bytes) -> None:
        self.problems: list[str] = []
        self._key = key
        self._before = _FIRST
        self._next_id = 1
        self._count = 0

    def page(self, connection: Connection) -> bool:
        """Examine some entries; True when nothing is left to examine.

        The end mark is read in the same view as the last entries, whatever was added meanwhile.
        """
        rows = (
            connection.execute(
                select(audit).where(audit.c.id >= self._next_id).order_by(audit.c.id).limit(_PAGE)
            )
            .mappings()
            .all()
        )
        for row in rows:
            self._examine(row)
        if len(self.problems) > _ENOUGH:
            return True
        if len(rows) < _PAGE:
            self.problems += self._at_the_end(connection)
            return True
        return False

    def _examine(self, row: RowMapping) -> None:
        number = row["id"]
        if number != self._next_id:
            self.problems.append(f"Audit entries {self._next_id} to {number - 1} are missing.")
        elif row["before"] != self._before:
            self.problems.append(f"Audit entry {number} does not follow the one before it.")
        seal = _seal(self._key, {name: row[name] for name in _SEALED})
        if not _same(seal, row["mac"]):
            self.problems.append(f"Audit entry {number} was changed.")
        self._before, self._next_id = row["mac"], number + 1
        self._count += 1

    def _at_the_end(self, connection: Connection) -> list[str]:
        head = connection.execute(select(audit_head)).mappings().one_or_none()
        if head is None:
            return ["The end mark of the audit trail is missing."]
        if not _same(_head(self._key, head["entries"], head["mac"])["seal"], head["seal"]):
            return ["The end mark of the audit trail was changed."]
        if head["mac"] != self._before:
            return ["The last audit entries were cut off or replaced."]
        if head["entries"] != self._count:
            return [f"The audit trail should have {head['entries']} entries and has {self._count}."]
        return []


def _head(key: bytes, entries: int, mac: str) -> dict[str, object]:
    mark: dict[str, object] = {"entries": entries, "mac": mac}
    return {**mark, "seal": _seal(key, mark)}


def _seal(key: bytes, values: Mapping[str, object]) -> str:
    content = json.dumps(values, sort_keys=True, ensure_ascii=False, default=repr)
    return hmac.new(key, content.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _same(seal: object, kept: object) -> bool:
    """Whatever stands in the file, text or not."""
    return hmac.compare_digest(str(seal).encode(), str(kept).encode())
