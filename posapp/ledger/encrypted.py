"""The encrypted file: made whole or not at all, and readable by its owner only."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from posapp.ledger.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerUnreadable

PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""

_PAGE = 4096  # bytes; no ledger is smaller
_OLDEST_SQLITE = (3, 44)  # its integrity check covers the full-text indexes too
_COMPANIONS = ("-wal", "-shm", "-journal")


def engine_of(path: Path, key: bytes) -> Engine:
    """An engine with one connection to an existing file; nothing is opened yet."""
    return _engine(lambda: _connect(path, key))


def second_engine_of(path: Path, key: bytes) -> tuple[Engine, Callable[[], None]]:
    """Another engine on a file that is open, and what breaks off whatever it is reading."""
    connected: list[Any] = []

    def connect() -> Any:
        connected.append(_connect(path, key))
        return connected[-1]

    def interrupt() -> None:
        for connection in connected:
            connection.interrupt()

    return _engine(connect), interrupt


def check_library() -> None:
    """Raise LedgerError unless the database library encrypts and is new enough."""
    connection = sqlcipher.connect(":memory:")
    try:
        cipher = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    if cipher is None:
        raise LedgerError(
            "The database library of this installation cannot encrypt. Install posapp again."
        )
    if sqlcipher.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        raise LedgerError(
            f"The database library of this installation is SQLite {sqlcipher.sqlite_version}; "
            f"{needed} is needed. Install posapp again."
        )


def check_file(path: Path) -> None:
    """Raise LedgerError where opening an existing file would lose or hide something."""
    if not path.is_file():
        raise LedgerUnreadable(f"{path} is not a file. Move it away and restore a backup.")
    if path.stat().st_size == 0:
        raise LedgerDamaged(
            f"The ledger {path} is empty: its contents were lost. Restore a backup, or remove the "
            "file to begin a new ledger."
        )
    if path.stat().st_size < _PAGE:
        raise LedgerDamaged(
            f"The ledger {path} was cut short: its contents were lost. Keep the file and restore a "
            "backup."
        )


def make(path: Path, key: bytes, fill: Callable[[Engine], None]) -> None:
    """Make the file beside its place and move it there when it is whole.

    Another program that makes the same file at the same time wins or loses; both go on with one.

    Args:
        fill: writes the contents of a new ledger.
    """
    if any(_companion(path, name).exists() for name in _COMPANIONS[:1]):
        raise LedgerDamaged(
            f"The ledger {path} is missing, but its latest entries are there in "
            f"{_companion(path, '-wal').name}. Put the ledger back, or restore a backup."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_file(path) as beside:
        engine = engine_of(beside, key)
        try:
            fill(engine)
            _fold_in(engine)
        finally:
            engine.dispose()
        _publish(beside, path)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """An empty file beside ``path`` that only its owner may read; gone afterwards if not moved."""
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.new")
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield beside
    finally:
        for left in (beside, *(_companion(beside, name) for name in _COMPANIONS)):
            left.unlink(missing_ok=True)


def sync_file(file: Path) -> None:
    """Make what is written outlast a power cut."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def owner_only(path: Path) -> None:
    """Take away what others may do with the file, where the system knows such rights."""
    if os.name != "posix":
        return
    for file in (path, *(_companion(path, name) for name in _COMPANIONS)):
        try:
            found = file.stat()
        except FileNotFoundError:
            continue
        if found.st_mode & 0o077 and found.st_uid == os.geteuid():
            file.chmod(0o600)


def _fold_in(engine: Engine) -> None:
    """Bring everything into the one file that is moved: closing would do so too, and say nothing
    where the disk refuses."""
    with engine.connect() as connection:
        in_use, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if in_use:
        raise LedgerBusy("The new ledger is held by another program. Close it and start again.")


def _companion(path: Path, name: str) -> Path:
    return path.with_name(path.name + name)


def _publish(beside: Path, path: Path) -> None:
    try:
        if os.name == "posix":
            os.link(beside, path)  # refuses to replace, unlike a rename
        else:
            beside.rename(path)  # refuses to replace on Windows
    except FileExistsError:
        return
    except OSError:
        if path.exists():
            return
        beside.rename(path)  # a file system without hard links
    sync_folder(path.parent)


def _engine(connect: Callable[[], Any]) -> Engine:
    return create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        poolclass=StaticPool,
        hide_parameters=True,  # an error must not quote what was to be stored
    )


def _connect(path: Path, key: bytes) -> Any:
    connection = sqlcipher.connect(
        str(path), timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would print on its own
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            *(("fullfsync = ON", "checkpoint_fullfsync = ON") if sys.platform == "darwin" else ()),
        ):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection
