"""What is asked of a payment after the charge, at a real training gateway, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.desk.actions import Actions
from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.outcome import Outcome
from posapp.desk.sales import Taking
from posapp.model.access import Role
from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.payment import PaymentStatus
from tests.desk.acting import (
    BEFORE,
    ROWS,
    balances,
    calls_of,
    capture,
    every_kind,
    increment,
    reverse,
    void,
)
from tests.desk.payfac_shop import ESTIMATE, RESERVE, PayfacShop, World, opened_world
from tests.desk.shop import WHO, euros

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path / "ledger.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(world: World) -> PayfacShop:
    return await world.till()


async def asked(shop: PayfacShop, sale: Outcome) -> list[Attempt]:
    detail = await shop.book.detail(sale.attempt.id)
    return list(detail.actions)


@every_kind
async def test_it_is_written_down_asked_once_and_confirmed_by_the_payment(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    assert await balances(shop, sale) == BEFORE
    outcome = await ask(shop, sale.attempt.id)
    attempt = await shop.again(outcome.attempt)
    assert (attempt.state, attempt.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert (attempt.intent.kind, attempt.intent.payment_id) == (kind, sale.attempt.payment_id)
    assert attempt.action_id
    assert await balances(shop, sale) == after
    assert await calls_of(world, point) == 1
    assert await shop.order_state(await shop.ledger.orders.read(sale.attempt.intent.order_id)) == (
        "paid"
    )


@every_kind
async def test_a_double_click_asks_once(world: World, shop: PayfacShop, kind: Kind) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    both = await asyncio.gather(
        ask(shop, sale.attempt.id), ask(shop, sale.attempt.id), return_exceptions=True
    )
    assert sum(isinstance(end, Refused) for end in both) == 1
    assert await balances(shop, sale) == after
    assert await calls_of(world, point) == 1


async def test_two_tills_do_not_act_on_one_payment_at_once(world: World, shop: PayfacShop) -> None:
    other = await world.till("T2")
    sale = await shop.sale()
    world.settles = False
    outcome = await capture(shop, sale.attempt.id)
    assert outcome.attempt.state is State.PENDING
    for ask in (capture, void, reverse):
        with pytest.raises(Refused, match="not finished"):
            await ask(other, sale.attempt.id)
    await world.admin.settle()
    assert (await other.looked(outcome.attempt)).verdict is Verdict.APPROVED
    await void(other, sale.attempt.id)
    assert [each.intent.kind for each in await asked(shop, sale)] == [Kind.VOID, Kind.CAPTURE]


async def test_parts_are_captured_and_never_more_than_is_reserved(shop: PayfacShop) -> None:
    sale = await shop.sale()
    await shop.actions.capture(sale.attempt.id, euros(290), who=WHO, final=False)
    with pytest.raises(Refused, match=r"At most EUR 10\.00"):
        await shop.actions.capture(sale.attempt.id, euros(1001), who=WHO)
    await shop.actions.capture(sale.attempt.id, euros(500), who=WHO)
    assert await balances(shop, sale) == (0, 790)
    with pytest.raises(Refused, match="Nothing is reserved"):
        await shop.actions.capture(sale.attempt.id, euros(1), who=WHO)
    with pytest.raises(Refused, match="Nothing is reserved"):
        await void(shop, sale.attempt.id)


@pytest.mark.parametrize(
    ("kind", "code"), [(Kind.CAPTURE, "20006"), (Kind.VOID, "20006"), (Kind.REVERSAL, "20006")]
)
async def test_what_was_accepted_can_still_fail(
    world: World, shop: PayfacShop, kind: Kind, code: str
) -> None:
    ask, point, _ = ROWS[kind]
    sale = await shop.sale()
    await world.admin.fault("fail_later", point, code=code)
    outcome = await ask(shop, sale.attempt.id)
    assert (outcome.attempt.state, outcome.attempt.verdict) == (State.SETTLED, Verdict.DECLINED)
    assert outcome.attempt.note
    assert await balances(shop, sale) == BEFORE


async def test_an_increment_that_the_bank_refuses_is_declined(shop: PayfacShop) -> None:
    sale = await shop.sale(RESERVE)
    with pytest.raises(Refused, match="not reserved as an estimate"):
        await increment(shop, sale.attempt.id)
    assert await asked(shop, sale) == []


async def test_a_definite_refusal_says_that_nothing_was_done(
    world: World, shop: PayfacShop
) -> None:
    sale = await shop.sale()
    assert sale.payment is not None
    # Somebody voids it in the gateway's own dashboard, right after it was read.
    world.settles = False
    known = await shop.read(sale)
    done = await world.raw.post(f"/payments/{known.id}/voids", {"reference": "elsewhere"})
    assert done.status_code == 202
    with pytest.raises((NothingMoved, Refused), match=r"captured|reserved"):
        await capture(shop, sale.attempt.id)
    assert all(not each.state.is_open for each in await asked(shop, sale))


async def test_a_reversal_gives_back_what_was_captured(shop: PayfacShop) -> None:
    sale = await shop.captured()
    outcome = await reverse(shop, sale.attempt.id)
    assert outcome.attempt.verdict is Verdict.APPROVED
    payment = await shop.read(sale)
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, 1290)
    with pytest.raises(Refused):
        await shop.refund(sale, 1)


async def test_a_refund_and_a_reversal_exclude_each_other(world: World, shop: PayfacShop) -> None:
    first, second = await shop.captured(), await shop.captured()
    world.settles = False
    assert (await shop.refund(first, 100)).attempt.state is State.PENDING
    with pytest.raises(Refused, match="refund of this payment is not finished"):
        await reverse(shop, first.attempt.id)
    assert (await reverse(shop, second.attempt.id)).attempt.state is State.PENDING
    with pytest.raises(Refused, match=r"being voided or reversed|[Nn]othing is left"):
        await shop.refund(second, 100)


async def test_giving_back_voids_what_is_only_reserved_and_refunds_what_was_captured(
    shop: PayfacShop,
) -> None:
    reserved, captured = await shop.sale(), await shop.captured()
    for sale, kind in ((reserved, Kind.VOID), (captured, Kind.REFUND)):
        outcome = await shop.actions.give_back(sale.attempt.id, reason="Charged late", who=WHO)
        assert (outcome.attempt.intent.kind, outcome.attempt.verdict) == (kind, Verdict.APPROVED)
    assert (await shop.read(reserved)).status is PaymentStatus.VOIDED
    assert (await shop.read(captured)).status is PaymentStatus.REFUNDED
    for sale in (reserved, captured):
        with pytest.raises(Refused):
            await shop.actions.give_back(sale.attempt.id, reason="Charged late", who=WHO)


async def test_the_retries_of_a_payment_are_called_off(world: World, shop: PayfacShop) -> None:
    sale = await retried(world, shop)
    outcome = await shop.actions.cancel_retry(sale.id, who=WHO)
    assert outcome.attempt.verdict is Verdict.APPROVED
    assert (await shop.gateway.read(sale.payment_id)).status is PaymentStatus.CANCELED
    ended = await shop.looked(sale)
    assert (ended.state, ended.verdict) == (State.SETTLED, Verdict.DECLINED)


async def test_a_lost_answer_about_retries_is_found_in_how_the_payment_ended(
    world: World, shop: PayfacShop
) -> None:
    sale = await retried(world, shop)
    await world.admin.fault("error_after", "payfac.cancel_retry")
    outcome = await shop.actions.cancel_retry(sale.id, who=WHO)
    assert outcome.attempt.state is State.UNKNOWN
    await world.admin.settle()
    assert (await shop.looked(outcome.attempt)).verdict is Verdict.APPROVED


async def retried(world: World, shop: PayfacShop) -> Attempt:
    """A charge in the journal whose payment the gateway goes on trying by itself."""
    declined = "4544249167673670"
    order = await shop.order()
    charge = await shop.sales.new_charge(order, shop.gateway)
    made = await world.raw.pay(
        declined,
        amount=1290,
        currency="EUR",
        reference=charge.reference,
        payment_type="Recurring",
        merchant_initiated=True,
        retry={"dunning": {"enabled": True, "max_attempts": 3}},
    )
    payment = await shop.gateway.read(made["id"])
    attempt = await shop.ledger.journal.begin(intent_of(charge.reference, order.id))
    await shop.ledger.journal.sending(attempt.id)
    return await shop.ledger.journal.settle(attempt.id, state=State.PENDING, payment=payment)


def intent_of(reference: str, order_id: str) -> Intent:
    return Intent(
        kind=Kind.CHARGE,
        account="payfac",
        amount=euros(1290),
        reference=reference,
        key=f"key-{reference}",
        fingerprint="ab" * 32,
        who=WHO,
        till="T1",
        order_id=order_id,
    )


def _the(role: Role | None) -> Role | None:
    return role


async def test_only_supervisors_reverse(shop: PayfacShop) -> None:
    sale = await shop.sale()
    for role, words in ((Role.CLERK, "supervisor"), (None, "signed in")):
        clerk = Actions(shop.till, refunds=shop.refunds, role=partial(_the, role))
        with pytest.raises(Refused, match=words):
            await clerk.reverse(sale.attempt.id, reason="Ordered twice", who=WHO)
    assert await asked(shop, sale) == []


async def test_an_offer_follows_the_balances_and_what_is_under_way(
    world: World, shop: PayfacShop
) -> None:
    sale = await shop.sale(ESTIMATE)
    await shop.book.check(sale.attempt.id, who=WHO)

    async def offered() -> tuple[set[Kind], int, int]:
        may = await shop.actions.allowed(await shop.book.detail(sale.attempt.id))
        assert may is not None
        kinds = {kind for kind in Kind if may.may(kind)}
        return kinds, may.to_capture.minor, may.to_refund.minor

    reserved = {Kind.CAPTURE, Kind.VOID, Kind.INCREMENT, Kind.REVERSAL}
    assert await offered() == (reserved, 1290, 0)
    world.settles = False
    pending = await capture(shop, sale.attempt.id)
    kinds, _, _ = await offered()
    assert kinds == set()
    await world.admin.settle()
    await shop.looked(pending.attempt)
    assert await offered() == ({Kind.CAPTURE, Kind.VOID, Kind.REVERSAL, Kind.REFUND}, 790, 500)


async def test_an_authorised_sale_is_not_looked_at_for_a_capture(shop: PayfacShop) -> None:
    sale = await shop.sale(RESERVE)
    assert sale.attempt.verdict is Verdict.APPROVED
    assert shop.till.uncollected == {}


async def test_a_sale_is_captured_by_itself_at_the_time_that_was_chosen(
    world: World, shop: PayfacShop
) -> None:
    when = world.clock() + timedelta(hours=1)
    sale = await shop.sale(Taking(capture=False, capture_at=when))
    assert await balances(shop, sale) == BEFORE
    await world.admin.forward(7200)
    await world.admin.settle()
    assert await balances(shop, sale) == (0, 1290)
