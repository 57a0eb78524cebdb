"""Verifications and payouts, the rules the journal keeps, and what may be sent once more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from posapp.ledger.codec import intent_row
from posapp.ledger.errors import (
    LedgerError,
    PaymentBusy,
    WrongPayment,
)
from posapp.ledger.ledger import Ledger
from posapp.ledger.tables import attempts
from posapp.model.attempt import Attempt, BrokenRule, Kind, State
from posapp.model.history import PaymentFilter
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import Payment
from tests.ledger.acting import APPROVED, act, alone, reserved
from tests.ledger.conftest import Opener
from tests.ledger.places import Place
from tests.ledger.samples import (
    Clock,
    charge,
    new_order,
    payment_of,
    refund,
    sent,
)

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("state", [OrderState.OPEN, OrderState.LOCKED, OrderState.PAID])
async def test_a_verification_neither_locks_nor_pays_an_order_nor_waits_for_one(
    ledger: Ledger, state: OrderState
) -> None:
    order = await new_order(ledger)
    if state is not OrderState.OPEN:
        paying = await sent(ledger, charge(order))
        if state is OrderState.PAID:
            await ledger.journal.settle(
                paying.id, state=State.SETTLED, verdict=APPROVED, payment=payment_of(paying)
            )
    first = await sent(ledger, alone(Kind.VERIFY, order_id=order.id))
    second = await sent(ledger, alone(Kind.VERIFY, order_id=order.id))
    assert (await ledger.orders.read(order.id)).state is state
    await ledger.journal.settle(first.id, state=State.UNKNOWN)
    await ledger.journal.settle(
        second.id, state=State.SETTLED, verdict=APPROVED, payment=payment_of(second)
    )
    assert (await ledger.orders.read(order.id)).state is state
    if state is OrderState.OPEN:
        await ledger.journal.begin(charge(order))  # it is not the order's open payment


async def test_payouts_and_verifications_stand_in_the_history_and_are_found(
    ledger: Ledger,
) -> None:
    payout = await sent(ledger, alone(Kind.PAYOUT))
    await ledger.journal.settle(payout.id, state=State.PENDING, payout_id="po_1")
    check = await sent(ledger, alone(Kind.VERIFY))
    rows = (await ledger.payments.page(PaymentFilter())).rows
    assert [(row.kind, row.attempt_id) for row in rows] == [
        (Kind.VERIFY, check.id),
        (Kind.PAYOUT, payout.id),
    ]
    [found] = (await ledger.payments.page(PaymentFilter(text="po_1"))).rows
    assert found.kind is Kind.PAYOUT
    assert (await ledger.payments.detail(payout.id)).payment is None


async def test_an_answer_about_another_payout_is_not_taken_over(ledger: Ledger) -> None:
    payout = await sent(ledger, alone(Kind.PAYOUT))
    await ledger.journal.settle(payout.id, state=State.PENDING, payout_id="po_1")
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(
            payout.id, state=State.SETTLED, verdict=APPROVED, payout_id="po_2"
        )
    done = await ledger.journal.settle(
        payout.id, state=State.SETTLED, verdict=APPROVED, payout_id="po_1"
    )
    assert done.payment_id == "po_1"


@pytest.mark.parametrize(
    "broken",
    [
        {"amount": Money(0, "EUR")},
        {"body": b"{}", "card_last4": "4242"},
        {"order_id": "order-1"},
        {"payment_id": "pay_1"},
    ],
)
async def test_the_journal_refuses_an_attempt_that_breaks_a_rule(
    ledger: Ledger, place: Place, broken: dict[str, object]
) -> None:
    before = place.everything()
    with pytest.raises(BrokenRule):
        await ledger.journal.begin(replace(alone(Kind.PAYOUT), **broken))  # type: ignore[arg-type]
    assert place.everything() == before


async def test_the_journal_takes_back_a_change_that_breaks_a_rule(
    ledger: Ledger, place: Place
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    before = place.everything()
    with pytest.raises(BrokenRule, match="action of its own"):
        await ledger.journal.settle(attempt.id, state=State.UNKNOWN, action_id="act_1")
    assert place.everything() == before


@pytest.mark.parametrize("minor", [0, -1])
async def test_the_database_itself_knows_that_only_a_verification_is_over_nothing(
    ledger: Ledger, minor: int
) -> None:
    row = {
        **intent_row(alone(Kind.PAYOUT)),
        "minor": minor,
        "state": State.PREPARED.value,
        "prepared_at": 1,
    }
    for kind in Kind:
        row.update(kind=kind.value, key=f"key-{kind}", reference=f"T1-Y-{kind}")
        if kind is Kind.VERIFY and minor == 0:
            continue
        with pytest.raises((LedgerError, IntegrityError)):
            await ledger._database.write(
                lambda connection: connection.execute(insert(attempts).values(row))
            )


async def absent_action(ledger: Ledger, clock: Clock, payment: Payment) -> Attempt:
    attempt = await sent(ledger, act(payment, Kind.VOID))
    await ledger.journal.settle(attempt.id, state=State.UNKNOWN)
    clock.forward(60)
    await ledger.journal.looked_up(attempt.id, absent=True)
    clock.forward(1000)
    return await ledger.journal.read(attempt.id)


async def test_the_same_bytes_leave_once_more_and_only_once(
    ledger: Ledger, clock: Clock, place: Place
) -> None:
    payment = await reserved(ledger)
    absent = await absent_action(ledger, clock, payment)
    again = await ledger.journal.sending_again(absent.id)
    assert again == replace(
        absent, sent_at=clock.now, repeats=1, absent=0, look_ups=0, looked_up_at=None
    )
    assert again.state is State.UNKNOWN
    assert ("sent_again",) in place.rows("SELECT event FROM audit")
    with pytest.raises(PaymentBusy):
        await ledger.journal.begin(act(payment, Kind.VOID))
    clock.forward(60)
    await ledger.journal.looked_up(absent.id, absent=True)
    clock.forward(1000)
    with pytest.raises(BrokenRule, match="may not be sent again"):
        await ledger.journal.sending_again(absent.id)
    assert await ledger.check() == ()


async def test_two_tills_never_both_send_it_again(opened: Opener, clock: Clock) -> None:
    ledger, other = await opened("T1"), await opened("T2")
    absent = await absent_action(ledger, clock, await reserved(ledger))
    await ledger.journal.sending_again(absent.id)
    with pytest.raises(BrokenRule):
        await other.journal.sending_again(absent.id)


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.REFUND])
async def test_charges_and_refunds_are_never_sent_again(
    ledger: Ledger, clock: Clock, kind: Kind
) -> None:
    payment = await reserved(ledger, captured=1000)
    order = await new_order(ledger)
    attempt = await sent(ledger, charge(order) if kind is Kind.CHARGE else refund(payment, 1))
    await ledger.journal.settle(attempt.id, state=State.UNKNOWN)
    await ledger.journal.looked_up(attempt.id, absent=True)
    clock.forward(1000)
    with pytest.raises(BrokenRule):
        await ledger.journal.sending_again(attempt.id)


@pytest.mark.parametrize("kind", Kind)
async def test_after_a_restart_nothing_of_any_kind_is_still_being_sent(
    ledger: Ledger, kind: Kind
) -> None:
    payment = await reserved(ledger, captured=1000)
    if kind.pays_order:
        intent = charge(await new_order(ledger), kind=kind)
    elif kind is Kind.REFUND:
        intent = refund(payment, 100)
    else:
        intent = act(payment, kind) if kind.acts_on_payment else alone(kind)
    attempt = await sent(ledger, intent)
    [waiting] = await ledger.journal.recover()
    assert (waiting.id, waiting.state) == (attempt.id, State.UNKNOWN)
