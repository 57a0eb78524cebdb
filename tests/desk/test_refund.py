"""Giving money back: never more than is left, and never called done before it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.outcome import Outcome, Result
from posapp.gateways.port import (
    GatewayDown,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    Prepared,
    Rejected,
    Unauthorised,
)
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.payment import ActionState, Decline, DeclineClass, PaymentStatus
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, Shop, euros
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

LOST = OutcomeUnknown("The gateway did not answer in time.")


async def left(shop: Shop, sale: Outcome) -> Money:
    return await shop.book.left_to_refund(await shop.book.detail(sale.attempt.id))


async def test_the_refund_is_on_the_disk_before_the_gateway_is_asked(
    shop: Shop, ledger_path: Path
) -> None:
    sale = await shop.charge()
    seen: list[Attempt] = []

    async def look(_prepared: Prepared) -> None:
        other = await Ledger.open(
            ledger_path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=shop.clock, till="T2"
        )
        seen.extend(await other.journal.open_attempts())
        await other.close()

    shop.gateway.watch = look
    await shop.refund(sale, 500, " Mug broke ")
    [attempt], prepared = seen, shop.gateway.prepared[-1]
    assert (attempt.state, attempt.intent.kind) == (State.SENDING, Kind.REFUND)
    assert (attempt.intent.key, attempt.intent.body) == (prepared.key, bytes(prepared.body))
    assert attempt.intent.fingerprint == prepared.fingerprint
    assert attempt.intent.reason == "Mug broke"
    assert (attempt.intent.payment_id, attempt.intent.amount) == ("pay_1", euros(500))


async def test_a_refund_is_pending_until_the_gateway_confirms_it(shop: Shop) -> None:
    sale = await shop.charge()
    refund = await shop.refund(sale, 500)
    assert (refund.result, refund.attempt.state) == (Result.UNKNOWN, State.PENDING)
    assert not refund.is_final
    assert await left(shop, sale) == euros(790)
    shop.gateway.finish_refund("pay_1", "ref_1", ActionState.DONE)
    await shop.passes(timedelta(minutes=1))
    assert (await shop.again(refund.attempt)).state is State.SETTLED
    detail = await shop.book.detail(sale.attempt.id)
    assert detail.payment is not None
    assert (detail.payment.refunded, detail.payment.status) == (500, PaymentStatus.PARTLY_REFUNDED)
    assert await left(shop, sale) == euros(790)


async def test_a_refund_that_is_confirmed_at_once_is_done(shop: Shop) -> None:
    shop.gateway.refund_state = ActionState.DONE
    assert (await shop.refund(await shop.charge(), 1290)).result is Result.APPROVED


async def test_a_refund_that_is_confirmed_while_staff_wait_is_shown_as_done(shop: Shop) -> None:
    sale = await shop.charge()
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            shop.gateway.finish_refund("pay_1", "ref_1", ActionState.DONE)
        await shop.clock.sleep(seconds)

    watched = Shop(replace(shop.till, sleep=wait), shop.gateway, shop.clock)
    assert (await watched.refund(sale, 500)).result is Result.APPROVED
    assert len(waits) == 3


async def test_a_refund_that_fails_later_gives_its_reservation_back(shop: Shop) -> None:
    sale = await shop.charge()
    refund = await shop.refund(sale, 500)
    shop.gateway.finish_refund("pay_1", "ref_1", ActionState.FAILED)
    await shop.passes(timedelta(minutes=1))
    again = await shop.sales.outcome(refund.attempt.id)
    assert (again.attempt.state, again.result) == (State.SETTLED, Result.DECLINED)
    assert await left(shop, sale) == euros(1290)
    assert (await shop.refund(sale, 1290)).attempt.state is State.PENDING


async def test_why_a_refund_failed_is_noted_where_the_gateway_says_so(shop: Shop) -> None:
    sale = await shop.charge()
    why = Decline(
        "refund_failed", DeclineClass.TECHNICAL, "The refund failed.", "Try again.", False
    )
    shop.gateway.refunds.append(
        Twist(refund=lambda told: replace(told, state=ActionState.FAILED, decline=why))
    )
    attempt = (await shop.refund(sale, 500)).attempt
    assert (attempt.state, attempt.verdict) == (State.SETTLED, Verdict.DECLINED)
    assert attempt.note == "The refund failed."


@pytest.mark.parametrize("minor", [1291, 999_999])
async def test_no_more_than_was_taken_is_given_back(shop: Shop, minor: int) -> None:
    sale = await shop.charge()
    with pytest.raises(Refused, match=r"At most EUR 12\.90"):
        await shop.refund(sale, minor)
    assert shop.gateway.count("refund") == 0


async def test_what_is_on_its_way_counts_as_given_back(shop: Shop) -> None:
    sale = await shop.charge()
    await shop.refund(sale, 1000)
    with pytest.raises(Refused, match=r"At most EUR 2\.90"):
        await shop.refund(sale, 500)
    assert (await shop.refund(sale, 290)).attempt.state is State.PENDING


async def test_a_refund_that_never_arrived_is_reserved_until_that_is_proved(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.refunds.append(Twist(raises=LOST, lost=True))
    refund = await shop.refund(sale, 1000)
    assert await left(shop, sale) == euros(290)
    await shop.passes(timedelta(minutes=20))
    assert (await shop.again(refund.attempt)).state is State.NOT_CHARGED
    assert await left(shop, sale) == euros(1290)


async def test_two_refunds_at_once_never_give_back_more_than_is_left(shop: Shop) -> None:
    sale = await shop.charge()
    results = await asyncio.gather(
        shop.refund(sale, 800), shop.refund(sale, 700), return_exceptions=True
    )
    assert sum(isinstance(each, Refused) for each in results) == 1
    assert shop.gateway.payments["pay_1"].refund_pending in (800, 700)
    assert shop.gateway.count("refund") == 1


async def test_the_same_refund_twice_at_once_goes_once(shop: Shop) -> None:
    sale = await shop.charge()
    results = await asyncio.gather(
        shop.refund(sale, 500), shop.refund(sale, 500), return_exceptions=True
    )
    [refusal] = [each for each in results if isinstance(each, Refused)]
    assert "asked for already" in str(refusal)
    assert shop.gateway.payments["pay_1"].refund_pending == 500


async def test_tills_that_see_the_same_world_make_the_same_key(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.refunds.append(Twist(raises=NotSent("No network."), lost=True))
    with pytest.raises(NothingMoved):
        await shop.refund(sale, 500)
    await shop.refund(sale, 500)
    first, second = (p.key for p in shop.gateway.prepared if p.operation == "refund")
    assert first == second


async def test_the_same_amount_again_is_another_refund_once_the_first_one_shows(
    shop: Shop,
) -> None:
    sale = await shop.charge()
    await shop.refund(sale, 500)
    await shop.refund(sale, 500)
    first, second = (p.key for p in shop.gateway.prepared if p.operation == "refund")
    assert first != second
    assert shop.gateway.payments["pay_1"].refund_pending == 1000


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("", "Give a reason"),
        ("   ", "Give a reason"),
        ("x" * 51, "at most 50 characters"),
    ],
)
async def test_a_refund_needs_a_short_reason(shop: Shop, reason: str, sentence: str) -> None:
    sale = await shop.charge()
    with pytest.raises(Refused, match=sentence):
        await shop.refund(sale, 500, reason)
    assert shop.gateway.count("refund") == 0


async def test_a_reason_of_fifty_characters_is_enough(shop: Shop) -> None:
    sale = await shop.charge()
    assert (await shop.refund(sale, 500, f" {'x' * 50} ")).attempt.intent.reason == "x" * 50


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [(Money(0, "EUR"), "above zero"), (Money(500, "USD"), "This payment is in EUR")],
)
async def test_an_amount_that_makes_no_sense_is_refused(
    shop: Shop, amount: Money, sentence: str
) -> None:
    sale = await shop.charge()
    with pytest.raises(Refused, match=sentence):
        await shop.refunds.refund(sale.attempt.id, amount, reason="Mug broke", who="Ada Muster")


async def test_what_the_gateway_cannot_give_back_is_refused_before_it_is_written(
    shop: Shop,
) -> None:
    sale = await shop.charge()
    shop.gateway.refund_limit = "Main gives back whole payments only."
    with pytest.raises(Refused, match="whole payments only"):
        await shop.refund(sale, 500)
    assert await shop.ledger.journal.open_attempts() == ()


async def test_a_declined_charge_has_nothing_to_give_back(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(status=PaymentStatus.DECLINED))
    sale = await shop.charge()
    with pytest.raises(Refused, match="Nothing is left"):
        await shop.refund(sale, 100)


async def test_a_charge_that_is_not_known_cannot_be_given_back(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge()
    assert await left(shop, sale) == euros(0)
    with pytest.raises(Refused, match="not known to the gateway yet"):
        await shop.refund(sale, 100)


async def test_a_refund_is_never_decided_on_old_balances(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.reads.append(Twist(raises=GatewayDown("The gateway does not answer.")))
    with pytest.raises(Refused, match="Nothing was refunded; try again"):
        await shop.refund(sale, 500)
    elsewhere = shop.gateway.payments["pay_1"]
    shop.gateway.payments["pay_1"] = replace(elsewhere, refunded=1000, refundable=290)
    with pytest.raises(Refused, match=r"At most EUR 2\.90"):
        await shop.refund(sale, 500)
    assert shop.gateway.count("refund") == 0


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (NotSent("No network."), State.NOT_SENT),
        (NotAllowed("Not in this state.", said="refund_not_allowed"), State.REFUSED),
        (Rejected("Too small."), State.REFUSED),
        (Unauthorised("The key is not accepted."), State.REFUSED),
    ],
)
async def test_what_provably_gave_nothing_back_may_be_asked_for_again(
    shop: Shop, problem: NotSent, state: State
) -> None:
    sale = await shop.charge()
    shop.gateway.refunds.append(Twist(raises=problem, lost=True))
    with pytest.raises(NothingMoved):
        await shop.refund(sale, 1290)
    detail = await shop.book.detail(sale.attempt.id)
    assert [refund.state for refund in detail.refunds] == [state]
    assert await left(shop, sale) == euros(1290)
    assert (await shop.refund(sale, 1290)).attempt.state is State.PENDING


@pytest.mark.parametrize(
    "twist",
    [
        Twist(raises=LOST),
        Twist(raises=KeyError("id")),
        Twist(refund=lambda r: replace(r, amount=Money(1, "EUR"))),
        Twist(refund=lambda r: replace(r, amount=Money(500, "USD"))),
    ],
    ids=["no answer", "a mistake of ours", "another amount", "another currency"],
)
async def test_a_refund_without_a_proof_is_unknown(shop: Shop, twist: Twist) -> None:
    sale = await shop.charge()
    shop.gateway.refunds.append(twist)
    refund = await shop.refund(sale, 500)
    assert (refund.result, refund.attempt.state) == (Result.UNKNOWN, State.UNKNOWN)
    assert await left(shop, sale) == euros(790)


async def test_an_answer_that_names_an_older_refund_is_not_believed(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.refund_state = ActionState.DONE
    older = await shop.refund(sale, 500)
    shop.gateway.refunds.append(
        Twist(refund=lambda record: replace(record, id=older.attempt.action_id))
    )
    refund = await shop.refund(sale, 500)
    assert (refund.attempt.state, refund.attempt.action_id) == (State.UNKNOWN, "")
    assert [pause.attempt for pause in await shop.ledger.pauses.all()] == [refund.attempt.id]
    await shop.passes(timedelta(seconds=6))
    found = await shop.again(refund.attempt)
    assert (found.verdict, found.action_id) == (Verdict.APPROVED, "ref_2")


async def test_a_refund_whose_answer_was_lost_is_found_by_looking(shop: Shop) -> None:
    sale = await shop.charge()
    shop.gateway.refund_state = ActionState.DONE
    shop.gateway.refunds.append(Twist(raises=LOST))
    refund = await shop.refund(sale, 500)
    assert refund.attempt.action_id == ""
    await shop.passes(timedelta(seconds=5))
    found = await shop.again(refund.attempt)
    assert (found.state, found.action_id) == (State.SETTLED, "ref_1")
    assert shop.gateway.count("refund") == 1


async def test_lost_refunds_that_cannot_be_told_apart_are_never_called_absent(
    shop: Shop,
) -> None:
    sale = await shop.charge(await shop.order(9000))
    shop.gateway.refunds.extend((Twist(raises=LOST), Twist(raises=LOST)))
    first = await shop.refund(sale, 500)
    second = await shop.refund(sale, 500)
    assert shop.gateway.payments["pay_1"].refund_pending == 1000
    await shop.passes(timedelta(hours=4))
    states = {(await shop.again(refund.attempt)).state for refund in (first, second)}
    assert State.NOT_CHARGED not in states


async def test_the_order_of_a_refunded_payment_stays_paid(shop: Shop) -> None:
    order = await shop.order()
    sale = await shop.charge(order)
    shop.gateway.refund_state = ActionState.DONE
    await shop.refund(sale, 1290)
    assert await shop.order_state(order) == "paid"
