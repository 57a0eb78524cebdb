"""Several tills on one ledger: each hears of the others, and none is taken for another."""

from __future__ import annotations

import asyncio
import threading

import pytest

from posapp.ledger.errors import LedgerAway, LedgerError
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State
from posapp.model.history import PaymentFilter
from posapp.model.order import OrderState
from tests.ledger.conftest import Opener
from tests.ledger.places import ServerPlace
from tests.ledger.samples import Clock, charge, new_order, paid, sent
from tests.waiting import until

hearing = pytest.importorskip("posapp.ledger.hearing", exc_type=ImportError)

pytestmark = pytest.mark.asyncio


@pytest.fixture
def place(server_place: ServerPlace) -> ServerPlace:
    return server_place


class Ear:
    """Counts how often a till was told."""

    def __init__(self, ledger: Ledger) -> None:
        self.times = 0
        ledger.listen(self._hear)

    def _hear(self) -> None:
        self.times += 1

    async def hears(self) -> None:
        """Wait until there is something new; two seconds are promised."""
        await until(lambda: self.times, within=2, what="a word from another till")
        self.times = 0


async def test_what_one_till_keeps_the_others_hear_and_then_see(opened: Opener) -> None:
    one, two, three = await opened("T1"), await opened("T2"), await opened("T3")
    ears = [Ear(two), Ear(three)]
    order = await new_order(one)
    for ear in ears:
        await ear.hears()
    attempt = await one.journal.begin(charge(order))
    for ledger, ear in zip((two, three), ears, strict=True):
        await ear.hears()
        assert (await ledger.orders.read(order.id)).state is OrderState.LOCKED
        assert await ledger.journal.open_attempts() == (attempt,)
    await one.journal.sending(attempt.id)
    for ledger, ear in zip((two, three), ears, strict=True):
        await ear.hears()
        (row,) = (await ledger.payments.page(PaymentFilter())).rows
        assert row.attempt_id == attempt.id


async def test_a_till_is_not_told_what_it_did_itself_nor_what_was_only_read(
    opened: Opener,
) -> None:
    one, two = await opened("T1"), await opened("T2")
    ear = Ear(one)
    await paid(one)
    await two.payments.counts()
    await two.orders.new("EUR")  # this word comes after any that were wrongly told before
    await ear.hears()
    await asyncio.sleep(0)
    assert ear.times == 0


async def test_what_was_not_kept_is_not_told(opened: Opener) -> None:
    one, two = await opened("T1"), await opened("T2")
    order = await new_order(one)
    await paid(one, order)
    await two.payments.counts()
    ear = Ear(two)
    with pytest.raises(LedgerError):
        await one.journal.begin(charge(order))
    await one.orders.new("EUR")
    await ear.hears()
    assert ear.times == 0


async def test_no_two_tills_of_a_ledger_bear_one_name(
    opened: Opener, place: ServerPlace, clock: Clock
) -> None:
    first = await opened("T1")
    for name in ("T1", "t1"):
        threads = set(threading.enumerate())
        with pytest.raises(LedgerError, match=rf"is named {name}\. Give this one another name"):
            await place.open(clock, name)
        assert set(threading.enumerate()) == threads
    await first.close()
    await opened("T1")


async def test_a_restart_leaves_what_another_till_is_sending_alone(opened: Opener) -> None:
    one, two = await opened("T1"), await opened("T2")
    theirs = await sent(two, charge(await new_order(two), till="T2"))
    await one.journal.recover()
    assert (await two.journal.read(theirs.id)).state is State.SENDING


async def test_a_till_says_when_the_server_is_away_and_hears_again_when_it_is_back(
    opened: Opener, place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "PAUSE", 0.05)
    one, two = await opened("T1"), await opened("T2")
    order = await new_order(one)
    assert not one.is_away
    place.server.stop()
    try:
        await until(lambda: one.is_away and two.is_away, what="the tills notice")
        for ledger in (one, two):
            with pytest.raises(LedgerAway, match="does not answer"):
                await ledger.journal.begin(charge(order))
    finally:
        place.server.start()
    await until(lambda: not one.is_away and not two.is_away, what="the tills are back")
    ear = Ear(two)
    attempt = await one.journal.begin(charge(order))
    await ear.hears()
    assert await two.journal.open_attempts() == (attempt,)
    assert await one.check() == ()
