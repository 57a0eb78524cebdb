"""Where a ledger can be kept: what the open database asks of either place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine, inspect, select, text

from posapp.ledger.dialects import dialect_of
from posapp.ledger.tables import VERSION, metadata, schema_version


class Store(Protocol):
    """Used on the ledger's thread only."""

    def open(self, first: Callable[[Connection], None]) -> Engine:
        """Make the ledger where there is none, bring its schema up to date.

        Args:
            first: writes what a new ledger begins with.

        Raises:
            LedgerError: nothing was changed.
        """

    def begin(self, connection: Connection, *, writing: bool) -> None:
        """Begin a transaction: the only one that writes, or one that sees a consistent view."""

    def before_commit(self, connection: Connection) -> None:
        """The last thing of a transaction that wrote."""

    def converted(
        self, stop: Callable[[], None], *, committing: bool = False
    ) -> AbstractContextManager[None]:
        """Turns every error of the place into a LedgerError.

        Args:
            stop: called where nothing more may be written before people have looked.
            committing: whether a failure leaves it open if the step was kept.
        """

    def beside(self) -> tuple[Engine, Callable[[], None]] | None:
        """A second way in for what reads everything, and what breaks such reading off; None where
        nothing takes long."""

    def problems(self, connection: Connection) -> list[str]:
        """What is wrong with the place itself, as sentences."""

    def keep_evidence(self) -> str:
        """Keep a copy of what cannot be trusted; a sentence on where it is."""


def make_schema(connection: Connection) -> None:
    """Everything a fresh database needs."""
    more = dialect_of(connection).schema  # naming the engine tells it about partial indexes, too
    metadata.create_all(connection)
    for statement in more:
        connection.execute(text(statement))
    connection.execute(schema_version.insert().values(version=VERSION))


def version_of(connection: Connection) -> int | None:
    """The version of the schema; None where this is no ledger of ours."""
    if schema_version.name not in inspect(connection).get_table_names():
        return None
    return connection.execute(select(schema_version.c.version)).scalar()
