"""Actions whose request or answer is lost, and programs that die in the middle of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.desk.outcome import Outcome
from posapp.model.attempt import Kind, State, Verdict
from tests.desk.acting import BEFORE, ROWS, balances, calls_of, every_kind, void
from tests.desk.payfac_shop import ESTIMATE, PayfacShop, World, opened_world

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path / "ledger.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(world: World) -> PayfacShop:
    return await world.till()


@every_kind
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "malformed"])
async def test_a_lost_answer_is_looked_up_and_never_asked_again(
    world: World, shop: PayfacShop, kind: Kind, fault: str
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault(fault, point)
    outcome = await ask(shop, sale.attempt.id)
    assert outcome.attempt.state is State.UNKNOWN
    await world.admin.settle()
    found = await shop.looked(outcome.attempt)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(shop, sale) == after
    assert await calls_of(world, point) == 1


@every_kind
async def test_a_request_that_never_arrived_is_sent_once_more_when_that_is_proved(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("drop_before", point)
    outcome = await ask(shop, sale.attempt.id)
    assert outcome.attempt.state is State.UNKNOWN
    assert await balances(shop, sale) == BEFORE
    again = await shop.proved_absent(outcome.attempt)
    assert again.repeats == 1
    assert again.intent == outcome.attempt.intent  # the same bytes under the same key
    await world.admin.settle()
    done = again if again.state is State.SETTLED else await shop.looked(again)
    assert (done.state, done.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(shop, sale) == after
    timeline = (await shop.book.detail(sale.attempt.id)).timeline
    assert [entry.event for entry in timeline].count("sent_again") == 1


@every_kind
async def test_what_is_absent_again_after_the_one_repeat_did_not_happen(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, _ = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("drop_before", point, times=2)
    outcome = await ask(shop, sale.attempt.id)
    again = await shop.proved_absent(outcome.attempt)
    assert (again.state, again.repeats, again.absent) == (State.UNKNOWN, 1, 0)
    ended = await shop.proved_absent(again)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 1)
    assert await balances(shop, sale) == BEFORE
    fresh = await ask(shop, sale.attempt.id)  # a person may ask anew
    assert fresh.attempt.verdict is Verdict.APPROVED


async def test_a_key_that_is_nearly_a_day_old_is_not_used_again(
    world: World, shop: PayfacShop
) -> None:
    sale = await shop.sale()
    await world.admin.fault("drop_before", "payfac.void")
    outcome = await void(shop, sale.attempt.id)
    first = await shop.looked(outcome.attempt)
    world.clock.move(timedelta(hours=23))
    ended = await shop.looked(first)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 0)


@every_kind
async def test_a_program_that_dies_in_the_middle_finds_out_when_it_starts_again(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("delay_after", point, seconds=60)
    async with asyncio.TaskGroup() as program:
        dying = program.create_task(died_of(ask(shop, sale.attempt.id)))
        await world.admin.until_the_faults_struck()
        await until_executed(shop, sale, after if kind is Kind.INCREMENT else None)
        dying.cancel()
    await shop.ledger.close()
    restarted = await world.till()
    [waiting] = await restarted.ledger.journal.open_attempts()
    assert (waiting.state, waiting.intent.kind) == (State.UNKNOWN, kind)
    await world.admin.settle()
    found = await restarted.looked(waiting)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(restarted, sale) == after
    assert await calls_of(world, point) == 0  # nothing but the first, which still waits


async def died_of(request: Awaitable[Outcome]) -> None:
    await request
    raise AssertionError("the program was to die before the answer came")


async def until_executed(
    shop: PayfacShop, sale: Outcome, balances_after: tuple[int, int] | None
) -> None:
    """Return once the delayed call was carried out: only its answer is missing."""
    for _ in range(200):
        if balances_after is None or await balances(shop, sale) == balances_after:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the call was never carried out")
