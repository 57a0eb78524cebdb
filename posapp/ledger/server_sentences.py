"""The one boundary where errors of a database server become sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from posapp.ledger.errors import (
    LedgerAway,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerStopped,
    LedgerUnreadable,
)

_AWAY = ("08", "57P")  # connection lost; the server is being shut down or started
_BUSY = ("55P03", "57014", "40001", "40P01")
_NOT_LET_IN = ("28", "3D000", "3F000", "42501")
_FULL = ("53100",)
_DISK = ("58",)
_DAMAGED = ("XX",)
_TOO_MANY = ("53300",)
_CHARACTERS = ("22021", "22P05")


@contextmanager
def converted(name: str, stop: Callable[[], None], *, committing: bool = False) -> Iterator[None]:
    """Turns every error of the server and of the way to it into a LedgerError.

    Args:
        name: what people call the ledger.
        stop: called where the server's disk cannot be trusted any more.
        committing: a connection lost now leaves it open whether the step was kept.
    """
    try:
        yield
    except DBAPIError as error:
        raise sentence(error.orig or error, name, stop, committing=committing) from error
    except UnicodeEncodeError as error:
        raise _characters() from error


def sentence(
    error: BaseException, name: str, stop: Callable[[], None], *, committing: bool = False
) -> LedgerError:
    """What one error of the driver means for people."""
    state = getattr(error, "sqlstate", None) or ""
    if not state and isinstance(error, psycopg.DataError):
        return _characters()
    if not state and isinstance(error, psycopg.OperationalError):
        return _not_reached(str(error), name, committing=committing)
    if state.startswith(_AWAY):
        return _away(name, committing=committing)
    if state in _BUSY:
        return LedgerBusy(
            f"{name} is held by another till. Nothing was written. Try again in a moment."
        )
    if state in _TOO_MANY:
        return LedgerBusy(
            f"{name} has no free connection. Nothing was written. Close a till or allow more "
            "connections on the server."
        )
    if state.startswith(_NOT_LET_IN):
        return LedgerUnreadable(
            f"{name} does not allow this user to do that. Nothing was written. Make the user the "
            "owner of the database."
        )
    if state in _FULL:
        return LedgerFull(
            f"The disk that holds {name[0].lower()}{name[1:]} is full. Nothing was written. Free "
            "some space on the server and try again."
        )
    if state.startswith(_DISK):
        stop()
        return LedgerStopped(
            f"The disk of the server failed while {name[0].lower()}{name[1:]} was used; whether "
            "the last step was kept is not certain. Close the program and check the server."
        )
    if state.startswith(_DAMAGED):
        stop()
        return LedgerDamaged(
            f"{name} is damaged. Nothing was written. Keep its data and restore a backup."
        )
    if state in _CHARACTERS:
        return _characters()
    return LedgerError(
        f"{name} refused a change ({state or type(error).__name__}). Nothing was written. Close "
        "the program, start it again and try once more."
    )


def _not_reached(said: str, name: str, *, committing: bool) -> LedgerError:
    """A connection that was not made has no code, only what the server or the system said."""
    if not said.startswith("connection failed"):
        return _away(name, committing=committing)  # it was made, and broke
    if "authentication failed" in said or "no password supplied" in said or "role " in said:
        return LedgerUnreadable(
            f"{name} does not accept this user and password. Correct them in Settings."
        )
    if "no pg_hba.conf entry" in said:
        return LedgerUnreadable(
            f"{name} does not let this computer in. Allow it in the server's pg_hba.conf."
        )
    if 'database "' in said and "does not exist" in said:
        return LedgerUnreadable(
            f"{name} has no such database. Make it on the server, or correct it in Settings."
        )
    if "certificate" in said or "SSL error" in said or "does not support SSL" in said:
        return LedgerUnreadable(
            f"{name} does not prove who it is, so nothing was sent to it. Switch TLS on at the "
            "server and choose the file with its certificate in Settings."
        )
    if "too many" in said or "remaining connection slots" in said:
        return LedgerBusy(
            f"{name} has no free connection. Nothing was written. Close a till or allow more "
            "connections on the server."
        )
    return _away(name, committing=committing)


def _away(name: str, *, committing: bool) -> LedgerAway:
    kept = (
        "Whether the last step was kept is not certain." if committing else "Nothing was written."
    )
    return LedgerAway(
        f"{name} does not answer. {kept} Payments can be taken again as soon as it is back; check "
        "the network and the server."
    )


def _characters() -> LedgerError:
    return LedgerError(
        "A text holds characters that cannot be stored. Nothing was written. Type it again."
    )


__all__ = ["converted", "sentence"]
