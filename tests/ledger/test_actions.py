"""What is asked of a payment besides refunds: one thing at a time, and never more than is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.ledger.claims import write_down
from posapp.ledger.errors import (
    NoSuchEntry,
    NothingLeft,
    NotReserved,
    PaymentBusy,
    SameKey,
)
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import ACTIONS, BrokenRule, Intent, Kind, State, Verdict
from posapp.model.history import PaymentFilter
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import ActionKind, ActionRecord, ActionState, Payment
from tests.ledger.acting import act, alone, end, reserved
from tests.ledger.places import Place
from tests.ledger.samples import (
    refund,
    sent,
)

pytestmark = pytest.mark.asyncio
ALL = 2992


@pytest.mark.parametrize("kind", ACTIONS)
async def test_an_action_is_stored_and_read_back_whole(ledger: Ledger, kind: Kind) -> None:
    payment = await reserved(ledger)
    intent = act(payment, kind)
    attempt = await ledger.journal.begin(intent)
    assert attempt == await ledger.journal.read(attempt.id)
    assert (attempt.intent, attempt.payment_id) == (intent, payment.id)
    await ledger.journal.sending(attempt.id)
    done = await end(ledger, attempt)
    assert done.action_id == f"act_{attempt.id}"
    assert await ledger.journal.asked_of(payment) == (done,)
    assert await ledger.check() == ()


@pytest.mark.parametrize("kind", ACTIONS)
@pytest.mark.parametrize("other", ACTIONS)
async def test_a_payment_has_one_open_action(ledger: Ledger, kind: Kind, other: Kind) -> None:
    payment = await reserved(ledger)
    first = await sent(ledger, act(payment, kind))
    for state in (State.UNKNOWN, State.OPEN_CASE):
        await ledger.journal.settle(first.id, state=state)
        with pytest.raises(PaymentBusy):
            await ledger.journal.begin(act(payment, other))
    await end(ledger, first, Verdict.DECLINED)
    await ledger.journal.begin(act(payment, other))


async def test_the_database_itself_keeps_a_second_open_action_away(
    ledger: Ledger, place: Place
) -> None:
    payment = await reserved(ledger)
    await ledger.journal.begin(act(payment, Kind.VOID))
    before = place.everything()
    with pytest.raises(PaymentBusy, match="not finished"):
        await ledger._database.write(
            lambda connection: write_down(connection, act(payment, Kind.CAPTURE), 1)
        )
    assert place.everything() == before


async def test_actions_on_different_payments_have_nothing_to_do_with_each_other(
    ledger: Ledger,
) -> None:
    first, second = await reserved(ledger), await reserved(ledger)
    await ledger.journal.begin(act(first, Kind.VOID))
    await ledger.journal.begin(act(second, Kind.VOID))


@pytest.mark.parametrize("kind", [Kind.VOID, Kind.REVERSAL])
async def test_a_refund_and_what_gives_back_otherwise_exclude_each_other(
    ledger: Ledger, kind: Kind
) -> None:
    payment = await reserved(ledger, captured=1000)
    giving_back = await sent(ledger, refund(payment, 100))
    with pytest.raises(PaymentBusy, match="refund"):
        await ledger.journal.begin(act(payment, kind))
    await ledger.journal.settle(giving_back.id, state=State.REFUSED)
    await sent(ledger, act(payment, kind))
    with pytest.raises(PaymentBusy, match="voided or reversed"):
        await ledger.journal.begin(refund(payment, 100))


async def test_a_refund_of_what_is_captured_does_not_wait_for_a_capture(ledger: Ledger) -> None:
    payment = await reserved(ledger, captured=1000)
    await sent(ledger, act(payment, Kind.CAPTURE, 500))
    await ledger.journal.begin(refund(payment, 1000))
    with pytest.raises(NothingLeft):
        await ledger.journal.begin(refund(payment, 1))


async def too_much(ledger: Ledger, payment: Payment, minor: int) -> int:
    """What was left when so much was too much to capture."""
    with pytest.raises(NotReserved) as problem:
        await ledger.journal.begin(act(payment, Kind.CAPTURE, minor))
    return problem.value.left.minor


async def test_never_more_is_captured_than_is_left_though_the_gateway_lags(
    ledger: Ledger,
) -> None:
    payment = await reserved(ledger)
    assert await too_much(ledger, payment, ALL + 1) == ALL
    first = await sent(ledger, act(payment, Kind.CAPTURE, 2000))
    await end(ledger, first)
    assert await too_much(ledger, payment, 993) == 992  # the snapshot knows nothing of it yet
    await ledger.payments.store(payment)  # read later, and still nothing
    assert await too_much(ledger, payment, 993) == 992
    shown = ActionRecord(
        f"act_{first.id}", ActionKind.CAPTURE, ActionState.DONE, Money(2000, "EUR")
    )
    await ledger.payments.store(
        replace(payment, history=(shown,), captured=2000, capturable=992, refundable=2000)
    )
    assert await too_much(ledger, payment, 993) == 992  # counted once, in the balance
    await ledger.journal.begin(act(payment, Kind.CAPTURE, 992))


@pytest.mark.parametrize("released_by", [Kind.VOID, Kind.REVERSAL])
async def test_nothing_is_captured_or_given_back_after_it_was_released(
    ledger: Ledger, released_by: Kind
) -> None:
    payment = await reserved(ledger)
    await end(ledger, await sent(ledger, act(payment, released_by)))
    for kind in (Kind.CAPTURE, Kind.VOID, Kind.INCREMENT):
        with pytest.raises((NotReserved, PaymentBusy)):
            await ledger.journal.begin(act(payment, kind))


async def test_what_was_reversed_is_not_refunded_or_reversed_again(ledger: Ledger) -> None:
    payment = await reserved(ledger, captured=ALL)
    await end(ledger, await sent(ledger, act(payment, Kind.REVERSAL)))
    for again in (refund(payment, 1), act(payment, Kind.REVERSAL)):
        with pytest.raises(PaymentBusy, match="was reversed"):
            await ledger.journal.begin(again)


@pytest.mark.parametrize("kind", [*ACTIONS, Kind.PAYOUT])
async def test_the_same_thing_is_asked_for_once(ledger: Ledger, kind: Kind) -> None:
    payment = await reserved(ledger)

    def asked() -> Intent:
        if kind is Kind.PAYOUT:
            return alone(kind, key="same")
        return act(payment, kind, key="same")

    first = await sent(ledger, asked())
    await ledger.journal.settle(first.id, state=State.PENDING)
    await ledger.journal.settle(first.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    with pytest.raises(SameKey):
        await ledger.journal.begin(asked())


async def test_an_action_needs_a_known_payment_in_its_own_currency(ledger: Ledger) -> None:
    payment = await reserved(ledger)
    with pytest.raises(NoSuchEntry):
        await ledger.journal.begin(act(replace(payment, id="pay_none"), Kind.VOID))
    with pytest.raises(BrokenRule):
        await ledger.journal.begin(replace(act(payment, Kind.VOID), amount=Money(1, "USD")))


async def test_an_action_leaves_the_order_alone(ledger: Ledger) -> None:
    payment = await reserved(ledger)
    [charged] = (await ledger.payments.page(PaymentFilter())).rows
    detail = await ledger.payments.detail(charged.attempt_id)
    assert detail.order is not None
    void = replace(act(payment, Kind.VOID), order_id=detail.order.id)
    await end(ledger, await sent(ledger, void))
    assert (await ledger.orders.read(detail.order.id)).state is OrderState.PAID


async def test_a_charge_shows_what_was_asked_of_its_payment(ledger: Ledger) -> None:
    payment = await reserved(ledger, captured=1000)
    capture = await end(ledger, await sent(ledger, act(payment, Kind.CAPTURE)))
    back = await end(ledger, await sent(ledger, refund(payment, 100)))
    [row] = (await ledger.payments.page(PaymentFilter())).rows
    detail = await ledger.payments.detail(row.attempt_id)
    assert (detail.actions, detail.refunds) == ((capture,), (back,))
    told = {entry.detail.get("kind") for entry in detail.timeline}
    assert {"charge", "capture", "refund"} <= told
