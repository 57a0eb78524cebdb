"""A ledger is moved to a server whole and proved equal, or not at all."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from posapp.ledger.errors import LedgerAway, LedgerDamaged, LedgerError, LedgerUnreadable
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State
from posapp.model.history import PaymentFilter
from posapp.model.money import Money
from posapp.model.order import Customer, Product
from tests.ledger import raw
from tests.ledger.places import FilePlace, ServerPlace
from tests.ledger.proxy import way_to
from tests.ledger.samples import AUDIT_KEY, KEY, Clock, charge, new_order, paid, refund, sent

pytest.importorskip("psycopg", exc_type=ImportError)

from posapp.ledger import moving

pytestmark = pytest.mark.asyncio


def quiet(_table: str, _done: int, _total: int) -> None:
    return None


@pytest_asyncio.fixture
async def source(path: Path, clock: Clock) -> FilePlace:
    """The file of a till that has been used."""
    place = FilePlace(path)
    ledger = await place.open(clock)
    await ledger.catalogue.fill(
        [Product("TEA", "Earl Grey", Money(1496, "EUR"), Decimal(19), "4006381333931")]
    )
    await ledger.customers.save(Customer(name="Zoë Ångström", phone="+46 8 123 456"))
    for _ in range(3):
        await paid(ledger)
    _, payment = await paid(ledger)
    attempt = await sent(ledger, refund(payment, 500))
    await ledger.journal.settle(attempt.id, state=State.PENDING, action_id="re_1")
    await sent(ledger, charge(await new_order(ledger)))
    await ledger.close()
    return place


def move(source: FilePlace, place: ServerPlace, **other: Any) -> moving.Moved:
    arguments: dict[str, Any] = {"key": KEY, "audit_key": AUDIT_KEY, "tell": quiet, **other}
    address = arguments.pop("address", place.server.address)
    return moving.move(source.path, address, **arguments)


async def test_everything_is_there_afterwards_and_the_file_is_untouched(
    source: FilePlace, server_place: ServerPlace, clock: Clock
) -> None:
    before = source.path.read_bytes()
    told: list[tuple[str, int, int]] = []
    moved = move(source, server_place, tell=lambda *each: told.append(each))
    assert not moved.before
    assert moved.sums.rows["attempts"] == 6
    assert moved.sums.money["captured EUR"] == 4 * 2992
    rows = sum(moved.sums.rows.values())
    assert {name for name, _, _ in told} == set(moved.sums.rows)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert (told[0][1:], told[-1][1:]) == ((0, rows), (rows, rows))
    assert source.path.read_bytes() == before
    ledger = await server_place.open(clock)
    try:
        assert await ledger.check() == ()
        assert len((await ledger.payments.page(PaymentFilter())).rows) == 5
        assert len((await ledger.payments.page(PaymentFilter(text="Ada"))).rows) == 5
        assert [each.name for each in await ledger.catalogue.search("grey")] == ["Earl Grey"]
        assert [each.name for each in await ledger.customers.search("angstr")] == ["Zoë Ångström"]
        await go_on(ledger)
    finally:
        await ledger.close()


async def go_on(ledger: Ledger) -> None:
    """New rows get new numbers; what was open is open still."""
    (unknown, pending) = sorted(
        await ledger.journal.recover(), key=lambda each: each.state.value, reverse=True
    )
    assert (unknown.state, pending.state) == (State.UNKNOWN, State.PENDING)
    attempt, _ = await paid(ledger)
    assert attempt.id == 7
    await ledger.customers.save(Customer(name="New"))
    assert await ledger.check() == ()


async def test_a_database_that_is_not_empty_is_refused(
    source: FilePlace, server_place: ServerPlace, clock: Clock
) -> None:
    ledger = await server_place.open(clock)
    await new_order(ledger)
    await ledger.close()
    before = server_place.everything()
    with pytest.raises(LedgerError, match=r"is not empty\..* joining code"):
        move(source, server_place)
    assert server_place.everything() == before


async def test_a_move_that_was_done_already_is_only_checked(
    source: FilePlace, server_place: ServerPlace
) -> None:
    first = move(source, server_place)
    before = server_place.everything()
    again = move(source, server_place)
    assert again.before
    assert again.sums == first.sums
    assert server_place.everything() == before


@pytest.mark.parametrize("table", [table.name for table in moving.TABLES])
async def test_broken_off_at_any_table_nothing_is_kept_and_it_can_be_started_again(
    source: FilePlace, server_place: ServerPlace, table: str
) -> None:
    def cut(name: str, _done: int, _total: int) -> None:
        if name == table:
            server_place.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND application_name = 'posapp'"
            )

    with pytest.raises(LedgerAway, match="is untouched; start the move again"):
        move(source, server_place, tell=cut)
    assert server_place.everything() == {}
    assert not move(source, server_place).before


async def test_a_copy_that_is_not_equal_is_not_kept(
    source: FilePlace, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cheat(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE attempts SET note = 'x' WHERE id = 2")

    monkeypatch.setattr(moving, "_go_on_counting", cheat)
    with pytest.raises(LedgerError, match="The copy of attempts is not equal"):
        move(source, server_place)
    assert server_place.everything() == {}


async def test_money_that_does_not_add_up_is_not_kept(
    source: FilePlace, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def sums(_connection: Connection) -> dict[str, int]:
        seen.append(1)
        return {"captured EUR": len(seen)}

    monkeypatch.setattr(moving, "_money", sums)
    with pytest.raises(LedgerError, match="sums of money"):
        move(source, server_place)
    assert server_place.everything() == {}


async def test_a_trail_that_is_not_whole_is_not_moved(
    source: FilePlace, server_place: ServerPlace
) -> None:
    raw.run(source.path, "DROP TRIGGER audit_is_not_changed", "UPDATE audit SET who = 'X'")
    with pytest.raises(LedgerDamaged, match="is not whole: Audit entry 1 was changed"):
        move(source, server_place)
    assert server_place.everything() == {}


async def test_there_has_to_be_a_file(server_place: ServerPlace, path: Path) -> None:
    with pytest.raises(LedgerUnreadable, match="nothing to move"):
        move(FilePlace(path), server_place)
    assert server_place.everything() == {}


async def test_a_move_whose_last_word_was_lost_is_found_complete(
    source: FilePlace, server_place: ServerPlace
) -> None:
    async with way_to(server_place.server.address) as way:

        def lose(*_told: object) -> None:
            way.lose_next_answer()

        with pytest.raises(LedgerAway, match="not certain"):
            await asyncio.to_thread(move, source, server_place, tell=lose, address=way.address)
        assert move(source, server_place).before
