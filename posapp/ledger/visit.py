"""A look at a server without opening a ledger there: what it is, and what is kept on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, inspect, select, text

from posapp.ledger import store
from posapp.ledger.address import Address
from posapp.ledger.audit import refuse_foreign_key
from posapp.ledger.codec import micros
from posapp.ledger.errors import LedgerUnreadable
from posapp.ledger.invitations import VALID_FOR
from posapp.ledger.server import LedgerServer
from posapp.ledger.tables import VERSION, invitations, metadata

MOST_CLOCK_DIFFERENCE = timedelta(seconds=120)


class Contents(StrEnum):
    """What is kept in a database."""

    NOTHING = "nothing"
    OURS = "ours"
    """A ledger whose trail was sealed with the same key."""
    OTHERS = "others"
    """A ledger of this program with another key."""
    FOREIGN = "foreign"
    """Tables of our names that are no ledger."""
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found. ``clock_ahead`` is how far the server's clock is ahead of ours."""

    version: str
    contents: Contents
    is_here: bool
    is_encrypted: bool
    synchronous_commit: str
    clock_ahead: timedelta

    def words(self) -> str:
        """The same for people, in a few sentences."""
        seconds = abs(self.clock_ahead).total_seconds()
        said = [f"PostgreSQL {self.version} answers.", self.way()]
        if self.synchronous_commit == "off":
            said.append("Commits do not wait for the disk: switch synchronous_commit on.")
        if abs(self.clock_ahead) > MOST_CLOCK_DIFFERENCE:
            side = "ahead of" if self.clock_ahead > timedelta(0) else "behind"
            said.append(f"Its clock is {seconds:.0f} s {side} this computer's: set both right.")
        return " ".join(said)

    @property
    def is_sound(self) -> bool:
        """Whether nobody has to do anything."""
        clocks_agree = abs(self.clock_ahead) <= MOST_CLOCK_DIFFERENCE
        private = self.is_encrypted or self.is_here
        return clocks_agree and private and self.synchronous_commit != "off"

    def details(self) -> str:
        """``words`` and every figure behind them."""
        seconds = self.clock_ahead.total_seconds()
        return (
            f"{self.words()} synchronous_commit is {self.synchronous_commit}; the server's clock "
            f"differs by {seconds:+.1f} s."
        )

    def way(self) -> str:
        """Who could listen."""
        if self.is_encrypted:
            return "The connection is encrypted."
        if self.is_here:
            return "The connection is not encrypted; it stays on this computer."
        return "Warning: the connection is not encrypted."


def visit(
    address: Address, *, audit_key: bytes, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Visit:
    """Blocks: call it in a thread.

    Raises:
        LedgerError: the server cannot be used, and why.
    """
    with LedgerServer(address, origin="visit").visited() as connection:
        return look(connection, address, audit_key=audit_key, clock=clock)


def look(
    connection: Connection, address: Address, *, audit_key: bytes, clock: Callable[[], datetime]
) -> Visit:
    """As ``visit``, over a connection that is open."""
    before = clock()
    there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    between = before + (clock() - before) / 2
    encrypted = connection.execute(
        text("SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)")
    ).scalar_one()
    lasting = connection.execute(text("SHOW synchronous_commit")).scalar_one()
    return Visit(
        version=str(connection.execute(text("SHOW server_version")).scalar_one()).split()[0],
        contents=_contents(connection, audit_key),
        is_here=address.is_here,
        is_encrypted=bool(encrypted),
        synchronous_commit=str(lasting),
        clock_ahead=there - between,
    )


def sealed_invitations(address: Address, *, now: datetime) -> tuple[str, ...]:
    """What is sealed in the invitations that are not too old. Blocks: call it in a thread.

    Raises:
        LedgerError: the server cannot be used, and why.
    """
    with LedgerServer(address, origin="visit").visited() as connection:
        if store.version_of(connection) != VERSION:
            return ()
        oldest = micros(now - VALID_FOR)
        found = select(invitations.c.sealed).where(invitations.c.made_at >= oldest)
        return tuple(connection.execute(found).scalars())


def use_up(address: Address, sealed: str) -> bool:
    """Take an invitation away, for it lets in one till; False where another till was first.
    Blocks: call it in a thread.

    Raises:
        LedgerError: the server cannot be used, and why.
    """
    with LedgerServer(address, origin="visit").visited() as connection:
        used = connection.execute(delete(invitations).where(invitations.c.sealed == sealed))
        connection.commit()
        return used.rowcount == 1


def _contents(connection: Connection, audit_key: bytes) -> Contents:
    found = store.version_of(connection)
    if found is None:
        taken = set(inspect(connection).get_table_names()) & set(metadata.tables)
        return Contents.FOREIGN if taken else Contents.NOTHING
    if found > VERSION:
        return Contents.NEWER
    try:
        refuse_foreign_key(connection, audit_key)
    except LedgerUnreadable:
        return Contents.OTHERS
    return Contents.OURS
