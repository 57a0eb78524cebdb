"""What the vault keeps: the shop, its gateway accounts, its owner, and how the program behaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from posapp.model import shop as model_shop
from posapp.vault.accounts import (
    FlowlixAccount,
    FlowlixClassicAccount,
    GatewayAccount,
    Mode,
    PayfacAccount,
)
from posapp.vault.errors import VaultDamaged, VaultTooNew
from posapp.vault.fields import (
    SETTINGS_CONFIG,
    STORING,
    Identifier,
    Line,
    NameLine,
    build,
    hint,
    in_words,
    problems_of,
    wrong,
)
from posapp.vault.shared_ledger import Joining, SharedLedger, TillName

__all__ = [
    "CONTENTS_VERSION",
    "Appearance",
    "FlowlixAccount",
    "FlowlixClassicAccount",
    "GatewayAccount",
    "Mode",
    "Owner",
    "PayfacAccount",
    "SharedLedger",
    "Shop",
    "VaultContents",
    "account_from",
    "hint",
    "owner_from",
    "shared_ledger_from",
    "shop_from",
]

CONTENTS_VERSION: Final = 1


class Shop(BaseModel):
    """The shop as receipts show it. ``address`` is the lines of the postal address."""

    model_config = SETTINGS_CONFIG

    name: NameLine
    address: Annotated[tuple[Line, ...], Field(max_length=6)] = ()
    phone: Line = ""
    email: Line = ""
    tax_number: Line = ""
    receipt_footer: Annotated[str, Field(max_length=500)] = ""

    def on_receipts(self) -> model_shop.Shop:
        """The same, as the rest of the program knows it."""
        return model_shop.Shop(
            name=self.name,
            address=self.address,
            phone=self.phone,
            email=self.email,
            tax_number=self.tax_number,
            footer=self.receipt_footer,
        )


class Owner(BaseModel):
    """The person who may do everything. ``pin_hash`` comes from ``vault.pin.hash_pin``."""

    model_config = SETTINGS_CONFIG

    name: NameLine
    pin_hash: Annotated[
        str, Field(pattern=r"^\$argon2id\$v=19\$[!-~]+$", max_length=200, repr=False)
    ]


class Appearance(BaseModel):
    """``language`` is a BCP 47 tag, empty for the system's own."""

    model_config = SETTINGS_CONFIG

    theme: Literal["system", "light", "dark"] = "system"
    language: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""


