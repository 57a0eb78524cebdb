"""Money sent out at a real training gateway: once, whatever happens to request and answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.export import export_payments
from posapp.desk.payouts import PayoutOrder, Payouts
from posapp.model.access import Role
from posapp.model.attempt import Kind, State, Verdict
from posapp.model.card import Card
from posapp.model.case import AlarmKind
from posapp.model.history import PaymentFilter
from posapp.model.payout import BankAccount, SavedInstrument
from posapp.model.secret import Secret
from tests.desk.payfac_shop import PayfacShop, World, opened_world
from tests.desk.shop import WHO, card, euros
from tests.gateways.payfac.payouts import ADA, FIRM
from tests.sandbox.payouts import IBAN, NOT_PERMITTED_CARD, PAID_CARD, REFUSED_CARD, STORED

pytestmark = pytest.mark.asyncio


def to_card(number: str = PAID_CARD, ticket: str = "form-1") -> PayoutOrder:
    return PayoutOrder(
        amount=euros(1500),
        destination=card(number, code=""),
        ticket=ticket,
        reason="Bottle deposit",
        holder=ADA,
        purpose="pension",
    )


def to_bank(ticket: str = "form-1") -> PayoutOrder:
    return PayoutOrder(
        amount=euros(1500),
        destination=BankAccount(country="GB", iban=Secret(IBAN), kind="current"),
        ticket=ticket,
        reason="Bottle deposit",
        holder=FIRM,
        statement="Withdrawal",
        scheme="local",
    )


def to_saved(ticket: str = "form-1") -> PayoutOrder:
    return PayoutOrder(
        amount=euros(1500),
        destination=SavedInstrument(STORED),
        ticket=ticket,
        reason="Bottle deposit",
        statement="Withdrawal",
    )


MAKERS: dict[str, Callable[[], PayoutOrder]] = {"card": to_card, "bank": to_bank, "saved": to_saved}
MISTYPED = "4242424242424241"
everywhere = pytest.mark.parametrize("to", MAKERS)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path / "ledger.db") as opened:
        yield opened


@pytest_asyncio.fixture
async def shop(world: World) -> PayfacShop:
    return await world.till()


async def paid_out(world: World) -> list[Any]:
    """Every payout the gateway knows."""
    return list((await world.admin.dump())["payfac_payouts"])


@everywhere
async def test_it_is_paid_once_and_stands_in_the_history(
    world: World, shop: PayfacShop, to: str
) -> None:
    outcome = await shop.payouts.pay_out(MAKERS[to](), account="payfac", who=WHO)
    attempt = await shop.again(outcome.attempt)
    assert (attempt.state, attempt.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert attempt.intent.kind is Kind.PAYOUT
    assert (attempt.payment_id != "", attempt.intent.order_id) == (True, "")
    assert len(await paid_out(world)) == 1
    [row] = (await shop.book.page(PaymentFilter())).rows
    assert (row.kind, row.amount, row.verdict) == (Kind.PAYOUT, euros(1500), Verdict.APPROVED)
    exported = "".join([piece async for piece in export_payments(shop.book, "csv")])
    assert exported.splitlines()[1].endswith(",payout")


@everywhere
async def test_no_number_of_card_or_account_is_kept(shop: PayfacShop, to: str) -> None:
    asked = MAKERS[to]()
    outcome = await shop.payouts.pay_out(asked, account="payfac", who=WHO)
    if isinstance(asked.destination, Card):
        assert len(asked.destination.number) == 0
        assert outcome.attempt.intent.card_last4 == PAID_CARD[-4:]
    kept = outcome.attempt.intent.body
    assert bool(kept) is (to == "saved")
    for piece in (repr(asked), repr(outcome.attempt)):
        assert IBAN not in piece
        assert PAID_CARD not in piece


@pytest.mark.parametrize("number", [REFUSED_CARD, NOT_PERMITTED_CARD])
async def test_a_card_that_takes_no_money_ends_as_declined(shop: PayfacShop, number: str) -> None:
    outcome = await shop.payouts.pay_out(to_card(number), account="payfac", who=WHO)
    assert (outcome.attempt.state, outcome.attempt.verdict) == (State.SETTLED, Verdict.DECLINED)
    assert outcome.attempt.note


@everywhere
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "malformed"])
async def test_a_lost_answer_is_looked_up_by_its_reference(
    world: World, shop: PayfacShop, to: str, fault: str
) -> None:
    await world.admin.fault(fault, "payfac.payment")
    outcome = await shop.payouts.pay_out(MAKERS[to](), account="payfac", who=WHO)
    assert outcome.attempt.state is State.UNKNOWN
    assert (await shop.looked(outcome.attempt)).state is State.PENDING
    await world.admin.settle()
    found = await shop.looked(outcome.attempt)
    assert (found.state, found.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert len(await paid_out(world)) == 1


@everywhere
async def test_one_that_never_arrived_is_not_sent_again_by_itself(
    world: World, shop: PayfacShop, to: str
) -> None:
    await shop.payouts_are_found(to_bank("an earlier form"))
    await world.admin.fault("drop_before", "payfac.payment")
    outcome = await shop.payouts.pay_out(MAKERS[to](), account="payfac", who=WHO)
    ended = await shop.proved_absent(outcome.attempt)
    assert (ended.state, ended.repeats) == (State.NOT_CHARGED, 0)
    assert len(await paid_out(world)) == 1
    again = await shop.payouts.pay_out(MAKERS[to](), account="payfac", who=WHO)
    assert again.attempt.verdict is Verdict.APPROVED


async def test_a_search_that_finds_payments_is_not_believed_about_payouts(
    world: World, shop: PayfacShop
) -> None:
    await shop.search_is_proved()
    await world.admin.fault("drop_before", "payfac.payment")
    outcome = await shop.payouts.pay_out(to_bank(), account="payfac", who=WHO)
    ended = await shop.proved_absent(outcome.attempt)
    assert ended.state is State.OPEN_CASE
    with pytest.raises(Refused):
        await shop.payouts.pay_out(to_bank(), account="payfac", who=WHO)


async def test_a_program_that_dies_finds_its_payout_when_it_starts_again(
    world: World, shop: PayfacShop
) -> None:
    await world.admin.fault("delay_after", "payfac.payment", seconds=60)
    async with asyncio.TaskGroup() as program:
        dying = program.create_task(shop.payouts.pay_out(to_bank(), account="payfac", who=WHO))
        await world.admin.until_the_faults_struck()
        for _ in range(200):
            if await paid_out(world):
                break
            await asyncio.sleep(0.01)
        dying.cancel()
    await shop.ledger.close()
    restarted = await world.till()
    [waiting] = await restarted.ledger.journal.open_attempts()
    assert (waiting.state, waiting.intent.kind) == (State.UNKNOWN, Kind.PAYOUT)
    await world.admin.settle()
    assert (await restarted.looked(waiting)).verdict is Verdict.APPROVED
    assert len(await paid_out(world)) == 1


async def test_a_form_sent_off_twice_is_paid_out_once_on_any_till(
    world: World, shop: PayfacShop
) -> None:
    other = await world.till("T2")
    ends = await asyncio.gather(
        *(each.payouts.pay_out(to_bank(), account="payfac", who=WHO) for each in (shop, shop)),
        other.payouts.pay_out(to_bank(), account="payfac", who=WHO),
        return_exceptions=True,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 2
    assert len(await paid_out(world)) == 1
    await shop.payouts.pay_out(to_bank("form-2"), account="payfac", who=WHO)
    assert len(await paid_out(world)) == 2


async def test_a_definite_refusal_says_that_nothing_was_sent_out(
    world: World, shop: PayfacShop
) -> None:
    with pytest.raises(NothingMoved) as refused:
        await shop.payouts.pay_out(to_card(MISTYPED), account="payfac", who=WHO)
    assert set(refused.value.fields) == {"number"}
    assert await paid_out(world) == []
    [row] = (await shop.book.page(PaymentFilter())).rows
    assert row.attempt_state is State.REFUSED


@pytest.mark.parametrize(("role", "words"), [(Role.CLERK, "supervisor"), (None, "signed in")])
async def test_only_supervisors_pay_out(
    world: World, shop: PayfacShop, role: Role | None, words: str
) -> None:
    clerk = Payouts(shop.till, role=lambda: role)
    asked = to_card()
    with pytest.raises(Refused, match=words):
        await clerk.pay_out(asked, account="payfac", who=WHO)
    assert isinstance(asked.destination, Card)
    assert len(asked.destination.number)  # refused before it was built: still there to wipe or use
    assert await paid_out(world) == []


async def test_money_that_comes_back_is_noticed_and_stays_until_a_person_has_seen_it(
    world: World, shop: PayfacShop
) -> None:
    await world.admin.fault("fail_later", "payfac.payment", code="50260")
    paid = await shop.payouts.pay_out(to_bank(), account="payfac", who=WHO)
    assert paid.attempt.verdict is Verdict.APPROVED
    await world.admin.settle()  # the payee's bank sends it back
    for hours in (2, 24, 48, 48):
        shop.clock.move(timedelta(hours=hours))
        await shop.recovery.look_at_what_is_due()
    [alarm] = (await shop.ledger.cases.questions()).alarms
    assert (alarm.kind, alarm.attempt.id) == (AlarmKind.RETURNED, paid.attempt.id)
    assert (alarm.amount, alarm.number) == (euros(1500), paid.attempt.payment_id)
    assert alarm.to_give_back is None
    await shop.ledger.cases.acknowledge(alarm.id, reason="Wrong account", who=WHO)
    assert (await shop.ledger.cases.questions()).alarms == ()
    assert await shop.ledger.check() == ()


async def test_one_that_turns_up_after_it_was_taken_as_not_paid_out_is_an_alarm(
    world: World, shop: PayfacShop
) -> None:
    await shop.payouts_are_found(to_bank("an earlier form"))
    await world.admin.forward(2400)  # less than a token lasts
    await world.admin.set(list_lag_seconds=1800.0)
    await world.admin.fault("drop_after", "payfac.payment")
    lost = await shop.payouts.pay_out(to_bank(), account="payfac", who=WHO)
    assert (await shop.proved_absent(lost.attempt)).state is State.NOT_CHARGED
    await world.admin.set(list_lag_seconds=0.0)
    await world.admin.settle()
    shop.clock.move(timedelta(hours=1))
    await shop.recovery.look_at_what_is_due()
    [alarm] = (await shop.ledger.cases.questions()).alarms
    assert (alarm.kind, alarm.payment) == (AlarmKind.LATE, None)
    assert (await shop.again(lost.attempt)).verdict is Verdict.APPROVED


async def test_a_payout_leaves_orders_alone(shop: PayfacShop) -> None:
    order = await shop.order()
    await shop.payouts.pay_out(to_bank(), account="payfac", who=WHO)
    assert await shop.order_state(order) == "open"
