"""What is asked of a payment after the charge, at a real training gateway, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from tests.desk.payfac_shop import ESTIMATE, RESERVE, PayfacShop, World, opened_world
from tests.desk.shop import WHO, euros

pytestmark = pytest.mark.asyncio

Ask = Callable[[PayfacShop, int], Awaitable[Outcome]]


async def capture(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.capture(charge, euros(500), who=WHO, final=False)


async def void(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.void(charge, reason="Ordered twice", who=WHO)


async def increment(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.increment(charge, euros(300), who=WHO)


async def reverse(shop: PayfacShop, charge: int) -> Outcome:
    return await shop.actions.reverse(charge, reason="Ordered twice", who=WHO)


# What is asked, the name of the call, and (reserved, captured) before and after.
ROWS: dict[Kind, tuple[Ask, str, tuple[int, int]]] = {
    Kind.CAPTURE: (capture, "payfac.capture", (790, 500)),
    Kind.VOID: (void, "payfac.void", (0, 0)),
    Kind.INCREMENT: (increment, "payfac.increment", (1590, 0)),
    Kind.REVERSAL: (reverse, "payfac.reverse", (0, 0)),
}
every_kind = pytest.mark.parametrize("kind", ROWS)
BEFORE = (1290, 0)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path / "ledger.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(world: World) -> PayfacShop:
    return await world.till()


async def balances(shop: PayfacShop, sale: Outcome) -> tuple[int, int]:
    payment = await shop.read(sale)
    return payment.capturable, payment.captured


async def asked(shop: PayfacShop, sale: Outcome) -> list[Attempt]:
    detail = await shop.book.detail(sale.attempt.id)
    return list(detail.actions)


async def calls_of(world: World, point: str) -> int:
    calls = (await world.admin.call("GET", "/calls")).json()["calls"]
    return sum(call["point"] == point for call in calls)


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
    assert attempt.refund_id
    assert await balances(shop, sale) == after
    assert await calls_of(world, point) == 1
    assert await shop.order_state(await shop.ledger.orders.read(sale.attempt.intent.order_id)) == (
        "paid"
    )


@every_kind
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "malformed"])
async def test_a_lost_answer_is_looked_up_and_never_asked_again(
    world: World, shop: PayfacShop, kind: Kind, fault: str
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault(fault, point)
    outcome = await ask(shop, sale.attempt.id)
    assert outcome.attempt.state is State.UNKNOWN
    await world.admin.settle()
    found = await shop.looked(outcome.attempt)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(shop, sale) == after
    assert await calls_of(world, point) == 1


@every_kind
async def test_a_request_that_never_arrived_is_sent_once_more_when_that_is_proved(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("drop_before", point)
    outcome = await ask(shop, sale.attempt.id)
    assert outcome.attempt.state is State.UNKNOWN
    assert await balances(shop, sale) == BEFORE
    again = await shop.proved_absent(outcome.attempt)
    assert again.repeats == 1
    assert again.intent == outcome.attempt.intent  # the same bytes under the same key
    await world.admin.settle()
    done = again if again.state is State.SETTLED else await shop.looked(again)
    assert (done.state, done.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(shop, sale) == after
    timeline = (await shop.book.detail(sale.attempt.id)).timeline
    assert [entry.event for entry in timeline].count("sent_again") == 1


@every_kind
async def test_what_is_absent_again_after_the_one_repeat_did_not_happen(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, _ = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("drop_before", point, times=2)
    outcome = await ask(shop, sale.attempt.id)
    again = await shop.proved_absent(outcome.attempt)
    assert (again.state, again.repeats, again.absent) == (State.UNKNOWN, 1, 0)
    ended = await shop.proved_absent(again)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 1)
    assert await balances(shop, sale) == BEFORE
    fresh = await ask(shop, sale.attempt.id)  # a person may ask anew
    assert fresh.attempt.verdict is Verdict.APPROVED


async def test_a_key_that_is_nearly_a_day_old_is_not_used_again(
    world: World, shop: PayfacShop
) -> None:
    sale = await shop.sale()
    await world.admin.fault("drop_before", "payfac.void")
    outcome = await void(shop, sale.attempt.id)
    first = await shop.looked(outcome.attempt)
    world.clock.move(timedelta(hours=23))
    ended = await shop.looked(first)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 0)


@every_kind
async def test_a_program_that_dies_in_the_middle_finds_out_when_it_starts_again(
    world: World, shop: PayfacShop, kind: Kind
) -> None:
    ask, point, after = ROWS[kind]
    sale = await shop.sale(ESTIMATE)
    await world.admin.fault("delay_after", point, seconds=60)
    async with asyncio.TaskGroup() as program:
        dying = program.create_task(died_of(ask(shop, sale.attempt.id)))
        await world.admin.until_the_faults_struck()
        await until_executed(shop, sale, after if kind is Kind.INCREMENT else None)
        dying.cancel()
    await shop.ledger.close()
    restarted = await world.till()
    [waiting] = await restarted.ledger.journal.open_attempts()
    assert (waiting.state, waiting.intent.kind) == (State.UNKNOWN, kind)
    await world.admin.settle()
    found = await restarted.looked(waiting)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert await balances(restarted, sale) == after
    assert await calls_of(world, point) == 0  # nothing but the first, which still waits


async def died_of(request: Awaitable[Outcome]) -> None:
    await request
    raise AssertionError("the program was to die before the answer came")


async def until_executed(
    shop: PayfacShop, sale: Outcome, balances_after: tuple[int, int] | None
) -> None:
    """Return once the delayed call was carried out: only its answer is missing."""
    for _ in range(200):
        if balances_after is None or await balances(shop, sale) == balances_after:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the call was never carried out")


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
