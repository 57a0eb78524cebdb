"""Saying that something never happened: not by a wrong clock, nor by what has changed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.till import Till
from posapp.gateways.port import GatewayDown, OutcomeUnknown, Prepared
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import SWEEPS, Kind, State, Verdict
from posapp.model.case import AlarmKind
from posapp.model.payment import ActionState, Payment
from posapp.runtime.tasks import spawn
from tests.desk.acting import calls_of, capture
from tests.desk.payfac_shop import ESTIMATE, opened_world
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway, Twist

pytestmark = pytest.mark.asyncio

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LOST = Twist(raises=OutcomeUnknown("The answer got lost."))
DOWN = Twist(raises=GatewayDown("The gateway is down."))


@pytest_asyncio.fixture
async def elsewhere(
    ledger_path: Path, clock: MovableClock, gateway: FakeGateway
) -> AsyncIterator[Shop]:
    """A second till on the same ledger, with a clock of its own that may be wrong."""
    own = MovableClock(clock())
    ledger = await Ledger.open(
        ledger_path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=own, till="T2"
    )
    accounts = GivenAccounts(gateway)
    yield Shop(Till(name="T2", ledger=ledger, accounts=accounts, sleep=own.sleep), gateway, own)
    await ledger.close()


async def believed(shop: Shop) -> None:
    """The search of the gateway is known to find what is ours."""
    await shop.charge()
    shop.clock.move(HOUR)


async def late(shop: Shop) -> Outcome:
    """A charge whose answer got lost and that the gateway's list does not show for a while."""
    shop.gateway.lag = 10 * MINUTE
    shop.gateway.charges.append(LOST)
    return await shop.charge()


@pytest.mark.parametrize("_round", range(6))
async def test_a_till_that_searched_before_another_one_sent_again_concludes_nothing(
    tmp_path: Path, _round: int
) -> None:
    async with opened_world(tmp_path / "ledger.db") as world:
        one, two = await world.till("T1"), await world.till("T2")
        sale = await one.sale(ESTIMATE)
        await world.admin.fault("drop_before", "payfac.capture")
        lost = (await capture(one, sale.attempt.id)).attempt
        for shop in (one, two):
            assert (await shop.looked(lost)).state is State.UNKNOWN
        world.clock.move(16 * MINUTE)
        await asyncio.gather(one.recovery.check(lost), two.recovery.check(lost))
        after = await one.again(lost)
        sent_again = await calls_of(world, "payfac.capture") - 1
        assert (after.state, after.repeats, sent_again) in (
            (State.PENDING, 1, 1),
            (State.NOT_CHARGED, 0, 0),
        )


