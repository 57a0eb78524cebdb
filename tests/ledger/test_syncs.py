"""Readings of the gateway's list: page by page, resumed after any end, nothing counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from posapp.ledger.errors import NoSuchEntry
from posapp.ledger.ledger import Ledger
from posapp.ledger.syncs import SyncMoved
from posapp.model.attempt import State, Verdict
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus
from posapp.model.reconciliation import Phase, SyncRun
from posapp.model.window import midnight_in, window_of
from tests.ledger.conftest import Opener
from tests.ledger.samples import ACCOUNT, Clock, charge, new_order, paid, payment_of, refund, sent

pytestmark = pytest.mark.asyncio

TODAY = date(2025, 11, 21)
BREMEN = midnight_in(timezone(timedelta(hours=1)))
WINDOW = window_of(TODAY, TODAY, BREMEN)


def listed(number: int, at: datetime | None = None, reference: str = "") -> Payment:
    return Payment(
        account=ACCOUNT, id=f"pay_x{number}", reference=reference or f"R{number}",
        amount=Money(500, "EUR"), status=PaymentStatus.CAPTURED, status_said="Captured",
        created_at=at or datetime(2025, 11, 21, 8, 0, tzinfo=UTC) - timedelta(minutes=number),
        captured=500, refundable=500,
    )  # fmt: skip


async def begun(ledger: Ledger) -> SyncRun:
    return await ledger.syncs.begin(ACCOUNT, WINDOW, who="Ada")


async def test_a_run_remembers_its_days_and_where_they_are_counted(
    ledger: Ledger, clock: Clock
) -> None:
    run = await begun(ledger)
    assert run.window == WINDOW
    assert run.window.since.utcoffset() == timedelta(hours=1)
    assert (run.phase, run.who, run.till, run.listed) == (Phase.LISTING, "Ada", "T1", 0)
    assert run.until == clock()  # the day is not over


async def test_a_day_that_is_over_is_read_to_its_end(ledger: Ledger) -> None:
    day = TODAY - timedelta(days=3)
    window = window_of(day, day, BREMEN)
    run = await ledger.syncs.begin(ACCOUNT, window, who="Ada")
    assert run.until == window.until


async def test_a_page_is_kept_with_the_place_of_the_next_one(ledger: Ledger, clock: Clock) -> None:
    run = await begun(ledger)
    after = await ledger.syncs.page(
        run, payments=[listed(1), listed(2)], next_page="p2", asked_at=clock(), unreadable=1,
        payouts=2,
    )  # fmt: skip
    assert (after.cursor, after.pages, after.listed) == ("p2", 1, 2)
    assert (after.unreadable, after.payouts) == (1, 2)
    assert after.reached == listed(2).created_at
    assert 0 < after.share < 1
    assert await ledger.payments.by_gateway_id(ACCOUNT, "pay_x1") == listed(1)
    last = await ledger.syncs.page(after, payments=[listed(3)], next_page="", asked_at=clock())
    assert (last.phase, last.listed, last.share) == (Phase.CHECKING, 3, 1.0)


async def test_no_page_is_counted_twice(ledger: Ledger, clock: Clock) -> None:
    run = await begun(ledger)
    await ledger.syncs.page(run, payments=[listed(1)], next_page="p2", asked_at=clock())
    with pytest.raises(SyncMoved):
        await ledger.syncs.page(run, payments=[listed(1)], next_page="p2", asked_at=clock())
    assert (await ledger.syncs.read(run.id)).pages == 1


async def test_a_payment_that_slid_onto_the_next_page_counts_once(
    ledger: Ledger, clock: Clock
) -> None:
    run = await begun(ledger)
    run = await ledger.syncs.page(
        run, payments=[listed(1), listed(2)], next_page="p2", asked_at=clock()
    )
    run = await ledger.syncs.page(
        run, payments=[listed(2), listed(3)], next_page="", asked_at=clock()
    )
    assert run.listed == 3


async def test_an_unfinished_run_goes_on_at_any_till_and_a_finished_one_does_not(
    opened: Opener, clock: Clock
) -> None:
    one, other = await opened("T1"), await opened("T2")
    run = await one.syncs.begin(ACCOUNT, WINDOW, who="Ada")
    run = await one.syncs.page(run, payments=[listed(1)], next_page="p2", asked_at=clock())
    clock.forward(60)
    taken_up = await other.syncs.begin(ACCOUNT, WINDOW, who="Bo")
    assert taken_up == run
    run = await other.syncs.page(taken_up, payments=[], next_page="", asked_at=clock())
    await other.syncs.finish(run)
    assert (await one.syncs.begin(ACCOUNT, WINDOW, who="Ada")).id != run.id


async def test_a_run_that_cannot_go_on_is_begun_anew(ledger: Ledger) -> None:
    run = await begun(ledger)
    await ledger.syncs.abandon(run, "The gateway forgot the place.")
    assert await ledger.syncs.latest(ACCOUNT, WINDOW) is None
    assert (await begun(ledger)).id != run.id


async def test_runs_of_other_days_and_accounts_are_not_taken_up(ledger: Ledger) -> None:
    run = await begun(ledger)
    other_place = window_of(TODAY, TODAY, midnight_in(UTC))
    longer = window_of(TODAY - timedelta(days=1), TODAY, BREMEN)
    for account, window in (("other", WINDOW), (ACCOUNT, longer), (ACCOUNT, other_place)):
        assert (await ledger.syncs.begin(account, window, who="Ada")).id != run.id
    assert await ledger.syncs.latest(ACCOUNT, WINDOW) == run


async def test_what_was_read_by_a_clock_that_was_ahead_is_replaced(
    ledger: Ledger, clock: Clock
) -> None:
    clock.forward(48 * 3600)
    await ledger.payments.store(listed(1))
    clock.forward(-48 * 3600)
    run = await begun(ledger)
    given_back = replace(listed(1), refunded=1290, refundable=0)
    await ledger.syncs.page(run, payments=[given_back], next_page="", asked_at=clock())
    kept = await ledger.payments.by_gateway_id(ACCOUNT, listed(1).id)
    assert kept == given_back


async def test_what_was_read_later_is_not_overwritten_by_a_slow_page(
    ledger: Ledger, clock: Clock
) -> None:
    run = await begun(ledger)
    asked = clock()
    clock.forward(5)
    newer = replace(listed(1), refunded=500, refundable=0)
    await ledger.payments.store(newer)
    await ledger.syncs.page(run, payments=[listed(1)], next_page="", asked_at=asked)
    assert await ledger.payments.by_gateway_id(ACCOUNT, "pay_x1") == newer


async def test_a_list_corrects_the_snapshot_and_never_the_journal(
    ledger: Ledger, clock: Clock
) -> None:
    attempt, payment = await paid(ledger)
    clock.forward(5)
    run = await begun(ledger)
    told = replace(payment, status=PaymentStatus.DECLINED, captured=0, refundable=0)
    await ledger.syncs.page(run, payments=[told], next_page="", asked_at=clock())
    assert await ledger.payments.by_gateway_id(ACCOUNT, payment.id) == told
    assert await ledger.journal.read(attempt.id) == attempt


async def test_payments_of_ours_that_were_not_listed_are_asked_for_by_their_ids(
    ledger: Ledger, clock: Clock
) -> None:
    attempts = [await paid(ledger) for _ in range(3)]
    await sent(ledger, charge(await new_order(ledger)))  # no id yet: nothing to ask for
    clock.forward(60)
    run = await begun(ledger)
    shown = attempts[0][1]
    run = await ledger.syncs.page(run, payments=[shown], next_page="", asked_at=clock())
    missing = [payment.id for _, payment in attempts[1:]]
    assert await ledger.syncs.to_check(run, 1) == ((missing[0],), 2)
    run = await ledger.syncs.checked(
        run, {missing[0]: attempts[1][1], missing[1]: None}, asked_at=clock()
    )
    assert (run.checked, run.absent, run.listed) == (2, 1, 1)
    assert await ledger.syncs.to_check(run, 9) == ((), 0)
    assert (await ledger.syncs.finish(run)).phase is Phase.COMPLETE


async def test_a_refund_of_an_older_payment_is_looked_for_too(ledger: Ledger, clock: Clock) -> None:
    _, payment = await paid(ledger)
    clock.forward(24 * 3600)
    asked = await sent(ledger, refund(payment, 500))
    await ledger.journal.settle(asked.id, state=State.SETTLED, verdict=Verdict.APPROVED)
    clock.forward(60)
    day = TODAY + timedelta(days=1)
    run = await ledger.syncs.begin(ACCOUNT, window_of(day, day, BREMEN), who="Ada")
    run = await ledger.syncs.page(run, payments=[], next_page="", asked_at=clock())
    assert await ledger.syncs.to_check(run, 9) == ((payment.id,), 1)


async def test_a_finished_run_takes_nothing_more(ledger: Ledger, clock: Clock) -> None:
    run = await begun(ledger)
    run = await ledger.syncs.page(run, payments=[], next_page="", asked_at=clock())
    run = await ledger.syncs.finish(run)
    with pytest.raises(SyncMoved):
        await ledger.syncs.checked(run, {"pay_9": None}, asked_at=clock())
    with pytest.raises(SyncMoved):
        await ledger.syncs.finish(run)


async def test_why_it_stopped_is_kept_until_it_goes_on(ledger: Ledger, clock: Clock) -> None:
    run = await begun(ledger)
    await ledger.syncs.stopped(run, "The gateway did not answer.")
    run = await ledger.syncs.read(run.id)
    assert run.note == "The gateway did not answer."
    run = await ledger.syncs.page(run, payments=[], next_page="p2", asked_at=clock())
    assert run.note == ""
    with pytest.raises(NoSuchEntry):
        await ledger.syncs.read(run.id + 1)


async def test_the_list_of_payments_finds_what_the_gateway_added(
    ledger: Ledger, clock: Clock
) -> None:
    from posapp.model.history import PaymentFilter

    attempt = await sent(ledger, charge(await new_order(ledger)))
    bare = payment_of(attempt, auth_code="")
    await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=Verdict.APPROVED, payment=bare
    )
    clock.forward(5)
    run = await begun(ledger)
    told = replace(bare, auth_code="QX77QX")
    await ledger.syncs.page(run, payments=[told], next_page="", asked_at=clock())
    page = await ledger.payments.page(PaymentFilter(text="qx77qx"))
    assert [row.attempt_id for row in page.rows] == [attempt.id]
