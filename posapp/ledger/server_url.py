"""A server's address as people write it in one line. Imported only for a shared ledger."""

from __future__ import annotations

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from posapp.ledger.address import Address
from posapp.ledger.errors import LedgerError
from posapp.model.secret import Secret

_FORM = "Write it as postgresql://user@host:5432/database"
_KNOWN = {"host", "port", "dbname", "user", "sslrootcert"}


def address_of(url: str, password: Secret) -> Address:
    """The address that ``postgresql://user@host:5432/database`` means.

    The folder of a socket is written with ``%2F`` for its strokes; ``?sslrootcert=FILE`` names
    what proves the server's identity.

    Raises:
        LedgerError: it is none, or holds a password. It is not quoted: it may hold one.
    """
    found = _read(url)
    if "password" in found:
        raise LedgerError(
            "The address holds a password, which others on this computer can see. Change that "
            "password, and give the address without one: it is asked for."
        )
    missing = [name for name in ("user", "host", "dbname") if not found.get(name)]
    if missing or not set(found) <= _KNOWN or not found.get("port", "5432").isdecimal():
        raise LedgerError(
            f"The address of the server cannot be used. {_FORM}; only ?sslrootcert=FILE may follow."
        )
    return Address(
        host=found["host"],
        port=int(found.get("port", "5432")),
        database=found["dbname"],
        user=found["user"],
        password=password,
        certificate=found.get("sslrootcert", ""),
    )


def _read(url: str) -> dict[str, str]:
    found: dict[str, str] | None = None
    if url.startswith(("postgresql://", "postgres://")):
        try:
            found = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        except (ProgrammingError, UnicodeError):
            found = None  # raised below: the driver's error quotes what was typed
    if found is None:
        raise LedgerError(f"The address of the server cannot be read. {_FORM}.")
    return found
