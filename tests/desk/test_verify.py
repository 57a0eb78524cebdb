"""Whether a card is good, asked over nothing: no order is locked or paid by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.model.attempt import Kind, State, Verdict
from posapp.model.history import PaymentFilter
from posapp.model.payment import PaymentStatus
from tests.desk.payfac_shop import PayfacShop, World, opened_world
from tests.desk.shop import WHO, card, euros

pytestmark = pytest.mark.asyncio
DECLINED = "4544249167673670"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path / "ledger.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(world: World) -> PayfacShop:
    return await world.till()


async def verify(shop: PayfacShop, number: str = "4242424242424242") -> Outcome:
    return await shop.sales.verify(card(number), account="payfac", currency="EUR", who=WHO)


async def test_a_good_card_is_verified_and_stands_in_the_history(shop: PayfacShop) -> None:
    outcome = await verify(shop)
    attempt = outcome.attempt
    assert (attempt.state, attempt.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert (attempt.intent.kind, attempt.intent.amount) == (Kind.VERIFY, euros(0))
    assert (attempt.intent.order_id, attempt.intent.card_last4) == ("", "4242")
    assert attempt.intent.body == b""
    assert outcome.payment is not None
    assert outcome.payment.status is PaymentStatus.VERIFIED
    [row] = (await shop.book.page(PaymentFilter())).rows
    assert (row.kind, row.status) == (Kind.VERIFY, PaymentStatus.VERIFIED)


async def test_a_bad_card_is_declined(shop: PayfacShop) -> None:
    assert (await verify(shop, DECLINED)).attempt.verdict is Verdict.DECLINED


async def test_a_card_is_wiped_whatever_comes_of_it(world: World, shop: PayfacShop) -> None:
    await world.admin.fault("drop_after", "payfac.payment")
    keyed = card()
    await shop.sales.verify(keyed, account="payfac", currency="EUR", who=WHO)
    assert len(keyed.number) == len(keyed.code) == 0


@pytest.mark.parametrize("fault", ["drop_after", "error_after", "malformed"])
async def test_a_lost_answer_is_looked_up_and_the_card_is_not_asked_about_again(
    world: World, shop: PayfacShop, fault: str
) -> None:
    await world.admin.fault(fault, "payfac.payment")
    outcome = await verify(shop)
    assert outcome.attempt.state is State.UNKNOWN
    found = await shop.looked(outcome.attempt)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert len((await world.admin.dump())["payfac"]) == 1


async def test_one_that_never_arrived_ends_as_not_asked(world: World, shop: PayfacShop) -> None:
    await shop.search_is_proved()
    await world.admin.fault("drop_before", "payfac.payment")
    ended = await shop.proved_absent((await verify(shop)).attempt)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 0)


async def test_an_unknown_verification_keeps_no_order_from_being_charged(
    world: World, shop: PayfacShop
) -> None:
    order = await shop.order()
    await world.admin.fault("drop_after", "payfac.payment")
    assert (await verify(shop)).attempt.state is State.UNKNOWN
    assert await shop.order_state(order) == "open"
    paid = await shop.sales.charge(order, card(), account="payfac", who=WHO)
    assert paid.attempt.verdict is Verdict.APPROVED


async def test_nothing_can_be_captured_or_refunded_on_a_verification(shop: PayfacShop) -> None:
    outcome = await verify(shop)
    may = await shop.actions.allowed(await shop.book.detail(outcome.attempt.id))
    assert may is not None
    assert [kind for kind in Kind if may.may(kind)] == []
    with pytest.raises(Refused):
        await shop.actions.give_back(outcome.attempt.id, reason="Mistake", who=WHO)
