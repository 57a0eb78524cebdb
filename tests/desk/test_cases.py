"""What people do about open cases, charges that turned up late and charges made twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.desk.people import PRACTICE_PIN
from posapp.gateways.port import GatewayDown, NotSent, OutcomeUnknown
from posapp.model.attempt import ABSENT_AFTER, CASE_AFTER, Attempt, State, Verdict
from posapp.model.case import Alarm, AlarmKind, CaseEnd, SeenWhere
from posapp.model.payment import ActionState, PaymentStatus
from posapp.model.secret import Secret, SecretWiped
from tests.desk.shop import WHO, Shop
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LOST = OutcomeUnknown("The gateway did not answer in time.")
DOWN = GatewayDown("The gateway does not answer.", said="HTTP 503", request_id="req_down")


async def open_case(shop: Shop, *, arrived: bool = True) -> Outcome:
    """A charge of which nothing could be found out in three hours."""
    shop.gateway.charges.append(Twist(raises=LOST, lost=not arrived))
    sale = await shop.charge()
    shop.gateway.finds.extend([Twist(raises=DOWN)] * 13)
    await shop.passes(CASE_AFTER + MINUTE)
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE
    return sale


async def close(
    shop: Shop,
    sale: Outcome,
    end: CaseEnd = CaseEnd.NOT_CHARGED,
    *,
    reason: str = "Not in the list of the day",
    pin: str = PRACTICE_PIN,
) -> Attempt:
    return await shop.cases.close(
        sale.attempt.id,
        end=end,
        seen=SeenWhere.GATEWAY_SITE,
        reason=reason,
        pin=Secret(pin),
        who=WHO,
    )


async def late_charge(shop: Shop) -> tuple[Outcome, Alarm]:
    """A charge that reached the gateway after it was proved that it is not there."""
    await shop.charge()
    shop.clock.move(HOUR)
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge()
    underway = shop.gateway.payments.pop("pay_2")
    await shop.passes(ABSENT_AFTER + MINUTE)
    assert (await shop.again(sale.attempt)).state is State.NOT_CHARGED
    shop.gateway.payments["pay_2"] = underway
    await shop.passes(HOUR)
    [alarm] = (await shop.cases.questions()).alarms
    return sale, alarm


async def test_what_is_being_looked_up_stands_beside_what_waits_for_a_person(shop: Shop) -> None:
    old = await open_case(shop)
    shop.gateway.charges.append(Twist(raises=LOST))
    new = await shop.charge(await shop.order())
    asked = await shop.cases.questions()
    assert [case.attempt.id for case in asked.cases] == [old.attempt.id]
    assert [case.attempt.id for case in asked.unknown] == [new.attempt.id]
    assert asked.for_a_person == 1
    assert asked.cases[0].customer == "Ada Muster"
    assert asked.cases[0].order_number > 0
    assert asked.cases[0].since == old.attempt.sent_at


async def test_what_waits_for_the_customer_is_no_question(shop: Shop) -> None:
    await shop.links.create(await shop.order(), account="main", who=WHO)
    assert (await shop.cases.questions()).unknown == ()


async def test_a_case_belongs_to_whoever_took_it_last(shop: Shop) -> None:
    sale = await open_case(shop)
    assert (await shop.cases.case(sale.attempt.id)).owner == ""
    await shop.cases.take(sale.attempt.id, who="Ada Muster")
    taken = await shop.cases.take(sale.attempt.id, who="B. Lindqvist")
    assert (taken.owner, taken.taken_at) == ("B. Lindqvist", shop.clock())
    told = [entry for entry in (await shop.cases.evidence(sale.attempt.id)).timeline
            if entry.event == "case_taken"]  # fmt: skip
    assert [(entry.who, entry.detail.get("from", "")) for entry in told] == [
        ("B. Lindqvist", "Ada Muster"),
        ("Ada Muster", ""),
    ]


async def test_the_evidence_shows_every_look_up_with_what_the_gateway_said(shop: Shop) -> None:
    sale = await open_case(shop)
    asked = [
        entry for entry in (await shop.cases.evidence(sale.attempt.id)).timeline
        if entry.event == "not_answered"
    ]  # fmt: skip
    assert len(asked) == 13
    assert asked[0].at == sale.attempt.sent_at + CASE_AFTER  # type: ignore[operator]
    assert asked[0].detail["note"] == str(DOWN)
    assert asked[0].detail["said"] == "HTTP 503"
    assert asked[0].request_id == "req_down"


async def test_a_case_closed_as_not_charged_frees_the_order(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=LOST, lost=True))
    sale = await shop.charge(order)
    shop.gateway.finds.extend([Twist(raises=DOWN)] * 13)
    await shop.passes(CASE_AFTER + MINUTE)
    closed = await close(shop, sale)
    assert closed.state is State.NOT_CHARGED
    assert await shop.order_state(order) == "open"
    assert (await shop.cases.questions()).cases == ()
    entry = next(
        entry for entry in (await shop.cases.evidence(sale.attempt.id)).timeline
        if entry.event == "case_closed"
    )  # fmt: skip
    assert entry.who == WHO
    assert entry.detail == {
        "kind": "charge",
        "outcome": "not_charged",
        "seen": "gateway_site",
        "reason": "Not in the list of the day",
        "approved_by": "Trainee",
    }


async def test_a_case_closed_as_charged_pays_the_order(shop: Shop) -> None:
    sale = await open_case(shop)
    closed = await close(shop, sale, CaseEnd.CHARGED)
    assert (closed.state, closed.verdict) == (State.SETTLED, Verdict.APPROVED)
    order = await shop.ledger.orders.read(sale.attempt.intent.order_id)
    assert order.state.value == "paid"


async def test_a_case_that_was_closed_is_still_swept_for(shop: Shop) -> None:
    sale = await open_case(shop, arrived=True)
    await close(shop, sale, CaseEnd.CHARGED)
    await shop.passes(2 * HOUR)
    found = await shop.sales.outcome(sale.attempt.id)
    assert found.payment == shop.gateway.payments["pay_1"]
    assert found.result is Result.APPROVED
    asked = shop.gateway.count("find") + shop.gateway.count("read")
    await shop.passes(100 * HOUR)
    assert shop.gateway.count("find") + shop.gateway.count("read") > asked
    assert (await shop.cases.questions()).alarms == ()


async def test_a_charge_that_somebody_saw_and_the_gateway_declined_is_an_alarm(shop: Shop) -> None:
    sale = await open_case(shop)
    await close(shop, sale, CaseEnd.CHARGED)
    shop.gateway.become("pay_1", PaymentStatus.DECLINED)
    await shop.passes(2 * HOUR)
    [alarm] = (await shop.cases.questions()).alarms
    assert alarm.kind is AlarmKind.CONTRADICTED
    assert alarm.to_give_back is None
    with pytest.raises(Refused, match="no charge to give back"):
        await shop.cases.give_back(alarm, who=WHO)
    await shop.passes(100 * HOUR)
    assert len((await shop.cases.questions()).alarms) == 1


async def test_a_charge_nobody_saw_that_is_there_is_an_alarm(shop: Shop) -> None:
    sale = await open_case(shop)
    await close(shop, sale, CaseEnd.NOT_CHARGED)
    await shop.passes(2 * HOUR)
    [alarm] = (await shop.cases.questions()).alarms
    assert (alarm.kind, alarm.attempt.id) == (AlarmKind.LATE, sale.attempt.id)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


@pytest.mark.parametrize(
    ("reason", "pin", "field"),
    [
        ("  ", PRACTICE_PIN, "reason"),
        ("x" * 201, PRACTICE_PIN, "reason"),
        ("Seen", "111222", "pin"),
    ],
)
async def test_closing_needs_a_reason_and_a_supervisor(
    shop: Shop, reason: str, pin: str, field: str
) -> None:
    sale = await open_case(shop)
    with pytest.raises(Refused) as refused:
        await close(shop, sale, reason=reason, pin=pin)
    assert list(refused.value.fields) == [field]
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE


async def test_a_reason_that_holds_a_card_number_is_refused(shop: Shop) -> None:
    sale = await open_case(shop)
    with pytest.raises(Refused, match="card number"):
        await close(shop, sale, reason="Card 4242424242424242 not charged")
    assert (await shop.again(sale.attempt)).state is State.OPEN_CASE


async def test_a_case_that_ended_meanwhile_cannot_be_closed(shop: Shop) -> None:
    sale = await open_case(shop)
    await shop.cases.check(sale.attempt.id)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED
    with pytest.raises(Refused, match="not open any more"):
        await close(shop, sale)
    assert (await shop.again(sale.attempt)).verdict is Verdict.APPROVED


async def test_the_pin_is_wiped_whatever_happens(shop: Shop) -> None:
    sale = await shop.charge()
    pin = Secret(PRACTICE_PIN)
    with pytest.raises(Refused):
        await shop.cases.close(
            sale.attempt.id,
            end=CaseEnd.CHARGED,
            seen=SeenWhere.CALLERS_BANK,
            reason="Seen",
            pin=pin,
            who=WHO,
        )
    with pytest.raises(SecretWiped):
        pin.reveal()


async def test_a_late_charge_is_an_alarm_until_the_money_is_back(shop: Shop) -> None:
    sale, alarm = await late_charge(shop)
    assert (alarm.kind, alarm.number) == (AlarmKind.LATE, "pay_2")
    assert alarm.to_give_back is not None
    given = await shop.cases.give_back(alarm, who=WHO)
    assert given.result is Result.UNKNOWN  # asked for, not confirmed yet
    assert len((await shop.cases.questions()).alarms) == 1
    shop.gateway.finish_refund("pay_2", "ref_1", ActionState.DONE)
    await shop.passes(MINUTE)
    assert (await shop.cases.questions()).alarms == ()
    assert shop.gateway.payments["pay_2"].refunded == 1290
    told = (await shop.cases.evidence(sale.attempt.id)).timeline
    assert {"alarm_raised", "alarm_ended"} <= {entry.event for entry in told}


async def test_a_refund_confirmed_at_once_ends_the_alarm_at_once(shop: Shop) -> None:
    _, alarm = await late_charge(shop)
    shop.gateway.refund_state = ActionState.DONE
    assert (await shop.cases.give_back(alarm, who=WHO)).result is Result.APPROVED
    assert (await shop.cases.questions()).alarms == ()


async def test_a_refund_that_fails_leaves_the_alarm(shop: Shop) -> None:
    _, alarm = await late_charge(shop)
    shop.gateway.refund_state = ActionState.FAILED
    assert (await shop.cases.give_back(alarm, who=WHO)).result is Result.DECLINED
    shop.gateway.refunds.append(Twist(raises=NotSent("No line."), lost=True))
    with pytest.raises(Refused):
        await shop.cases.give_back(alarm, who=WHO)
    assert len((await shop.cases.questions()).alarms) == 1


async def test_money_given_back_elsewhere_ends_the_alarm_too(shop: Shop) -> None:
    sale, _ = await late_charge(shop)
    shop.gateway.become("pay_2", PaymentStatus.VOIDED)
    await shop.book.check(sale.attempt.id, who=WHO)
    assert (await shop.cases.questions()).alarms == ()


async def test_what_is_only_reserved_is_not_refunded_and_stays_an_alarm(shop: Shop) -> None:
    _, alarm = await late_charge(shop)
    shop.gateway.become("pay_2", PaymentStatus.AUTHORISED)
    with pytest.raises(Refused, match="cannot be refunded"):
        await shop.cases.give_back(alarm, who=WHO)
    assert shop.gateway.count("refund") == 0
    assert len((await shop.cases.questions()).alarms) == 1


async def test_an_alarm_can_be_acknowledged_with_a_reason_only(shop: Shop) -> None:
    sale, alarm = await late_charge(shop)
    with pytest.raises(Refused, match="reason"):
        await shop.cases.acknowledge(alarm, reason=" ", who=WHO)
    await shop.cases.acknowledge(alarm, reason="The customer keeps the goods", who=WHO)
    assert (await shop.cases.questions()).alarms == ()
    with pytest.raises(Refused, match="settled meanwhile"):
        await shop.cases.acknowledge(alarm, reason="Again", who=WHO)
    with pytest.raises(Refused, match="settled meanwhile"):
        await shop.cases.give_back(alarm, who=WHO)
    entry = next(
        entry for entry in (await shop.cases.evidence(sale.attempt.id)).timeline
        if entry.event == "alarm_acknowledged"
    )  # fmt: skip
    assert (entry.who, entry.detail["reason"]) == (WHO, "The customer keeps the goods")
    await shop.passes(100 * HOUR)
    assert (await shop.cases.questions()).alarms == ()


async def test_a_charge_made_twice_pays_the_order_once_and_alarms_about_the_later(
    shop: Shop,
) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge(order)
    shop.gateway.twin("pay_1")
    await shop.passes(5 * timedelta(seconds=1))
    found = await shop.again(sale.attempt)
    assert (found.verdict, found.payment_id) == (Verdict.APPROVED, "pay_1")
    assert await shop.order_state(order) == "paid"
    [alarm] = (await shop.cases.questions()).alarms
    assert (alarm.kind, alarm.number) == (AlarmKind.DOUBLE, "pay_1_twin")
    shop.gateway.refund_state = ActionState.DONE
    await shop.cases.give_back(alarm, who=WHO)
    assert (await shop.cases.questions()).alarms == ()
    assert shop.gateway.payments["pay_1_twin"].refunded == 1290
    assert shop.gateway.payments["pay_1"].refunded == 0


async def test_a_second_try_that_was_declined_is_no_double(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST))
    sale = await shop.charge()
    shop.gateway.twin("pay_1")
    shop.gateway.become("pay_1", PaymentStatus.DECLINED)
    await shop.passes(5 * timedelta(seconds=1))
    assert (await shop.again(sale.attempt)).payment_id == "pay_1_twin"
    assert (await shop.cases.questions()).alarms == ()
