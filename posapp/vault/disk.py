"""The file operations that saving a vault is made of, each a step that may fail or be the last."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Protocol

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_NO_SUCH_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOTTY)


class Disk(Protocol):
    """All raise ``OSError``. A file that is open for writing is named by a number."""

    def read(self, path: Path, most: int) -> bytes:
        """The file's bytes, at most ``most`` of them.

        Raises:
            FileNotFoundError: there is none.
        """

    def create(self, path: Path) -> int:
        """A new, empty file only its owner may read.

        Raises:
            FileExistsError: the name is taken.
        """

    def write(self, file: int, data: bytes) -> None:
        """All of the data."""

    def sync(self, file: int) -> None:
        """Return when the file's bytes would survive a power cut."""

    def close(self, file: int) -> None:
        """End writing."""

    def replace(self, source: Path, target: Path) -> None:
        """Give the file another name in one step, taking the place of what bore it."""

    def remove(self, path: Path) -> None:
        """Take the file away; nothing happens where there is none."""

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in the folder would survive a power cut."""

    def make_folder(self, folder: Path) -> None:
        """The folder, and those above it, private to the owner where they are new."""


class LocalDisk:
    """The disk of this computer."""

    def read(self, path: Path, most: int) -> bytes:
        with path.open("rb") as file:
            return file.read(most)

    def create(self, path: Path) -> int:
        # O_BINARY exists on Windows only, where text mode would change line ends.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.open(path, flags, PRIVATE_FILE)

    def write(self, file: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]

    def sync(self, file: int) -> None:
        if sys.platform == "darwin":
            import fcntl

            # fsync on macOS leaves the bytes in the drive's own cache.
            try:
                fcntl.fcntl(file, fcntl.F_FULLFSYNC)
            except OSError as error:
                if error.errno not in _NO_SUCH_SYNC:
                    raise
            else:
                return
        os.fsync(file)

    def close(self, file: int) -> None:
        os.close(file)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        if sys.platform == "win32":
            return
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        except OSError as error:
            # Some network volumes know no such call; their renames are the server's to keep.
            if error.errno not in _NO_SUCH_SYNC:
                raise
        finally:
            os.close(file)

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def write_new(disk: Disk, path: Path, data: bytes) -> None:
    """A new file with these bytes, on the disk when this returns. A leftover is taken away first.

    Raises:
        OSError: from the disk; the file may then be there in part.
    """
    disk.remove(path)
    file = disk.create(path)
    try:
        disk.write(file, data)
        disk.sync(file)
    finally:
        disk.close(file)