class VaultContents(BaseModel):
    """Everything in the vault, at one time. Made anew for each change, never altered.

    ``owner`` is None in training, which asks for no sign-in. ``default_account`` is the id of the
    account the counter starts with. ``lock_after_minutes`` is the idle time; PCI DSS 8.2.8 allows
    15 at most. ``till`` is the name of this till in every journal row.
    """

    model_config = SETTINGS_CONFIG

    version: Literal[1] = CONTENTS_VERSION
    shop: Shop
    owner: Owner | None = None
    accounts: Annotated[tuple[GatewayAccount, ...], Field(max_length=64)] = ()
    default_account: Identifier | None = None
    appearance: Appearance = Appearance()
    lock_after_minutes: Annotated[int, Field(ge=1, le=15)] = 5
    till: TillName = "T1"
    shared_ledger: SharedLedger | None = None

    @model_validator(mode="after")
    def _accounts_can_be_told_apart(self) -> Self:
        ids = [account.id for account in self.accounts]
        labels = [account.label.casefold() for account in self.accounts]
        if len(set(ids)) < len(ids):
            raise wrong("accounts", "two accounts have the same id; give each its own.")
        if len(set(labels)) < len(labels):
            raise wrong("accounts", "two accounts have the same name; give each its own.")
        if self.default_account is not None and self.default_account not in ids:
            raise wrong("default_account", "choose one of the accounts that are set up.")
        return self

    def account(self, account_id: str) -> PayfacAccount | FlowlixAccount | FlowlixClassicAccount:
        """The account with this id.

        Raises:
            KeyError: there is none.
        """
        for account in self.accounts:
            if account.id == account_id:
                return account
        raise KeyError(account_id)

    def changed(self, **changes: object) -> VaultContents:
        """The same with some fields replaced, checked as a whole.

        Raises:
            SettingsRefused: the result would not hold together.
        """
        present: dict[str, object] = {name: getattr(self, name) for name in type(self).model_fields}
        return build(_CONTENTS, {**present, **changes})

    def with_account(
        self, account: PayfacAccount | FlowlixAccount | FlowlixClassicAccount
    ) -> VaultContents:
        """The same with this account added, or in the place of the one with its id.

        Raises:
            SettingsRefused: another account bears its name.
        """
        if account.id not in [present.id for present in self.accounts]:
            return self.changed(accounts=(*self.accounts, account))
        return self.changed(
            accounts=tuple(
                account if present.id == account.id else present for present in self.accounts
            )
        )

    def without_account(self, account_id: str) -> VaultContents:
        """The same without this account; the counter then starts with another."""
        default = None if self.default_account == account_id else self.default_account
        rest = tuple(account for account in self.accounts if account.id != account_id)
        return self.changed(accounts=rest, default_account=default)

    def let_in(self, joining: Joining) -> VaultContents:
        """The same with the accounts all tills have; one of this till's own with the id or name
        of one of these gives way.

        Raises:
            SettingsRefused: the result would not hold together.
        """
        ids = {account.id for account in joining.accounts}
        labels = {account.label.casefold() for account in joining.accounts}
        own = tuple(
            account
            for account in self.accounts
            if account.id not in ids and account.label.casefold() not in labels
        )
        accounts = (*joining.accounts, *own)
        kept = {account.id for account in accounts}
        default = self.default_account if self.default_account in kept else None
        return self.changed(accounts=accounts, default_account=default)

    def to_bytes(self) -> bytes:
        """JSON with the secrets in clear: only for sealing at once, never for a file or a log."""
        return self.model_dump_json(context={STORING: True}).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> VaultContents:
        """What ``to_bytes`` gave.

        Raises:
            VaultTooNew: a newer version of the program stored something this one does not know.
            VaultDamaged: these are not settings, or settings this program would not have stored.
        """
        found: dict[str, Any] | None = None
        try:
            found = json.loads(stored)
        except (ValueError, RecursionError):
            found = None
        # Errors are raised outside the handlers: those of the parsers hold what was parsed.
        if not isinstance(found, dict):
            raise VaultDamaged("The settings in the vault cannot be read. Restore a backup.")
        version = found.get("version")
        if isinstance(version, int) and version > CONTENTS_VERSION:
            raise _too_new()
        unknown: list[str] = []
        problems = ""
        try:
            return _CONTENTS.validate_json(stored)
        except ValidationError as error:
            unknown = [
                in_words(str(entry["loc"][-1]))
                for entry in error.errors(include_url=False, include_input=False)
                if entry["type"] == "extra_forbidden"
            ]
            problems = " ".join(problem.sentence for problem in problems_of(error))
        if unknown:
            raise _too_new(f" ({', '.join(unknown)})")
        raise VaultDamaged(
            f"The settings in the vault cannot be used. {problems} Restore a backup."
        )


def account_from(
    values: Mapping[str, object],
) -> PayfacAccount | FlowlixAccount | FlowlixClassicAccount:
    """An account from what a person entered; ``kind`` decides which. Keys come as ``Secret``.

    Raises:
        SettingsRefused: with a sentence for each field that cannot be used.
    """
    return build(_ACCOUNT, values)


def shop_from(values: Mapping[str, object]) -> Shop:
    """The shop from what a person entered.

    Raises:
        SettingsRefused: with a sentence for each field that cannot be used.
    """
    return build(_SHOP, values)


def owner_from(values: Mapping[str, object]) -> Owner:
    """The owner from the name a person entered and the hash of a PIN.

    Raises:
        SettingsRefused: with a sentence for each field that cannot be used.
    """
    return build(_OWNER, values)


def shared_ledger_from(values: Mapping[str, object]) -> SharedLedger:
    """Where the shared ledger is, from what a person entered. The password comes as ``Secret``.

    Raises:
        SettingsRefused: with a sentence for each field that cannot be used.
    """
    return build(_SHARED_LEDGER, values)


def _too_new(which: str = "") -> VaultTooNew:
    return VaultTooNew(
        f"The vault holds settings of a newer version of this program{which}. Nothing was changed."
        " Update the program and open the vault again."
    )


_ACCOUNT: TypeAdapter[PayfacAccount | FlowlixAccount | FlowlixClassicAccount] = TypeAdapter(
    GatewayAccount,
    config=ConfigDict(defer_build=True),  # often only the contents are read
)
_CONTENTS = TypeAdapter(VaultContents)
_OWNER = TypeAdapter(Owner)
_SHARED_LEDGER = TypeAdapter(SharedLedger)
_SHOP = TypeAdapter(Shop)
