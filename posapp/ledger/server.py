"""A ledger of several tills: a database on a PostgreSQL server. Imported only for such a ledger.

Every step that writes holds one lock of the whole ledger from its beginning to its commit, as the
file does: whatever is checked in a step still holds when it is kept, and the audit trail is one
chain. A till that dies or is cut off in the middle is rolled back and its lock given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from posapp.ledger import server_sentences, store
from posapp.ledger.address import Address
from posapp.ledger.errors import LedgerDamaged, LedgerError, LedgerNewer
from posapp.ledger.tables import VERSION, metadata

PATIENCE = 5.0
"""Seconds to wait for another till that is writing, and for the server to answer at all."""

CHANNEL = "posapp"
_LOCK = 0x706F73617070  # "posapp"; it counts inside this database only
_OLDEST_SERVER = 140_000
_SETTINGS = {
    "synchronous_commit": "on",
    "lock_timeout": f"{PATIENCE:.0f}s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


def parameters(address: Address) -> dict[str, Any]:
    """How a server is spoken to: another computer only encrypted, and only the right one."""
    return {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": address.password.reveal(),
        "application_name": "posapp",
        "client_encoding": "UTF8",
        "connect_timeout": int(PATIENCE),
        "gssencmode": "disable",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "target_session_attrs": "read-write",
        "options": " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items()),
        "sslmode": "prefer" if address.is_here else "verify-full",
        "sslrootcert": address.certificate or ("" if address.is_here else "system"),
    }


class LedgerServer:
    """A place for a ledger; see ``store.Store``.

    Args:
        origin: names this till's session in what the others are told.

    Attributes:
        is_away: known not to answer: who wants to connect need not wait in vain.
    """

    def __init__(self, address: Address, *, origin: str) -> None:
        self.address = address
        self.origin = origin
        self.is_away = False

    def open(self, first: Callable[[Connection], None]) -> Engine:
        engine = self._engine()
        try:
            with self.converted(_nothing), engine.connect() as connection:
                self.begin(connection, writing=True)
                self._refuse_unfit(connection)
                self._bring_up_to_date(connection, first)
                connection.commit()
        except BaseException:
            engine.dispose()
            raise
        return engine

    @contextmanager
    def visited(self) -> Iterator[Connection]:
        """A connection for once, in one transaction; kept only where the caller commits.

        Raises:
            LedgerError: the server cannot be used.
        """
        engine = self._engine()
        try:
            with self.converted(_nothing), engine.connect() as connection:
                self._refuse_unfit(connection)
                yield connection
        finally:
            engine.dispose()

    def begin(self, connection: Connection, *, writing: bool) -> None:
        if writing:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        else:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))

    def take_time(self, connection: Connection) -> None:
        """What is done in this one step takes minutes, and some of it here: nothing ends it."""
        for patience in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {patience} = 0"))

    def before_commit(self, connection: Connection) -> None:
        """Tell the other tills; they hear it only if this is kept."""
        connection.execute(
            text("SELECT pg_notify(:channel, :origin)"),
            {"channel": CHANNEL, "origin": self.origin},
        )

    def converted(
        self, stop: Callable[[], None], *, committing: bool = False
    ) -> AbstractContextManager[None]:
        return server_sentences.converted(self.address.name, stop, committing=committing)

    def keep_evidence(self) -> str:
        return "Keep the data of the server as it is now."

    def beside(self) -> None:
        """A server examines itself."""

    def problems(self, connection: Connection) -> list[str]:
        found = []
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            if connection.execute(text(f"SHOW {setting}")).scalar() == "off":
                found.append(
                    f"{self.address.name} can lose what was kept when the power fails: {setting} "
                    "is off. Switch it on in the server's settings."
                )
        broken = connection.execute(
            text(
                "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
            )
        ).scalars()
        found += [f"The index {name} of the shared ledger is damaged." for name in broken]
        return found

    def _engine(self) -> Engine:
        return create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,  # the server may have been away between two steps
            use_native_hstore=False,
            hide_parameters=True,  # an error must not quote what was to be stored
        )

    def _connect(self) -> psycopg.Connection[Any]:
        if self.is_away:
            raise psycopg.OperationalError("away")
        return psycopg.connect(**parameters(self.address))

    def _refuse_unfit(self, connection: Connection) -> None:
        def show(setting: str) -> str:
            return str(connection.execute(text(f"SHOW {setting}")).scalar())

        name = self.address.name
        if int(show("server_version_num")) < _OLDEST_SERVER:
            raise LedgerError(
                f"{name} is kept by PostgreSQL {show('server_version')}; 14 or newer is needed. "
                "Update the server."
            )
        if show("server_encoding") != "UTF8":
            raise LedgerError(
                f"{name} cannot hold every name: its encoding is {show('server_encoding')}. Make "
                "the database anew with the encoding UTF8."
            )

    def _bring_up_to_date(
        self, connection: Connection, first: Callable[[Connection], None]
    ) -> None:
        name, found = self.address.name, store.version_of(connection)
        if found is None:
            if set(inspect(connection).get_table_names()) & set(metadata.tables):
                raise LedgerDamaged(
                    f"{name} is not a ledger of this program, but has tables of the same names. "
                    "Use a database of its own for the ledger."
                )
            store.make_schema(connection)
            first(connection)
        elif found > VERSION:
            raise LedgerNewer(
                f"{name} was brought up to date by a newer version of posapp. Install that "
                "version on this till too."
            )
        elif found < VERSION:
            from posapp.ledger.migrations.upgrade import upgrade_server

            upgrade_server(connection, found)


def _nothing() -> None:
    return None
