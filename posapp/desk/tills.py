"""The name of this till, and which ledger it keeps: its own, or one shared with other tills.

What is saved here counts from the next start; the ledger that is open stays open until then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.settings import Settings, refused
from posapp.desk.till import Till
from posapp.ledger import driver
from posapp.ledger.address import Address
from posapp.ledger.errors import LedgerAway
from posapp.model.history import PaymentFilter
from posapp.model.secret import Secret
from posapp.vault.errors import SettingsRefused
from posapp.vault.settings import SharedLedger, VaultContents, shared_ledger_from
from posapp.vault.shared_ledger import Joining, seal, unseal

if TYPE_CHECKING:
    from posapp.ledger.visit import Visit
    from posapp.vault.store import Vault

OWN, SHARED = "own", "shared"
_RESTART = "Close the program and start it again to use it."
_NO_LEDGER = {
    "foreign": "This database holds tables of something else. Use a database of its own.",
    "newer": "This ledger was made by a newer version of posapp. Install that version here too.",
    "others": "This ledger belongs to other tills. Enter a joining code that one of them shows.",
}


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test of the connection found; ``safe`` unless somebody should act on it."""

    words: str
    safe: bool


def address_of(shared: SharedLedger) -> Address:
    """The same, as the ledger knows it."""
    return Address(
        host=shared.host,
        port=shared.port,
        database=shared.database,
        user=shared.user,
        password=shared.password,
        certificate=shared.certificate,
    )


def audit_key_of(vault: Vault, shared: SharedLedger | None) -> bytes:
    """The key that seals the trail: common to all tills, or this vault's own."""
    if shared is not None and shared.audit_key is not None:
        return bytes.fromhex(shared.audit_key.reveal())
    return vault.key_for("audit")


