"""The shared ledger's server: what is asked of it, and what it says in plain words."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from posapp.ledger import search
from posapp.ledger.address import Address
from posapp.ledger.errors import (
    LedgerAway,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerNewer,
    LedgerUnreadable,
)
from posapp.ledger.ledger import Ledger
from posapp.ledger.payments import _matching
from posapp.ledger.tables import attempts
from posapp.model.history import PaymentFilter
from posapp.model.secret import Secret
from tests.ledger.places import ServerPlace
from tests.ledger.samples import AUDIT_KEY, KEY, Clock, charge, new_order, paid
from tests.ledger.test_payments import add, bare

server = pytest.importorskip("posapp.ledger.server", exc_type=ImportError)

pytestmark = pytest.mark.asyncio


@pytest.fixture
def place(server_place: ServerPlace) -> ServerPlace:
    return server_place


async def open_at(address: Address, folder: Path) -> Ledger:
    return await Ledger.open_shared(
        address,
        audit_key=AUDIT_KEY,
        clock=Clock(),
        till="T1",
        held=folder / "T1.db",
        held_key=KEY,
    )


async def test_every_commit_is_synced_and_no_till_waits_for_ever(ledger: Ledger) -> None:
    def settings(connection: Connection) -> dict[str, object]:
        names = (
            "synchronous_commit", "fsync", "lock_timeout", "statement_timeout",
            "idle_in_transaction_session_timeout",
        )  # fmt: skip
        return {name: connection.execute(text(f"SHOW {name}")).scalar() for name in names}

    assert await ledger._database.read(settings) == {
        "synchronous_commit": "on",
        "fsync": "on",
        "lock_timeout": "5s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "10s",
    }


async def test_reading_can_change_nothing(ledger: Ledger, place: ServerPlace) -> None:
    await paid(ledger)
    before = place.everything()
    with pytest.raises(LedgerError, match="refused a change"):
        await ledger._database.read(lambda each: each.execute(text("DELETE FROM payments")))
    assert place.everything() == before


async def test_a_ledger_held_by_another_till(
    place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server._SETTINGS, "lock_timeout", "50ms")
    ledger = await place.open(Clock())
    try:
        order = await new_order(ledger)
        with place.server.connect() as other:
            other.execute("BEGIN")
            other.execute("SELECT pg_advisory_xact_lock(%s)", [server._LOCK])
            with pytest.raises(LedgerBusy, match="another till"):
                await ledger.journal.begin(charge(order))
            assert (await ledger.orders.read(order.id)).number == order.number
            other.execute("ROLLBACK")
        await ledger.journal.begin(charge(order))
    finally:
        await ledger.close()


async def test_a_database_of_something_else_is_left_alone(place: ServerPlace) -> None:
    place.run("CREATE TABLE orders (name TEXT)", "INSERT INTO orders VALUES ('soup')")
    with pytest.raises(LedgerDamaged, match="not a ledger of this program"):
        await place.open(Clock())
    assert place.everything() == {"orders": [("(soup)",)]}


async def test_tables_of_other_names_do_not_hinder(place: ServerPlace) -> None:
    place.run("CREATE TABLE recipes (name TEXT)")
    ledger = await place.open(Clock())
    await ledger.close()


async def test_a_ledger_of_a_newer_program_is_refused(place: ServerPlace) -> None:
    await (await place.open(Clock())).close()
    place.run("UPDATE schema_version SET version = version + 1")
    before = place.everything()
    with pytest.raises(LedgerNewer, match="newer version"):
        await place.open(Clock())
    assert place.everything() == before


async def test_another_ledger_key_opens_nothing_and_changes_nothing(place: ServerPlace) -> None:
    ledger = await place.open(Clock())
    await paid(ledger)
    await ledger.close()
    before = place.everything()
    with pytest.raises(LedgerUnreadable, match="another ledger key"):
        await place.open(Clock(), audit_key=bytes(32))
    assert place.everything() == before
    place.run("UPDATE audit_head SET entries = 2")  # damage is found, and does not hold up a till
    ledger = await place.open(Clock())
    try:
        assert await ledger.check() != ()
    finally:
        await ledger.close()


async def test_a_server_that_is_not_there(place: ServerPlace) -> None:
    address = replace(place.server.address, host="127.0.0.1", port=1)
    with pytest.raises(LedgerAway, match=r"on 127\.0\.0\.1 does not answer. Nothing was written"):
        await open_at(address, place.folder)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user": "nobody"}, "does not accept this user and password"),
        ({"database": "nothing"}, "no such database"),
    ],
)
async def test_who_or_what_the_server_does_not_know(
    place: ServerPlace, wrong: dict[str, str], said: str
) -> None:
    address = replace(place.server.address, **wrong)  # type: ignore[arg-type]
    with pytest.raises(LedgerUnreadable, match=said):
        await open_at(address, place.folder)


async def test_a_user_who_may_make_no_tables(place: ServerPlace) -> None:
    place.run("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN")
    with pytest.raises(LedgerUnreadable, match="owner of the database"):
        await open_at(replace(place.server.address, user="clerk"), place.folder)


async def test_a_server_that_may_lose_commits_is_found(ledger: Ledger, place: ServerPlace) -> None:
    assert await ledger.check() == ()
    place.run("ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
    try:
        found: tuple[str, ...] = ()
        while not found:  # the server reads its settings a moment later
            found = await ledger.check()
        assert "full_page_writes is off" in found[0]
    finally:
        place.run("ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()")


async def test_a_text_no_database_can_hold_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="cannot be stored"):
        await ledger.orders.new("E\0R")


async def test_another_computer_is_spoken_to_only_encrypted_and_proved() -> None:
    secret = Secret("swordfish-of-the-shop")
    here = Address("127.0.0.1", "posapp", "till", secret)
    assert here.is_here
    assert Address("/run/postgresql", "posapp", "till", secret).is_here
    away = Address("ledger.example", "posapp", "till", secret)
    assert not away.is_here
    assert not Address("10.0.0.5", "posapp", "till", secret).is_here
    assert "swordfish" not in repr(away)
    asked = server.parameters(away)
    assert (asked["sslmode"], asked["sslrootcert"]) == ("verify-full", "system")
    own = server.parameters(replace(away, certificate="/etc/posapp/server.pem"))
    assert (own["sslmode"], own["sslrootcert"]) == ("verify-full", "/etc/posapp/server.pem")


async def test_no_list_reads_the_whole_history(ledger: Ledger, place: ServerPlace) -> None:
    await add(ledger, [bare(number, number) for number in range(3_000)])
    words = [(number, f"name{number}") for number in range(1, 3_000)]
    await ledger._database.write(lambda each: search.index_rows(each, "attempts_index", words))
    place.run("ANALYZE")

    async def plan(wanted: PaymentFilter) -> str:
        def work(connection: Connection) -> str:
            newest = (attempts.c.prepared_at.desc(), attempts.c.id.desc())
            query = _matching(connection, wanted).order_by(*newest).limit(51)
            compiled = query.compile(
                connection.engine,
                compile_kwargs={"literal_binds": True, "render_postcompile": True},
            )
            if wanted.text:  # few words are read faster without their index: can it be used?
                connection.execute(text("SET LOCAL enable_seqscan = off"))
            rows = connection.exec_driver_sql(f"EXPLAIN {compiled}").all()
            return "\n".join(row[0] for row in rows)

        return await ledger._database.read(work)

    for wanted, index in (
        (PaymentFilter(), "attempts_by_time"),
        (PaymentFilter(view="unknown"), "attempts_open"),
        (PaymentFilter(view="action_needed"), "attempts_open"),
        (PaymentFilter(view="refund_pending"), "attempts_open"),
        (PaymentFilter(text="name77"), "attempts_index_words"),
    ):
        found = await plan(wanted)
        assert index in found, found
        assert "Seq Scan on attempts" not in found, found


_SCHEMA = """
from sqlalchemy import create_mock_engine
from posapp.ledger.store import make_schema
engine = create_mock_engine(
    "postgresql+psycopg://", lambda step, *_: print(step.compile(dialect=engine.dialect))
)
make_schema(engine)
"""


async def test_the_first_ledger_a_program_makes_limits_only_what_is_open() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SCHEMA, stdout=asyncio.subprocess.PIPE
    )
    said = (await program.communicate())[0].decode()
    unique = [line for line in said.splitlines() if line.startswith("CREATE UNIQUE INDEX")]
    assert unique
    assert all(" WHERE " in line for line in unique)
