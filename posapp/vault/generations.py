"""Which of the files beside each other is the vault, and how the next one takes its place.

Beside ``vault`` stand ``vault.bak``, the save before; ``vault.tmp``, one that is being written;
``vault.damaged``, one that could not be read and was set aside. At any moment at least one of
the first three is whole and on the disk.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from posapp.vault.disk import Disk, write_new
from posapp.vault.errors import (
    OtherKindOfVault,
    VaultChanged,
    VaultDamaged,
    VaultError,
    VaultMissing,
    VaultTooNew,
    WrongPassphrase,
    not_readable,
    not_writable,
)
from posapp.vault.file import MOST_BYTES, SETTINGS, Sealed, data_key_of, parse, read_record
from posapp.vault.settings import VaultContents
from posapp.vault.slots import Opener, SlotKind

_FORBIDDEN = (errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of one vault are."""

    main: Path

    @property
    def copy(self) -> Path:
        return self.main.with_name(f"{self.main.name}.bak")

    @property
    def fresh(self) -> Path:
        return self.main.with_name(f"{self.main.name}.tmp")

    @property
    def fresh_copy(self) -> Path:
        return self.main.with_name(f"{self.main.name}.bak.tmp")

    @property
    def damaged(self) -> Path:
        return self.main.with_name(f"{self.main.name}.damaged")

    @property
    def device_key(self) -> Path:
        return self.main.with_name("training.key")


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """The newest file that opened. ``notice`` tells a person where it is not the main one."""

    place: Path
    sealed: Sealed
    data_key: bytearray
    contents: VaultContents
    notice: str | None


@dataclass(frozen=True, slots=True, repr=False)
class InUse:
    """The file a program works with, and the place it was read from or put in."""

    sealed: Sealed
    place: Path
    data_key: bytearray


@dataclass(frozen=True, slots=True)
class _Seen:
    place: Path
    there: bool
    sealed: Sealed | None = None
    problem: VaultError | None = None


