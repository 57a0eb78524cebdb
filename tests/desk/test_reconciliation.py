"""Comparing a day with the gateway, and settling what differs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from posapp.desk.errors import Refused
from posapp.desk.reconciliation import Reconciliation
from posapp.desk.sync import Sync
from posapp.desk.till import Till
from posapp.gateways.port import OutcomeUnknown
from posapp.model.payment import ActionState, PaymentStatus, RefundRecord
from posapp.model.reconcile import Match
from posapp.model.reconciliation import ReconciledRow, RowFilter, Summary
from posapp.model.window import midnight_in
from tests.desk.shop import WHO, Shop, euros
from tests.desk.test_sync import DOWN, quiet
from tests.fakes.clock import NOON, MovableClock
from tests.fakes.gateway import Twist
from tests.fakes.listing import ListingGateway

pytestmark = pytest.mark.asyncio

TODAY = NOON.date()
EVERYTHING = RowFilter()


@pytest.fixture
def gateway(clock: MovableClock) -> ListingGateway:
    return ListingGateway(clock)


@pytest.fixture
def reconciliation(till: Till, clock: MovableClock) -> Reconciliation:
    return Reconciliation(till, Sync(till, clock=clock), clock=clock, midnight=midnight_in(UTC))


async def run(reconciliation: Reconciliation, clock: MovableClock) -> Summary:
    clock.move(timedelta(seconds=1))
    return await reconciliation.run("main", TODAY, TODAY, who=WHO, tell=quiet)


async def rows(reconciliation: Reconciliation, summary: Summary) -> list[ReconciledRow]:
    return list((await reconciliation.page(summary.run.id, EVERYTHING)).rows)


async def test_a_day_on_which_both_sides_agree(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    gateway.refund_state = ActionState.DONE
    for _ in range(3):
        await shop.charge()
    await shop.refund(await shop.charge(), 290)
    summary = await run(reconciliation, clock)
    assert summary.counts == {Match.MATCHED: 5}
    assert [(t.movement, t.ours, t.theirs) for t in summary.totals] == [
        ("charge", 5160, 5160), ("refund", 290, 290),
    ]  # fmt: skip


async def test_every_kind_of_difference_is_found_in_one_day(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    matched, gone, changed, declined, refunded = [await shop.charge() for _ in range(5)]
    del gateway.payments[gone.attempt.payment_id]
    ids = [outcome.attempt.payment_id for outcome in (changed, declined, refunded)]
    gateway.payments[ids[0]] = replace(gateway.payments[ids[0]], amount=euros(1190))
    gateway.become(ids[1], PaymentStatus.DECLINED)
    await refund_on_the_site(gateway, ids[2])
    gateway.made_elsewhere(1, NOON)
    gateway.charges.append(Twist(raises=OutcomeUnknown("Lost.")))
    unknown = await shop.charge()
    summary = await run(reconciliation, clock)
    found = {
        row.row.entry.attempt_id: row.row.match
        for row in await rows(reconciliation, summary)
        if row.row.ours
    }
    assert found == {
        matched.attempt.id: Match.MATCHED,
        gone.attempt.id: Match.ONLY_HERE,
        changed.attempt.id: Match.AMOUNT_DIFFERS,
        declined.attempt.id: Match.STATE_DIFFERS,
        refunded.attempt.id: Match.MATCHED,
        unknown.attempt.id: Match.NOT_KNOWN,
    }
    assert summary.counts[Match.ONLY_THERE] == 2
    assert summary.rows == 8


async def refund_on_the_site(gateway: ListingGateway, payment_id: str) -> None:
    """Somebody gives money back without this program."""
    payment = gateway.payments[payment_id]
    record = RefundRecord("ref_site", euros(290), ActionState.DONE, at=NOON)
    gateway.payments[payment_id] = replace(
        payment, refunds=(record,), refunded=290, refundable=payment.refundable - 290
    )


async def test_the_journal_is_never_corrected(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    sale = await shop.charge()
    gateway.become(sale.attempt.payment_id, PaymentStatus.DECLINED)
    await run(reconciliation, clock)
    assert await shop.again(sale.attempt) == sale.attempt
    payment = await shop.ledger.payments.by_gateway_id("main", sale.attempt.payment_id)
    assert payment is not None
    assert payment.status is PaymentStatus.DECLINED


async def test_a_list_that_broke_off_is_not_compared(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    await shop.charge()
    gateway.made_elsewhere(1, NOON)
    gateway.made_elsewhere(2, NOON)
    gateway.troubles.extend([None, DOWN])
    with pytest.raises(Refused):
        await run(reconciliation, clock)
    found = await reconciliation.found("main", TODAY, TODAY)
    assert found.summary is None
    assert found.run is not None
    with pytest.raises(Refused, match="not read to its end"):
        await reconciliation.compare(found.run, who=WHO)
    assert (await run(reconciliation, clock)).rows == 3
    assert (await reconciliation.found("main", TODAY, TODAY)).summary is not None


async def test_comparing_twice_gives_the_same_rows(
    shop: Shop, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    for _ in range(3):
        await shop.charge()
    first = await run(reconciliation, clock)
    before = await rows(reconciliation, first)
    again = await reconciliation.compare(first.run, who=WHO)
    assert await rows(reconciliation, again) == before


async def test_a_difference_is_assigned_and_explained_and_the_payment_remembers_it(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    sale = await shop.charge()
    gateway.become(sale.attempt.payment_id, PaymentStatus.DECLINED)
    summary = await run(reconciliation, clock)
    [row] = await rows(reconciliation, summary)
    assert row.needs_work
    row = await reconciliation.assign(row, to="  B.  Lindqvist ", who=WHO)
    assert row.case.assigned_to == "B. Lindqvist"
    row = await reconciliation.explain(row, reason=" Bank holiday ", who=WHO)
    assert (row.case.reason, row.needs_work) == ("Bank holiday", False)
    timeline = (await shop.book.detail(sale.attempt.id)).timeline
    assert [entry.event for entry in timeline][:2] == [
        "difference_explained", "difference_assigned",
    ]  # fmt: skip
    row = await reconciliation.take_back(row, who=WHO)
    assert row.needs_work


async def test_what_cannot_be_kept_is_refused_beside_its_field(
    shop: Shop, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    await shop.charge()
    [row] = await rows(reconciliation, await run(reconciliation, clock))
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(Refused) as refused:
            await reconciliation.explain(row, reason=reason, who=WHO)
        assert set(refused.value.fields) == {"reason"}
    with pytest.raises(Refused) as refused:
        await reconciliation.assign(row, to="x" * 81, who=WHO)
    assert set(refused.value.fields) == {"to"}


async def test_the_export_has_every_row_and_runs_in_no_spreadsheet(
    shop: Shop, gateway: ListingGateway, reconciliation: Reconciliation, clock: MovableClock
) -> None:
    await shop.charge()
    for number in range(130):
        payment = gateway.made_elsewhere(number, NOON)
        gateway.payments[payment.id] = replace(payment, reference="=HYPERLINK(1)")
    gateway.size = 100
    summary = await run(reconciliation, clock)
    text = "".join(
        [piece async for piece in reconciliation.export(summary.run.id, EVERYTHING, "csv")]
    )
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == summary.rows == 131
    there = [line for line in table if line["result"] == "only_there"]
    assert {line["reference"] for line in there} == {"'=HYPERLINK(1)"}
    [mine] = [line for line in table if line["result"] == "matched"]
    assert (mine["here"], mine["there"], mine["currency_here"]) == ("12.90", "12.90", "EUR")
    assert mine["explanation"] == "Both sides have this payment of EUR 12.90."
    one = RowFilter(match=Match.MATCHED)
    listed = [piece async for piece in reconciliation.export(summary.run.id, one, "json")]
    assert [each["result"] for each in json.loads("".join(listed))] == ["matched"]


async def test_an_empty_export_still_names_its_columns(
    reconciliation: Reconciliation, clock: MovableClock
) -> None:
    summary = await run(reconciliation, clock)
    text = "".join(
        [piece async for piece in reconciliation.export(summary.run.id, EVERYTHING, "csv")]
    )
    assert text.startswith("result,movement,time,")
    assert text.count("\r\n") == 1


async def test_days_that_cannot_be_compared_are_refused(reconciliation: Reconciliation) -> None:
    tomorrow = TODAY + timedelta(days=1)
    for first, last, field in (
        (tomorrow, tomorrow, "first"),
        (TODAY, TODAY - timedelta(days=1), "last"),
        (TODAY - timedelta(days=31), TODAY, "last"),
    ):
        with pytest.raises(Refused) as refused:
            await reconciliation.found("main", first, last)
        assert set(refused.value.fields) == {field}


async def test_the_day_is_the_one_of_the_shop_not_of_the_gateway(
    till: Till, clock: MovableClock, gateway: ListingGateway
) -> None:
    far_east = timezone(timedelta(hours=13))
    there = Reconciliation(
        till, Sync(till, clock=clock), clock=clock, midnight=midnight_in(far_east)
    )
    assert there.today() == TODAY + timedelta(days=1)  # noon in UTC
    gateway.made_elsewhere(1, NOON - timedelta(hours=2))  # yesterday, 23 o'clock
    gateway.made_elsewhere(2, NOON - timedelta(minutes=30))  # half past midnight
    summary = await there.run("main", there.today(), there.today(), who=WHO, tell=quiet)
    [row] = (await there.page(summary.run.id, EVERYTHING)).rows
    assert row.row.entry.payment_id == "pay_x0002"


async def test_only_accounts_that_can_list_are_offered(
    reconciliation: Reconciliation, gateway: ListingGateway
) -> None:
    assert [listing.id for listing in reconciliation.accounts()] == [gateway.account]
