"""What is different in training: a key file instead of a passphrase, and no live account."""

from __future__ import annotations

import os

from posapp.vault.disk import Disk, write_new
from posapp.vault.errors import LiveInTraining, VaultDamaged, not_writable
from posapp.vault.generations import Places, read_if_there
from posapp.vault.kdf import KEY_BYTES
from posapp.vault.settings import VaultContents


def refuse_live(contents: VaultContents) -> None:
    """Refuse contents with a live account.

    Raises:
        LiveInTraining: naming the account.
    """
    for account in contents.accounts:
        if account.mode == "live":
            raise LiveInTraining(account.label)


def device_key(disk: Disk, places: Places, *, may_create: bool) -> bytes:
    """The random key beside the training vault; made where there is none and ``may_create``.

    Raises:
        VaultDamaged: it is missing or not a key, and a vault depends on it.
        VaultNotReadable: the system does not let us read it.
        VaultNotWritable: the disk refused.
    """
    try:
        key = read_if_there(disk, places.device_key)
        if key is not None and len(key) == KEY_BYTES:
            return key
        if not may_create:
            raise training_lost(places)
        key = os.urandom(KEY_BYTES)
        disk.make_folder(places.main.parent)
        write_new(disk, places.device_key, key)
        disk.sync_folder(places.main.parent)
    except OSError as error:
        raise not_writable(places.device_key, error) from error
    return key


def training_lost(places: Places) -> VaultDamaged:
    """The error for a training vault and a key file that do not belong together."""
    return VaultDamaged(
        f"The training vault at {places.main} does not open with its key {places.device_key}."
        " Delete the training folder to start training afresh; nothing in it was real."
    )
