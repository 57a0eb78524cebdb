"""Disks to test on: one that loses what was not synced, and one that fails at a chosen step."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from posapp.vault.disk import Disk


class _Inode:
    """Bytes as programs see them, and as they are on the platter."""

    def __init__(self, now: bytes = b"", kept: bytes = b"") -> None:
        self.now = now
        self.kept = kept


class MemoryDisk:
    """A disk in memory that keeps apart what was written and what would survive a power cut."""

    def __init__(self, files: dict[Path, bytes] | None = None) -> None:
        self._names = {path: _Inode(data, data) for path, data in (files or {}).items()}
        self._kept_names = dict(self._names)
        self._open: dict[int, _Inode] = {}

    def read(self, path: Path, most: int) -> bytes:
        return self._found(path).now[:most]

    def create(self, path: Path) -> int:
        if path in self._names:
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        number = len(self._open) + 3
        self._open[number] = self._names[path] = _Inode()
        return number

    def write(self, file: int, data: bytes) -> None:
        self._open[file].now += data

    def sync(self, file: int) -> None:
        self._open[file].kept = self._open[file].now

    def close(self, file: int) -> None:
        self._open[file] = _Inode()

    def replace(self, source: Path, target: Path) -> None:
        self._names[target] = self._found(source)
        del self._names[source]

    def remove(self, path: Path) -> None:
        self._names.pop(path, None)

    def sync_folder(self, folder: Path) -> None:
        self._kept_names = dict(self._names)

    def make_folder(self, folder: Path) -> None:
        pass

    def files(self) -> dict[Path, bytes]:
        """What programs see."""
        return {path: inode.now for path, inode in self._names.items()}

    def after_program_death(self) -> MemoryDisk:
        """The system goes on: all that was written is there."""
        return MemoryDisk(self.files())

    def after_power_cut(self) -> Iterator[MemoryDisk]:
        """Every disk that may be found: each unsynced name and content is kept, lost or in part."""
        paths = sorted(self._names.keys() | self._kept_names.keys())
        bindings = [
            list(dict.fromkeys((self._names.get(path), self._kept_names.get(path))))
            for path in paths
        ]
        loose = [i for i in {*self._names.values(), *self._kept_names.values()} if i.now != i.kept]
        seen = set()
        for chosen in product(*bindings):
            used = [inode for inode in loose if inode in chosen]
            for contents in product(*(_remains(inode) for inode in used)):
                content = dict(zip(used, contents, strict=True))
                files = {
                    path: content.get(inode, inode.kept)
                    for path, inode in zip(paths, chosen, strict=True)
                    if inode is not None
                }
                state = frozenset(files.items())
                if state not in seen:
                    seen.add(state)
                    yield MemoryDisk(files)

    def _found(self, path: Path) -> _Inode:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
        return self._names[path]


def _remains(inode: _Inode) -> tuple[bytes, ...]:
    half = inode.now[: len(inode.now) // 2]
    return inode.kept, inode.now, half, bytes(len(inode.now))


class Died(BaseException):
    """The program ended here; nothing after it runs, not even an error's own clearing up."""


class SteppedDisk:
    """Passes every step on, but fails at the one numbered ``fail_at``, counted from 0.

    With an ``error`` the step is refused, once; without one the program dies there, and every
    further step too. A write that fails leaves half of its bytes.
    """

    def __init__(
        self, inner: Disk, *, fail_at: int | None = None, error: OSError | None = None
    ) -> None:
        self.steps: list[str] = []
        self._inner = inner
        self._fail_at = fail_at
        self._error = error

    def read(self, path: Path, most: int) -> bytes:
        self._step(f"read {path.name}")
        return self._inner.read(path, most)

    def create(self, path: Path) -> int:
        self._step(f"create {path.name}")
        return self._inner.create(path)

    def write(self, file: int, data: bytes) -> None:
        if len(self.steps) == self._fail_at:
            self._inner.write(file, data[: len(data) // 2])
        self._step("write")
        self._inner.write(file, data)

    def sync(self, file: int) -> None:
        self._step("sync")
        self._inner.sync(file)

    def close(self, file: int) -> None:
        self._step("close")
        self._inner.close(file)

    def replace(self, source: Path, target: Path) -> None:
        self._step(f"replace {source.name} {target.name}")
        self._inner.replace(source, target)

    def remove(self, path: Path) -> None:
        self._step(f"remove {path.name}")
        self._inner.remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        self._inner.sync_folder(folder)

    def make_folder(self, folder: Path) -> None:
        self._step("make_folder")
        self._inner.make_folder(folder)

    def _step(self, what: str) -> None:
        number = len(self.steps)
        self.steps.append(what)
        if self._fail_at is None or number < self._fail_at:
            return
        if self._error is None:
            raise Died
        if number == self._fail_at:
            raise self._error


class NeverSyncs(MemoryDisk):
    """A disk whose syncing does nothing, to show what syncing is for."""

    def sync(self, file: int) -> None:
        pass


class GarblesWrites(MemoryDisk):
    """A disk that stores other bytes than it was given."""

    def write(self, file: int, data: bytes) -> None:
        super().write(file, data[:-2] + b"!\n")
