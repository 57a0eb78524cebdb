"""The training vault asks for no passphrase, survives a restart, and never holds a live key."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from posapp.model.secret import Secret
from posapp.vault.errors import (
    LiveInTraining,
    OtherKindOfVault,
    VaultDamaged,
    VaultError,
    VaultNotWritable,
)
from posapp.vault.settings import VaultContents
from posapp.vault.store import Vault
from tests.vault.disks import Died, MemoryDisk, SteppedDisk
from tests.vault.samples import CANARIES, PATH, contents, flowlix

KEY = PATH.with_name("training.key")


def with_live_account() -> VaultContents:
    live = flowlix(label="Main account", mode="live", api_key=Secret("api_live_sk_canary77"))
    return contents().with_account(live)


def test_training_settings_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "training" / "vault"
    with Vault.training(path, contents(full=True)) as vault:
        assert vault.is_training
        vault.save(contents("Renamed", full=True))
        key = vault.key_for("ledger")
    with Vault.training(path, contents()) as vault:
        assert vault.contents == contents("Renamed", full=True)
        assert vault.key_for("ledger") == key
        assert vault.notice is None


def test_training_files_are_encrypted_too(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    with Vault.training(path, contents(full=True)) as vault:
        vault.save(contents("Renamed", full=True))
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["training.key", "vault", "vault.bak"]
    for file in tmp_path.iterdir():
        for canary in CANARIES:
            assert canary.encode() not in file.read_bytes()
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_training_vault_has_a_key_of_its_own() -> None:
    keys = set()
    for _ in range(3):
        disk = MemoryDisk()
        Vault.training(PATH, contents(), disk=disk)
        keys.add(disk.files()[KEY])
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_a_live_account_is_refused_when_training_starts() -> None:
    disk = MemoryDisk()
    with pytest.raises(LiveInTraining, match="Main account is a live account"):
        Vault.training(PATH, with_live_account(), disk=disk)
    assert disk.files() == {}


def test_a_live_account_is_refused_by_a_save_in_training() -> None:
    disk = MemoryDisk()
    vault = Vault.training(PATH, contents(), disk=disk)
    before = disk.files()
    with pytest.raises(LiveInTraining, match="leave training"):
        vault.save(with_live_account())
    assert disk.files() == before
    assert vault.contents == contents()


def test_training_has_no_passphrase_to_change() -> None:
    vault = Vault.training(PATH, contents(), disk=MemoryDisk())
    with pytest.raises(OtherKindOfVault, match="no passphrase"):
        vault.change_passphrase(Secret("a gull walks on the pier"))


@pytest.mark.parametrize("key", [None, b"", bytes(31), bytes(32), bytes(33)])
def test_a_lost_or_other_key_is_a_clear_error_and_nothing_is_made_anew(key: bytes | None) -> None:
    disk = MemoryDisk()
    Vault.training(PATH, contents(), disk=disk)
    files = {path: data for path, data in disk.files().items() if path != KEY}
    if key is not None:
        files[KEY] = key
    left = MemoryDisk(files)
    with pytest.raises(VaultDamaged, match="Delete the training folder"):
        Vault.training(PATH, contents(), disk=left)
    assert left.files() == files


@pytest.mark.parametrize("key", [b"", b"half a key"])
def test_a_key_that_no_vault_depends_on_is_replaced(key: bytes) -> None:
    disk = MemoryDisk({KEY: key})
    Vault.training(PATH, contents(), disk=disk)
    assert len(disk.files()[KEY]) == 32
    assert Vault.training(PATH, contents("x"), disk=disk).contents == contents()


def test_a_damaged_training_vault_falls_back_to_its_copy() -> None:
    disk = MemoryDisk()
    Vault.training(PATH, contents(), disk=disk).save(contents("Renamed"))
    left = MemoryDisk({**disk.files(), PATH: disk.files()[PATH][:-1]})
    vault = Vault.training(PATH, contents(), disk=left)
    assert vault.contents == contents()
    assert vault.notice is not None


def test_a_full_disk_at_any_step_of_starting_training_is_mended_by_starting_again() -> None:
    counted = SteppedDisk(MemoryDisk())
    Vault.training(PATH, contents(), disk=counted)
    told: list[VaultError] = []
    for fail_at in range(len(counted.steps)):
        disk = MemoryDisk()
        stepped = SteppedDisk(disk, fail_at=fail_at, error=OSError(errno.ENOSPC, "full"))
        try:
            Vault.training(PATH, contents(), disk=stepped)
        except VaultError as error:
            told.append(error)
        assert Vault.training(PATH, contents(), disk=disk).contents == contents()
    assert len(told) > 10
    assert all(str(PATH.parent) in error.sentence for error in told)
    assert sum(isinstance(error, VaultNotWritable) for error in told) > 10


def test_a_power_cut_at_any_step_of_starting_training_is_mended_by_starting_again() -> None:
    counted = SteppedDisk(MemoryDisk())
    Vault.training(PATH, contents(), disk=counted)
    for fail_at in range(len(counted.steps)):
        disk = MemoryDisk()
        with pytest.raises(Died):
            Vault.training(PATH, contents(), disk=SteppedDisk(disk, fail_at=fail_at))
        for left in disk.after_power_cut():
            assert Vault.training(PATH, contents(), disk=left).contents == contents()
