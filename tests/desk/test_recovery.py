"""What becomes of charges whose end is not known: looked up, never sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.gateways.port import GatewayDown, OutcomeUnknown, RateLimited, Unauthorised
from posapp.ledger.errors import LedgerBusy
from posapp.model.attempt import ABSENT_AFTER, CASE_AFTER, SWEEPS, Attempt, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from posapp.runtime.tasks import spawn
from tests.desk.shop import WHO, Shop, card
from tests.fakes.accounts import GivenAccounts
from tests.fakes.gateway import FakeGateway, Twist
from tests.waiting import until

pytestmark = pytest.mark.asyncio

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LOST = OutcomeUnknown("The gateway did not answer in time.")
DOWN = GatewayDown("The gateway does not answer.")


async def lost(shop: Shop, *, arrived: bool, status: PaymentStatus | None = None) -> Outcome:
    """A charge whose answer never came."""
    shop.gateway.charges.append(Twist(raises=LOST, lost=not arrived, status=status))
    return await shop.charge()


async def proved(shop: Shop) -> Outcome:
    """An earlier charge, by which the search of the gateway shows that it finds ours."""
    sale = await shop.charge()
    shop.clock.move(HOUR)
    return sale


async def test_a_charge_that_was_carried_out_is_found_and_approved(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge(order)
    await shop.passes(5 * SECOND)
    found = await shop.sales.outcome(sale.attempt.id)
    assert found.result is Result.APPROVED
    assert found.payment == shop.gateway.payments["pay_1"]
    assert await shop.order_state(order) == "paid"
    assert shop.gateway.count("charge") == 1


async def test_a_charge_that_was_declined_is_found_and_declined(shop: Shop) -> None:
    sale = await lost(shop, arrived=True, status=PaymentStatus.DECLINED)
    await shop.passes(5 * SECOND)
    assert (await shop.sales.outcome(sale.attempt.id)).result is Result.DECLINED


async def test_a_found_charge_that_is_still_pending_is_followed_to_its_end(shop: Shop) -> None:
    sale = await lost(shop, arrived=True, status=PaymentStatus.PENDING)
    await shop.passes(5 * SECOND)
    assert (await shop.again(sale.attempt)).state is State.PENDING
    shop.gateway.become("pay_1", PaymentStatus.CAPTURED)
    await shop.passes(MINUTE)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_look_ups_come_soon_and_then_less_often(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST, lost=True))
    shop.gateway.finds.extend([Twist(raises=DOWN)] * 12)
    sent = shop.clock()
    await shop.charge()
    await shop.passes(2 * HOUR + MINUTE)
    seconds = [
        round((call.at - sent).total_seconds())
        for call in shop.gateway.calls
        if call.what == "find"
    ]
    assert seconds == [2, 5, 10, 20, 50, 110, 230, 600, 900, 1800, 3600, 7200]


async def test_absent_twice_with_patience_is_not_charged(shop: Shop) -> None:
    await proved(shop)
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=LOST, lost=True))
    sale = await shop.charge(order)
    await shop.passes(ABSENT_AFTER - SECOND)
    early = await shop.again(sale.attempt)
    assert (early.state, early.absent > 1) == (State.UNKNOWN, True)
    assert await shop.order_state(order) == "locked"
    await shop.passes(2 * SECOND)
    ended = await shop.sales.outcome(sale.attempt.id)
    assert (ended.attempt.state, ended.result) == (State.NOT_CHARGED, Result.NOT_CHARGED)
    assert await shop.order_state(order) == "open"
    assert shop.gateway.count("charge") == 1
    assert (await shop.charge(order)).result is Result.APPROVED


@pytest.mark.parametrize("after", [HOUR, 24 * HOUR, 72 * HOUR])
async def test_a_charge_that_turns_up_late_is_found_by_a_sweep(
    shop: Shop, after: timedelta
) -> None:
    await proved(shop)
    sale = await lost(shop, arrived=True)
    underway = shop.gateway.payments.pop("pay_2")  # the request still waits in the network
    await shop.passes(after - 2 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED
    shop.gateway.payments["pay_2"] = underway
    await shop.passes(3 * MINUTE)
    late = await shop.sales.outcome(sale.attempt.id)
    assert (late.attempt.state, late.result) == (State.SETTLED, Result.APPROVED)
    assert shop.gateway.count("charge") == 2


async def test_a_charge_that_stays_absent_is_not_asked_about_for_ever(shop: Shop) -> None:
    await proved(shop)
    sale = await lost(shop, arrived=False)
    await shop.passes(73 * HOUR)
    asked = shop.gateway.count("find")
    assert asked > len(SWEEPS)
    await shop.passes(48 * HOUR)
    assert shop.gateway.count("find") == asked
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


async def test_one_late_look_up_alone_proves_no_absence(shop: Shop) -> None:
    await proved(shop)
    sale = await lost(shop, arrived=False)
    shop.clock.move(HOUR)  # the program slept
    for _ in range(3):
        await shop.recovery.check(sale.attempt)
        assert (await shop.again(sale.attempt)).state is State.UNKNOWN
    shop.clock.move(15 * MINUTE)
    await shop.recovery.check(sale.attempt)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


@pytest.mark.parametrize(
    "problem",
    [DOWN, RateLimited("Too many.", retry_after=1), Unauthorised("No."), KeyError("data")],
    ids=lambda problem: type(problem).__name__,
)
async def test_a_look_up_that_fails_is_not_an_absence(shop: Shop, problem: Exception) -> None:
    sale = await lost(shop, arrived=True)
    shop.gateway.finds.extend([Twist(raises=problem)] * 11)
    await shop.passes(HOUR + MINUTE)
    waiting = await shop.again(sale.attempt)
    assert (waiting.state, waiting.absent, waiting.look_ups) == (State.UNKNOWN, 0, 11)
    await shop.passes(HOUR)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_a_list_that_lags_behind_hides_no_charge(shop: Shop) -> None:
    shop.gateway.lag = MINUTE
    sale = await lost(shop, arrived=True)
    await shop.passes(2 * MINUTE)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_what_is_not_known_after_three_hours_is_a_case_for_a_person(shop: Shop) -> None:
    sale = await lost(shop, arrived=False)
    shop.gateway.finds.extend([Twist(raises=DOWN)] * 12)
    await shop.passes(CASE_AFTER - MINUTE)
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN
    shop.gateway.finds.append(Twist(raises=DOWN))
    await shop.passes(2 * MINUTE)
    case = await shop.again(sale.attempt)
    assert case.state is State.OPEN_CASE
    assert "three hours" in case.note


async def test_an_open_case_that_ends_late_is_still_noticed(shop: Shop) -> None:
    sale = await lost(shop, arrived=True, status=PaymentStatus.PENDING)
    await shop.passes(CASE_AFTER + MINUTE)
    looked = len(shop.gateway.calls)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE
    await shop.passes(CASE_AFTER + MINUTE)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE
    assert len(shop.gateway.calls) == looked + 1  # a person's case now: seldom asked about
    shop.gateway.become("pay_1", PaymentStatus.CAPTURED)
    await shop.passes(CASE_AFTER + MINUTE)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


@pytest.mark.parametrize(
    "change",
    [{"amount": Money(1, "EUR")}, {"live": True}, {"status": PaymentStatus.UNKNOWN}],
    ids=["another amount", "the other mode", "a status nobody knows"],
)
async def test_a_found_payment_that_does_not_fit_proves_nothing(
    shop: Shop, change: dict[str, object]
) -> None:
    sale = await lost(shop, arrived=True)
    known = shop.gateway.payments["pay_1"]
    shop.gateway.payments["pay_1"] = replace(known, **change)  # type: ignore[arg-type]
    await shop.passes(HOUR)
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN
    await shop.passes(CASE_AFTER)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE


async def test_at_most_one_look_up_a_second(shop: Shop) -> None:
    for _ in range(5):
        await lost(shop, arrived=False)
    shop.clock.move(MINUTE)
    await shop.recovery.look_at_what_is_due()
    times = [call.at for call in shop.gateway.calls]
    assert len(times) == 5
    assert all(after - before >= SECOND for before, after in pairwise(times))


async def test_the_newest_attempt_is_looked_up_first(shop: Shop) -> None:
    sales = [await lost(shop, arrived=False) for _ in range(3)]
    shop.clock.move(MINUTE)
    await shop.recovery.look_at_what_is_due()
    assert [call.about for call in shop.gateway.calls] == [
        sale.attempt.intent.reference for sale in reversed(sales)
    ]


async def test_a_charge_that_somebody_waits_for_is_left_alone(shop: Shop) -> None:
    sale = await lost(shop, arrived=True)
    with shop.till.under_way.following(sale.attempt.id):
        shop.clock.move(HOUR)
        await shop.recovery.look_at_what_is_due()
        assert await shop.recovery.check(sale.attempt) == sale.attempt
    assert shop.gateway.count("find") == 0


async def test_an_attempt_of_an_account_that_is_gone_holds_up_no_other(
    shop: Shop, accounts: GivenAccounts
) -> None:
    sale = await lost(shop, arrived=True)
    other = FakeGateway(shop.clock, account="other")
    other.charges.append(Twist(raises=LOST))
    accounts.gateways["other"] = other
    stuck = await shop.sales.charge(await shop.order(), card(), account="other", who=WHO)
    del accounts.gateways["other"]
    await shop.passes(MINUTE)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED
    left = await shop.again(stuck.attempt)
    assert left.state is State.UNKNOWN
    assert left.look_ups == 5  # by its schedule, not again and again
    assert "no longer set up" in left.note


async def test_a_check_by_hand_says_why_it_could_not_ask(shop: Shop) -> None:
    sale = await lost(shop, arrived=True)
    shop.gateway.finds.append(Twist(raises=DOWN))
    with pytest.raises(Refused, match="does not answer"):
        await shop.recovery.check(sale.attempt)
    assert (await shop.again(sale.attempt)).note == str(DOWN)


async def test_a_ledger_that_cannot_be_read_is_tried_again_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def held(_since: datetime) -> tuple[Attempt, ...]:
        raise LedgerBusy("The ledger is held by another program.")

    sale = await lost(shop, arrived=True)
    with monkeypatch.context() as patch:
        patch.setattr(shop.ledger.journal, "looked_for", held)
        assert await shop.recovery.look_at_what_is_due() == timedelta(seconds=30)
    await shop.passes(MINUTE)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_the_recovery_wakes_when_something_is_left_open_and_ends_when_asked(
    shop: Shop,
) -> None:
    task = spawn(shop.recovery.run(), name="recovery")
    sale = await lost(shop, arrived=True)
    shop.clock.move(MINUTE)
    shop.till.changed()
    await until(lambda: shop.gateway.count("find") == 1)
    task.cancel()
    await until(task.done)
    assert task.cancelled()
    shop.clock.move(MINUTE)
    await shop.recovery.look_at_what_is_due()
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_a_capture_that_follows_an_approval_is_seen(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(status=PaymentStatus.AUTHORISED))
    sale = await shop.charge()
    assert sale.result is Result.APPROVED
    assert set(shop.till.uncollected) == {sale.attempt.id}
    shop.gateway.become("pay_1", PaymentStatus.CAPTURED)
    task = spawn(shop.recovery.run(), name="recovery")
    await until(lambda: not shop.till.uncollected)
    task.cancel()
    await until(task.done)
    detail = await shop.ledger.payments.detail(sale.attempt.id)
    assert detail.payment is not None
    assert detail.payment.captured == 1290
