"""Payment links: the customer pays alone, and the order waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.outcome import Outcome, Result
from posapp.gateways.port import NotSent, OutcomeUnknown, Prepared
from posapp.ledger.errors import LedgerFull
from posapp.model.attempt import Attempt, Kind, State
from posapp.model.order import Order
from posapp.model.payment import PaymentStatus
from tests.desk.shop import WHO, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.gateway import CardGateway, Twist

pytestmark = pytest.mark.asyncio

LOST = OutcomeUnknown("The gateway did not answer in time.")


async def link(shop: Shop, order: Order | None = None) -> Outcome:
    return await shop.links.create(order or await shop.order(), account="main", who=WHO)


async def test_a_link_waits_for_the_customer_and_locks_the_order(shop: Shop) -> None:
    order = await shop.order()
    made = await link(shop, order)
    assert made.result is Result.ACTION_NEEDED
    assert made.payment is not None
    assert made.payment.action_url == "https://pay.example/pay_1"
    assert made.attempt.intent.kind is Kind.HOSTED
    assert await shop.order_state(order) == "locked"
    with pytest.raises(Refused, match="still open"):
        await shop.charge(order)


async def test_the_attempt_is_written_with_its_body_before_the_gateway_is_asked(
    shop: Shop,
) -> None:
    seen: list[Attempt] = []

    async def look(_prepared: Prepared) -> None:
        seen.extend(await shop.ledger.journal.open_attempts())

    shop.gateway.watch = look
    await link(shop)
    [attempt], [prepared] = seen, shop.gateway.prepared
    assert attempt.state is State.SENDING
    assert attempt.intent.body == bytes(prepared.body)
    assert (attempt.intent.card_brand, attempt.intent.card_last4) == ("", "")


async def test_the_order_is_paid_when_the_customer_has_paid(shop: Shop) -> None:
    order = await shop.order()
    made = await link(shop, order)
    await shop.passes(timedelta(minutes=1))
    assert (await shop.sales.outcome(made.attempt.id)).result is Result.ACTION_NEEDED
    shop.gateway.become("pay_1", PaymentStatus.CAPTURED)
    await shop.passes(timedelta(minutes=5))
    assert (await shop.sales.outcome(made.attempt.id)).result is Result.APPROVED
    assert await shop.order_state(order) == "paid"


async def test_a_link_that_expires_opens_the_order_again(shop: Shop) -> None:
    order = await shop.order()
    made = await link(shop, order)
    shop.gateway.become("pay_1", PaymentStatus.EXPIRED)
    await shop.passes(timedelta(minutes=1))
    assert (await shop.sales.outcome(made.attempt.id)).result is Result.DECLINED
    assert await shop.order_state(order) == "open"


async def test_a_customer_who_pays_the_next_day_is_noticed(shop: Shop) -> None:
    made = await link(shop)
    await shop.passes(timedelta(hours=20))
    shop.gateway.become("pay_1", PaymentStatus.CAPTURED)
    await shop.passes(timedelta(hours=4))
    assert (await shop.sales.outcome(made.attempt.id)).result is Result.APPROVED


async def test_a_link_whose_answer_was_lost_is_found(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST))
    made = await link(shop)
    assert made.result is Result.UNKNOWN
    await shop.passes(timedelta(seconds=5))
    found = await shop.sales.outcome(made.attempt.id)
    assert found.result is Result.ACTION_NEEDED
    assert shop.gateway.count("page") == 1


async def test_a_link_that_was_not_sent_frees_the_order(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=NotSent("No network."), lost=True))
    with pytest.raises(NothingMoved, match="No network"):
        await link(shop, order)
    assert await shop.order_state(order) == "open"
    assert (await link(shop, order)).result is Result.ACTION_NEEDED


async def test_a_gateway_without_pages_is_refused(shop: Shop, accounts: GivenAccounts) -> None:
    accounts.gateways["main"] = CardGateway(shop.clock, label="Cards only")
    with pytest.raises(Refused, match="Cards only cannot make payment links"):
        await link(shop)


async def test_what_the_gateway_cannot_put_on_a_page_is_refused_before_it_is_written(
    shop: Shop,
) -> None:
    with pytest.raises(Refused, match=r"at least 1.00") as refusal:
        await link(shop, await shop.order(99))
    assert refusal.value.fields == {"amount": "At least 1.00."}
    shop.gateway.limit = "Main takes at most 5.00."
    with pytest.raises(Refused, match=r"at most 5.00"):
        await link(shop)
    assert await shop.ledger.journal.open_attempts() == ()


async def test_an_answer_that_cannot_be_saved_is_not_called_unsent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_given: object, **_named: object) -> Attempt:
        raise LedgerFull("The disk is full. Nothing was sent.")

    with monkeypatch.context() as patch:
        patch.setattr(shop.ledger.journal, "settle", full)
        made = await link(shop)
    assert made.result is Result.UNKNOWN
    await shop.passes(timedelta(seconds=5))
    assert (await shop.sales.outcome(made.attempt.id)).result is Result.ACTION_NEEDED
