"""Whatever happens between two steps of a save, the vault opens with the old or the new."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from posapp.model.secret import Secret
from posapp.vault.disk import Disk
from posapp.vault.errors import VaultError, VaultNotWritable, WrongPassphrase
from posapp.vault.settings import VaultContents
from posapp.vault.store import Vault
from tests.vault.disks import Died, MemoryDisk, NeverSyncs, SteppedDisk
from tests.vault.samples import (
    CHEAP,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    PATH,
    contents,
    noon,
    passphrase,
)

OLD, NEW, LATER = contents("Old shop"), contents("New shop"), contents("Later shop")
COPY, FRESH = PATH.with_name("vault.bak"), PATH.with_name("vault.tmp")
Change = Callable[[Vault], None]


def save_new(vault: Vault) -> None:
    vault.save(NEW)


def change_passphrase(vault: Vault) -> None:
    vault.change_passphrase(Secret(OTHER_PASSPHRASE), cost=CHEAP)


def files_of_two_saves() -> dict[Path, bytes]:
    disk = MemoryDisk()
    vault = Vault.create(PATH, passphrase(), contents("First"), cost=CHEAP, disk=disk, now=noon)
    vault.save(OLD)
    return disk.files()


def before(*, main: str) -> dict[Path, bytes]:
    """The files of a vault that holds ``OLD``, in the state the main file is in."""
    files = files_of_two_saves()
    if main == "first save":
        disk = MemoryDisk()
        Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=disk, now=noon)
        return disk.files()
    if main == "damaged":
        return {PATH: b"damaged", COPY: files[PATH]}
    if main == "missing":
        return {COPY: files[PATH]}
    if main == "cut short":
        return {PATH: files[COPY], FRESH: files[PATH]}
    return files


def run(files: dict[Path, bytes], change: Change, *, fail_at: int | None) -> MemoryDisk:
    """Open, change, and die at a step of the change, counted from its first."""
    disk = MemoryDisk(files)
    vault = Vault.open(PATH, passphrase(), disk=disk, now=noon)
    assert vault.contents == OLD
    vault._disk = SteppedDisk(disk, fail_at=fail_at)
    if fail_at is None:
        change(vault)
        return disk
    with pytest.raises(Died):
        change(vault)
    return disk


def steps_of(files: dict[Path, bytes], change: Change) -> list[str]:
    disk = MemoryDisk(files)
    vault = Vault.open(PATH, passphrase(), disk=disk, now=noon)
    vault._disk = stepped = SteppedDisk(disk)
    change(vault)
    return stepped.steps


def open_and_save(settings: VaultContents, disk: Disk) -> None:
    Vault.open(PATH, passphrase(), disk=disk, now=noon).save(settings)


def open_with_any(disk: MemoryDisk) -> tuple[Vault, str]:
    """Open with whichever passphrase fits."""
    for text in (PASSPHRASE, OTHER_PASSPHRASE):
        try:
            return Vault.open(PATH, Secret(text), disk=disk, now=noon), text
        except WrongPassphrase:
            continue
    raise AssertionError("no passphrase opens what is left")


MAINS = ["whole", "first save", "damaged", "missing", "cut short"]


@pytest.mark.parametrize("change", [save_new, change_passphrase])
@pytest.mark.parametrize("main", MAINS)
def test_power_cut_at_any_step_leaves_the_old_or_the_new(main: str, change: Change) -> None:
    files = before(main=main)
    expected = (OLD, NEW) if change is save_new else (OLD, OLD)
    seen: set[VaultContents | str] = set()
    steps = steps_of(files, change)
    for fail_at in range(len(steps)):
        for left in run(files, change, fail_at=fail_at).after_power_cut():
            vault, text = open_with_any(left)
            assert vault.contents in expected, f"after step {fail_at} {steps[fail_at]}"
            seen.add(vault.contents.shop.name + text)
            vault.save(LATER)
            assert Vault.open(PATH, Secret(text), disk=left).contents == LATER
    assert len(seen) == 2


@pytest.mark.parametrize("change", [save_new, change_passphrase])
@pytest.mark.parametrize("main", MAINS)
def test_what_was_saved_survives_a_power_cut_right_after(main: str, change: Change) -> None:
    states = list(run(before(main=main), change, fail_at=None).after_power_cut())
    assert states
    for left in states:
        text = PASSPHRASE if change is save_new else OTHER_PASSPHRASE
        vault = Vault.open(PATH, Secret(text), disk=left)
        assert vault.contents == (NEW if change is save_new else OLD)
        assert vault.notice is None


@pytest.mark.parametrize("main", MAINS)
def test_a_second_crash_while_saving_after_the_first_loses_nothing(main: str) -> None:
    files = before(main=main)
    for fail_at in range(len(steps_of(files, save_new))):
        left = run(files, save_new, fail_at=fail_at).after_program_death()
        present = Vault.open(PATH, passphrase(), disk=left).contents
        again = SteppedDisk(MemoryDisk(left.files()))
        open_and_save(LATER, again)
        for second in range(len(again.steps)):
            disk = MemoryDisk(left.files())
            with pytest.raises(Died):
                open_and_save(LATER, SteppedDisk(disk, fail_at=second))
            for remains in disk.after_power_cut():
                found = Vault.open(PATH, passphrase(), disk=remains).contents
                assert found in (present, LATER)


def test_power_cut_at_any_step_of_the_first_save_leaves_a_vault_or_none() -> None:
    counted = SteppedDisk(MemoryDisk())
    Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=counted, now=noon)
    outcomes = set()
    for fail_at in range(len(counted.steps)):
        disk = MemoryDisk()
        stepped = SteppedDisk(disk, fail_at=fail_at)
        with pytest.raises(Died):
            Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=stepped, now=noon)
        for left in disk.after_power_cut():
            there = Vault.exists(PATH, disk=left)
            outcomes.add(there)
            if not there:
                Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=left, now=noon)
            assert Vault.open(PATH, passphrase(), disk=left).contents == OLD
    assert outcomes == {True, False}


def test_without_syncing_a_power_cut_would_lose_saves() -> None:
    """What the tests above rest on: the disk in memory does lose what was not synced."""
    disk = NeverSyncs(files_of_two_saves())
    Vault.open(PATH, passphrase(), disk=disk, now=noon).save(NEW)
    lost = 0
    for left in disk.after_power_cut():
        try:
            vault = Vault.open(PATH, passphrase(), disk=left)
            lost += vault.contents != NEW
        except VaultError:
            lost += 1
    assert lost


ERRORS = {
    "full": (errno.ENOSPC, "The disk is full"),
    "over quota": (errno.EDQUOT, "The disk is full"),
    "forbidden": (errno.EACCES, "may not write"),
    "read-only": (errno.EROFS, "may not write"),
    "broken": (errno.EIO, "disk refused"),
}


@pytest.mark.parametrize("main", MAINS)
@pytest.mark.parametrize("kind", ERRORS)
def test_a_disk_that_refuses_any_step_leaves_the_vault_as_it_was(kind: str, main: str) -> None:
    number, said = ERRORS[kind]
    files = before(main=main)
    steps = steps_of(files, save_new)
    for fail_at, step in enumerate(steps):
        disk = MemoryDisk(files)
        vault = Vault.open(PATH, passphrase(), disk=disk, now=noon)
        vault._disk = SteppedDisk(disk, fail_at=fail_at, error=OSError(number, "as the test asks"))
        with pytest.raises(VaultError) as caught:
            vault.save(NEW)
        assert str(PATH.parent) in caught.value.sentence
        installed = isinstance(caught.value, VaultNotWritable) and caught.value.installed
        assert installed == (fail_at == len(steps) - 1), step
        expected = NEW if installed else OLD
        assert vault.contents == expected
        again = Vault.open(PATH, passphrase(), disk=disk, now=noon)
        assert again.contents == expected
        if not installed:
            if not step.startswith("read"):
                assert said in caught.value.sentence
            if main in ("whole", "first save"):
                assert disk.files()[PATH] == files[PATH]
                assert FRESH not in disk.files()
        vault._disk = disk
        vault.save(LATER)
        assert Vault.open(PATH, passphrase(), disk=disk).contents == LATER


def test_a_full_disk_at_the_first_save_leaves_no_vault_and_no_rubbish() -> None:
    counted = SteppedDisk(MemoryDisk())
    Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=counted, now=noon)
    for fail_at, step in enumerate(counted.steps):
        if step.startswith("read vault") and not step.endswith(".tmp"):
            continue  # the look for a vault that is there: it counts as there, and is not replaced
        disk = MemoryDisk()
        stepped = SteppedDisk(disk, fail_at=fail_at, error=OSError(errno.ENOSPC, "full"))
        with pytest.raises(VaultNotWritable) as caught:
            Vault.create(PATH, passphrase(), OLD, cost=CHEAP, disk=stepped, now=noon)
        assert caught.value.installed == (step == "sync_folder")
        assert disk.files().keys() == ({PATH} if caught.value.installed else set())


def test_a_copy_that_still_opens_with_the_old_passphrase_is_reported() -> None:
    files = files_of_two_saves()
    steps = steps_of(files, change_passphrase)
    first_of_renewal = steps.index("sync_folder") + 1
    reported = 0
    for fail_at in range(first_of_renewal, len(steps)):
        disk = MemoryDisk(files)
        vault = Vault.open(PATH, passphrase(), disk=disk, now=noon)
        vault._disk = SteppedDisk(disk, fail_at=fail_at, error=OSError(errno.ENOSPC, "full"))
        with pytest.raises(VaultNotWritable, match="passphrase was changed") as caught:
            change_passphrase(vault)
        assert caught.value.installed
        reported += 1
        assert Vault.open(PATH, Secret(OTHER_PASSPHRASE), disk=disk).contents == OLD
        with pytest.raises(WrongPassphrase):
            Vault.open(PATH, passphrase(), disk=disk)
    assert reported > 3


def test_the_steps_of_a_save_come_in_the_safe_order() -> None:
    steps = steps_of(files_of_two_saves(), save_new)
    assert steps == [
        "read vault",  # nobody else saved
        "remove vault.tmp",
        "create vault.tmp",
        "write",
        "sync",
        "close",
        "read vault.tmp",  # and open it
        "read vault.bak",
        "remove vault.bak.tmp",
        "create vault.bak.tmp",
        "write",
        "sync",
        "close",
        "replace vault.bak.tmp vault.bak",
        "replace vault.tmp vault",
        "sync_folder",
    ]
