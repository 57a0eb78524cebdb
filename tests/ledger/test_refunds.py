"""Refunds: never more than is left, and never the same one twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.ledger.errors import NoSuchEntry, NothingLeft, SameKey, WrongPayment
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, BrokenRule, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import ActionState, Payment, RefundRecord
from tests.ledger.samples import Clock, paid, payment_of, refund, sent

pytestmark = pytest.mark.asyncio

ALL = 2992


def shown(payment: Payment, *records: RefundRecord) -> Payment:
    """The payment as the gateway lists these refunds."""
    total = sum(r.amount.minor for r in records if r.state is not ActionState.FAILED)
    return replace(payment, refunds=records, refunded=total, refundable=ALL - total)


def record(number: str, minor: int, state: ActionState = ActionState.DONE) -> RefundRecord:
    return RefundRecord(number, Money(minor, "EUR"), state)


async def refused(ledger: Ledger, payment: Payment, minor: int) -> int:
    """What was left when this was too much."""
    with pytest.raises(NothingLeft) as problem:
        await ledger.journal.begin(refund(payment, minor))
    return problem.value.left.minor


async def test_open_refunds_are_reserved_until_the_gateway_lists_them(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    first = await sent(ledger, refund(payment, 2000))
    assert await refused(ledger, payment, 993) == 992
    await ledger.journal.settle(first.id, state=State.PENDING, action_id="re_1")
    assert await refused(ledger, payment, 993) == 992
    await ledger.payments.store(shown(payment, record("re_1", 2000, ActionState.PENDING)))
    assert await refused(ledger, payment, 993) == 992  # counted once, in the balance
    await ledger.journal.begin(refund(payment, 992))
    assert await refused(ledger, payment, 1) == 0


async def test_a_finished_refund_stays_reserved_while_the_gateway_lags(
    ledger: Ledger, clock: Clock
) -> None:
    _, payment = await paid(ledger)
    first = await sent(ledger, refund(payment, 2000))
    done = Verdict.APPROVED
    await ledger.journal.settle(first.id, state=State.SETTLED, verdict=done, action_id="re_1")
    assert await refused(ledger, payment, 993) == 992
    clock.forward()
    await ledger.payments.store(payment)  # read after the refund, but it is not in there yet
    assert await refused(ledger, payment, 993) == 992
    await ledger.payments.store(shown(payment, record("re_1", 2000)))
    assert await refused(ledger, payment, 993) == 992


async def test_a_balance_that_shows_a_refund_without_listing_it_counts_it_once(
    ledger: Ledger,
) -> None:
    _, payment = await paid(ledger)
    first = await sent(ledger, refund(payment, 2000))
    done = Verdict.APPROVED
    await ledger.journal.settle(first.id, state=State.SETTLED, verdict=done, action_id="re_1")
    await ledger.payments.store(replace(payment, refunded=2000, refundable=992))
    await ledger.journal.begin(refund(payment, 992))


@pytest.mark.parametrize("end", [State.NOT_SENT, State.REFUSED, State.SETTLED])
async def test_a_refund_that_did_not_happen_frees_what_it_reserved(
    ledger: Ledger, end: State
) -> None:
    _, payment = await paid(ledger)
    first = await sent(ledger, refund(payment, ALL))
    verdict = Verdict.DECLINED if end is State.SETTLED else None
    await ledger.journal.settle(first.id, state=end, verdict=verdict)
    again = await ledger.journal.begin(refund(payment, ALL))
    assert [each.id for each in await ledger.journal.refunds_of(payment)] == [again.id, first.id]


async def test_the_same_refund_is_asked_for_once(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    await ledger.journal.begin(refund(payment, 100, key="same"))
    with pytest.raises(SameKey):
        await ledger.journal.begin(refund(payment, 100, key="same"))


async def test_a_refund_found_late_is_written_down_though_its_key_was_used_again(
    ledger: Ledger,
) -> None:
    _, payment = await paid(ledger)
    first = await sent(ledger, refund(payment, 100, key="same"))
    for state in (State.UNKNOWN, State.NOT_CHARGED):
        await ledger.journal.settle(first.id, state=state)
    await ledger.journal.begin(refund(payment, 100, key="same"))
    late = await ledger.journal.settle(
        first.id, state=State.SETTLED, verdict=Verdict.APPROVED, action_id="re_1"
    )
    assert late.verdict is Verdict.APPROVED


async def test_what_ended_one_refund_does_not_end_another(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    done = Verdict.APPROVED
    first = await sent(ledger, refund(payment, 100, key="one"))
    await ledger.journal.settle(first.id, state=State.SETTLED, verdict=done, action_id="re_1")
    second = await sent(ledger, refund(payment, 100, key="two"))
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(second.id, state=State.SETTLED, verdict=done, action_id="re_1")
    assert (await ledger.journal.read(second.id)).state is State.SENDING
    await ledger.journal.settle(second.id, state=State.SETTLED, verdict=done, action_id="re_2")


async def test_a_refund_leaves_the_order_alone(ledger: Ledger) -> None:
    attempt, payment = await paid(ledger)
    await sent(ledger, replace(refund(payment, 100), order_id=attempt.intent.order_id))
    assert (await ledger.orders.read(attempt.intent.order_id)).state == "paid"


async def test_a_refund_needs_a_known_payment_in_its_own_currency(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    with pytest.raises(NoSuchEntry):
        await ledger.journal.begin(refund(replace(payment, id="pay_none"), 1))
    with pytest.raises(BrokenRule):
        await ledger.journal.begin(replace(refund(payment, 1), amount=Money(1, "USD")))


async def test_an_answer_about_another_refund_or_payment_is_not_taken_over(
    ledger: Ledger,
) -> None:
    charged, payment = await paid(ledger)
    attempt: Attempt = await sent(ledger, refund(payment, 100))
    await ledger.journal.settle(attempt.id, state=State.PENDING, action_id="re_1")
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(attempt.id, state=State.PENDING, action_id="re_2")
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(
            attempt.id, state=State.PENDING, payment=payment_of(charged, payment_id="pay_other")
        )
    assert (await ledger.journal.read(attempt.id)).action_id == "re_1"
