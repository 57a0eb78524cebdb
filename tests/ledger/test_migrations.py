"""Older ledgers are brought up to date whole, with a copy kept, or stay as they were."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.operations import Operations
from sqlalchemy import Connection, Engine

from posapp.ledger import encrypted
from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerBusy, LedgerError, LedgerFull, LedgerNewer
from posapp.ledger.file import LedgerFile
from posapp.ledger.ledger import Ledger
from posapp.ledger.migrations import upgrade as upgrading
from posapp.ledger.migrations.upgrade import upgrade, upgrade_server
from posapp.ledger.tables import VERSION
from tests.database import DatabaseServer
from tests.ledger import raw
from tests.ledger.places import ServerPlace
from tests.ledger.samples import AUDIT_KEY, KEY, Clock, paid

pytestmark = pytest.mark.asyncio


def nothing(connection: object) -> None:
    """A ledger that begins empty."""


@pytest.fixture
def old(path: Path) -> Path:
    """A ledger from before the first version: it only knows that it is one."""
    path.parent.mkdir()
    raw.run(
        path,
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE schema_version (version INTEGER NOT NULL, PRIMARY KEY (version))",
        "INSERT INTO schema_version VALUES (0)",
    )
    return path


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = encrypted.engine_of(path, KEY)
    yield engine
    engine.dispose()


async def filled(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The contents of a ledger of the present version, closed."""
    ledger = await Ledger.open(path, key=KEY, audit_key=AUDIT_KEY, clock=Clock(), till="T1")
    await paid(ledger)
    await ledger.close()
    return raw.everything(path)


def add_tips(operations: Operations) -> None:
    operations.execute("ALTER TABLE orders ADD COLUMN tip_minor BIGINT NOT NULL DEFAULT 0")


def fail(operations: Operations) -> None:
    operations.execute("DELETE FROM attempts")
    operations.execute("SELECT * FROM a_table_that_is_not_there")


async def test_all_steps_from_nothing_make_what_a_new_ledger_has(old: Path) -> None:
    ledger = await Database.open(LedgerFile(old, KEY), nothing)
    await ledger.close()
    new = old.with_name("new.db")
    ledger = await Database.open(LedgerFile(new, KEY), nothing)
    await ledger.close()
    assert raw.schema(old) == raw.schema(new)
    assert raw.rows(old, "SELECT version FROM schema_version") == [(VERSION,)]
    copy = old.with_name(f"ledger.db.before-{VERSION}")
    assert raw.rows(copy, "SELECT version FROM schema_version") == [(0,)]


async def test_an_older_ledger_keeps_its_entries_and_a_copy_of_itself(
    path: Path, engine: Engine
) -> None:
    before = await filled(path)
    later = VERSION + 1
    upgrade(engine, path, VERSION, steps={later: add_tips})
    engine.dispose()
    after = raw.everything(path)
    assert after["orders"] == [(*row, 0) for row in before["orders"]]
    assert after["attempts"] == before["attempts"]
    assert after["audit"] == before["audit"]
    assert after["schema_version"] == [(later,)]
    copy = path.with_name(f"ledger.db.before-{later}")
    assert raw.everything(copy) == before
    assert b"Muster" not in copy.read_bytes()
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, copy.name]


async def test_a_step_that_fails_changes_nothing(path: Path, engine: Engine) -> None:
    before = await filled(path)
    steps = {VERSION + 1: add_tips, VERSION + 2: fail}
    with pytest.raises(LedgerError, match="is as it was"):
        upgrade(engine, path, VERSION, steps=steps)
    engine.dispose()
    assert raw.everything(path) == before


async def test_a_mistake_in_a_step_changes_nothing(path: Path, engine: Engine) -> None:
    before = await filled(path)

    def mistaken(operations: Operations) -> None:
        add_tips(operations)
        raise KeyError("tip_minor")

    with pytest.raises(LedgerError, match="KeyError"):
        upgrade(engine, path, VERSION, steps={VERSION + 1: mistaken})
    engine.dispose()
    assert raw.everything(path) == before


