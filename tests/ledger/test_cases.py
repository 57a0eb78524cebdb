"""Open cases and alarms in the ledger, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.ledger.errors import HoldsCardNumber, NoSuchEntry
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, BrokenRule, State, Verdict
from posapp.model.case import AlarmKind, CaseEnd, Closing, SeenWhere
from posapp.model.payment import Payment, PaymentStatus
from tests.ledger.conftest import Opener
from tests.ledger.samples import ACCOUNT, Clock, charge, new_order, paid, payment_of

pytestmark = pytest.mark.asyncio

CLOSING = Closing(CaseEnd.NOT_CHARGED, SeenWhere.BANK_STATEMENT, "Not there", "Ada Muster")


async def unknown(ledger: Ledger) -> Attempt:
    attempt = await ledger.journal.begin(charge(await new_order(ledger)))
    await ledger.journal.sending(attempt.id)
    return await ledger.journal.settle(attempt.id, state=State.UNKNOWN)


async def open_case(ledger: Ledger) -> Attempt:
    attempt = await unknown(ledger)
    return await ledger.journal.settle(attempt.id, state=State.OPEN_CASE)


async def late(ledger: Ledger) -> tuple[Attempt, Payment]:
    attempt = await unknown(ledger)
    await ledger.journal.settle(attempt.id, state=State.NOT_CHARGED)
    payment = payment_of(attempt)
    found = await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=payment
    )
    return found, payment


def given_back(payment: Payment) -> Payment:
    return replace(payment, refunded=payment.captured, refundable=0, status=PaymentStatus.REFUNDED)


async def test_a_charge_found_late_raises_its_alarm_in_the_same_step(ledger: Ledger) -> None:
    attempt, payment = await late(ledger)
    [alarm] = (await ledger.cases.questions()).alarms
    assert (alarm.kind, alarm.attempt, alarm.payment) == (AlarmKind.LATE, attempt, payment)
    assert (alarm.customer, alarm.order_number > 0) == ("Ada Muster", True)
    assert await ledger.cases.alarm(alarm.id) == alarm


async def test_an_alarm_is_raised_once_whoever_sees_it_how_often(opened: Opener) -> None:
    ledger, other = await opened("T1"), await opened("T2")
    attempt = await unknown(ledger)
    twin = payment_of(attempt, payment_id="pay_twin")
    raised = [
        await each.cases.raise_alarm(AlarmKind.DOUBLE, attempt_id=attempt.id, payment=twin)
        for each in (ledger, other, ledger)
    ]
    assert raised == [True, False, False]
    assert len((await other.cases.questions()).alarms) == 1


async def test_an_alarm_that_was_acknowledged_is_not_raised_again(ledger: Ledger) -> None:
    attempt = await unknown(ledger)
    twin = payment_of(attempt, payment_id="pay_twin")
    await ledger.cases.raise_alarm(AlarmKind.DOUBLE, attempt_id=attempt.id, payment=twin)
    [alarm] = (await ledger.cases.questions()).alarms
    assert await ledger.cases.acknowledge(alarm.id, reason="Kept", who="Ada")
    assert not await ledger.cases.acknowledge(alarm.id, reason="Again", who="Ada")
    await ledger.cases.raise_alarm(AlarmKind.DOUBLE, attempt_id=attempt.id, payment=twin)
    assert (await ledger.cases.questions()).alarms == ()
    assert await ledger.cases.alarm(alarm.id) is None


@pytest.mark.parametrize("by", ["snapshot", "settling"])
async def test_an_alarm_ends_with_the_snapshot_that_shows_the_money_back(
    ledger: Ledger, by: str
) -> None:
    attempt, payment = await late(ledger)
    half = replace(payment, refunded=100, refundable=payment.captured - 100)
    await ledger.payments.store(half)
    assert len((await ledger.cases.questions()).alarms) == 1
    if by == "snapshot":
        await ledger.payments.store(given_back(payment))
    else:
        await ledger.journal.settle(
            attempt.id,
            state=State.SETTLED,
            verdict=Verdict.APPROVED,
            payment=given_back(payment),
        )
    assert (await ledger.cases.questions()).alarms == ()
    detail = await ledger.payments.detail(attempt.id)
    assert next(entry.event for entry in detail.timeline) == "alarm_ended"


async def test_what_is_still_reserved_is_not_given_back(ledger: Ledger) -> None:
    _, payment = await late(ledger)
    await ledger.payments.store(replace(given_back(payment), capturable=100))
    assert len((await ledger.cases.questions()).alarms) == 1


async def test_a_contradiction_does_not_end_by_itself(ledger: Ledger) -> None:
    attempt = await unknown(ledger)
    declined = payment_of(attempt, status=PaymentStatus.DECLINED)
    await ledger.cases.raise_alarm(AlarmKind.CONTRADICTED, attempt_id=attempt.id, payment=declined)
    await ledger.payments.store(declined)
    assert len((await ledger.cases.questions()).alarms) == 1


async def test_closing_is_one_step_with_the_journal_and_the_audit_trail(
    ledger: Ledger, clock: Clock
) -> None:
    attempt = await open_case(ledger)
    clock.forward(3600)
    closed = await ledger.cases.close(attempt.id, CLOSING, who="B. Lindqvist")
    assert (closed.state, closed.ended_at) == (State.NOT_CHARGED, clock())
    assert closed.note == "Closed by hand: Not there"
    assert (await ledger.cases.questions()).cases == ()
    detail = await ledger.payments.detail(attempt.id)
    assert [entry.event for entry in detail.timeline][:2] == ["case_closed", "attempt"]
    assert await ledger.cases.was_closed(attempt.id)
    assert await ledger.check() == ()


@pytest.mark.parametrize("state", [State.UNKNOWN, State.NOT_CHARGED])
async def test_only_an_open_case_is_closed_and_a_refusal_leaves_no_trace(
    ledger: Ledger, state: State
) -> None:
    attempt = await unknown(ledger)
    if state is not State.UNKNOWN:
        await ledger.journal.settle(attempt.id, state=state)
    before = await ledger.payments.detail(attempt.id)
    with pytest.raises(BrokenRule, match="Only an open case"):
        await ledger.cases.close(attempt.id, CLOSING, who="Ada")
    assert await ledger.payments.detail(attempt.id) == before
    assert not await ledger.cases.was_closed(attempt.id)


async def test_a_case_is_closed_by_one_of_two_tills(opened: Opener) -> None:
    here, there = await opened("T1"), await opened("T2")
    attempt = await open_case(here)
    await here.cases.close(attempt.id, CLOSING, who="Ada")
    with pytest.raises(BrokenRule):
        await there.cases.close(attempt.id, replace(CLOSING, end=CaseEnd.CHARGED), who="B.")
    assert (await there.journal.read(attempt.id)).state is State.NOT_CHARGED


async def test_a_reason_with_a_card_number_is_not_kept(ledger: Ledger) -> None:
    attempt = await open_case(ledger)
    number = "4242 4242 4242 4242"
    with pytest.raises(HoldsCardNumber):
        await ledger.cases.close(attempt.id, replace(CLOSING, reason=number), who="Ada")
    with pytest.raises(HoldsCardNumber):
        await ledger.cases.acknowledge(1, reason=number, who="Ada")
    assert (await ledger.journal.read(attempt.id)).state is State.OPEN_CASE


async def test_what_a_person_saw_takes_the_gateways_id_when_it_turns_up(ledger: Ledger) -> None:
    attempt = await open_case(ledger)
    charged = replace(CLOSING, end=CaseEnd.CHARGED)
    closed = await ledger.cases.close(attempt.id, charged, who="Ada")
    assert (closed.verdict, closed.payment_id) == (Verdict.APPROVED, "")
    await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=payment_of(attempt)
    )
    detail = await ledger.payments.detail(attempt.id)
    assert detail.attempt.payment_id == f"pay_{attempt.id}"
    assert detail.payment is not None


async def test_what_a_gateway_is_still_asked_about_is_found_by_when_it_was_decided(
    ledger: Ledger, clock: Clock
) -> None:
    absent, charged, waiting = [await open_case(ledger) for _ in range(3)]
    await paid(ledger)  # nobody closed that
    clock.forward(10 * 24 * 3600)
    day, hour = clock(), timedelta(hours=1)
    await ledger.cases.close(absent.id, CLOSING, who="Ada")
    await ledger.cases.close(charged.id, replace(CLOSING, end=CaseEnd.CHARGED), who="Ada")
    found = [each.id for each in await ledger.journal.looked_for(day - hour)]
    assert found == [waiting.id, charged.id, absent.id]
    assert [each.id for each in await ledger.journal.looked_for(day + hour)] == [waiting.id]


async def test_the_newest_confirmed_charge_of_an_account_is_the_one_to_search_for(
    ledger: Ledger, clock: Clock
) -> None:
    async def settled(verdict: Verdict) -> Attempt:
        attempt = await unknown(ledger)
        status = PaymentStatus.CAPTURED if verdict is Verdict.APPROVED else PaymentStatus.DECLINED
        payment = payment_of(attempt, status=status)
        clock.forward(60)
        return await ledger.journal.settle(
            attempt.id, state=State.SETTLED, verdict=verdict, payment=payment
        )

    begin = clock()
    await settled(Verdict.APPROVED)
    wanted = await settled(Verdict.APPROVED)
    await settled(Verdict.DECLINED)
    end = clock()
    await settled(Verdict.APPROVED)
    cases = ledger.cases
    assert await cases.recent_charge(ACCOUNT, since=begin, before=end) == wanted
    assert await cases.recent_charge("other", since=begin, before=end) is None
    assert await cases.recent_charge(ACCOUNT, since=end, before=end) is None


async def test_every_look_up_is_kept_as_evidence(ledger: Ledger) -> None:
    attempt = await unknown(ledger)
    await ledger.journal.looked_up(attempt.id, absent=True)
    await ledger.journal.looked_up(
        attempt.id, absent=False, note="No answer.", said="HTTP 503", request_id="req_9"
    )
    await ledger.journal.looked_up(attempt.id, absent=False, said="Pending")
    told = (await ledger.payments.detail(attempt.id)).timeline[:3]
    assert [entry.event for entry in told] == ["looked_up", "not_answered", "not_found"]
    assert (told[1].detail["note"], told[1].detail["said"]) == ("No answer.", "HTTP 503")
    assert told[1].request_id == "req_9"
    assert [entry.detail["look_up"] for entry in told] == ["3", "2", "1"]


async def test_a_case_and_an_alarm_that_are_not_there_are_said_to_be_so(ledger: Ledger) -> None:
    with pytest.raises(NoSuchEntry):
        await ledger.cases.read(99)
    with pytest.raises(NoSuchEntry):
        await ledger.cases.acknowledge(99, reason="Kept", who="Ada")
