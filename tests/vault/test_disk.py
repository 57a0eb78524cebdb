"""The vault on the disk of this computer."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from posapp.vault.disk import LocalDisk, write_new
from posapp.vault.store import Vault
from tests.vault.disks import MemoryDisk
from tests.vault.samples import CHEAP, contents, passphrase

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


@posix_only
def test_the_files_are_the_owners_alone_even_where_the_system_would_share(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "till" / "vault"
        with Vault.create(path, passphrase(), contents(), cost=CHEAP) as vault:
            vault.save(contents("Other shop"))
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"vault": 0o600, "vault.bak": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_real_disk_and_the_one_in_memory_agree(tmp_path: Path) -> None:
    for disk, folder in ((LocalDisk(), tmp_path), (MemoryDisk(), Path("x"))):
        path, other = folder / "a", folder / "b"
        with pytest.raises(FileNotFoundError):
            disk.read(path, 10)
        disk.remove(path)
        file = disk.create(path)
        with pytest.raises(FileExistsError):
            disk.create(path)
        disk.write(file, b"one\n")
        disk.write(file, b"two\r\n")
        disk.sync(file)
        disk.close(file)
        assert disk.read(path, 100) == b"one\ntwo\r\n"
        assert disk.read(path, 3) == b"one"
        disk.replace(path, other)
        disk.sync_folder(folder)
        assert disk.read(other, 100) == b"one\ntwo\r\n"
        with pytest.raises(FileNotFoundError):
            disk.replace(path, other)
        disk.remove(other)
        with pytest.raises(FileNotFoundError):
            disk.read(other, 10)
        disk.make_folder(folder)


def test_a_leftover_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "vault.tmp", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not ours")
    if os.name == "posix":
        path.symlink_to(elsewhere)
    else:
        path.write_bytes(b"left over")
    write_new(LocalDisk(), path, b"new")
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert elsewhere.read_bytes() == b"not ours"


def test_all_of_a_large_file_is_written(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    write_new(LocalDisk(), tmp_path / "large", data)
    assert LocalDisk().read(tmp_path / "large", len(data) + 1) == data


@posix_only
def test_a_folder_that_is_gone_is_not_taken_as_synced(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LocalDisk().sync_folder(tmp_path / "gone")


@linux_only
def test_a_volume_that_cannot_sync_folders_is_accepted() -> None:
    folder = Path("/proc/self")
    number = os.open(folder, os.O_RDONLY)
    with pytest.raises(OSError, match="Invalid argument"):
        os.fsync(number)
    os.close(number)
    LocalDisk().sync_folder(folder)


@linux_only
def test_a_full_disk_is_told_by_the_system_itself() -> None:
    disk = LocalDisk()
    number = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError, match="No space left"):
        disk.write(number, b"x")
    disk.close(number)
