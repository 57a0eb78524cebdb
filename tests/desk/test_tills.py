"""Choosing the ledger: nothing is saved that could not be used, and no key lies about in clear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from posapp import building
from posapp.building import Building
from posapp.desk.desk import Desk
from posapp.desk.doctor import examine
from posapp.desk.errors import Refused
from posapp.ledger.errors import LedgerError
from posapp.model.secret import Secret
from posapp.vault.kdf import KdfCost
from posapp.vault.settings import VaultContents, account_from, shop_from
from posapp.vault.store import Vault
from tests.database import DatabaseServer, database_server, started_server
from tests.ledger.proxy import Way, way_to
from tests.waiting import until

pytest.importorskip("psycopg", exc_type=ImportError)

__all__ = ["database_server", "started_server"]

pytestmark = pytest.mark.asyncio

PASSPHRASE = Secret("open this shop")
KEY = "api_test_sk_0123456789abcdef"
CHEAP = KdfCost(memory_kib=64, passes=1, lanes=1)
OpenDesk = Callable[[str], Awaitable[Desk]]


@pytest_asyncio.fixture
async def open_desk(tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """Opens the live desk in a folder of its own, as often as wanted; the last one stays open."""
    async with AsyncExitStack() as all_of_them:
        open_ones: dict[str, AsyncExitStack] = {}

        async def open_one(name: str) -> Desk:
            folder = tmp_path / name
            if name in open_ones:
                await open_ones.pop(name).aclose()
            else:
                contents = VaultContents(shop=shop_from({"name": "Muster & Co"}))
                Vault.create(folder / "vault", PASSPHRASE, contents, cost=CHEAP).lock()
            parts = open_ones[name] = AsyncExitStack()
            desk, _ = await Building(folder, parts).unlock(PASSPHRASE)
            return desk

        yield open_one
        for parts in open_ones.values():
            all_of_them.push_async_callback(parts.aclose)


def typed(server: DatabaseServer, **other: str) -> dict[str, str]:
    address = server.address
    values = {
        "till": "T1",
        "kept": "shared",
        "host": address.host,
        "port": str(address.port),
        "database": address.database,
        "user": address.user,
        "password": "unused",
        "certificate": "",
        "code": "",
    }
    return {**values, **other}


def reached(way: Way, server: DatabaseServer) -> dict[str, str]:
    """The same ledger, spoken to through a way that can be cut."""
    return typed(server, host=way.address.host, port=str(way.address.port))


async def first_till(open_desk: OpenDesk, server: DatabaseServer) -> Desk:
    desk = await open_desk("one")
    account = {
        "id": "main",
        "kind": "flowlix",
        "label": "Main",
        "mode": "training",
        "base_url": "http://127.0.0.1:9",
        "api_key": Secret(KEY),
    }
    await desk.settings.save_account(account_from(account))
    await desk.tills.save(typed(server))
    return await open_desk("one")


async def test_a_till_chooses_the_shared_ledger_and_goes_back(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await open_desk("one")
    assert desk.tills.form()["kept"] == "own"
    assert "start it again" in await desk.tills.save(typed(database_server))
    assert not desk.tills.is_shared  # until then
    desk = await open_desk("one")
    assert desk.tills.is_shared
    assert desk.tills.state() == "This till works on the shared ledger."
    form = desk.tills.form()
    assert (form["kept"], form["host"]) == ("shared", database_server.address.host)
    assert "password" not in form
    await desk.tills.save({**typed(database_server), "kept": "own"})
    desk = await open_desk("one")
    assert not desk.tills.is_shared
    await desk.tills.save(typed(database_server, password=""))  # it was kept
    assert (await open_desk("one")).tills.is_shared


async def test_a_till_with_a_code_gets_accounts_and_key_and_is_told_apart(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    one = await first_till(open_desk, database_server)
    two = await open_desk("two")
    for wrong in ("", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"):
        with pytest.raises(Refused) as refused:
            await two.tills.save(typed(database_server, till="T2", code=wrong))
        assert set(refused.value.fields) == {"code"}
    code = await one.tills.invite("Ada")
    await two.tills.save(typed(database_server, till="T1", code=code.reveal()))
    with pytest.raises(Refused, match=r"named T1\. Give this one another name"):
        await open_desk("two")


async def test_two_tills_share_accounts_and_one_trail(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    one = await first_till(open_desk, database_server)
    code = await one.tills.invite("Ada")
    two = await open_desk("two")
    await two.tills.save(typed(database_server, till="T2", code=code.reveal().lower()))
    assert [row.id for row in two.settings.accounts] == ["main"]
    two = await open_desk("two")
    await two.till.ledger.audit.record("locked", "Bea", "till", {})
    for desk in (one, two):
        assert await desk.till.ledger.check() == ()
    again = await two.tills.invite("Bea")  # every till can let others in
    assert again != code


async def test_a_code_lets_in_one_till(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    one = await first_till(open_desk, database_server)
    code = (await one.tills.invite("Ada")).reveal()
    await (await open_desk("two")).tills.save(typed(database_server, till="T2", code=code))
    three = await open_desk("three")
    with pytest.raises(Refused, match="was used"):
        await three.tills.save(typed(database_server, till="T3", code=code))
    assert three.settings.accounts == ()


async def test_a_code_ends_after_a_day_and_with_the_next_one(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    one = await first_till(open_desk, database_server)
    first, second = await one.tills.invite("Ada"), await one.tills.invite("Ada")
    two = await open_desk("two")
    with pytest.raises(Refused, match="older than a day"):
        await two.tills.save(typed(database_server, till="T2", code=first.reveal()))
    day = timedelta(hours=24, minutes=1) // timedelta(microseconds=1)
    database_server.run(f"UPDATE invitations SET made_at = made_at - {day}")  # noqa: S608
    with pytest.raises(Refused, match="older than a day"):
        await two.tills.save(typed(database_server, till="T2", code=second.reveal()))
    assert two.settings.accounts == ()


async def test_no_key_and_no_code_is_stored_in_clear(
    open_desk: OpenDesk, database_server: DatabaseServer, tmp_path: Path
) -> None:
    one = await first_till(open_desk, database_server)
    code = await one.tills.invite("Ada")
    two = await open_desk("two")
    await two.tills.save(typed(database_server, till="T2", code=code.reveal()))
    await open_desk("two")
    unused = await one.tills.invite("Ada")
    key = Vault.open(tmp_path / "one" / "vault", PASSPHRASE)
    audit_key = key.key_for("audit")
    key.lock()
    codes = [code.reveal(), unused.reveal()]
    secrets = [KEY, audit_key.hex(), *codes, *(each.replace("-", "") for each in codes)]
    stored = str(database_server.run("SELECT * FROM invitations"))
    stored += str(database_server.run("SELECT * FROM audit"))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]  # noqa: ASYNC240
    assert len(files) >= 4
    for secret in secrets:
        assert secret not in stored
        assert not [file for file in files if secret.encode() in file.read_bytes()]
    assert not [file for file in files if audit_key in file.read_bytes()]


async def test_what_cannot_be_used_is_not_saved(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await open_desk("one")
    for wrong, field in (
        ({"till": "Till 1"}, "till"),
        ({"till": ""}, "till"),
        ({"host": ""}, "host"),
        ({"port": "x"}, "port"),
        ({"password": ""}, "password"),
    ):
        with pytest.raises(Refused) as refused:
            await desk.tills.save(typed(database_server, **wrong))
        assert field in refused.value.fields, wrong
    with pytest.raises(Refused, match="does not answer"):
        await desk.tills.save(typed(database_server, host="127.0.0.1", port="9"))
    database_server.run("CREATE TABLE orders (id int)")
    with pytest.raises(Refused, match="tables of something else"):
        await desk.tills.save(typed(database_server))
    assert desk.tills.form()["kept"] == "own"
    assert desk.settings.contents.shared_ledger is None
    assert "tables of something else" in (await desk.tills.test(typed(database_server))).words


async def test_a_test_of_the_connection_says_what_is_there_and_changes_nothing(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await open_desk("one")
    found = await desk.tills.test(typed(database_server))
    assert "PostgreSQL" in found.words
    assert "not encrypted; it stays on this computer" in found.words
    assert "The database is empty." in found.words
    assert found.safe
    assert database_server.schema() == []
    await desk.tills.save(typed(database_server))
    one = await open_desk("one")
    assert "the ledger of this shop" in (await one.tills.test(typed(database_server))).words


async def test_only_a_till_of_a_shared_ledger_lets_others_in(open_desk: OpenDesk) -> None:
    desk = await open_desk("one")
    with pytest.raises(Refused, match="Share it first"):
        await desk.tills.invite("Ada")


async def test_the_doctor_examines_the_server(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await first_till(open_desk, database_server)
    [finding] = [each for each in await examine(desk.till) if each.part == "shared ledger"]
    assert finding.sound
    for words in ("PostgreSQL", "not encrypted", "synchronous_commit is on", "clock differs by"):
        assert words in finding.words
    database_server.crash()
    try:
        with pytest.raises(LedgerError):
            await desk.till.ledger.server()
        findings = {each.part: each for each in await examine(desk.till)}
        assert "does not answer" in findings["shared ledger"].words
    finally:
        database_server.start()


async def test_an_address_that_changed_is_corrected_without_opening_the_ledger(
    open_desk: OpenDesk, database_server: DatabaseServer, tmp_path: Path
) -> None:
    desk = await open_desk("one")
    await desk.tills.save(typed(database_server))
    folder = tmp_path / "one"
    database_server.run("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN SUPERUSER")
    await open_desk("one")
    wrong = {"user": "nobody"}
    with pytest.raises(building.Closed, match="does not accept this user"):
        await building.change_address(folder, PASSPHRASE, changes=wrong, password=Secret(""))
    database_server.run("DROP DATABASE IF EXISTS other", "CREATE DATABASE other")
    other = {"database": "other"}
    with pytest.raises(building.Closed, match="does not hold the ledger of this shop"):
        await building.change_address(folder, PASSPHRASE, changes=other, password=Secret(""))
    said = await building.change_address(
        folder, PASSPHRASE, changes={"user": "clerk"}, password=Secret("new")
    )
    assert said.endswith("Saved.")
    desk = await open_desk("one")
    assert desk.tills.is_shared
    assert desk.tills.form()["user"] == "clerk"


async def test_a_till_that_is_cut_off_leaves_neither_its_ledger_nor_what_it_holds(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await first_till(open_desk, database_server)
    database_server.run("DROP DATABASE IF EXISTS empty", "CREATE DATABASE empty")
    database_server.crash()
    try:
        await until(lambda: desk.till.is_cut_off, what="the till notices")
        with pytest.raises(Refused, match="cannot be left until it is back"):
            await desk.tills.save(typed(database_server, kept="own"))
    finally:
        database_server.start()
    await until(lambda: not desk.till.is_cut_off, what="the till is back")
    async with way_to(database_server.address) as way:
        await desk.tills.save(reached(way, database_server))
        desk = await open_desk("one")
        way.cut()
        await until(lambda: desk.till.is_cut_off, what="the till notices")
        with pytest.raises(Refused, match="cannot be left until it is back"):
            await desk.tills.save(typed(database_server, database="empty"))
        assert desk.tills.form()["kept"] == "shared"
        assert desk.tills.form()["port"] == str(way.address.port)
        await desk.tills.save(typed(database_server))  # the same ledger by another way
        assert desk.tills.form()["host"] == database_server.address.host
    desk = await open_desk("one")
    assert desk.tills.is_shared


async def test_the_door_says_what_to_do_when_the_shared_ledger_does_not_answer(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    desk = await open_desk("one")
    await desk.tills.save(typed(database_server))
    database_server.crash()
    try:
        with pytest.raises(Refused, match=r"does not answer\..* run: posapp ledger-address"):
            await open_desk("one")
    finally:
        database_server.start()
    assert (await open_desk("one")).tills.is_shared


async def test_a_till_that_was_used_joins_others_and_goes_back_without_a_false_alarm(
    open_desk: OpenDesk, database_server: DatabaseServer
) -> None:
    one = await first_till(open_desk, database_server)
    await one.till.ledger.audit.record("locked", "Ada", "till", {})
    code = await one.tills.invite("Ada")
    two = await open_desk("two")
    for _ in range(3):
        await two.till.ledger.audit.record("locked", "Bea", "till", {})
    await two.tills.save(typed(database_server, till="T2", code=code.reveal().lower()))
    for kept in ("shared", "own", "shared"):
        two = await open_desk("two")
        assert two.till.ledger.stopped == ""
        assert two.till.ledger.is_shared is (kept == "shared")
        await two.till.ledger.audit.record("locked", "Bea", "till", {})
        other = "own" if kept == "shared" else "shared"
        await two.tills.save(typed(database_server, till="T2", kept=other))