class Tills:
    """Every method raises ``Refused`` with a sentence where it cannot be done."""

    def __init__(
        self, till: Till, *, settings: Settings, vault: Vault, clock: Callable[[], datetime]
    ) -> None:
        self._till = till
        self._settings = settings
        self._vault = vault
        self._clock = clock

    @property
    def is_shared(self) -> bool:
        """Whether the ledger that is open is a shared one."""
        return self._till.ledger.is_shared

    def form(self) -> dict[str, str]:
        """What stands in the form: everything but the password."""
        contents = self._settings.contents
        shared = contents.shared_ledger
        values = {"till": contents.till, "kept": SHARED if shared and shared.in_use else OWN}
        for name in ("host", "port", "database", "user", "certificate"):
            values[name] = str(getattr(shared, name)) if shared else ""
        return values

    def state(self) -> str:
        """Which ledger is open and which one will be, in a sentence or two."""
        contents = self._settings.contents
        wanted = contents.shared_ledger is not None and contents.shared_ledger.in_use
        if wanted is not self.is_shared or contents.till != self._till.name:
            return f"Saved. {_RESTART}"
        if self.is_shared:
            return "This till works on the shared ledger."
        if contents.shared_ledger is not None:
            return (
                "This till keeps its own ledger. To take its payments to the server, close the "
                "program and run: posapp move-ledger"
            )
        return "This till keeps its own ledger on this computer."

    async def test(self, typed: Mapping[str, str]) -> Tested:
        """Look at the server that was typed, without changing anything there or here."""
        shared = self._read(typed)
        found = await self._visit(shared)
        holds = {
            "nothing": "The database is empty.",
            "ours": "It holds the ledger of this shop.",
        }.get(found.contents.value) or _NO_LEDGER[found.contents.value]
        usable = found.contents.value in ("nothing", "ours")
        safe = found.is_encrypted or address_of(shared).is_here
        return Tested(f"{found.words()} {holds}", usable and safe)

    async def save(self, typed: Mapping[str, str]) -> str:
        """Keep the choice in the vault; what happens next, as sentences."""
        await self._nothing_open()
        contents = self._named(typed["till"])
        if self._till.is_cut_off and contents.till != self._till.name:
            raise Refused("The name of this till can be changed when the shared ledger is back.")
        if typed["kept"] == OWN:
            self._not_cut_off()
            shared = contents.shared_ledger
            if shared is not None:
                contents = contents.changed(
                    shared_ledger=shared.model_copy(update={"in_use": False})
                )
            await self._settings.keep(contents)
            return self.state()
        shared = self._read(typed)
        found = await self._visit(shared)
        if found.contents.value != "ours":
            self._not_cut_off()
        code = Secret(typed.get("code", ""))
        if found.contents.value == "others" and code.reveal():
            joining = await self._joining(shared, code)
            contents = contents.let_in(joining)
            shared = shared.model_copy(update={"audit_key": joining.audit_key})
        elif sentence := _NO_LEDGER.get(found.contents.value):
            field = "code" if found.contents.value == "others" else "database"
            raise Refused(sentence, fields={field: sentence})
        waits = found.contents.value == "nothing" and await self._has_payments()
        shared = shared.model_copy(update={"in_use": not waits})
        await self._settings.keep(contents.changed(shared_ledger=shared))
        return self.state()

    async def invite(self, who: str) -> Secret:
        """A joining code for one more till, good for a day; an earlier one ends with it."""
        if not self.is_shared:
            raise Refused("This till keeps its own ledger. Share it first; then invite others.")
        contents = self._settings.contents
        key = audit_key_of(self._vault, contents.shared_ledger)
        joining = Joining(audit_key=Secret(key.hex()), accounts=contents.accounts)
        code, sealed = seal(joining)
        ledger = self._till.ledger
        with ledger_refusals():
            await ledger.invitations.offer(sealed)
            await ledger.audit.record("till_invited", who, "tills", {})
        return code

    async def _joining(self, shared: SharedLedger, code: Secret) -> Joining:
        with ledger_refusals():
            with driver.needed():
                from posapp.ledger.visit import sealed_invitations, use_up
            address = address_of(shared)
            for sealed in await asyncio.to_thread(sealed_invitations, address, now=self._clock()):
                joining = unseal(sealed, code)
                if joining is not None and await asyncio.to_thread(use_up, address, sealed):
                    return joining
        sentence = (
            "This joining code does not fit, was used, or is older than a day. Make a new one in "
            "the settings of a till that shares this ledger."
        )
        raise Refused(sentence, fields={"code": sentence})

    async def _visit(self, shared: SharedLedger) -> Visit:
        with ledger_refusals():
            with driver.needed():
                from posapp.ledger.visit import visit
            key, address = audit_key_of(self._vault, shared), address_of(shared)
            try:
                return await asyncio.to_thread(visit, address, audit_key=key, clock=self._clock)
            except LedgerAway as problem:
                sentence = (
                    f"{shared.host} does not answer on port {shared.port}. Check name, port and "
                    "network. Nothing was changed; this till goes on as before."
                )
                raise Refused(sentence, fields={"host": sentence}) from problem

    def _read(self, typed: Mapping[str, str]) -> SharedLedger:
        """What was typed; a password left empty keeps the one that is stored."""
        known = self._settings.contents.shared_ledger
        names = ("host", "database", "user", "certificate", "port")
        values: dict[str, object] = {name: typed[name] for name in names if typed.get(name)}
        values.setdefault("host", "")
        values.setdefault("database", "")
        values.setdefault("user", "")
        if typed.get("password"):
            values["password"] = Secret(typed["password"])
        elif known is not None:
            values["password"] = known.password
        if known is not None:
            values["audit_key"] = known.audit_key
        try:
            return shared_ledger_from(values)
        except SettingsRefused as problem:
            raise refused(problem) from problem

    def _named(self, name: str) -> VaultContents:
        try:
            return self._settings.contents.changed(till=name)
        except SettingsRefused as problem:
            sentence = "Use one to six letters and figures, for example T2."
            raise Refused(sentence, fields={"till": sentence}) from problem

    async def _nothing_open(self) -> None:
        """The rows of a till keep its name, and an answer its ledger, until they have ended.

        While the server is away nobody can know; its address can be changed all the same.
        """
        if self._till.is_cut_off:
            return
        with ledger_refusals():
            waiting = await self._till.ledger.journal.open_attempts()
        mine = [each for each in waiting if each.intent.till == self._till.name]
        if mine or self._till.under_way.busy:
            raise Refused(
                "A payment of this till is still being checked. Name and ledger can be changed "
                "when it has ended."
            )

    def _not_cut_off(self) -> None:
        """Another ledger would not know what was charged, nor be told what is held here."""
        if self._till.is_cut_off:
            raise Refused(
                "The shared ledger does not answer, so nobody can know which payments are still "
                "being checked. It cannot be left until it is back; the address of the same "
                "ledger can be corrected."
            )

    async def _has_payments(self) -> bool:
        if self.is_shared:
            return False
        with ledger_refusals():
            return bool((await self._till.ledger.payments.page(PaymentFilter(), limit=1)).rows)