async def test_a_computer_that_slept_before_the_first_byte_left_waits_from_when_it_woke(
    shop: Shop,
) -> None:
    await believed(shop)

    async def slept(_prepared: Prepared) -> None:
        shop.gateway.watch = None
        shop.clock.move(20 * MINUTE)

    shop.gateway.watch = slept
    sale = await late(shop)
    await shop.passes(8 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN
    await shop.passes(HOUR)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


@pytest.mark.parametrize("behind", [20 * MINUTE, 5 * HOUR])
async def test_what_another_till_sent_by_a_clock_that_is_slow_is_waited_for_by_our_own(
    shop: Shop, elsewhere: Shop, behind: timedelta
) -> None:
    await believed(shop)
    elsewhere.clock.at = shop.clock() - behind
    sale = await late(elsewhere)
    await shop.passes(8 * MINUTE)
    assert (await shop.again(sale.attempt)).state in (State.UNKNOWN, State.OPEN_CASE)
    await shop.passes(4 * HOUR)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_what_was_unknown_before_the_start_is_asked_about_until_it_was_watched_long_enough(
    shop: Shop,
) -> None:
    await believed(shop)
    shop.gateway.charges.append(Twist(raises=OutcomeUnknown("lost"), lost=True))
    sale = await shop.charge()
    shop.clock.move(2 * HOUR)  # the program was closed
    await shop.passes(16 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


async def test_a_payment_is_searched_for_days_around_before_it_is_called_absent(
    shop: Shop, gateway: FakeGateway
) -> None:
    await believed(shop)
    asked: list[datetime] = []
    find = gateway.find

    async def noted(reference: str, *, since: datetime) -> Sequence[Payment]:
        if reference == sale.attempt.intent.reference:
            asked.append(since)
        return await find(reference, since=since)

    gateway.charges.append(Twist(raises=OutcomeUnknown("lost"), lost=True))
    sale = await shop.charge()
    gateway.find = noted  # type: ignore[method-assign]
    sent = sale.attempt.sent_at
    assert sent is not None
    await shop.passes(16 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED
    assert sent - asked[0] < HOUR
    assert sent - asked[-1] >= timedelta(days=2)
    shop.clock.move(-2 * HOUR)  # set right: what was sent seems to lie ahead
    await shop.passes(4 * HOUR)
    assert shop.clock() - asked[-1] >= timedelta(days=2)


async def test_a_charge_sent_by_a_clock_that_was_ahead_is_asked_about_at_once_when_it_is_right(
    shop: Shop, gateway: FakeGateway, clock: MovableClock
) -> None:
    await believed(shop)
    true = clock()
    gateway.clock = lambda: true
    clock.move(5 * HOUR)
    gateway.charges.append(LOST)
    sale = await shop.charge()
    clock.at = true + SECOND
    gateway.clock = clock
    await shop.passes(5 * SECOND)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_a_refund_that_seems_older_than_it_was_asked_for_is_not_called_absent(
    shop: Shop, gateway: FakeGateway, clock: MovableClock
) -> None:
    sale = await shop.charge()
    shop.clock.move(HOUR)
    gateway.clock = lambda: clock() - 3 * MINUTE  # ours is ahead
    gateway.refund_state = ActionState.DONE
    gateway.refunds.append(LOST)
    refund = await shop.refund(sale, 500)
    await shop.passes(4 * HOUR)
    assert (await shop.again(refund.attempt)).state is State.OPEN_CASE
    with pytest.raises(Refused):
        await shop.refund(sale, 500)
    assert gateway.payments["pay_1"].refunded == 500


async def test_a_refund_that_was_accepted_is_never_called_absent(shop: Shop) -> None:
    sale = await shop.charge()
    shop.clock.move(HOUR)
    refund = await shop.refund(sale, 500)
    assert refund.attempt.action_id
    await shop.passes(4 * HOUR)
    case = await shop.again(refund.attempt)
    assert case.state is State.OPEN_CASE

    def stale(payment: Payment) -> Payment:
        return replace(payment, refunds=(), refund_pending=0, refundable=payment.captured)

    for _ in range(3):
        shop.gateway.reads.append(Twist(answer=stale))
        case = await shop.recovery.check(case)
        assert (case.state, case.absent) == (State.OPEN_CASE, 0)


async def test_a_search_that_finds_it_begins_the_counting_of_those_that_do_not_anew(
    shop: Shop,
) -> None:
    shop.gateway.charges.append(LOST)
    attempt = (await shop.charge()).attempt
    journal = shop.ledger.journal
    assert (await journal.looked_up(attempt.id, absent=True)).absent == 1
    assert (await journal.looked_up(attempt.id, absent=False, note="No answer.")).absent == 1
    assert (await journal.looked_up(attempt.id, absent=False)).absent == 0


async def test_a_sweep_that_brings_no_answer_is_made_again(shop: Shop) -> None:
    await believed(shop)
    shop.gateway.charges.append(LOST)
    sale = await shop.charge()
    gone = shop.gateway.payments.pop("pay_2")
    await shop.passes(25 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED
    shop.gateway.payments["pay_2"] = gone
    shop.clock.move(SWEEPS[-1] + HOUR)  # the program was closed over all sweeps
    shop.gateway.finds.extend([DOWN] * 6)
    before = shop.gateway.count("find")
    await shop.passes(2 * HOUR)
    assert shop.gateway.count("find") - before in (4, 5)
    await shop.passes(2 * HOUR)
    [alarm] = (await shop.cases.questions()).alarms
    assert (alarm.kind, alarm.attempt.id) == (AlarmKind.LATE, sale.attempt.id)


async def test_what_a_till_was_sending_that_never_comes_back_is_found_out_by_another(
    shop: Shop, elsewhere: Shop, gateway: FakeGateway
) -> None:
    order = await elsewhere.order()
    begun = asyncio.Event()

    async def hangs(_prepared: Prepared) -> None:
        begun.set()
        await asyncio.Event().wait()

    gateway.watch = hangs
    charging = spawn(elsewhere.charge(order), name="a till that dies")
    await begun.wait()
    gateway.watch = None
    [sending] = await shop.ledger.journal.open_attempts()
    await shop.passes(2 * HOUR)
    assert (await shop.again(sending)).state is State.SENDING
    await shop.passes(2 * HOUR)
    assert (await shop.again(sending)).state in (State.OPEN_CASE, State.NOT_CHARGED)
    assert sending.intent.kind is Kind.CHARGE
    charging.cancel()
    await asyncio.wait({charging})
