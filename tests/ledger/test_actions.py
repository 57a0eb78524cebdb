"""What is asked of a payment besides refunds: one thing at a time, and never more than is left."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from posapp.ledger.claims import write_down
from posapp.ledger.codec import intent_row
from posapp.ledger.errors import (
    LedgerError,
    NoSuchEntry,
    NothingLeft,
    NotReserved,
    PaymentBusy,
    SameKey,
    WrongPayment,
)
from posapp.ledger.ledger import Ledger
from posapp.ledger.tables import attempts
from posapp.model.attempt import ACTIONS, Attempt, BrokenRule, Intent, Kind, State, Verdict
from posapp.model.history import PaymentFilter
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import ActionKind, ActionRecord, ActionState, Payment, PaymentStatus
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
ALL = 2992
APPROVED = Verdict.APPROVED
_numbers = itertools.count(1)


def act(
    payment: Payment, kind: Kind, minor: int = 1000, *, key: str = "", till: str = "T1"
) -> Intent:
    number = next(_numbers)
    return replace(
        refund(payment, minor, key=key or f"action-{number}", till=till),
        kind=kind,
        reference=f"{till}-A-{number}",
    )


def alone(kind: Kind, *, key: str = "", order_id: str = "") -> Intent:
    """A verification or a payout."""
    number = next(_numbers)
    return Intent(
        kind=kind,
        account="training",
        amount=Money(0 if kind is Kind.VERIFY else 500, "EUR"),
        reference=f"T1-X-{number}",
        key=key or f"alone-{number}",
        fingerprint="ef" * 32,
        who="Ada",
        till="T1",
        order_id=order_id,
    )


async def reserved(ledger: Ledger, captured: int = 0) -> Payment:
    """A charge that was approved and of which this much is captured."""
    attempt = await sent(ledger, charge(await new_order(ledger)))
    payment = replace(
        payment_of(attempt, status=PaymentStatus.AUTHORISED),
        authorised=ALL,
        capturable=ALL - captured,
        captured=captured,
        refundable=captured,
    )
    await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=APPROVED, payment=payment)
    return payment


async def end(ledger: Ledger, attempt: Attempt, verdict: Verdict = APPROVED) -> Attempt:
    return await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=verdict, refund_id=f"act_{attempt.id}"
    )


@pytest.mark.parametrize("kind", ACTIONS)
async def test_an_action_is_stored_and_read_back_whole(ledger: Ledger, kind: Kind) -> None:
    payment = await reserved(ledger)
    intent = act(payment, kind)
    attempt = await ledger.journal.begin(intent)
    assert attempt == await ledger.journal.read(attempt.id)
    assert (attempt.intent, attempt.payment_id) == (intent, payment.id)
    await ledger.journal.sending(attempt.id)
    done = await end(ledger, attempt)
    assert done.refund_id == f"act_{attempt.id}"
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
        await ledger.journal.settle(attempt.id, state=State.UNKNOWN, refund_id="act_1")
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