async def test_a_step_may_not_tear_entries_apart(path: Path, engine: Engine) -> None:
    before = await filled(path)

    def careless(operations: Operations) -> None:
        operations.execute("DELETE FROM orders")

    with pytest.raises(LedgerError, match="lost the ones they belong to"):
        upgrade(engine, path, VERSION, steps={VERSION + 1: careless})
    engine.dispose()
    assert raw.everything(path) == before


async def test_without_room_for_a_copy_nothing_is_changed(
    path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await filled(path)

    def no_room(_file: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encrypted, "sync_file", no_room)
    with pytest.raises(LedgerFull, match="is as it was"):
        upgrade(engine, path, VERSION, steps={VERSION + 1: add_tips})
    engine.dispose()
    assert raw.everything(path) == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_ledger_that_is_in_use_is_not_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypted, "PATIENCE", 0.05)
    before = await filled(path)
    engine = encrypted.engine_of(path, KEY)
    try:
        with raw.connection(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerBusy):
                upgrade(engine, path, VERSION, steps={VERSION + 1: add_tips})
    finally:
        engine.dispose()
    assert raw.everything(path) == before


async def test_two_programs_do_not_bring_it_up_to_date_twice(path: Path, engine: Engine) -> None:
    await filled(path)
    upgrade(engine, path, VERSION, steps={VERSION + 1: add_tips})
    with pytest.raises(LedgerError, match="Another program"):
        upgrade(engine, path, VERSION, steps={VERSION + 1: add_tips})


VERSION_ZERO = (
    "CREATE TABLE schema_version (version INTEGER NOT NULL, PRIMARY KEY (version))",
    "INSERT INTO schema_version VALUES (0)",
)


async def test_all_steps_from_nothing_make_what_a_new_shared_ledger_has(
    database_server: DatabaseServer,
) -> None:
    from posapp.ledger.server import LedgerServer

    found = []
    for statements in (VERSION_ZERO, ()):
        database_server.empty()
        database_server.run(*statements, "SELECT 1")
        place = LedgerServer(database_server.address, origin="test")
        ledger = await Database.open(place, nothing)
        await ledger.close()
        found.append(database_server.schema())
        assert database_server.run("SELECT version FROM schema_version") == [(VERSION,)]
    assert found[0] == found[1]
    assert len(found[0]) > 100


async def test_a_step_that_fails_leaves_a_shared_ledger_as_it_was(
    server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = server_place
    ledger = await place.open(Clock())
    await paid(ledger)
    await ledger.close()
    before = place.everything()
    place.run("UPDATE schema_version SET version = version - 1")
    monkeypatch.setattr(upgrading, "_steps", lambda _found: {VERSION: fail})
    with pytest.raises(LedgerError, match="Nothing was written"):
        await place.open(Clock())
    place.run("UPDATE schema_version SET version = version + 1")
    assert place.everything() == before


async def test_an_older_shared_ledger_keeps_its_entries(server_place: ServerPlace) -> None:
    place = server_place
    ledger = await place.open(Clock())
    await paid(ledger)
    before = place.everything()

    def work(connection: Connection) -> None:
        upgrade_server(connection, VERSION, steps={VERSION + 1: add_tips})

    await ledger._database.write(work)
    await ledger.close()
    after = place.everything()
    assert after["attempts"] == before["attempts"]
    assert after["audit"] == before["audit"]
    assert place.rows("SELECT tip_minor FROM orders") == [(0,)]
    with pytest.raises(LedgerNewer, match="Install that version on this till too"):
        await place.open(Clock())


async def test_alembic_is_not_imported_until_it_is_needed() -> None:
    asked = (
        "import sys, posapp.ledger.ledger;"
        "print([n for n in ('alembic', 'sqlalchemy.orm', 'sqlalchemy.ext', 'PySide6', "
        "'sqlalchemy.dialects.postgresql', 'psycopg') if n in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", asked, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert said.strip() == b"[]"
