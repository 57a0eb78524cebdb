"""Reading a gateway's list: resumed, cancelled, slowed down, and complete only at its very end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from posapp.desk.errors import Refused
from posapp.desk.sync import AT_ONCE, Progress, Sync
from posapp.desk.till import Till
from posapp.gateways.port import DeadEnd, GatewayDown, NotSent, RateLimited
from posapp.ledger.ledger import Ledger
from posapp.model.payment import ActionState, Payment
from posapp.model.reconciliation import Phase, SyncRun
from posapp.model.window import midnight_in, window_of
from posapp.runtime.tasks import spawn
from tests.desk.shop import WHO, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import NOON, MovableClock
from tests.fakes.gateway import CardGateway, FakeGateway
from tests.fakes.listing import ListingGateway
from tests.waiting import until

pytestmark = pytest.mark.asyncio

TODAY = NOON.date()
WINDOW = window_of(TODAY, TODAY, midnight_in(UTC))
DOWN = GatewayDown("The gateway does not answer.")


@pytest.fixture
def gateway(clock: MovableClock) -> ListingGateway:
    return ListingGateway(clock)


@pytest.fixture
def sync(till: Till, clock: MovableClock) -> Sync:
    return Sync(till, clock=clock)


@pytest.fixture
def seen() -> list[Progress]:
    return []


def quiet(progress: Progress) -> None:
    """Nobody looks."""


def fill(gateway: ListingGateway, number: int) -> None:
    for each in range(number):
        gateway.made_elsewhere(each, NOON - timedelta(minutes=number - each))


async def read(sync: Sync) -> SyncRun:
    return await sync.read("main", WINDOW, who=WHO, tell=quiet)


async def test_every_page_is_read_and_kept(
    sync: Sync, gateway: ListingGateway, ledger: Ledger, seen: list[Progress]
) -> None:
    fill(gateway, 5)
    run = await sync.read("main", WINDOW, who=WHO, tell=seen.append)
    assert (run.phase, run.pages, run.listed, run.who) == (Phase.COMPLETE, 3, 5, WHO)
    assert gateway.asked == ["", "2", "4"]
    for payment in gateway.payments.values():
        assert await ledger.payments.by_gateway_id("main", payment.id) == payment
    shares = [each.run.share for each in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [each.run.listed for each in seen][-1] == 5


async def test_an_empty_day_is_complete(sync: Sync) -> None:
    run = await read(sync)
    assert (run.phase, run.listed) == (Phase.COMPLETE, 0)


async def test_what_broke_off_goes_on_where_it_stood(sync: Sync, gateway: ListingGateway) -> None:
    fill(gateway, 5)
    gateway.troubles.extend([None, DOWN])
    with pytest.raises(Refused, match=r"does not answer.*goes on where it stopped"):
        await read(sync)
    run = await read(sync)
    assert (run.phase, run.pages, run.listed) == (Phase.COMPLETE, 3, 5)
    assert gateway.asked == ["", "2", "2", "4"]


async def test_a_cancelled_reading_keeps_its_pages_and_goes_on(
    sync: Sync, gateway: ListingGateway, till: Till
) -> None:
    fill(gateway, 5)
    second = asyncio.Event()

    def stop_at_the_second_page(progress: Progress) -> None:
        if progress.run.pages == 1:
            gateway.hold = asyncio.Event()
            second.set()

    reading = spawn(
        sync.read("main", WINDOW, who=WHO, tell=stop_at_the_second_page), name="a reading"
    )
    await second.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    latest = await till.ledger.syncs.latest("main", WINDOW)
    assert latest is not None
    assert (latest.phase, latest.listed) == (Phase.LISTING, 2)
    gateway.hold = None
    assert (await read(sync)).listed == 5


@pytest.mark.parametrize("lost", [DeadEnd("Refused."), ValueError("Not one of our pages.")])
async def test_a_place_that_is_no_longer_known_makes_the_reading_begin_anew(
    sync: Sync, gateway: ListingGateway, lost: Exception
) -> None:
    fill(gateway, 3)
    gateway.troubles.extend([None, lost])
    with pytest.raises(Refused, match="begins anew"):
        await read(sync)
    run = await read(sync)
    assert (run.listed, run.pages) == (3, 2)
    assert gateway.asked == ["", "2", "", "2"]


@pytest.mark.parametrize("trouble", [DOWN, NotSent("The network cannot be reached.")])
async def test_a_gateway_out_of_reach_does_not_lose_the_place(
    sync: Sync, gateway: ListingGateway, trouble: Exception
) -> None:
    fill(gateway, 3)
    gateway.troubles.extend([None, trouble, trouble])
    for _ in range(2):
        with pytest.raises(Refused, match=str(trouble)):
            await read(sync)
    assert (await read(sync)).pages == 2
    assert gateway.asked == ["", "2", "2", "2"]


async def test_a_question_that_is_refused_at_once_is_not_asked_for_ever(
    sync: Sync, gateway: ListingGateway
) -> None:
    gateway.troubles.append(DeadEnd("The gateway did not understand the question."))
    with pytest.raises(Refused, match="did not understand"):
        await read(sync)
    assert gateway.asked == [""]


async def test_a_gateway_that_wants_to_be_asked_less_often_is_waited_for(
    sync: Sync, gateway: ListingGateway, clock: MovableClock, seen: list[Progress]
) -> None:
    fill(gateway, 3)
    before = clock()
    gateway.troubles.extend([RateLimited("Slower.", retry_after=7.0), None, RateLimited("Slower.")])
    run = await sync.read("main", WINDOW, who=WHO, tell=seen.append)
    assert run.listed == 3
    assert clock() - before == timedelta(seconds=7 + 5)
    assert [each.waits for each in seen if each.waits] == [7.0, 5.0]


async def test_a_gateway_that_never_has_time_ends_the_reading(
    sync: Sync, gateway: ListingGateway
) -> None:
    gateway.troubles.extend([RateLimited("Too many requests.")] * 6)
    with pytest.raises(Refused, match="Too many"):
        await read(sync)


async def test_those_who_ask_at_the_same_time_wait_together(
    sync: Sync, gateway: ListingGateway, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.whole, gateway.size = False, 50
    fill(gateway, 40)
    real, limited = gateway.read, [RateLimited("Slower.", retry_after=9.0)] * AT_ONCE

    async def crowded(payment_id: str) -> Payment:
        await asyncio.sleep(0)
        if limited:
            raise limited.pop()
        return await real(payment_id)

    monkeypatch.setattr(gateway, "read", crowded)
    before = clock()
    assert (await read(sync)).listed == 40
    assert clock() - before == timedelta(seconds=9)


async def test_lists_without_refunds_are_completed_payment_by_payment_a_few_at_a_time(
    sync: Sync, gateway: ListingGateway, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = await shop.charge()
    gateway.refund_state = ActionState.DONE
    await shop.refund(sale, 290)
    fill(gateway, 60)
    gateway.whole, gateway.size = False, 100
    shop.clock.move(timedelta(seconds=1))
    under_way, most = 0, 0
    real = gateway.read

    async def counted(payment_id: str) -> Payment:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await real(payment_id)

    monkeypatch.setattr(gateway, "read", counted)
    await read(sync)
    assert most == AT_ONCE
    kept = await shop.ledger.payments.by_gateway_id("main", sale.attempt.payment_id)
    assert kept is not None
    assert [refund.amount.minor for refund in kept.refunds] == [290]


async def test_what_of_ours_is_not_listed_is_asked_for_by_its_id(
    sync: Sync, gateway: ListingGateway, shop: Shop, seen: list[Progress]
) -> None:
    gone, moved = await shop.charge(), await shop.charge()
    del gateway.payments[gone.attempt.payment_id]
    other = gateway.payments[moved.attempt.payment_id]
    # The gateway's clock says that it was made tomorrow.
    gateway.payments[other.id] = _at(other, 24)
    shop.clock.move(timedelta(seconds=1))
    run = await sync.read("main", WINDOW, who=WHO, tell=seen.append)
    assert (run.phase, run.listed, run.checked, run.absent) == (Phase.COMPLETE, 0, 2, 1)
    assert [each.to_check for each in seen if each.to_check is not None] == [2, 0, 0]


async def test_a_question_that_is_not_answered_leaves_the_reading_incomplete(
    sync: Sync, gateway: ListingGateway, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = await shop.charge()
    del gateway.payments[sale.attempt.payment_id]
    shop.clock.move(timedelta(seconds=1))

    async def down(_payment_id: str) -> Payment:
        raise DOWN

    with monkeypatch.context() as broken:
        broken.setattr(gateway, "read", down)
        with pytest.raises(Refused):
            await read(sync)
    latest = await shop.ledger.syncs.latest("main", WINDOW)
    assert latest is not None
    assert latest.phase is Phase.CHECKING
    assert latest.note == "The gateway does not answer."
    run = await read(sync)
    assert (run.phase, run.absent) == (Phase.COMPLETE, 1)


async def test_one_account_is_read_once_at_a_time(sync: Sync, gateway: ListingGateway) -> None:
    gateway.hold = asyncio.Event()
    first = spawn(read(sync), name="a reading")
    await until(lambda: gateway.asked)
    with pytest.raises(Refused, match="being read already"):
        await read(sync)
    gateway.hold.set()
    assert (await first).phase is Phase.COMPLETE


async def test_an_account_that_cannot_list_says_so(till: Till, clock: MovableClock) -> None:
    accounts = GivenAccounts(CardGateway(clock), FakeGateway(clock, account="other"))
    alone = Till(name="T1", ledger=till.ledger, accounts=accounts, sleep=clock.sleep)
    with pytest.raises(Refused, match="cannot list its payments"):
        await read(Sync(alone, clock=clock))


def _at(payment: Payment, hours: int) -> Payment:
    return replace(payment, created_at=payment.created_at + timedelta(hours=hours))
