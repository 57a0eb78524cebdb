"""How far the ledger had got, in a file of its own: an older copy put in its place is noticed.

The audit trail proves itself from its first entry to its end mark, but the whole of an older copy
is as sound as it was then. The anchor is renewed after every step that was kept, so the ledger is
never behind it. Whoever can change both can hide nothing from the gateway's own list.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from posapp.ledger.encrypted import sync_folder
from posapp.ledger.tables import audit, audit_head

_log = logging.getLogger(__name__)
_LARGEST = 1_000
_SEAL_OF = select(audit.c.mac).where(audit.c.id == bindparam("entry"))


class AnotherCopy(Exception):
    """The ledger was replaced by another copy while it was open."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of entries of the audit trail, and the seal of the last one."""

    entries: int
    mac: str


class Anchor:
    """Used on the ledger's thread only.

    Args:
        key: 32 bytes that seal the file.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._kept: Mark | None = None

    def doubt(self, connection: Connection) -> str:
        """Why this is not the ledger that was last used here, as the end of a sentence that
        begins with its name; empty where nothing speaks against it."""
        try:
            found = self.path.read_bytes()[:_LARGEST]
        except FileNotFoundError:
            return ""
        except OSError as problem:
            return f"cannot be compared with {self.path} ({problem.strerror})"
        mark = self._unsealed(found)
        if mark is None:
            return f"does not belong to {self.path}, or that file was changed"
        head = _head(connection)
        if head is None or head.entries < mark.entries:
            missing = mark.entries - (head.entries if head else 0)
            noun = "entry is" if missing == 1 else "entries are"
            return f"is an older copy: {missing} later {noun} missing"
        last = connection.execute(_SEAL_OF, {"entry": mark.entries}).scalar()
        if mark.entries and last != mark.mac:
            return "is another copy: its entries differ from those that were last written here"
        self._kept = mark
        return ""

    def look(self, connection: Connection) -> Callable[[], None]:
        """Note how far the ledger is at the end of a step; call the answer when it is kept.

        Raises:
            AnotherCopy: what was last kept here is not in it any more.
        """
        mark, kept_before = _head(connection), self._kept
        if kept_before is not None and kept_before.entries:
            found = connection.execute(_SEAL_OF, {"entry": kept_before.entries}).scalar()
            if found != kept_before.mac:
                raise AnotherCopy

        def kept() -> None:
            if mark is not None and mark != self._kept:
                self._keep(mark)

        return kept

    def forget(self) -> None:
        """Go on with whatever copy there is."""
        self._kept = None

    def _keep(self, mark: Mark) -> None:
        """An anchor that lags behind is still true, so a disk that refuses it stops nothing."""
        values = {"entries": mark.entries, "mac": mark.mac}
        text = json.dumps({**values, "seal": self._seal(mark)})
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            opened = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            first = self._kept is None
            beside.replace(self.path)
            if first:
                sync_folder(self.path.parent)
        except OSError as problem:
            _log.warning("the anchor of the ledger was not renewed: %s", type(problem).__name__)
            return
        self._kept = mark

    def _unsealed(self, found: bytes) -> Mark | None:
        try:
            said = json.loads(found)
            mark = Mark(int(said["entries"]), str(said["mac"]))
            seal = str(said["seal"])
        except (ValueError, KeyError, TypeError):
            return None
        return mark if hmac.compare_digest(seal.encode(), self._seal(mark).encode()) else None

    def _seal(self, mark: Mark) -> str:
        return hmac.new(self._key, f"{mark.entries}|{mark.mac}".encode(), sha256).hexdigest()


def _head(connection: Connection) -> Mark | None:
    row = connection.execute(select(audit_head.c.entries, audit_head.c.mac)).one_or_none()
    return Mark(row.entries, row.mac) if row else None
