"""What is not sound, not empty or not reached is not moved, and said in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from posapp.ledger import tables
from posapp.ledger.errors import LedgerAway, LedgerDamaged, LedgerError, LedgerUnreadable
from posapp.ledger.file import LedgerFile
from posapp.model.secret import Secret
from tests.database import DatabaseServer
from tests.ledger.places import FilePlace, ServerPlace
from tests.ledger.samples import KEY
from tests.ledger.test_moving_any_rows import move, source

server = pytest.importorskip("posapp.ledger.server", exc_type=ImportError)

__all__ = ["source"]

pytestmark = pytest.mark.asyncio


@contextmanager
def asking_for_a_password(server: DatabaseServer, role: str) -> Iterator[None]:
    """While entered, the server asks this role for its password."""
    hba = Path(str(server.run("SHOW hba_file")[0][0]))
    before = hba.read_text(encoding="utf-8")
    hba.write_text(f"local all {role} scram-sha-256\n{before}", encoding="utf-8")
    server.run("SELECT pg_reload_conf()")
    try:
        while not server.run(
            f"SELECT 1 FROM pg_hba_file_rules WHERE '{role}' = ANY(user_name)"  # noqa: S608
        ):
            continue
        yield
    finally:
        hba.write_text(before, encoding="utf-8")
        server.run("SELECT pg_reload_conf()")


async def test_a_database_with_a_table_of_anything_else_is_refused(
    source: FilePlace, server_place: ServerPlace
) -> None:
    server_place.run("CREATE TABLE recipes (dish TEXT)")
    with pytest.raises(LedgerError, match="is not empty"):
        move(source, server_place)
    assert list(server_place.everything()) == ["recipes"]


async def test_a_wrong_password_is_refused(source: FilePlace, server_place: ServerPlace) -> None:
    server_place.run("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN PASSWORD 'right'")
    address = replace(server_place.server.address, user="clerk", password=Secret("wrong"))
    with (
        asking_for_a_password(server_place.server, "clerk"),
        pytest.raises(LedgerUnreadable, match="does not accept this user and password") as refused,
    ):
        move(source, server_place, address=address)
    assert "wrong" not in str(refused.value)
    assert server_place.everything() == {}


async def test_a_server_that_is_away_is_said(source: FilePlace, server_place: ServerPlace) -> None:
    before = source.everything()
    address = replace(server_place.server.address, host="127.0.0.1", port=1)
    with pytest.raises(LedgerAway, match=r"does not answer.*is untouched"):
        move(source, server_place, address=address)
    assert source.everything() == before


async def test_a_server_that_is_too_old_is_refused(
    source: FilePlace, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_OLDEST_SERVER", 990_000)
    with pytest.raises(LedgerError, match="14 or newer is needed"):
        move(source, server_place)
    assert server_place.everything() == {}


@pytest.mark.parametrize(
    "tampered",
    [
        "UPDATE audit SET detail = '{}' WHERE id = 2",
        "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)",
        "UPDATE audit_head SET entries = entries - 1",
    ],
)
async def test_a_source_that_somebody_changed_is_not_moved(
    source: FilePlace, server_place: ServerPlace, tampered: str
) -> None:
    source.unguard()
    source.run(tampered)
    with pytest.raises(LedgerDamaged, match="not whole"):
        move(source, server_place)
    assert server_place.everything() == {}


async def test_a_source_whose_database_is_damaged_is_not_moved(
    source: FilePlace, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage: Callable[..., list[str]] = lambda *_: ["The ledger is damaged: page 7."]  # noqa: E731
    monkeypatch.setattr("posapp.ledger.file.LedgerFile.problems", damage)
    with pytest.raises(LedgerDamaged, match="page 7"):
        move(source, server_place)
    assert server_place.everything() == {}


async def test_a_server_that_may_lose_commits_keeps_no_copy(
    source: FilePlace, server_place: ServerPlace
) -> None:
    server_place.run("ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
    try:
        while server_place.rows("SHOW full_page_writes") != [("off",)]:
            continue
        with pytest.raises(LedgerError, match="full_page_writes is off"):
            move(source, server_place)
        assert server_place.everything() == {}
    finally:
        server_place.run("ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()")


async def test_the_file_refuses_every_change_while_it_is_moved(source: FilePlace) -> None:
    before = source.everything()
    place = LedgerFile(source.path, KEY)
    engine = place.open(lambda _connection: None)
    try:
        with engine.connect() as connection:
            place.forbid_writing(connection)
            with pytest.raises(OperationalError, match="readonly"):
                connection.execute(delete(tables.customers))
    finally:
        engine.dispose()
    assert source.everything() == before
