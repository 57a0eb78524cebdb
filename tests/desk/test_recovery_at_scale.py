"""Many open charges, several gateways: who waits for whom, and what a silence proves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.gateways.port import GatewayDown, OutcomeUnknown, RateLimited
from posapp.model.attempt import ABSENT_AFTER, CASE_AFTER, Intent, Kind, State, Verdict
from posapp.runtime.tasks import spawn
from tests.desk.shop import WHO, Shop, card, euros
from tests.fakes.accounts import GivenAccounts
from tests.fakes.gateway import FakeGateway, Twist
from tests.waiting import until

pytestmark = pytest.mark.asyncio

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LOST = OutcomeUnknown("The gateway did not answer in time.")
DOWN = GatewayDown("The gateway does not answer.")


class Died(BaseException):
    """The program is gone."""


class Deaf(FakeGateway):
    """Takes every call and answers none."""

    def __init__(self, shop: Shop, account: str) -> None:
        super().__init__(shop.clock, account=account)
        self.hangs = asyncio.Event()

    async def find(self, reference: str, *, since: object) -> list[object]:  # type: ignore[override]
        self._note("find", reference)
        await self.hangs.wait()
        raise DOWN


async def lost(shop: Shop, account: str = "main", *, arrived: bool = True) -> Outcome:
    gateway = shop.till.accounts.gateway(account)
    assert isinstance(gateway, FakeGateway)
    gateway.charges.append(Twist(raises=LOST, lost=not arrived))
    return await shop.sales.charge(await shop.order(), card(), account=account, who=WHO)


async def unanswered(shop: Shop, account: str, number: int) -> list[int]:
    """So many charges without an answer, straight into the journal."""
    journal, made = shop.ledger.journal, []
    for each in range(number):
        attempt = await journal.begin(
            Intent(
                kind=Kind.CHARGE,
                account=account,
                amount=euros(1290),
                reference=f"T1-{each}-1-{account}",
                key=f"key-{account}-{each}",
                fingerprint="0" * 64,
                who=WHO,
                till="T1",
                order_id=(await shop.order()).id,
            )
        )
        await journal.sending(attempt.id)
        await journal.settle(attempt.id, state=State.UNKNOWN)
        made.append(attempt.id)
    return made


async def test_a_gateway_that_hangs_on_500_questions_holds_up_no_other(
    shop: Shop, accounts: GivenAccounts
) -> None:
    deaf = Deaf(shop, "deaf")
    accounts.gateways["deaf"] = deaf
    await unanswered(shop, "deaf", 500)
    sales = [await lost(shop) for _ in range(5)]
    shop.clock.move(MINUTE)
    ended: list[None] = []
    shop.till.news.listen(lambda: ended.append(None))
    task = spawn(shop.recovery.run(), name="recovery")
    await until(lambda: len(ended) == 5)
    for sale in sales:
        assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED
    assert deaf.count("find") == 1
    late = await lost(shop)
    shop.clock.move(10 * SECOND)
    ended.clear()
    shop.till.bell.tell()
    await until(lambda: bool(ended))
    assert (await shop.again(late.attempt)).verdict is Verdict.APPROVED
    assert deaf.count("find") == 1
    task.cancel()
    await until(task.done)
    assert task.cancelled()


async def test_each_gateway_is_asked_once_a_second_whatever_the_other_does(
    shop: Shop, accounts: GivenAccounts
) -> None:
    other = FakeGateway(shop.clock, account="other")
    accounts.gateways["other"] = other
    for _ in range(4):
        await lost(shop)
        await lost(shop, "other")
    shop.clock.move(MINUTE)
    await shop.recovery.look_at_what_is_due()
    for gateway in (shop.gateway, other):
        times = [call.at for call in gateway.calls if call.what == "find"]
        assert len(times) == 4
        assert all(b - a >= SECOND for a, b in pairwise(times))


async def test_the_newest_comes_first_again_after_a_short_round(shop: Shop) -> None:
    await unanswered(shop, "main", 40)
    shop.clock.move(MINUTE)
    await shop.recovery.look_at_what_is_due()
    asked = [call.about for call in shop.gateway.calls]
    assert len(asked) == 30
    assert asked[0] == "T1-39-1-main"
    new = await lost(shop)
    shop.clock.move(3 * SECOND)
    await shop.recovery.look_at_what_is_due()
    finds = [call.about for call in shop.gateway.calls if call.what == "find"]
    assert finds[30] == new.attempt.intent.reference


async def test_a_gateway_that_asks_for_quiet_is_left_alone_for_as_long_as_it_says(
    shop: Shop, accounts: GivenAccounts
) -> None:
    other = FakeGateway(shop.clock, account="other")
    accounts.gateways["other"] = other
    sales = [await lost(shop) for _ in range(3)]
    beside = await lost(shop, "other")
    shop.gateway.finds.append(Twist(raises=RateLimited("Too many.", retry_after=90)))
    shop.clock.move(3 * SECOND)
    began = shop.clock()
    await shop.recovery.look_at_what_is_due()
    assert shop.gateway.count("find") == 1
    assert (await shop.again(beside.attempt)).verdict is Verdict.APPROVED
    with pytest.raises(Refused, match=r"asked not to be called for \d+ more seconds"):
        await shop.recovery.check(sales[0].attempt)
    assert shop.recovery.asked_next(sales[0].attempt) == began + 90 * SECOND
    await shop.passes(85 * SECOND)
    assert shop.gateway.count("find") == 1
    await shop.passes(30 * SECOND)
    assert shop.gateway.count("find") == 4
    for sale in sales:
        assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_a_gateway_that_does_not_say_how_long_is_left_alone_for_a_minute(shop: Shop) -> None:
    sale = await lost(shop)
    shop.gateway.finds.append(Twist(raises=RateLimited("Too many.")))
    await shop.passes(50 * SECOND)
    assert shop.gateway.count("find") == 1
    await shop.passes(20 * SECOND)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_a_clock_set_back_does_not_silence_the_recovery(shop: Shop) -> None:
    sale = await lost(shop)
    shop.gateway.finds.append(Twist(raises=RateLimited("Too many.", retry_after=60)))
    await shop.passes(3 * SECOND)
    shop.clock.move(-5 * HOUR)
    await shop.recovery.check(sale.attempt)
    assert shop.gateway.count("find") == 2


async def test_absence_is_not_believed_where_nothing_of_ours_was_ever_found(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=LOST, lost=True))
    sale = await shop.charge(order)
    await shop.passes(ABSENT_AFTER + MINUTE)
    case = await shop.again(sale.attempt)
    assert case.state is State.OPEN_CASE
    assert "not proved that it finds payments of ours" in case.note
    assert await shop.order_state(order) == "locked"


async def test_absence_is_believed_as_soon_as_the_search_is_proved(shop: Shop) -> None:
    sale = await lost(shop, arrived=False)
    await shop.passes(HOUR)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE
    await shop.charge()
    await shop.passes(CASE_AFTER)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


async def test_a_search_that_does_not_find_what_is_there_proves_nothing(shop: Shop) -> None:
    known = await shop.charge()
    shop.clock.move(HOUR)
    blind = shop.gateway.payments.pop("pay_1")
    sale = await lost(shop, arrived=False)
    await shop.passes(2 * CASE_AFTER)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE
    assert known.attempt.intent.reference in [call.about for call in shop.gateway.calls]
    shop.gateway.payments["pay_1"] = blind
    await shop.passes(CASE_AFTER)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


async def test_a_proof_of_yesterday_is_none_today(shop: Shop) -> None:
    await shop.charge()
    shop.clock.move(HOUR)
    first = await lost(shop, arrived=False)
    await shop.passes(HOUR)
    assert (await shop.again(first.attempt)).state is State.NOT_CHARGED
    shop.clock.move(25 * HOUR)
    shop.gateway.payments.clear()  # its search has gone blind meanwhile
    second = await lost(shop, arrived=False)
    await shop.passes(HOUR)
    assert (await shop.again(second.attempt)).state is State.OPEN_CASE


async def test_an_error_while_proving_the_search_proves_nothing_either_way(shop: Shop) -> None:
    await shop.charge()
    shop.clock.move(HOUR)
    sale = await lost(shop, arrived=False)
    await shop.passes(14 * MINUTE)
    shop.gateway.finds.extend([Twist(), Twist(raises=DOWN)])
    await shop.passes(2 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN
    await shop.passes(HOUR)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED


async def test_a_payment_found_while_recovering_proves_the_search(shop: Shop) -> None:
    found = await lost(shop)
    gone = await lost(shop, arrived=False)
    await shop.passes(ABSENT_AFTER + MINUTE)
    assert (await shop.again(found.attempt)).verdict is Verdict.APPROVED
    assert (await shop.again(gone.attempt)).state is State.NOT_CHARGED


async def test_an_answer_nobody_foresaw_while_proving_the_search_ends_nothing(shop: Shop) -> None:
    await shop.charge()
    shop.clock.move(HOUR)
    sale = await lost(shop, arrived=False)
    await shop.passes(14 * MINUTE)
    shop.gateway.finds.extend([Twist(), Twist(raises=KeyError("data"))])
    await shop.passes(2 * MINUTE)
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN


async def test_a_recovery_that_dies_anywhere_goes_on_where_it_was(shop: Shop) -> None:
    """Every write of a recovery that finds a double charge fails once, one after the other."""
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge()
    shop.gateway.twin("pay_1")
    shop.clock.move(MINUTE)
    database = shop.ledger._database
    real = database.write
    for survived in range(20):
        left = survived

        async def write(work: Any) -> Any:
            nonlocal left
            if left == 0:
                raise Died
            left -= 1
            return await real(work)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "write", write)
            try:
                await shop.recovery.check(await shop.again(sale.attempt))
            except Died:
                continue
        break
    else:
        pytest.fail("The recovery never came to its end.")
    assert survived >= 2
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED
    assert [alarm.number for alarm in (await shop.cases.questions()).alarms] == ["pay_1_twin"]
    assert await shop.ledger.check() == ()
