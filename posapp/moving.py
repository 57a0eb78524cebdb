"""Takes the ledger below one data folder to a server, and has the till work on it from then on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from posapp.building import LEDGER, VAULT, Closed
from posapp.desk.practice import SHOP
from posapp.desk.tills import address_of
from posapp.ledger import driver
from posapp.ledger.errors import LedgerError
from posapp.model.secret import Secret
from posapp.runtime.tasks import spawn
from posapp.runtime.threads import in_thread
from posapp.vault.errors import SettingsRefused, VaultError
from posapp.vault.settings import SharedLedger, VaultContents, shared_ledger_from, shop_from
from posapp.vault.store import Vault

if TYPE_CHECKING:
    from posapp.ledger.moving import Moved

Progress = Callable[[int, int], None]
"""Called from another thread with the rows that are done and the rows there are."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server as it was named when the move was asked for."""

    url: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Done:
    """A move that came to its end."""

    moved: Moved
    host: str
    file: Path

    def words(self) -> str:
        """What was done and what to do next, for people."""
        sums = self.moved.sums
        done = "was moved before and is" if self.moved.before else "is"
        return (
            f"The ledger {done} on {self.host}: {sum(sums.rows.values())} rows in "
            f"{len(sums.rows)} tables, {sums.rows['attempts']} payments and refunds. Every table, "
            "every sum of money and the audit trail were compared and are equal. This till works "
            f"on it from its next start. {self.file} was only read; keep it as a backup."
        )

    def as_json(self) -> str:
        """One object: the rows by table, the sums of money in minor units."""
        found = {
            "host": self.host,
            "moved_before": self.moved.before,
            "rows": self.moved.sums.rows,
            "money": self.moved.sums.money,
            "file": str(self.file),
        }
        return json.dumps(found, sort_keys=True)


async def move_ledger(
    folder: Path,
    passphrase: Secret | None,
    *,
    target: Target | None,
    training: bool,
    progress: Progress,
) -> Done:
    """Copy, compare and switch over below a data folder that nobody else has open.

    When the caller is cancelled the move is ended where it is and waited for: either nothing was
    kept, or it had come to its end and is returned all the same.

    Args:
        target: the server; None takes the one that stands in the settings.
        training: the practice ledger; it needs no passphrase.

    Raises:
        Closed: with one sentence; the ledger of this till is as it was and still in use.
    """
    stopped = Event()

    async def work() -> Done | Closed:
        try:
            return await in_thread(
                lambda: _move(folder, passphrase, target, training, progress, stopped)
            )
        except Closed as problem:
            return problem
        except (VaultError, SettingsRefused, LedgerError) as problem:
            return Closed(str(problem))

    moving = spawn(work(), name="move the ledger")
    while not moving.done():
        try:
            await asyncio.wait([moving])
        except asyncio.CancelledError:
            stopped.set()
    done = moving.result()
    if isinstance(done, Closed):
        raise done
    return done


def _move(
    folder: Path,
    passphrase: Secret | None,
    target: Target | None,
    training: bool,
    progress: Progress,
    stopped: Event,
) -> Done:
    with driver.needed():
        from posapp.ledger import moving

    def check() -> None:
        if stopped.is_set():
            raise moving.Stopped

    with _vault(folder, passphrase, training=training) as vault:
        contents = vault.contents
        shared = _wanted(contents.shared_ledger, target)
        moved = moving.move(
            folder / LEDGER,
            address_of(shared),
            key=vault.key_for("ledger"),
            audit_key=vault.key_for("audit"),  # a file's own trail is always sealed with this one
            tell=lambda _table, done, total: progress(done, total),
            check=check,
        )
        vault.save(contents.changed(shared_ledger=shared))
    return Done(moved, shared.host, folder / LEDGER)


def _vault(folder: Path, passphrase: Secret | None, *, training: bool) -> Vault:
    path = folder / VAULT
    if not Vault.exists(path) or (passphrase is None and not training):
        raise Closed("Nothing is set up here, or no passphrase was given.")
    if passphrase is None or training:
        return Vault.training(path, VaultContents(shop=shop_from(SHOP)))
    return Vault.open(path, passphrase)


def _wanted(known: SharedLedger | None, target: Target | None) -> SharedLedger:
    """The shared ledger as the settings will name it."""
    if known is not None and known.in_use:
        raise Closed("This till works on the shared ledger already.")
    if target is None:
        if known is None:
            raise Closed(
                "No server is set up. Name it with --to postgresql://user@host:5432/database, or "
                "enter its address in Settings, Tills and shared ledger."
            )
        return known.model_copy(update={"in_use": True, "audit_key": None})
    from posapp.ledger import server_url

    address = server_url.address_of(target.url, target.password)
    return shared_ledger_from(
        {
            "host": address.host,
            "port": address.port,
            "database": address.database,
            "user": address.user,
            "password": address.password,
            "certificate": address.certificate,
            "in_use": True,
        }
    )