def read_if_there(disk: Disk, path: Path) -> bytes | None:
    """The file's bytes, or None where there is no file.

    Raises:
        VaultNotReadable: the system does not let us read it.
        OSError: the disk failed.
    """
    try:
        return disk.read(path, MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in _FORBIDDEN:
            raise not_readable(path, error) from error
        raise


def exists(disk: Disk, places: Places) -> bool:
    """Whether a vault was ever saved here."""
    for path in (places.main, places.copy):
        try:
            disk.read(path, 1)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            pass  # there, whatever else is the matter with it
        return True
    return False


def find(disk: Disk, places: Places, opener: Opener) -> Found:
    """The file of the highest generation that opens and proves unchanged.

    Raises:
        VaultMissing: there is no vault here.
        WrongPassphrase: none opens, and one may be whole.
        VaultDamaged: none is whole.
        VaultTooNew: a newer version of the program wrote the newest.
        VaultNotReadable: the system does not let us read a file.
        OtherKindOfVault: a training vault where the shop's is due, or the other way round.
    """
    main, copy, fresh = (_look(disk, path) for path in (places.main, places.copy, places.fresh))
    if isinstance(main.problem, VaultTooNew):
        raise main.problem
    whole = [(seen, seen.sealed) for seen in (main, copy, fresh) if seen.sealed is not None]
    whole.sort(key=_generation, reverse=True)
    closed = False
    for seen, sealed in whole:
        data_key = data_key_of(sealed, opener)
        if data_key is None:
            closed = True
            continue
        if main.sealed is not None and _locked_anew(main.sealed, since=sealed):
            # The passphrase was changed: the one before must open nothing any more.
            closed = True
            continue
        try:
            contents = VaultContents.from_bytes(read_record(sealed, data_key, SETTINGS))
        except VaultDamaged:
            continue
        notice = _notice(seen, sealed, main) if seen is not main else None
        return Found(seen.place, sealed, data_key, contents, notice)
    _refuse_other_kind(places, [sealed for _, sealed in whole], opener.kind)
    if closed:
        raise WrongPassphrase
    raise _why_none(places.main, (main, copy, fresh))


def refuse_other_kind(disk: Disk, places: Places, kind: SlotKind) -> None:
    """Refuse a vault that is whole, but not of this kind; nothing is opened.

    Raises:
        OtherKindOfVault: a training vault where the shop's is due, or the other way round.
        VaultNotReadable: the system does not let us read a file.
    """
    looked_at = [_look(disk, path) for path in (places.main, places.copy, places.fresh)]
    _refuse_other_kind(places, [seen.sealed for seen in looked_at if seen.sealed], kind)


def install(
    disk: Disk,
    places: Places,
    image: bytes,
    *,
    in_use: InUse | None,
    check: Callable[[bytes], None],
) -> None:
    """Put a new file in the place of the vault; a crash at any step leaves the old or the new.

    Args:
        in_use: the file the program works with, which becomes the copy; None for the first save.
        check: raises ``VaultError`` unless these bytes open and hold what they should.

    Raises:
        VaultNotWritable: the disk refused; the vault is as before.
        VaultChanged: the main file is a save this program does not know.
        VaultTooNew: a newer version of the program wrote the main file.
    """
    set_aside = False
    if in_use is not None:
        with _cleaning(disk, places.main, places.fresh_copy):
            set_aside = _main_is_damaged(disk, places, in_use)
            if in_use.place == places.fresh:
                # A save that was cut short: it needs another name before this one takes its own.
                _put_copy(disk, places, in_use.sealed.image)
                disk.sync_folder(places.main.parent)
    with _cleaning(disk, places.main, places.fresh_copy, places.fresh):
        write_new(disk, places.fresh, image)
        stored = disk.read(places.fresh, MOST_BYTES + 1)
        if stored != image:
            raise OSError(errno.EIO, "it gave back other bytes than were written")
        check(stored)
        if in_use is not None:
            _put_copy(disk, places, in_use.sealed.image)
        if set_aside:
            disk.replace(places.main, places.damaged)
        disk.replace(places.fresh, places.main)


def renew_copy(disk: Disk, places: Places, image: bytes) -> None:
    """Make the copy equal to the vault and drop what was set aside.

    Raises:
        VaultNotWritable: the disk refused.
    """
    with _cleaning(disk, places.main, places.fresh_copy):
        _put_copy(disk, places, image)
        disk.remove(places.damaged)
        disk.sync_folder(places.main.parent)


def local_time(saved_at: int) -> str:
    """Unix time in seconds as the clock on the wall shows it, to the minute."""
    return datetime.fromtimestamp(saved_at, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _look(disk: Disk, path: Path) -> _Seen:
    try:
        image = read_if_there(disk, path)
    except OSError as error:
        return _Seen(path, there=True, problem=not_readable(path, error))
    if image is None:
        return _Seen(path, there=False)
    try:
        return _Seen(path, there=True, sealed=parse(image))
    except VaultError as problem:
        return _Seen(path, there=True, problem=problem)


def _locked_anew(main: Sealed, *, since: Sealed) -> bool:
    """Whether the main file has a slot that is newer than the other file, not a damaged old one."""
    known = {slot.id for slot in since.body.slots}
    newest = max(slot.sealed for slot in since.body.slots)
    return any(slot.sealed > newest and slot.id not in known for slot in main.body.slots)


def _generation(candidate: tuple[_Seen, Sealed]) -> int:
    return candidate[1].body.generation


def _notice(used: _Seen, sealed: Sealed, main: _Seen) -> str:
    when = local_time(sealed.body.saved_at)
    if main.there and used.place.suffix == ".tmp":
        return f"The last save was cut short, but complete: the settings saved {when} are in use."
    if not main.there:
        what = "The vault file was missing"
    elif main.sealed is not None and main.sealed.body.generation < sealed.body.generation:
        what = "An older vault file stood in the place of the newest"
    else:
        what = "The newest vault file was damaged"
    return f"{what}; the copy from {when} is in use. Check the settings and save them."


def _refuse_other_kind(places: Places, whole: list[Sealed], kind: SlotKind) -> None:
    kinds = {slot.kind for sealed in whole for slot in sealed.body.slots}
    if not kinds or kind in kinds:
        return
    if kind == "device":
        raise OtherKindOfVault(
            f"The vault at {places.main} is a shop's own, not one for training. Choose another"
            " folder for training."
        )
    raise OtherKindOfVault(
        f"The vault at {places.main} is for training and has no passphrase. Choose the shop's own"
        " folder, or start in training mode."
    )


def _why_none(path: Path, looked_at: tuple[_Seen, ...]) -> VaultError:
    problems = [seen.problem for seen in looked_at if seen.problem is not None]
    for problem in problems:
        if isinstance(problem, VaultTooNew):
            return problem
    if not any(seen.there for seen in looked_at):
        return VaultMissing(path)
    if problems:
        return problems[0]
    return VaultDamaged(
        f"The vault at {path} was changed or damaged, and no earlier save of it is whole."
        " Restore a backup of it."
    )


def _main_is_damaged(disk: Disk, places: Places, in_use: InUse) -> bool:
    """Look at the main file once more before it is replaced."""
    present = read_if_there(disk, places.main)
    if present is None or present == in_use.sealed.image:
        return False
    try:
        sealed = parse(present)
        read_record(sealed, in_use.data_key, SETTINGS)
    except VaultDamaged:
        return True
    if sealed.body.generation >= in_use.sealed.body.generation:
        raise VaultChanged(places.main)
    return False


def _put_copy(disk: Disk, places: Places, image: bytes) -> None:
    if read_if_there(disk, places.copy) == image:
        return
    write_new(disk, places.fresh_copy, image)
    disk.replace(places.fresh_copy, places.copy)


@contextlib.contextmanager
def _cleaning(disk: Disk, main: Path, *leftovers: Path) -> Iterator[None]:
    """Turn a refusal of the disk into ``VaultNotWritable``, and leave no half-written file."""
    try:
        yield
    except (OSError, VaultError) as error:
        for path in leftovers:
            with contextlib.suppress(OSError):
                disk.remove(path)
        if isinstance(error, OSError):
            raise not_writable(main, error) from error
        raise
