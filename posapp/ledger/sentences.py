"""The one boundary where errors of a ledger file become sentences for people."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DBAPIError

from posapp.ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerStopped,
    LedgerUnreadable,
)

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def converted(path: Path, stop: Callable[[], None]) -> Iterator[None]:
    """Turns every error of database and disk into a LedgerError.

    Args:
        stop: called where the disk or the file cannot be trusted any more.
    """
    try:
        yield
    except DBAPIError as error:
        raise _sentence(error.orig or error, path, stop) from error
    except (sqlcipher.Error, OSError) as error:
        raise _sentence(error, path, stop) from error
    except UnicodeEncodeError as error:
        raise LedgerError(
            "A text holds characters that cannot be stored. Nothing was written. Type it again."
        ) from error


def _sentence(error: BaseException, path: Path, stop: Callable[[], None]) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest only says where it happened
    number = error.errno if isinstance(error, OSError) else 0
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerBusy(
            f"The ledger {path} is held by another program. Nothing was written. Close the other "
            "program and try again."
        )
    if code == sqlite3.SQLITE_FULL or number in _FULL:
        return LedgerFull(
            f"The disk that holds {path.parent} is full. Nothing was written. Free some space "
            "and try again."
        )
    if code == sqlite3.SQLITE_IOERR or number == errno.EIO:
        stop()
        return LedgerStopped(
            f"The disk failed while the ledger {path} was used; whether the last step was kept is "
            "not certain. Close the program and check the disk."
        )
    if code == sqlite3.SQLITE_NOTADB:
        return LedgerUnreadable(
            f"The ledger {path} cannot be read with this key: it is damaged or belongs to another "
            "vault. It was not changed. Restore the backup that belongs to this vault."
        )
    if code == sqlite3.SQLITE_CORRUPT:
        stop()
        return LedgerDamaged(
            f"The ledger {path} is damaged. Nothing was written. Keep the file and restore a "
            "backup."
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM) or number:
        return LedgerUnreadable(
            f"The ledger {path} cannot be opened for writing. Allow this user to write there."
        )
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    return LedgerError(
        f"The ledger {path} refused a change ({name}). Nothing was written. Close the program, "
        "start it again and try once more."
    )
