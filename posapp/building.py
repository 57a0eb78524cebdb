"""The heavy half of the composition root: vault, ledger, gateways, sandbox, desk.

Imported in a worker thread after the first paint; ``app`` and the command line are its only users.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TextIO

# No foreign plugin may look into what is validated here; looking for them costs 10 ms as well.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from posapp.desk.accounts import Accounts
from posapp.desk.actions import Actions
from posapp.desk.book import Book
from posapp.desk.cases import Cases
from posapp.desk.clock import SteadyClock
from posapp.desk.desk import Desk
from posapp.desk.doctor import Finding, examine
from posapp.desk.errors import Refused
from posapp.desk.export import Format, export_payments
from posapp.desk.links import Links
from posapp.desk.orders import Orders
from posapp.desk.papers import Papers
from posapp.desk.payouts import Payouts
from posapp.desk.people import People
from posapp.desk.practice import SHOP, stock, training_accounts
from posapp.desk.reconciliation import Reconciliation
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.settings import Settings
from posapp.desk.soundness import Soundness
from posapp.desk.sync import Sync
from posapp.desk.till import Till
from posapp.desk.tills import Tills, address_of, audit_key_of
from posapp.gateways.transport import Transport
from posapp.ledger import driver
from posapp.ledger.anchor import Anchor
from posapp.ledger.errors import LedgerAway, LedgerError, LedgerUnreadable
from posapp.ledger.ledger import Ledger
from posapp.model.secret import Secret
from posapp.runtime.threads import in_thread
from posapp.sandbox import server
from posapp.sandbox.errors import SandboxError
from posapp.vault.errors import VaultError
from posapp.vault.pin import hash_pin
from posapp.vault.settings import VaultContents, owner_from, shared_ledger_from, shop_from
from posapp.vault.store import Vault

VAULT = "vault"
LEDGER = "ledger.db"
_REMEDY = (
    " If its address or password has changed, close the program and run: posapp ledger-address"
)
CURRENCY = "EUR"


class Closed(Exception):
    """A part could not be opened. ``str()`` is one sentence; nothing was changed."""


class Building:
    """Opens the parts below one data folder; ``lifetimes`` closes them in reverse."""

    def __init__(self, folder: Path, lifetimes: AsyncExitStack) -> None:
        self._folder = folder
        self._vault_path = folder / VAULT
        self._lifetimes = lifetimes

    async def practise(self) -> Desk:
        """Training: no passphrase, a training gateway of our own, a sample catalogue.

        Raises:
            Closed: with one sentence.
        """
        try:
            contents = VaultContents(shop=shop_from(SHOP))
            vault = await in_thread(Vault.training, self._vault_path, contents)
            self._lifetimes.callback(vault.lock)
            sandbox = await server.start(state=self._folder / "gateway.json")
            self._lifetimes.push_async_callback(sandbox.stop)
            desk = await self._desk(vault, training=True)
            if not desk.till.ledger.stopped:
                await stock(desk.till.ledger)
        except VaultError as problem:
            raise Closed(self._naming_the_vault(str(problem))) from problem
        except (SandboxError, LedgerError) as problem:
            raise Closed(str(problem)) from problem
        accounts = training_accounts(json.loads(sandbox.endpoints.as_json()))
        desk.settings.use_training_accounts(accounts)
        await in_thread(
            desk.accounts.gateway, str(accounts[0]["id"])
        )  # ready means ready to charge
        return desk

    def _naming_the_vault(self, sentence: str) -> str:
        path = str(self._vault_path)
        return sentence if path in sentence else f"{sentence} The file is {path}."

    async def is_set_up(self) -> bool:
        return await in_thread(Vault.exists, self._vault_path)

    async def unlock(self, passphrase: Secret) -> tuple[Desk, str]:
        """The desk of the live shop, and what a person should know about its vault, or "".

        Raises:
            Refused: the passphrase is wrong, or a part cannot be opened.
        """
        try:
            vault = await in_thread(Vault.open, self._vault_path, passphrase)
            self._lifetimes.callback(vault.lock)
            shared = vault.contents.shared_ledger
            try:
                return await self._desk(vault, training=False), vault.notice or ""
            except (LedgerAway, LedgerUnreadable) as problem:
                remedy = _REMEDY if shared is not None and shared.in_use else ""
                raise Refused(f"{problem}{remedy}") from problem
        except (VaultError, LedgerError) as problem:
            raise Refused(str(problem)) from problem

    async def set_up(self, *, passphrase: Secret, pin: Secret, shop: str, owner: str) -> Desk:
        """A new live shop.

        Raises:
            Refused: what was typed cannot be used, or the disk refused.
        """
        try:
            hashed = await in_thread(hash_pin, pin)
            contents = VaultContents(
                shop=shop_from({"name": shop}),
                owner=owner_from({"name": owner, "pin_hash": hashed}),
            )
            vault = await in_thread(Vault.create, self._vault_path, passphrase, contents)
            self._lifetimes.callback(vault.lock)
            return await self._desk(vault, training=False)
        except (VaultError, LedgerError) as problem:
            raise Refused(str(problem)) from problem

    async def _desk(self, vault: Vault, *, training: bool) -> Desk:
        now, name = SteadyClock(), vault.contents.till
        ledger, transport = await asyncio.gather(
            self._ledger(vault, now), in_thread(lambda: Transport(heard=now.hear))
        )
        self._lifetimes.push_async_callback(ledger.close)
        self._lifetimes.push_async_callback(transport.close)
        await ledger.hold_to(Anchor(self._anchor_of(vault), vault.key_for("anchor")))
        if not ledger.stopped:
            await ledger.journal.recover()
        till = Till(name=name, ledger=ledger, accounts=Accounts(transport=transport, clock=now))
        ledger.listen(till.changed)
        settings = Settings(vault=vault, till=till)
        sales, refunds = Sales(till), Refunds(till)
        people = People(ledger=ledger, owner=vault.contents.owner, clock=now, training=training)
        actions = Actions(till, refunds=refunds, role=lambda: people.role)
        payouts = Payouts(till, role=lambda: people.role)
        recovery = Recovery(
            till,
            sales=sales,
            refunds=refunds,
            actions=actions,
            payouts=payouts,
            clock=now,
            between=now.between,
        )
        return Desk(
            training=training,
            till=till,
            actions=actions,
            book=Book(till, recovery=recovery, refunds=refunds),
            cases=Cases(till, recovery=recovery, actions=actions, people=people),
            links=Links(till, sales),
            orders=Orders(ledger=ledger, currency=settings.currency or CURRENCY),
            papers=Papers(till, settings=settings, clock=now),
            payouts=payouts,
            people=people,
            reconciliation=Reconciliation(till, Sync(till, clock=now), clock=now),
            recovery=recovery,
            refunds=refunds,
            sales=sales,
            settings=settings,
            soundness=Soundness(till, role=lambda: people.role, clock=now),
            tills=Tills(till, settings=settings, vault=vault, clock=now),
        )

    def _anchor_of(self, vault: Vault) -> Path:
        """Each trail has an anchor of its own: a till that joins others, or goes back to its own
        ledger, does not compare the one with the other."""
        shared = vault.contents.shared_ledger
        if shared is None or not shared.in_use:
            return self._folder / "ledger.anchor"
        trail = hashlib.sha256(b"anchor|" + audit_key_of(vault, shared)).hexdigest()[:12]
        return self._folder / f"shared-{trail}.anchor"

    async def _ledger(self, vault: Vault, clock: SteadyClock) -> Ledger:
        """The ledger this till keeps: its own file, or the one it shares with others."""
        shared, till = vault.contents.shared_ledger, vault.contents.till
        if shared is None or not shared.in_use:
            return await Ledger.open(
                self._folder / LEDGER,
                key=vault.key_for("ledger"),
                audit_key=vault.key_for("audit"),
                clock=clock,
                till=till,
            )
        return await Ledger.open_shared(
            address_of(shared),
            audit_key=audit_key_of(vault, shared),
            clock=clock,
            till=till,
            held=self._folder / "held.db",
            held_key=vault.key_for("held"),
        )


@asynccontextmanager
async def opened(
    folder: Path, passphrase: Secret | None, *, training: bool
) -> AsyncIterator[tuple[Desk, str]]:
    """The desk below a data folder that nobody else has open, and the notice of its vault.

    Raises:
        Closed: with one sentence.
    """
    async with AsyncExitStack() as lifetimes:
        building = Building(folder, lifetimes)
        if training:
            yield await building.practise(), ""
            return
        if passphrase is None or not await building.is_set_up():
            raise Closed("Nothing is set up here, or no passphrase was given.")
        try:
            desk, notice = await building.unlock(passphrase)
        except Refused as problem:
            raise Closed(str(problem)) from problem
        yield desk, notice


async def health(folder: Path, passphrase: Secret | None, *, training: bool) -> Sequence[Finding]:
    """Examine everything below a data folder that nobody else has open.

    Args:
        passphrase: opens the live vault; None examines only what needs no key.
    """
    if not training and not await in_thread(Vault.exists, folder / VAULT):
        return [Finding("vault", True, "Nothing is set up yet. Start posapp to begin.")]
    if not training and passphrase is None:
        return [Finding("vault", True, "There. Its passphrase was not given: not examined.")]
    try:
        async with opened(folder, passphrase, training=training) as (desk, notice):
            vault = Finding("vault", not notice, notice or "Opens and is whole.")
            return [vault, *await examine(desk.till)]
    except Closed as problem:
        return [Finding("vault and ledger", False, str(problem))]


async def export(
    folder: Path, passphrase: Secret | None, *, training: bool, form: Format, target: TextIO
) -> int:
    """Write every payment to ``target``; returns how many pieces were written.

    Raises:
        Closed: with one sentence.
    """
    pieces = 0
    async with opened(folder, passphrase, training=training) as (desk, _notice):
        async for piece in export_payments(desk.book, form):
            target.write(piece)
            pieces += 1
    return pieces


async def change_address(
    folder: Path, passphrase: Secret | None, *, changes: Mapping[str, str], password: Secret
) -> str:
    """Correct where the shared ledger is while it cannot be opened; what was found, for people.

    Args:
        changes: ``host``, ``port``, ``database``, ``user`` or ``certificate``; others stay.
        password: empty keeps the one that is stored.

    Raises:
        Closed: with one sentence; nothing was saved.
    """
    if passphrase is None or not await in_thread(Vault.exists, folder / VAULT):
        raise Closed("Nothing is set up here, or no passphrase was given.")

    def change() -> str:
        with Vault.open(folder / VAULT, passphrase) as vault:
            contents = vault.contents
            shared = contents.shared_ledger
            if shared is None:
                raise Closed("This till shares no ledger. Choose one in Settings.")
            values: dict[str, object] = {
                name: getattr(shared, name) for name in type(shared).model_fields
            }
            if password.reveal():
                values["password"] = password
            shared = shared_ledger_from({**values, **changes})
            with driver.needed():
                from posapp.ledger.visit import Contents, visit
            key = audit_key_of(vault, shared)
            found = visit(address_of(shared), audit_key=key, clock=SteadyClock())
            if shared.in_use and found.contents is not Contents.OURS:
                raise Closed(
                    f"{found.words()} But it does not hold the ledger of this shop. Nothing was "
                    "saved; correct the address."
                )
            vault.save(contents.changed(shared_ledger=shared))
        return f"{found.words()} Saved."

    try:
        return await in_thread(change)
    except (VaultError, LedgerError) as problem:
        raise Closed(str(problem)) from problem


def prepare() -> None:
    """What ``practise`` needs beyond the imports above; called in the same worker thread."""
    server.prepare()
