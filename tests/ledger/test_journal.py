"""The journal: what may follow what, and that each step is written once and completely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.ledger.errors import NoSuchEntry, OrderBusy, OrderPaid, SameReference, WrongPayment
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import NEXT, Attempt, BrokenRule, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.order import OrderState
from posapp.model.payment import PaymentStatus
from tests.ledger.conftest import Opener
from tests.ledger.places import Place
from tests.ledger.samples import Clock, charge, new_order, paid, payment_of, sent

pytestmark = pytest.mark.asyncio

ROAD: dict[State, tuple[State, ...]] = {
    State.PREPARED: (),
    State.SENDING: (State.SENDING,),
    State.SETTLED: (State.SENDING, State.SETTLED),
    State.REFUSED: (State.SENDING, State.REFUSED),
    State.NOT_SENT: (State.NOT_SENT,),
    State.PENDING: (State.SENDING, State.PENDING),
    State.UNKNOWN: (State.SENDING, State.UNKNOWN),
    State.NOT_CHARGED: (State.SENDING, State.UNKNOWN, State.NOT_CHARGED),
    State.OPEN_CASE: (State.SENDING, State.UNKNOWN, State.OPEN_CASE),
}


async def step(ledger: Ledger, attempt: Attempt, state: State) -> Attempt:
    if state is State.SENDING:
        return await ledger.journal.sending(attempt.id)
    verdict = Verdict.DECLINED if state is State.SETTLED else None
    return await ledger.journal.settle(attempt.id, state=state, verdict=verdict)


async def attempt_in(ledger: Ledger, state: State) -> Attempt:
    attempt = await ledger.journal.begin(charge(await new_order(ledger)))
    for each in ROAD[state]:
        attempt = await step(ledger, attempt, each)
    assert attempt.state is state
    return attempt


def audited(place: Place, attempt: Attempt) -> int:
    subjects = place.rows("SELECT subject FROM audit")
    return subjects.count((f"attempt:{attempt.id}",))


@pytest.mark.parametrize("before", State)
async def test_only_the_allowed_changes_of_state_are_written_each_with_one_audit_entry(
    ledger: Ledger, place: Place, before: State
) -> None:
    for after in State:
        if after is before:
            continue
        attempt = await attempt_in(ledger, before)
        entries, contents = audited(place, attempt), place.everything()
        if after in NEXT[before]:
            assert (await step(ledger, attempt, after)).state is after
            assert audited(place, attempt) == entries + 1
            assert (await ledger.journal.read(attempt.id)).state is after
        else:
            with pytest.raises(BrokenRule):
                await step(ledger, attempt, after)
            assert place.everything() == contents
    assert await ledger.check() == ()


async def test_an_attempt_is_stored_and_read_back_whole(ledger: Ledger, clock: Clock) -> None:
    order = await new_order(ledger)
    intent = charge(order)
    attempt = await ledger.journal.begin(intent)
    assert attempt == await ledger.journal.read(attempt.id)
    assert (attempt.intent, attempt.state) == (intent, State.PREPARED)
    assert attempt.prepared_at == clock.now
    clock.forward()
    attempt = await ledger.journal.sending(attempt.id)
    assert attempt.sent_at == clock.now
    clock.forward()
    payment = payment_of(attempt)
    attempt = await ledger.journal.settle(
        attempt.id,
        state=State.SETTLED,
        verdict=Verdict.APPROVED,
        payment=payment,
        note="note",
        said="captured",
        request_id="req-1",
    )
    assert attempt.ended_at == clock.now
    assert (attempt.verdict, attempt.payment_id) == (Verdict.APPROVED, payment.id)
    assert (attempt.note, attempt.said, attempt.request_id) == ("note", "captured", "req-1")
    assert await ledger.payments.by_gateway_id(payment.account, payment.id) == payment
    assert (await ledger.orders.read(order.id)).state is OrderState.PAID


@pytest.mark.parametrize("verdict", [Verdict.DECLINED, None])
async def test_late_information_never_changes_a_proved_end(
    ledger: Ledger, place: Place, verdict: Verdict | None
) -> None:
    attempt, _ = await paid(ledger)
    before = place.everything()
    with pytest.raises(BrokenRule):
        await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=verdict, note="late")
    with pytest.raises(BrokenRule):
        await ledger.journal.settle(
            attempt.id,
            state=State.PENDING,
            payment=payment_of(attempt, status=PaymentStatus.PENDING),
        )
    assert place.everything() == before


async def test_a_refresh_of_a_settled_attempt_keeps_the_snapshot_and_nothing_else(
    ledger: Ledger, place: Place
) -> None:
    attempt, _ = await paid(ledger)
    entries = audited(place, attempt)
    latest = payment_of(attempt, status=PaymentStatus.PARTLY_REFUNDED, refunded=500)
    again = await ledger.journal.settle(
        attempt.id,
        state=State.SETTLED,
        verdict=Verdict.APPROVED,
        payment=latest,
        note="something else",
    )
    assert again == attempt
    assert await ledger.payments.by_gateway_id(latest.account, latest.id) == latest
    assert audited(place, attempt) == entries


async def test_a_refresh_of_an_open_attempt_keeps_what_was_said(ledger: Ledger) -> None:
    attempt = await attempt_in(ledger, State.PENDING)
    payment = payment_of(attempt, status=PaymentStatus.PENDING)
    again = await ledger.journal.settle(
        attempt.id, state=State.PENDING, payment=payment, said="still at it"
    )
    assert (again.payment_id, again.said) == (payment.id, "still at it")


async def test_an_answer_about_another_payment_is_not_taken_over(
    ledger: Ledger, place: Place
) -> None:
    attempt = await attempt_in(ledger, State.UNKNOWN)
    attempt = await ledger.journal.settle(
        attempt.id,
        state=State.PENDING,
        payment=payment_of(attempt, status=PaymentStatus.PENDING),
    )
    before = place.everything()
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(
            attempt.id,
            state=State.SETTLED,
            verdict=Verdict.APPROVED,
            payment=payment_of(attempt, payment_id="pay_of_somebody"),
        )
    assert place.everything() == before


async def test_a_settled_attempt_needs_a_verdict_and_no_other_may_have_one(
    ledger: Ledger,
) -> None:
    attempt = await attempt_in(ledger, State.SENDING)
    with pytest.raises(BrokenRule):
        await ledger.journal.settle(attempt.id, state=State.SETTLED)
    with pytest.raises(BrokenRule):
        await ledger.journal.settle(attempt.id, state=State.UNKNOWN, verdict=Verdict.APPROVED)
    assert (await ledger.journal.read(attempt.id)).state is State.SENDING


@pytest.mark.parametrize("kind", [Kind.CHARGE, Kind.HOSTED])
async def test_an_order_has_one_open_payment(ledger: Ledger, kind: Kind) -> None:
    order = await new_order(ledger)
    first = await ledger.journal.begin(charge(order, kind=kind))
    with pytest.raises(OrderBusy) as busy:
        await ledger.journal.begin(charge(order))
    assert busy.value.attempt == first.id
    assert (await ledger.orders.read(order.id)).state is OrderState.LOCKED
    assert await ledger.orders.attempts_so_far(order.id) == 1


async def test_a_declined_order_can_be_tried_again_and_a_paid_one_cannot(
    ledger: Ledger,
) -> None:
    order = await new_order(ledger)
    declined = await sent(ledger, charge(order))
    await step(ledger, declined, State.SETTLED)
    assert (await ledger.orders.read(order.id)).state is OrderState.OPEN
    await paid(ledger, order)
    with pytest.raises(OrderPaid):
        await ledger.journal.begin(charge(order))


async def test_news_about_an_old_attempt_does_not_free_an_order_that_is_being_paid(
    ledger: Ledger,
) -> None:
    order = await new_order(ledger)
    old = await sent(ledger, charge(order))
    await step(ledger, old, State.UNKNOWN)
    await step(ledger, old, State.NOT_CHARGED)
    await sent(ledger, charge(order))
    late = await step(ledger, old, State.SETTLED)
    assert late.verdict is Verdict.DECLINED
    assert (await ledger.orders.read(order.id)).state is OrderState.LOCKED


async def test_a_charge_found_late_pays_its_order(ledger: Ledger) -> None:
    attempt = await attempt_in(ledger, State.NOT_CHARGED)
    await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=payment_of(attempt)
    )
    assert (await ledger.orders.read(attempt.intent.order_id)).state is OrderState.PAID


async def test_a_reference_is_used_once(ledger: Ledger) -> None:
    first = await attempt_in(ledger, State.REFUSED)
    again = charge(await ledger.orders.read(first.intent.order_id))
    with pytest.raises(SameReference):
        await ledger.journal.begin(replace(again, reference=first.intent.reference))


async def test_orders_and_attempts_that_are_not_there(ledger: Ledger) -> None:
    order = await new_order(ledger)
    with pytest.raises(NoSuchEntry):
        await ledger.journal.begin(charge(replace(order, id="none")))
    for call in (
        ledger.journal.read(99),
        ledger.journal.sending(99),
        ledger.journal.settle(99, state=State.UNKNOWN),
        ledger.journal.looked_up(99, absent=True),
        ledger.payments.detail(99),
        ledger.orders.read("none"),
    ):
        with pytest.raises(NoSuchEntry):
            await call


async def test_a_charge_in_another_currency_than_its_order_is_a_mistake(ledger: Ledger) -> None:
    intent = charge(await new_order(ledger))
    with pytest.raises(BrokenRule):
        await ledger.journal.begin(replace(intent, amount=Money(intent.amount.minor, "USD")))


async def test_look_ups_are_counted(ledger: Ledger, clock: Clock) -> None:
    attempt = await attempt_in(ledger, State.UNKNOWN)
    clock.forward()
    attempt = await ledger.journal.looked_up(attempt.id, absent=False, note="no answer")
    attempt = await ledger.journal.looked_up(attempt.id, absent=True)
    assert (attempt.look_ups, attempt.absent, attempt.note) == (2, 1, "no answer")
    assert attempt.looked_up_at == clock.now


async def test_a_restart_learns_what_it_can_about_its_own_till_only(opened: Opener) -> None:
    ledger, other = await opened("T1"), await opened("T2")
    sending = await sent(ledger, charge(await new_order(ledger)))
    prepared = await ledger.journal.begin(charge(await new_order(ledger)))
    theirs = await sent(other, charge(await new_order(other), till="T2"))
    pending = await step(ledger, await sent(ledger, charge(await new_order(ledger))), State.PENDING)
    waiting = await ledger.journal.recover()
    assert [attempt.id for attempt in waiting] == [pending.id, theirs.id, sending.id]
    assert (await ledger.journal.read(sending.id)).state is State.UNKNOWN
    assert (await ledger.journal.read(theirs.id)).state is State.SENDING
    never_sent = await ledger.journal.read(prepared.id)
    assert never_sent.state is State.NOT_SENT
    assert never_sent.note == "The program ended before this was sent."
    assert (await ledger.orders.read(prepared.intent.order_id)).state is OrderState.OPEN
    assert (await ledger.orders.read(sending.intent.order_id)).state is OrderState.LOCKED
    assert await ledger.journal.recover() == waiting
    assert await ledger.journal.open_attempts() == waiting


async def test_what_another_till_was_at_is_taken_over_unless_it_went_on_meanwhile(
    opened: Opener,
) -> None:
    ledger, other = await opened("T1"), await opened("T2")
    prepared = await other.journal.begin(charge(await new_order(other)))
    assert (await ledger.journal.take_over(prepared)).state is State.NOT_SENT
    with pytest.raises(BrokenRule):
        await other.journal.sending(prepared.id)
    going_on = await other.journal.begin(charge(await new_order(other)))
    leaving = await other.journal.sending(going_on.id)
    assert (await ledger.journal.take_over(going_on)).state is State.SENDING
    assert (await ledger.journal.take_over(leaving)).state is State.UNKNOWN
    settled = await other.journal.settle(leaving.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    assert settled.verdict is Verdict.DECLINED


async def test_what_was_found_out_before_it_ended_or_was_sent_again_is_not_written(
    ledger: Ledger,
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    unknown = await ledger.journal.settle(attempt.id, state=State.UNKNOWN)
    paid_for = await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=payment_of(attempt)
    )
    late = await ledger.journal.settle(attempt.id, state=State.NOT_CHARGED, seen=unknown)
    assert late == paid_for
    assert await ledger.journal.looked_up(attempt.id, absent=True, seen=unknown) == paid_for
