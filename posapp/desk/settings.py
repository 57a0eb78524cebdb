"""The settings staff may change, kept in the vault."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.till import Till
from posapp.model.secret import Secret
from posapp.model.shop import Shop
from posapp.vault.errors import SettingsRefused, VaultError, VaultNotWritable
from posapp.vault.settings import (
    Appearance,
    GatewayAccount,
    VaultContents,
    account_from,
    shop_from,
)

if TYPE_CHECKING:
    from posapp.vault.store import Vault

Theme = Literal["system", "light", "dark"]


KEYS = ("api_key", "client_secret", "signing_secret")
"""Fields of an account that can be written and never read."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A gateway account as the list of settings shows it."""

    id: str
    label: str
    kind: str
    mode: str


class Settings:
    """Reads from memory, writes to the vault first and only then believes it."""

    def __init__(self, *, vault: Vault, till: Till) -> None:
        self._vault = vault
        self._till = till
        self._one_at_a_time = asyncio.Lock()
        self._contents = vault.contents
        till.accounts.configure(self._contents.accounts)

    @property
    def contents(self) -> VaultContents:
        """Everything, for the other parts of the desk that keep settings."""
        return self._contents

    @property
    def shop(self) -> Shop:
        return self._contents.shop.on_receipts()

    @property
    def theme(self) -> Theme:
        return self._contents.appearance.theme

    @property
    def accounts(self) -> tuple[AccountRow, ...]:
        return tuple(
            AccountRow(account.id, account.label, account.kind, account.mode)
            for account in self._contents.accounts
        )

    @property
    def currency(self) -> str:
        """The currency orders are made in: the first of the first account, or empty."""
        accounts = self._contents.accounts
        return accounts[0].currencies[0] if accounts else ""

    def use_training_accounts(self, forms: Sequence[Mapping[str, object]]) -> None:
        """The training gateway has new addresses at each start; they are not worth a save."""
        self._contents = self._contents.changed(accounts=forms)
        self._till.accounts.configure(self._contents.accounts)

    @property
    def lock_after_minutes(self) -> int:
        return self._contents.lock_after_minutes

    def account_form(self, account_id: str) -> dict[str, str]:
        """What a person may see and change of an account: everything but its keys."""
        account = self._contents.account(account_id)
        return {
            name: ", ".join(value) if isinstance(value, tuple) else str(value or "")
            for name in type(account).model_fields
            if not isinstance(value := getattr(account, name), Secret)
        }

    def shop_form(self) -> dict[str, str]:
        shop = self._contents.shop
        return {
            "name": shop.name,
            "address": "\n".join(shop.address),
            "phone": shop.phone,
            "email": shop.email,
            "tax_number": shop.tax_number,
            "receipt_footer": shop.receipt_footer,
        }

    async def set_theme(self, theme: str) -> None:
        """``system``, ``light`` or ``dark``."""
        async with self._one_at_a_time:
            language = self._contents.appearance.language
            appearance = Appearance.model_validate({"theme": theme, "language": language})
            await self._keep(self._contents.changed(appearance=appearance))

    async def set_shop(self, values: Mapping[str, object]) -> None:
        """Change what stands on receipts.

        Raises:
            Refused: ``fields`` says what to correct.
        """
        try:
            shop = shop_from(values)
        except SettingsRefused as problem:
            raise refused(problem) from problem
        async with self._one_at_a_time:
            await self._keep(self._contents.changed(shop=shop))

    def read_account(self, typed: Mapping[str, str]) -> GatewayAccount:
        """An account from a filled form, not saved yet.

        A key left empty keeps the one that is stored under the same ``id``; a new account has an
        empty ``id`` and gets one.

        Raises:
            Refused: ``fields`` says what to correct.
        """
        account_id = typed.get("id") or f"{typed['kind']}-{secrets.token_hex(4)}"
        known = {account.id: account for account in self._contents.accounts}.get(account_id)
        values: dict[str, object] = {"id": account_id}
        for name, text in typed.items():
            if name in KEYS:
                kept = getattr(known, name, None)
                values[name] = Secret(text) if text else kept
            elif name == "currencies":
                values[name] = tuple(text.replace(",", " ").upper().split())
            elif name != "id" and (text or name in ("label", "base_url")):
                values[name] = text
        try:
            return account_from(values)
        except SettingsRefused as problem:
            raise refused(problem) from problem

    async def save_account(self, account: GatewayAccount) -> None:
        """Add or change an account. Its keys may not change while attempts are open.

        Raises:
            Refused: it cannot be saved; says why.
        """
        async with self._one_at_a_time:
            known = {present.id: present for present in self._contents.accounts}
            try:
                contents = self._contents.with_account(account)
            except SettingsRefused as problem:
                raise refused(problem) from problem
            if known.get(account.id, account) == account:
                await self._keep(contents)
                return
            with self._till.under_way.none_begins():
                await self._no_open_attempts(account.id, "changed")
                await self._keep(contents)

    async def remove_account(self, account_id: str) -> None:
        """Take an account out of the settings; its payments stay in the history.

        Raises:
            Refused: attempts of it are still open.
        """
        async with self._one_at_a_time:
            with self._till.under_way.none_begins():
                await self._no_open_attempts(account_id, "removed")
                await self._keep(self._contents.without_account(account_id))

    async def keep(self, contents: VaultContents) -> None:
        """Save all of it.

        Raises:
            Refused: it could not be saved; says why.
        """
        async with self._one_at_a_time:
            await self._keep(contents)

    async def _no_open_attempts(self, account_id: str, what: str) -> None:
        with ledger_refusals():
            waiting = await self._till.ledger.journal.open_attempts()
        number = sum(attempt.intent.account == account_id for attempt in waiting)
        if number:
            noun = "payment is" if number == 1 else "payments are"
            raise Refused(
                f"{number} {noun} still being checked on this account. "
                f"It can be {what} when they have ended."
            )

    async def _keep(self, contents: VaultContents) -> None:
        try:
            await asyncio.to_thread(self._vault.save, contents)
        except VaultNotWritable as problem:
            if problem.installed:
                self._believe(self._vault.contents)
            raise Refused(str(problem)) from problem
        except VaultError as problem:
            raise Refused(str(problem)) from problem
        self._believe(contents)

    def _believe(self, contents: VaultContents) -> None:
        self._contents = contents
        self._till.accounts.configure(contents.accounts)
        self._till.news.tell()


def refused(problem: SettingsRefused) -> Refused:
    """What the vault says of fields, in the desk's own family of errors."""
    return Refused(str(problem), fields={p.field: p.sentence for p in problem.problems})
