"""A till that cannot be relied on says so, and mends itself where it can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.desk.soundness import Soundness, Trouble
from posapp.ledger.errors import LedgerBusy, LedgerError, LedgerFull, LedgerStopped
from posapp.model.access import Role
from posapp.model.attempt import Attempt, State
from posapp.model.money import Money
from posapp.model.payment import Payment
from posapp.runtime.tasks import spawn
from tests.desk.shop import WHO, Shop
from tests.fakes.gateway import Twist
from tests.waiting import until

pytestmark = pytest.mark.asyncio

Work = Callable[[Connection], Attempt]
FULL = LedgerFull("The disk is full.")


class Disk:
    """The disk below the ledger; ``problem`` is how it refuses to write."""

    def __init__(self, shop: Shop, patch: pytest.MonkeyPatch) -> None:
        self._write = shop.ledger._database.write
        self.problem: LedgerError | None = None
        patch.setattr(shop.ledger._database, "write", self.write)

    async def write(self, work: Work) -> Attempt:
        if self.problem is not None:
            raise self.problem
        return await self._write(work)

    def fails_after_the_answer(self, shop: Shop, problem: LedgerError) -> None:
        async def fills(_prepared: object) -> None:
            self.problem = problem

        shop.gateway.watch = fills


@pytest.fixture
def disk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(shop, monkeypatch)


@pytest.fixture
def signed_in() -> list[Role]:
    """Who is at the till, the last one."""
    return [Role.SUPERVISOR]


@pytest.fixture
def soundness(shop: Shop, signed_in: list[Role]) -> Soundness:
    return Soundness(shop.till, role=lambda: signed_in[-1] if signed_in else None)


@asynccontextmanager
async def running(soundness: Soundness) -> AsyncIterator[None]:
    task = spawn(soundness.run(), name="soundness")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def troubles(soundness: Soundness) -> list[Trouble]:
    return [notice.trouble for notice in await soundness.notices()]


async def test_a_sound_till_has_nothing_to_say(shop: Shop, soundness: Soundness) -> None:
    await shop.charge()
    assert await soundness.notices() == ()


@pytest.mark.parametrize("problem", [FULL, LedgerBusy("Held by another program.")])
async def test_a_result_that_is_not_saved_is_said_and_saved_as_soon_as_there_is_room(
    shop: Shop, disk: Disk, soundness: Soundness, problem: LedgerError
) -> None:
    order = await shop.order()
    disk.fails_after_the_answer(shop, problem)
    sale = await shop.charge(order)
    assert sale.result is Result.UNKNOWN
    [notice] = await soundness.notices()
    assert notice.trouble is Trouble.UNSAVED
    assert "not saved" in notice.words
    assert "Do not charge again" in notice.words
    assert (await shop.again(sale.attempt)).state is State.SENDING
    asked = shop.gateway.calls[:]
    shop.gateway.watch = None
    async with running(soundness):
        shop.till.changed()
        await asyncio.sleep(0)
        assert soundness.is_saving
        disk.problem = None
        await until(lambda: not soundness.unsaved)
    assert await soundness.notices() == ()
    assert (await shop.sales.outcome(sale.attempt.id)).result is Result.APPROVED
    assert await shop.order_state(order) == "paid"
    assert shop.gateway.calls == asked


async def test_after_the_disk_failed_nothing_is_saved_again_and_nothing_is_sent(
    shop: Shop, soundness: Soundness
) -> None:
    async def breaks(_prepared: object) -> None:
        shop.ledger._database._stop()

    order = await shop.order()
    shop.gateway.watch = breaks
    sale = await shop.charge()
    assert sale.result is Result.UNKNOWN
    assert await troubles(soundness) == [Trouble.UNSAVED, Trouble.STOPPED]
    assert "at the next start" in (await soundness.notices())[0].words
    assert not soundness.is_saving
    await soundness.all_saved()
    assert soundness.unsaved == 1
    sent = len(shop.gateway.sent_keys)
    with pytest.raises(Refused, match="disk failed"):
        await shop.charge(order)
    with pytest.raises(LedgerStopped):
        await shop.ledger.journal.unsaved.save()
    assert len(shop.gateway.sent_keys) == sent


async def test_a_paused_account_is_named_and_resumed_by_a_supervisor(
    shop: Shop, soundness: Soundness, signed_in: list[Role]
) -> None:
    def another(payment: Payment) -> Payment:
        return replace(payment, amount=Money(1, "EUR"))

    shop.gateway.charges.append(Twist(answer=another))
    await shop.charge()
    [notice] = await soundness.notices()
    assert (notice.trouble, notice.account) == (Trouble.PAUSED, "main")
    assert "Main is paused" in notice.words
    for there, sentence in (([], "signed in"), ([Role.CLERK], "needs a supervisor")):
        signed_in[:] = there
        with pytest.raises(Refused, match=sentence):
            await soundness.resume("main", who=WHO)
        with pytest.raises(Refused, match=sentence):
            await soundness.accept_copy(who=WHO)
    assert await troubles(soundness) == [Trouble.PAUSED]
    signed_in[:] = [Role.SUPERVISOR]
    await soundness.resume("main", who=WHO)
    assert await soundness.notices() == ()
    assert (await shop.charge()).result is Result.APPROVED


async def test_damage_is_found_at_the_start_and_stops_payments_but_not_reading(
    shop: Shop, soundness: Soundness, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = await shop.charge()
    order = await shop.order()

    async def found() -> tuple[str, ...]:
        return ("Audit entry 1 was changed.",)

    monkeypatch.setattr(shop.ledger, "check", found)
    async with running(soundness):
        await until(lambda: bool(shop.ledger.stopped))
    assert await troubles(soundness) == [Trouble.STOPPED]
    sent = len(shop.gateway.sent_keys)
    with pytest.raises(Refused, match="Audit entry 1 was changed"):
        await shop.charge(order)
    with pytest.raises(Refused, match="Audit entry 1 was changed"):
        await soundness.accept_copy(who=WHO)
    assert len(shop.gateway.sent_keys) == sent
    assert (await shop.sales.outcome(earlier.attempt.id)).result is Result.APPROVED
