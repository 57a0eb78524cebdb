"""One program at a time on a data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

FILE = "posapp.lock"


class FolderInUse(Exception):
    """Another program holds the folder. ``str()`` is a sentence for people."""


class FolderUnusable(Exception):
    """The folder cannot be locked at all. ``str()`` is a sentence for people."""


class FolderLock:
    """A lock of the operating system on a folder.

    The system gives it back when the process ends in whatever way, so a lock can never be stale.
    The lock file itself stays: deleting it would let two programs hold locks on two files of one
    name.
    """

    def __init__(self, descriptor: int, folder: Path) -> None:
        self._descriptor: int | None = descriptor
        self.folder = folder

    @classmethod
    def take(cls, folder: Path) -> FolderLock:
        """Lock ``folder``, which is made if it is missing.

        Raises FolderInUse when another process (or this one) holds it, FolderUnusable when it
        cannot be made, written or locked.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderUnusable(
                f"The data folder {folder} cannot be used: {error.strerror}. "
                "Choose a folder this user may write to."
            ) from error
        try:
            _lock(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            raise FolderInUse(
                f"The data folder {folder} is already in use by another posapp. "
                "Go on in that window, or close it first."
            ) from None
        except OSError as error:
            os.close(descriptor)
            raise FolderUnusable(
                f"The data folder {folder} cannot be locked: {error.strerror}. "
                "Choose a folder on a disk of this computer."
            ) from error
        return cls(descriptor, folder)

    def release(self) -> None:
        """Give the folder back. Doing it twice changes nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


if sys.platform == "win32":
    import errno
    import msvcrt

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                raise BlockingIOError(error.errno, error.strerror) from None
            raise

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
