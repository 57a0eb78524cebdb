"""The vault: opened with a passphrase, read, saved, and locked again. Call it in a thread."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from posapp.model.secret import Secret
from posapp.vault import generations
from posapp.vault.disk import Disk, LocalDisk
from posapp.vault.errors import (
    FieldProblem,
    OtherKindOfVault,
    SettingsRefused,
    VaultError,
    VaultExists,
    VaultLocked,
    VaultNotWritable,
    VaultOlder,
    WrongPassphrase,
    not_confirmed,
    not_writable,
)
from posapp.vault.file import (
    SETTINGS,
    data_key_of,
    fingerprint,
    parse,
    purpose_key,
    read_record,
    seal,
)
from posapp.vault.generations import Found, InUse, Places
from posapp.vault.kdf import KEY_BYTES, OWNER_COST, SALT_BYTES, KdfCost
from posapp.vault.settings import VaultContents
from posapp.vault.slots import DeviceOpener, Opener, PassphraseOpener, Slot, wrap
from posapp.vault.training import device_key, refuse_live, training_lost

_PURPOSE = re.compile(r"[a-z][a-z0-9/-]{0,63}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Vault:
    """An open vault. Methods may be called from any thread; those that save wait for each other.

    Attributes:
        path: the main file.
        is_training: whether a key file beside it opens it, and live accounts are refused.
        notice: what happened on opening that a person should know, or None; gone with a save.
    """

    def __init__(
        self,
        *,
        path: Path,
        opened: Found,
        is_training: bool,
        disk: Disk,
        now: Callable[[], datetime],
        at_least: int = 0,
    ) -> None:
        """For ``create``, ``open`` and ``training`` only."""
        self.path = path
        self.is_training = is_training
        self.notice = opened.notice
        self._places = Places(path)
        self._disk = disk
        self._now = now
        self._at_least = at_least
        self._vault_id = opened.sealed.body.vault
        self._place = opened.place
        self._sealed = opened.sealed
        self._key: bytearray | None = opened.data_key
        self._contents: VaultContents | None = opened.contents
        self._guard = threading.RLock()

    @classmethod
    def exists(cls, path: Path, *, disk: Disk | None = None) -> bool:
        """Whether a vault, or at least its copy, is at this place."""
        return generations.exists(disk or LocalDisk(), Places(path))

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: Secret,
        contents: VaultContents,
        *,
        cost: KdfCost = OWNER_COST,
        disk: Disk | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> Vault:
        """A new vault, saved and open.

        Raises:
            VaultExists: there is one here already.
            SettingsRefused: the passphrase is empty.
            VaultNotWritable: the disk refused. Unless its ``installed`` is True, there is no
                vault.
        """
        opener = PassphraseOpener(_not_empty(passphrase), cost)
        return cls._create(path, opener, contents, disk=disk or LocalDisk(), now=now)

    @classmethod
    def open(
        cls,
        path: Path,
        passphrase: Secret,
        *,
        at_least: int = 0,
        accept_older: bool = False,
        disk: Disk | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> Vault:
        """Open the newest generation that is whole; ``notice`` tells if that is not the main file.

        Args:
            at_least: a generation known to have been saved, from a record kept elsewhere.
            accept_older: open an earlier one all the same; its next save then exceeds at_least.

        Raises:
            VaultMissing, WrongPassphrase, VaultDamaged, VaultTooNew, VaultOlder,
            VaultNotReadable, OtherKindOfVault: as their names say; nothing was changed.
        """
        disk = disk or LocalDisk()
        opened = generations.find(disk, Places(path), PassphraseOpener(passphrase, OWNER_COST))
        vault = cls(
            path=path, opened=opened, is_training=False, disk=disk, now=now, at_least=at_least
        )
        if vault.generation < at_least:
            if not accept_older:
                vault.lock()
                raise VaultOlder(path, found=vault.generation, expected=at_least)
            vault.notice = (
                f"An older copy of the vault, from {vault.saved_at}, is in use."
                " Check the settings and save them."
            )
        return vault

    @classmethod
    def training(
        cls,
        path: Path,
        contents: VaultContents,
        *,
        disk: Disk | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> Vault:
        """The training vault: opened with the key file beside it, or made with these contents.

        Raises:
            LiveInTraining: the contents it would be made with have a live account.
            VaultDamaged: the vault or its key file cannot be used.
            VaultNotReadable, VaultNotWritable: the disk refused.
            VaultTooNew, OtherKindOfVault: as ``open``.
        """
        disk = disk or LocalDisk()
        places = Places(path)
        there = generations.exists(disk, places)
        if there:
            generations.refuse_other_kind(disk, places, "device")
        else:
            refuse_live(contents)
        opener = DeviceOpener(device_key(disk, places, may_create=not there))
        if not there:
            return cls._create(path, opener, contents, disk=disk, now=now)
        try:
            opened = generations.find(disk, places, opener)
        except WrongPassphrase:
            raise training_lost(places) from None
        return cls(path=path, opened=opened, is_training=True, disk=disk, now=now)

    @property
    def contents(self) -> VaultContents:
        """What was last opened or saved.

        Raises:
            VaultLocked: after ``lock``.
        """
        contents = self._contents
        if contents is None:
            raise VaultLocked
        return contents

    @property
    def generation(self) -> int:
        """Counts the saves, from 1 up. A record of it kept elsewhere shows when it goes back."""
        return self._sealed.body.generation

    @property
    def saved_at(self) -> str:
        """When this generation was saved, as local date and time."""
        return generations.local_time(self._sealed.body.saved_at)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the file in use, as lower-case hex."""
        return fingerprint(self._sealed.image)

    def save(self, contents: VaultContents) -> None:
        """Replace what the vault holds, as the next generation.

        Raises:
            VaultLocked: after ``lock``.
            LiveInTraining: a live account in the training vault.
            VaultChanged: another program saved since; nothing was written.
            VaultNotWritable: the disk refused. Unless its ``installed`` is True, the vault and
                ``contents`` are as before.
        """
        with self._guard:
            if self.is_training:
                refuse_live(contents)
            self._write(contents, tuple(self._sealed.body.slots), opener=None)

    def change_passphrase(self, new: Secret, *, cost: KdfCost = OWNER_COST) -> None:
        """From now on only the new passphrase opens the vault and its copy.

        Raises:
            SettingsRefused: the new passphrase is empty.
            VaultLocked, VaultChanged, VaultNotWritable: as ``save``.
            OtherKindOfVault: the training vault has no passphrase.
        """
        opener = PassphraseOpener(_not_empty(new), cost)
        with self._guard:
            if self.is_training:
                raise OtherKindOfVault(
                    f"The vault at {self.path} is for training and has no passphrase to change."
                )
            key, sealed = self._open_key(), self._next_generation()
            slot = wrap(opener, key, vault_id=self._vault_id, sealed=sealed)
            self._write(self.contents, (slot,), opener=opener)
            try:
                generations.renew_copy(self._disk, self._places, self._sealed.image)
            except VaultNotWritable as error:
                raise VaultNotWritable(
                    "The passphrase was changed, but the earlier copy beside the vault could not be"
                    f" renewed and still opens with the old one ({self._places.copy})."
                    " Check the disk and save again.",
                    installed=True,
                ) from error

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for one use outside the vault (``ledger``, ``audit``), always the same ones.

        Raises:
            VaultLocked: after ``lock``.
            ValueError: the purpose is not a short lower-case word.
        """
        if not _PURPOSE.fullmatch(purpose):
            raise ValueError("A purpose is a lower-case word, with - and / inside.")
        with self._guard:
            return purpose_key(self._open_key(), self._vault_id, purpose)

    def lock(self) -> None:
        """Overwrite the data key and let go of the contents; calling it again does nothing.

        Secrets already handed out live on with who holds them, so that what is being sent can end.
        """
        with self._guard:
            if self._key is not None:
                for index in range(len(self._key)):
                    self._key[index] = 0
            self._key = None
            self._contents = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lock()

    def __repr__(self) -> str:
        return f"Vault({str(self.path)!r})"

    @classmethod
    def _create(
        cls,
        path: Path,
        opener: Opener,
        contents: VaultContents,
        *,
        disk: Disk,
        now: Callable[[], datetime],
    ) -> Vault:
        places = Places(path)
        if generations.exists(disk, places):
            raise VaultExists(path)
        try:
            disk.make_folder(path.parent)
        except OSError as error:
            raise not_writable(path, error) from error
        key, vault_id = bytearray(os.urandom(KEY_BYTES)), os.urandom(SALT_BYTES).hex()
        slot = wrap(opener, key, vault_id=vault_id, sealed=1)
        image = seal(
            key,
            vault_id=vault_id,
            generation=1,
            saved_at=int(now().timestamp()),
            slots=(slot,),
            settings=contents.to_bytes(),
        )
        generations.install(disk, places, image, in_use=None, check=_Reading(key, contents, opener))
        _confirm(disk, path)
        opened = Found(path, parse(image), key, contents, notice=None)
        is_training = opener.kind == "device"
        return cls(path=path, opened=opened, is_training=is_training, disk=disk, now=now)

    def _write(
        self, contents: VaultContents, slots: tuple[Slot, ...], *, opener: Opener | None
    ) -> None:
        """``opener`` where the slots are new: that it opens them is then checked too."""
        key = self._open_key()
        image = seal(
            key,
            vault_id=self._vault_id,
            generation=self._next_generation(),
            saved_at=int(self._now().timestamp()),
            slots=slots,
            settings=contents.to_bytes(),
        )
        generations.install(
            self._disk,
            self._places,
            image,
            in_use=InUse(self._sealed, self._place, key),
            check=_Reading(key, contents, opener),
        )
        self._sealed, self._contents, self._place = parse(image), contents, self.path
        self.notice = None
        _confirm(self._disk, self.path)

    def _next_generation(self) -> int:
        return max(self.generation, self._at_least) + 1

    def _open_key(self) -> bytearray:
        if self._key is None:
            raise VaultLocked
        return self._key


@dataclass(frozen=True, slots=True, repr=False)
class _Reading:
    """Reads a new file back before it is put in place. ``opener`` where it has a new slot."""

    key: bytearray
    contents: VaultContents
    opener: Opener | None

    def __call__(self, stored: bytes) -> None:
        if not self._holds(stored):
            raise VaultNotWritable(
                "The new settings would not open again and were not put in place. The vault is as"
                " it was before. Check what was entered and save again."
            )

    def _holds(self, stored: bytes) -> bool:
        try:
            sealed = parse(stored)
            held = VaultContents.from_bytes(read_record(sealed, self.key, SETTINGS))
        except VaultError:
            return False
        opens = self.opener is None or data_key_of(sealed, self.opener) == self.key
        return opens and held == self.contents


def _confirm(disk: Disk, path: Path) -> None:
    try:
        disk.sync_folder(path.parent)
    except OSError as error:
        raise not_confirmed(path, error) from error


def _not_empty(passphrase: Secret) -> Secret:
    if not passphrase.reveal():
        what = "Passphrase: this is needed; choose one."
        raise SettingsRefused((FieldProblem("passphrase", what),))
    return passphrase
