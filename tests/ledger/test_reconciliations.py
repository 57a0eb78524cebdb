"""Comparisons that are kept, filtered and paged, and what people decide about a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.ledger.errors import NoSuchEntry
from posapp.ledger.ledger import Ledger
from posapp.ledger.reconciliations import NotComplete
from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Row, Standing
from posapp.model.reconciliation import RowFilter, SyncRun, Total
from tests.ledger.conftest import Opener
from tests.ledger.places import Place
from tests.ledger.samples import ACCOUNT, Clock, paid
from tests.ledger.test_syncs import WINDOW, begun, listed

pytestmark = pytest.mark.asyncio


async def complete(ledger: Ledger, clock: Clock, *numbers: int) -> SyncRun:
    run = await begun(ledger)
    payments = [listed(number) for number in numbers]
    run = await ledger.syncs.page(run, payments=payments, next_page="", asked_at=clock())
    return await ledger.syncs.finish(run)


def entry(number: int, minor: int = 500, **more: object) -> Entry:
    made = Entry(
        movement=Movement.CHARGE, payment_id=f"pay_{number}", amount=Money(minor, "EUR"),
        standing=Standing.DONE, at=listed(number).created_at, reference=f"R{number}",
        said="approved", who="Ada", till="T1",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def rows() -> tuple[Row, ...]:
    part = entry(1, 200, movement=Movement.CAPTURE, record_id="act_1")
    return (
        Row(Match.MATCHED, entry(1, attempt_id=1), entry(1), (part,), twin=True),
        Row(Match.ONLY_THERE, None, entry(2, movement=Movement.REFUND, record_id="r2")),
        Row(Match.NOT_KNOWN, entry(3, attempt_id=3, standing=Standing.OPEN), None),
        Row(Match.AMOUNT_DIFFERS, entry(4, attempt_id=4), entry(4, 700)),
        Row(Match.ONLY_THERE, None, entry(5)),
    )


async def reconciled(ledger: Ledger, clock: Clock) -> SyncRun:
    run = await complete(ledger, clock, 1, 2)
    await ledger.reconciliations.begin(run.id)
    await ledger.reconciliations.add(run.id, rows()[:3], start=0)
    await ledger.reconciliations.add(run.id, rows()[3:], start=3)
    await ledger.reconciliations.finish(run.id, rows=5, who="Ada")
    return run


async def test_a_list_that_was_not_read_to_its_end_is_never_compared(
    ledger: Ledger, clock: Clock
) -> None:
    run = await begun(ledger)
    with pytest.raises(NotComplete, match="Nothing was compared"):
        await ledger.reconciliations.begin(run.id)
    run = await ledger.syncs.page(run, payments=[], next_page="", asked_at=clock())
    with pytest.raises(NotComplete):
        await ledger.reconciliations.begin(run.id)


async def test_rows_come_back_as_they_were_kept(ledger: Ledger, clock: Clock) -> None:
    run = await reconciled(ledger, clock)
    page = await ledger.reconciliations.page(run.id, RowFilter())
    assert tuple(each.row for each in page.rows) == rows()
    assert [each.position for each in page.rows] == [0, 1, 2, 3, 4]
    assert page.next is None


async def test_pages_and_filters_are_the_databases_work(ledger: Ledger, clock: Clock) -> None:
    run = await reconciled(ledger, clock)
    kept = ledger.reconciliations
    seen, after = [], -1
    while True:
        page = await kept.page(run.id, RowFilter(), after=after, limit=2)
        seen += [each.position for each in page.rows]
        if page.next is None:
            break
        after = page.next
    assert seen == [0, 1, 2, 3, 4]
    there = await kept.page(run.id, RowFilter(match=Match.ONLY_THERE))
    assert [each.position for each in there.rows] == [1, 4]
    await kept.explain(run.id, 1, reason="Refunded on the site", who="Ada")
    to_do = await kept.page(run.id, RowFilter(to_do=True))
    assert [each.position for each in to_do.rows] == [2, 3, 4]


async def test_the_summary_counts_rows_and_sums_what_moved_on_each_side(
    ledger: Ledger, clock: Clock
) -> None:
    run = await reconciled(ledger, clock)
    summary = await ledger.reconciliations.summary(run.id)
    assert summary.counts == {
        Match.MATCHED: 1, Match.ONLY_THERE: 2, Match.NOT_KNOWN: 1, Match.AMOUNT_DIFFERS: 1,
    }  # fmt: skip
    assert summary.totals == (
        Total(Movement.CHARGE, "EUR", ours=1000, theirs=1700),
        Total(Movement.REFUND, "EUR", ours=0, theirs=500),
    )
    assert (summary.rows, summary.to_do) == (5, 4)
    assert summary.run.reconciled_at == clock()


async def test_an_explanation_stands_in_the_audit_trail_and_outlives_the_comparison(
    ledger: Ledger, clock: Clock, place: Place
) -> None:
    run = await reconciled(ledger, clock)
    kept = ledger.reconciliations
    told = await kept.explain(run.id, 4, reason="Paid at the fair, 4242424242424242", who="Ada")
    assert told.case.explained
    assert "4242424242424242" not in told.case.reason
    assert (told.case.explained_by, told.case.explained_at) == ("Ada", clock())
    await kept.assign(run.id, 4, to="Bo", who="Ada")
    again = await reconciled(ledger, clock)
    assert again.id != run.id
    later = await kept.row(again.id, 4)
    assert later.case.explained
    assert later.case.assigned_to == "Bo"
    assert not later.needs_work
    assert (await kept.summary(again.id)).to_do == 3
    events = place.rows("SELECT event, subject, who FROM audit ORDER BY id")
    assert ("difference_explained", "charge:pay_5:", "Ada") in events
    assert ("difference_assigned", "charge:pay_5:", "Ada") in events
    assert events.count(("reconciled", f"account:{ACCOUNT}", "Ada")) == 2
    assert await ledger.check() == ()


async def test_an_explanation_is_looked_at_again_when_the_sides_say_something_else(
    ledger: Ledger, clock: Clock
) -> None:
    run = await reconciled(ledger, clock)
    kept = ledger.reconciliations
    await kept.explain(run.id, 3, reason="Tip", who="Ada")
    changed = Row(Match.AMOUNT_DIFFERS, entry(4, attempt_id=4), entry(4, 900))
    await kept.add(run.id, (changed,), start=3)
    row = await kept.row(run.id, 3)
    assert (row.case.reason, row.case.explained, row.needs_work) == ("Tip", False, True)
    assert (await kept.summary(run.id)).to_do == 4


async def test_an_explanation_can_be_taken_back(ledger: Ledger, clock: Clock) -> None:
    run = await reconciled(ledger, clock)
    await ledger.reconciliations.explain(run.id, 3, reason="Tip", who="Ada")
    row = await ledger.reconciliations.explain(run.id, 3, reason="", who="Bo")
    assert (row.case.reason, row.case.explained_by, row.case.explained_at) == ("", "", None)
    assert row.needs_work


async def test_a_row_that_is_gone_is_said_to_be(ledger: Ledger, clock: Clock) -> None:
    run = await reconciled(ledger, clock)
    with pytest.raises(NoSuchEntry, match="made anew"):
        await ledger.reconciliations.assign(run.id, 9, to="Bo", who="Ada")


async def test_a_shorter_comparison_leaves_no_rows_of_the_longer_one(
    ledger: Ledger, clock: Clock
) -> None:
    run = await reconciled(ledger, clock)
    await ledger.reconciliations.add(run.id, rows()[:1], start=0)
    await ledger.reconciliations.finish(run.id, rows=1, who="Ada")
    assert (await ledger.reconciliations.summary(run.id)).rows == 1


async def test_both_sides_are_read_page_by_page(ledger: Ledger, clock: Clock) -> None:
    one, payment = await paid(ledger)
    other, _ = await paid(ledger)
    clock.forward(timedelta(days=2).total_seconds())
    outside, shown = await paid(ledger)
    clock.forward(1)
    run = await begun(ledger)
    told = [payment, replace(shown, created_at=WINDOW.since), listed(7)]
    run = await ledger.syncs.page(run, payments=told, next_page="", asked_at=clock())
    run = await ledger.syncs.checked(run, {"pay_gone": None}, asked_at=clock())
    run = await ledger.syncs.finish(run)
    kept = ledger.reconciliations
    seen: list[int] = []
    while page := await kept.ours(run, after=seen[-1] if seen else 0, limit=2):
        seen += [attempt.id for attempt in page]
    assert seen == [one.id, other.id, outside.id]
    names: list[str] = []
    while there := await kept.theirs(run, after=names[-1] if names else "", limit=2):
        names += [each.id for each in there]
    assert sorted(names) == sorted([payment.id, shown.id, "pay_x7"])
    assert await kept.absent(run) == {"pay_gone"}


async def test_two_tills_see_the_same_comparison(opened: Opener, clock: Clock) -> None:
    one, other = await opened("T1"), await opened("T2")
    run = await reconciled(one, clock)
    await other.reconciliations.assign(run.id, 1, to="Bo", who="Bo")
    assert (await one.reconciliations.row(run.id, 1)).case.assigned_to == "Bo"
