"""The vault opens for its passphrase, keeps what was saved, and forgets when it is locked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from posapp.model.secret import Secret
from posapp.vault.errors import (
    OtherKindOfVault,
    SettingsRefused,
    VaultChanged,
    VaultExists,
    VaultLocked,
    VaultMissing,
    VaultNotReadable,
    VaultNotWritable,
    VaultOlder,
    WrongPassphrase,
)
from posapp.vault.kdf import OWNER_COST
from posapp.vault.settings import Shop
from posapp.vault.slots import PassphraseOpener, Slot, SlotKind
from posapp.vault.store import Vault
from tests.vault.disks import GarblesWrites, MemoryDisk
from tests.vault.samples import (
    CANARIES,
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    PATH,
    contents,
    noon,
    passphrase,
)


@pytest.fixture
def disk() -> MemoryDisk:
    return MemoryDisk()


def created(disk: MemoryDisk, name: str = "Muster & Co") -> Vault:
    return Vault.create(PATH, passphrase(), contents(name), cost=CHEAP, disk=disk, now=noon)


def opened(disk: MemoryDisk, text: str = PASSPHRASE, *, at_least: int = 0) -> Vault:
    return Vault.open(PATH, passphrase(text), at_least=at_least, disk=disk)


def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "vault"
    with Vault.create(path, passphrase(), contents(full=True), cost=CHEAP) as vault:
        assert vault.contents == contents(full=True)
        assert vault.notice is None
        assert not vault.is_training
    with Vault.open(path, passphrase()) as vault:
        assert vault.contents == contents(full=True)
        assert (vault.generation, vault.notice) == (1, None)
        vault.save(contents("Other shop", full=True))
        assert vault.generation == 2
    with Vault.open(path, passphrase()) as vault:
        assert vault.contents == contents("Other shop", full=True)
        assert (vault.generation, vault.notice) == (2, None)


def test_the_owners_passphrase_is_stretched_at_full_cost_by_default(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    Vault.create(path, passphrase(), contents()).lock()
    assert (OWNER_COST.memory_kib, OWNER_COST.passes, OWNER_COST.lanes) == (256 * 1024, 3, 4)
    assert b'"argon2id":{"m":262144,"t":3,"p":4}' in path.read_bytes()


def test_the_files_hold_no_key_in_any_common_writing(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    with Vault.create(path, passphrase(), contents(full=True), cost=CHEAP) as vault:
        vault.save(contents("Other shop", full=True))
        data_key = bytes(vault._key or b"")
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["vault", "vault.bak"]
    for file in tmp_path.iterdir():
        stored = file.read_bytes()
        for secret in (*(c.encode() for c in CANARIES), data_key, passphrase().reveal().encode()):
            assert secret not in stored
            assert secret.hex().encode() not in stored
            assert secret[3:].hex().encode() not in stored


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(disk: MemoryDisk) -> None:
    created(disk).save(contents("Other shop"))
    before = disk.files()
    with pytest.raises(WrongPassphrase, match="Type it again"):
        opened(disk, OTHER_PASSPHRASE)
    assert disk.files() == before
    assert opened(disk).contents == contents("Other shop")


@pytest.mark.parametrize("typed", ["Möhre im Wind heute", "Mo\u0308hre im Wind heute"])
def test_accents_open_the_vault_however_the_keyboard_composes_them(typed: str) -> None:
    disk = MemoryDisk()
    Vault.create(PATH, Secret("M\u00f6hre im Wind heute"), contents(), cost=CHEAP, disk=disk)
    assert opened(disk, typed).contents == contents()


def test_an_empty_passphrase_is_refused(disk: MemoryDisk) -> None:
    with pytest.raises(SettingsRefused) as caught:
        Vault.create(PATH, Secret(""), contents(), cost=CHEAP, disk=disk)
    assert [problem.field for problem in caught.value.problems] == ["passphrase"]
    assert not Vault.exists(PATH, disk=disk)
    with pytest.raises(SettingsRefused):
        created(disk).change_passphrase(Secret(""), cost=CHEAP)


def test_there_is_no_vault_until_one_is_made(disk: MemoryDisk) -> None:
    assert not Vault.exists(PATH, disk=disk)
    with pytest.raises(VaultMissing, match="Set up the shop"):
        opened(disk)
    created(disk)
    assert Vault.exists(PATH, disk=disk)


@pytest.mark.parametrize("left", [PATH, PATH.with_name("vault.bak")])
def test_a_new_vault_never_takes_the_place_of_one_that_is_there(left: Path) -> None:
    disk = MemoryDisk({left: b"whatever this is"})
    with pytest.raises(VaultExists):
        created(disk)
    assert disk.files() == {left: b"whatever this is"}


def test_what_an_interrupted_set_up_left_is_no_vault(disk: MemoryDisk) -> None:
    disk = MemoryDisk({PATH.with_name("vault.tmp"): b"half"})
    assert not Vault.exists(PATH, disk=disk)
    created(disk)
    assert opened(disk).contents == contents()


def test_the_save_before_is_kept_beside_the_vault(disk: MemoryDisk) -> None:
    vault = created(disk)
    first = disk.files()[PATH]
    vault.save(contents("Other shop"))
    assert disk.files()[PATH.with_name("vault.bak")] == first
    assert disk.files().keys() == {PATH, PATH.with_name("vault.bak")}


def test_saving_the_same_twice_writes_other_bytes(disk: MemoryDisk) -> None:
    vault = created(disk)
    first, print_of_first = disk.files()[PATH], vault.fingerprint
    vault.save(contents())
    assert disk.files()[PATH] != first
    assert vault.fingerprint != print_of_first
    assert len(print_of_first) == 64


def test_a_new_passphrase_opens_and_the_old_one_opens_neither_file(disk: MemoryDisk) -> None:
    vault = created(disk)
    disk.replace(PATH, PATH.with_name("vault.damaged"))
    vault.save(contents("Other shop"))
    key = vault.key_for("ledger")
    vault.change_passphrase(Secret(OTHER_PASSPHRASE), cost=CHEAP)
    again = opened(disk, OTHER_PASSPHRASE)
    assert again.contents == contents("Other shop")
    assert again.key_for("ledger") == key
    with pytest.raises(WrongPassphrase):
        opened(disk)
    assert disk.files().keys() == {PATH, PATH.with_name("vault.bak")}
    for path in disk.files():
        alone = MemoryDisk({PATH: disk.files()[path]})
        with pytest.raises(WrongPassphrase):
            opened(alone)


def test_the_old_passphrase_does_not_open_a_copy_that_outlived_the_change() -> None:
    disk = MemoryDisk()
    vault = created(disk)
    old = disk.files()[PATH]
    vault.change_passphrase(Secret(OTHER_PASSPHRASE), cost=CHEAP)
    left = MemoryDisk({PATH: disk.files()[PATH], PATH.with_name("vault.bak"): old})
    with pytest.raises(WrongPassphrase):
        opened(left)
    assert opened(left, OTHER_PASSPHRASE).contents == contents()


def test_keys_for_other_uses_are_stable_and_unrelated(disk: MemoryDisk) -> None:
    vault = created(disk)
    ledger, audit = vault.key_for("ledger"), vault.key_for("audit")
    assert len(ledger) == 32
    assert ledger != audit
    assert vault.key_for("audit/2031-03") not in (ledger, audit)
    vault.save(contents("Other shop"))
    assert vault.key_for("ledger") == ledger
    assert opened(disk).key_for("ledger") == ledger
    assert created(MemoryDisk()).key_for("ledger") != ledger


@pytest.mark.parametrize("purpose", ["", "Ledger", "ledger key", "1st", "x" * 65, "ledger\n"])
def test_a_purpose_that_is_no_word_is_refused(disk: MemoryDisk, purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"):
        created(disk).key_for(purpose)


def test_a_locked_vault_has_overwritten_its_key_and_gives_nothing(disk: MemoryDisk) -> None:
    vault = created(disk)
    key = vault._key
    assert key is not None
    assert any(key)
    vault.lock()
    vault.lock()
    assert key == bytearray(32)
    with pytest.raises(VaultLocked, match="Unlock it"):
        _ = vault.contents
    with pytest.raises(VaultLocked):
        vault.key_for("ledger")
    with pytest.raises(VaultLocked):
        vault.save(contents())
    with pytest.raises(VaultLocked):
        vault.change_passphrase(Secret(OTHER_PASSPHRASE), cost=CHEAP)


def test_locking_leaves_keys_that_are_being_used(disk: MemoryDisk) -> None:
    vault = Vault.create(PATH, passphrase(), contents(full=True), cost=CHEAP, disk=disk)
    key = vault.contents.account("flowlix").api_key
    vault.lock()
    assert key is not None
    assert key.reveal().startswith("api_test_sk_")


def test_an_older_vault_put_back_is_noticed(disk: MemoryDisk) -> None:
    vault = created(disk)
    old = disk.files()[PATH]
    vault.save(contents("Other shop"))
    vault.save(contents("Third shop"))
    known = vault.generation
    put_back = MemoryDisk({PATH: old})
    with pytest.raises(VaultOlder, match=r"save 1; the last known is 3") as caught:
        opened(put_back, at_least=known)
    assert (caught.value.found, caught.value.expected) == (1, 3)
    assert put_back.files() == {PATH: old}
    assert opened(disk, at_least=known).contents == contents("Third shop")


def test_an_older_vault_that_was_confirmed_goes_on_above_the_last_known_save() -> None:
    disk = MemoryDisk()
    created(disk)
    vault = Vault.open(PATH, passphrase(), at_least=7, accept_older=True, disk=disk)
    assert vault.contents == contents()
    assert vault.notice is not None
    assert "older copy" in vault.notice
    vault.save(contents("Other shop"))
    assert vault.notice is None
    assert vault.generation == 8
    assert opened(disk, at_least=8).generation == 8


def test_a_save_of_another_program_is_not_overwritten(disk: MemoryDisk) -> None:
    created(disk)
    mine, theirs = opened(disk), opened(disk)
    theirs.save(contents("Theirs"))
    before = disk.files()
    with pytest.raises(VaultChanged, match="Nothing was written"):
        mine.save(contents("Mine"))
    assert disk.files() == before
    assert mine.contents == contents()
    assert opened(disk).contents == contents("Theirs")


def test_a_vault_file_that_vanished_while_open_is_written_anew(disk: MemoryDisk) -> None:
    vault = created(disk)
    disk.remove(PATH)
    vault.save(contents("Other shop"))
    assert opened(disk).contents == contents("Other shop")


def test_a_vault_file_that_was_damaged_while_open_is_set_aside(disk: MemoryDisk) -> None:
    vault = created(disk)
    disk.remove(PATH)
    file = disk.create(PATH)
    disk.write(file, b"garbage")
    disk.close(file)
    vault.save(contents("Other shop"))
    assert disk.files()[PATH.with_name("vault.damaged")] == b"garbage"
    assert opened(disk).contents == contents("Other shop")


def test_a_disk_that_stores_other_bytes_never_gets_to_replace_the_vault() -> None:
    disk = MemoryDisk()
    created(disk)
    garbling = GarblesWrites(disk.files())
    vault = opened(garbling)
    with pytest.raises(VaultNotWritable, match="other bytes than were written") as caught:
        vault.save(contents("Other shop"))
    assert not caught.value.installed
    assert garbling.files() == disk.files()
    assert vault.contents == contents()


@pytest.mark.parametrize(
    "changes", [{"lock_after_minutes": 99}, {"shop": Shop.model_construct(name=" x ")}]
)
def test_settings_that_would_not_open_again_never_replace_the_vault(
    disk: MemoryDisk, changes: dict[str, object]
) -> None:
    vault = created(disk)
    before = disk.files()
    with pytest.raises(VaultNotWritable, match="would not open again"):
        vault.save(contents().model_copy(update=changes))
    assert disk.files() == before
    assert vault.contents == contents()


class Forgetful:
    """An opener that makes another key each time, as a failing computer might."""

    kind: ClassVar[SlotKind] = "passphrase"

    def blank(self, *, sealed: int) -> Slot:
        return PassphraseOpener(passphrase(), CHEAP).blank(sealed=sealed)

    def kek(self, slot: Slot) -> bytes:
        return os.urandom(32)


def test_a_slot_that_would_not_open_again_is_never_put_in_place(disk: MemoryDisk) -> None:
    with pytest.raises(VaultNotWritable, match="would not open again"):
        Vault._create(PATH, Forgetful(), contents(), disk=disk, now=noon)
    assert disk.files() == {}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "till").write_text("a file, not a folder")
    path = tmp_path / "till" / "vault"
    with pytest.raises(VaultNotWritable) as caught:
        Vault.create(path, passphrase(), contents(), cost=CHEAP)
    assert str(path) in caught.value.sentence


def test_a_folder_in_the_place_of_the_vault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    path.mkdir()
    with pytest.raises(VaultNotReadable) as caught:
        Vault.open(path, passphrase())
    assert str(path) in caught.value.sentence


def test_the_shops_vault_and_the_training_vault_are_not_taken_for_each_other() -> None:
    shop = MemoryDisk()
    created(shop)
    before = shop.files()
    for key in ({}, {PATH.with_name("training.key"): bytes(32)}):
        disk = MemoryDisk({**before, **key})
        with pytest.raises(OtherKindOfVault, match="shop's own"):
            Vault.training(PATH, contents(), disk=disk)
        assert disk.files() == {**before, **key}
    training = MemoryDisk()
    Vault.training(PATH, contents(), disk=training)
    with pytest.raises(OtherKindOfVault, match="is for training"):
        opened(training)


def test_a_vault_shows_where_it_is_and_nothing_else(disk: MemoryDisk) -> None:
    assert repr(created(disk)) == f"Vault({str(PATH)!r})"


def test_the_time_of_the_save_is_told_in_local_time(disk: MemoryDisk) -> None:
    assert created(disk).saved_at == noon().astimezone().strftime("%Y-%m-%d %H:%M")


def test_importing_the_package_loads_no_heavy_library() -> None:
    asked = (
        "import sys, posapp.vault;"
        "print([m for m in ('cryptography', 'pydantic', 'sqlalchemy', 'PySide6')"
        " if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
