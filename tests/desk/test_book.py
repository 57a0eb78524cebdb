"""The payments of the shop: the list, one payment in full, and asking the gateway again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.desk.errors import Refused
from posapp.gateways.port import GatewayDown, OutcomeUnknown
from posapp.model.attempt import State, Verdict
from posapp.model.history import PaymentFilter
from posapp.model.payment import ActionState, PaymentStatus
from tests.desk.shop import WHO, Shop, euros
from tests.fakes.accounts import GivenAccounts
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

LOST = OutcomeUnknown("The gateway did not answer in time.")


async def test_the_list_shows_the_newest_payment_first(shop: Shop) -> None:
    first = await shop.charge(await shop.order(1290))
    second = await shop.charge(await shop.order(4990))
    page = await shop.book.page(PaymentFilter())
    assert [row.attempt_id for row in page.rows] == [second.attempt.id, first.attempt.id]
    assert [row.amount for row in page.rows] == [euros(4990), euros(1290)]


async def test_a_payment_is_found_by_its_amount_and_by_its_customer(shop: Shop) -> None:
    sale = await shop.charge(await shop.order(4990))
    await shop.charge(await shop.order(1290))
    found = await shop.book.page(PaymentFilter(text="49.90"))
    assert [row.attempt_id for row in found.rows] == [sale.attempt.id]
    assert len((await shop.book.page(PaymentFilter(text="muster"))).rows) == 2


async def test_what_needs_attention_is_counted(shop: Shop) -> None:
    sale = await shop.charge()
    await shop.refund(sale, 500)
    shop.gateway.charges.extend((Twist(raises=LOST), Twist(status=PaymentStatus.ACTION_NEEDED)))
    await shop.charge()
    await shop.charge()
    counts = await shop.book.counts()
    assert (counts.unknown, counts.refund_pending, counts.action_needed) == (1, 1, 1)


async def test_checking_an_unknown_payment_finds_out(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge()
    detail = await shop.book.check(sale.attempt.id, who=WHO)
    assert detail.attempt.verdict is Verdict.APPROVED
    assert detail.payment == shop.gateway.payments["pay_1"]


async def test_checking_a_payment_brings_its_balances_up_to_date(shop: Shop) -> None:
    sale = await shop.charge()
    known = shop.gateway.payments["pay_1"]
    shop.gateway.payments["pay_1"] = replace(
        known, status=PaymentStatus.PARTLY_REFUNDED, refunded=290, refundable=1000
    )
    detail = await shop.book.check(sale.attempt.id, who=WHO)
    assert detail.payment is not None
    assert detail.payment.refunded == 290
    assert await shop.book.left_to_refund(detail) == euros(1000)
    assert detail.timeline[0].event == "payment_refreshed"
    assert detail.timeline[0].who == WHO


async def test_checking_a_payment_also_asks_about_its_refunds(shop: Shop) -> None:
    sale = await shop.charge()
    refund = await shop.refund(sale, 500)
    shop.gateway.finish_refund("pay_1", "ref_1", ActionState.DONE)
    detail = await shop.book.check(sale.attempt.id, who=WHO)
    assert [(r.id, r.state) for r in detail.refunds] == [(refund.attempt.id, State.SETTLED)]


async def test_a_check_that_cannot_ask_says_so_and_changes_nothing(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.reads.append(Twist(raises=GatewayDown("The gateway does not answer.")))
    before = await shop.book.detail(sale.attempt.id)
    with pytest.raises(Refused, match="does not answer"):
        await shop.book.check(sale.attempt.id, who=WHO)
    assert await shop.book.detail(sale.attempt.id) == before


async def test_a_payment_of_an_account_that_is_gone_can_still_be_seen(
    shop: Shop, accounts: GivenAccounts
) -> None:
    sale = await shop.charge()
    accounts.gateways.clear()
    assert (await shop.book.detail(sale.attempt.id)).payment is not None
    with pytest.raises(Refused, match="no longer set up"):
        await shop.book.check(sale.attempt.id, who=WHO)


async def test_screens_hear_when_a_check_is_over(shop: Shop) -> None:
    sale = await shop.charge()
    heard: list[int] = []
    shop.till.news.listen(lambda: heard.append(1))
    await shop.book.check(sale.attempt.id, who=WHO)
    assert heard


async def test_the_timeline_tells_the_whole_story(shop: Shop) -> None:
    shop.gateway.refund_state = ActionState.DONE
    sale = await shop.charge()
    await shop.refund(sale, 500)
    detail = await shop.book.detail(sale.attempt.id)
    told = [(entry.detail["kind"], entry.detail["state"]) for entry in reversed(detail.timeline)]
    assert told == [
        ("charge", "prepared"),
        ("charge", "sending"),
        ("charge", "settled"),
        ("refund", "prepared"),
        ("refund", "sending"),
        ("refund", "settled"),
    ]
