"""A day compared with the training gateway over real HTTP, for each of the three APIs."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from posapp.desk.outcome import Outcome, Result
from posapp.desk.reconciliation import Reconciliation
from posapp.desk.sync import Progress, Sync
from posapp.desk.till import Till
from posapp.gateways.port import Gateway
from posapp.gateways.transport import Transport
from posapp.ledger.ledger import Ledger
from posapp.model.money import Money
from posapp.model.payment import Payment
from posapp.model.reconcile import Match, Movement, Row
from posapp.model.reconcile_words import explain
from posapp.model.reconciliation import Phase, RowFilter, Summary
from posapp.model.window import midnight_in, window_of
from posapp.sandbox.server import Sandbox, start
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, WHO, Shop, card
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway
from tests.gateways import samples
from tests.gateways.training import KINDS, PAYFAC, Kind
from tests.sandbox.callers import Admin

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS]),
]

LISTS = {
    "payfac": "payfac.search",
    "flowlix": "flowlix.list_payments",
    "flowlix_classic": "flowlix_classic.list_payments",
}
_numbers = itertools.count(1)


class PresentClock(MovableClock):
    """The time that it is."""

    def __call__(self) -> datetime:
        return samples.present()


@dataclass(frozen=True, slots=True)
class Practice:
    """A till, and the gateway at the other end of a real line."""

    kind: Kind
    sandbox: Sandbox
    admin: Admin
    gateway: Gateway
    till: Till
    shop: Shop
    reconciliation: Reconciliation
    path: Path

    async def charge(self, number: str = "") -> Outcome:
        return await self.shop.sales.charge(
            await self.shop.order(),
            card(number or self.kind.approved),
            account=self.gateway.account,
            who=WHO,
        )

    async def elsewhere(self, amount: int = 700) -> Payment:
        """Somebody charges a card without our ledger."""
        reference = f"SITE-{next(_numbers)}"
        asked = samples.charge(
            Money(amount, "EUR"), reference=reference, key=reference, customer=samples.ADA
        )
        return await self.gateway.send_charge(
            self.gateway.prepare_charge(asked, samples.card(self.kind.approved))
        )

    async def refund_on_the_site(self, payment_id: str, amount: int) -> None:
        payment = await self.gateway.read(payment_id)
        asked = samples.refund(payment, Money(amount, "EUR"), key=f"site-{next(_numbers)}")
        await self.gateway.send_refund(self.gateway.prepare_refund(asked))
        await self.gateway.read(payment_id)

    async def compare(self) -> tuple[Summary, list[Row]]:
        await asyncio.sleep(1.1 if self.kind is not PAYFAC else 0.01)  # lists count whole seconds
        today = self.reconciliation.today()
        summary = await self.reconciliation.run(
            self.gateway.account, today, today, who=WHO, tell=quiet
        )
        page = await self.reconciliation.page(summary.run.id, RowFilter())
        return summary, [kept.row for kept in page.rows]


def plain(amount: Money) -> str:
    return f"{amount.plain()} {amount.currency}"


def quiet(progress: Progress) -> None:
    """Nobody looks."""


@pytest_asyncio.fixture
async def practice(kind: Kind, tmp_path: Path) -> AsyncIterator[Practice]:
    sandbox = await start()
    transport = Transport()
    gateway = kind.build(sandbox.endpoints, transport, False)
    clock = PresentClock()
    path = tmp_path / "ledger.db"
    ledger = await Ledger.open(path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=clock, till="T1")
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        admin = Admin(http, sandbox.endpoints)
        await admin.set(
            payfac_settle_seconds=0, flowlix_settle_seconds=0, flowlix_refund_seconds=0,
            flowlix_rate_per_minute=None,
        )  # fmt: skip
        till = Till(name="T1", ledger=ledger, accounts=GivenAccounts(gateway))
        yield Practice(
            kind, sandbox, admin, gateway, till,
            Shop(till, cast("FakeGateway", gateway), clock),
            Reconciliation(till, Sync(till, clock=clock), clock=clock, midnight=midnight_in(UTC)),
            path,
        )  # fmt: skip
    await ledger.close()
    await transport.close()
    await sandbox.stop()


async def test_a_day_on_which_both_sides_agree(practice: Practice) -> None:
    for _ in range(2):
        assert (await practice.charge()).result is Result.APPROVED
    declined = await practice.charge(practice.kind.declined)
    assert declined.result is Result.DECLINED
    given_back = await practice.charge()
    await practice.shop.book.check(given_back.attempt.id, who=WHO)
    refund = await practice.shop.refund(given_back, 290)
    await practice.shop.recovery.check(refund.attempt)
    summary, rows = await practice.compare()
    assert summary.counts == {Match.MATCHED: 5}, [explain(row, plain) for row in rows]
    sums = {total.movement: (total.ours, total.theirs) for total in summary.totals}
    assert sums == {Movement.CHARGE: (3 * 1290, 3 * 1290), Movement.REFUND: (290, 290)}


async def test_a_payment_made_elsewhere_is_only_there(practice: Practice) -> None:
    ours, there = await practice.charge(), await practice.elsewhere()
    summary, rows = await practice.compare()
    assert {row.entry.payment_id: row.match for row in rows} == {
        ours.attempt.payment_id: Match.MATCHED,
        there.id: Match.ONLY_THERE,
    }
    assert summary.to_do == 1


async def test_a_refund_made_on_the_gateways_own_site_is_only_there(practice: Practice) -> None:
    sale = await practice.charge()
    await practice.refund_on_the_site(sale.attempt.payment_id, 290)
    _, rows = await practice.compare()
    assert sorted((row.entry.movement, row.match) for row in rows) == [
        (Movement.CHARGE, Match.MATCHED), (Movement.REFUND, Match.ONLY_THERE),
    ]  # fmt: skip
    left = await practice.shop.book.detail(sale.attempt.id)
    assert left.payment is not None
    assert left.payment.refundable == 1000  # the snapshot was corrected


async def test_another_amount_on_the_two_sides_is_shown(practice: Practice) -> None:
    await practice.charge()
    await practice.till.ledger._database.write(
        lambda connection: connection.execute(text("UPDATE attempts SET minor = 1190"))
    )
    _, [row] = await practice.compare()
    assert row.match is Match.AMOUNT_DIFFERS
    assert "1.00 EUR more there" in explain(row, plain).sentence


async def test_a_payment_the_gateway_does_not_have_is_only_here(practice: Practice) -> None:
    await practice.charge()
    assert (await practice.admin.call("POST", "/reset")).status_code == 204
    summary, [row] = await practice.compare()
    assert row.match is Match.ONLY_HERE
    assert (summary.run.checked, summary.run.absent) == (1, 1)


async def test_what_is_not_known_yet_is_never_called_missing(practice: Practice) -> None:
    create = "payfac.payment" if practice.kind is PAYFAC else f"{practice.kind.name}.create_payment"
    await practice.admin.fault("drop_before", create)
    await practice.admin.fault("error_before", LISTS[practice.kind.name], times=None, status=503)
    assert (await practice.charge()).result is Result.UNKNOWN
    await practice.admin.call("DELETE", "/faults")
    _, [row] = await practice.compare()
    assert (row.match, row.theirs) == (Match.NOT_KNOWN, None)


async def test_a_charge_whose_answer_was_lost_is_found_but_stays_open(practice: Practice) -> None:
    create = "payfac.payment" if practice.kind is PAYFAC else f"{practice.kind.name}.create_payment"
    await practice.admin.fault("drop_after", create)
    sale = await practice.charge()
    assert sale.result is Result.UNKNOWN
    _, [row] = await practice.compare()
    assert row.match is Match.NOT_KNOWN
    assert row.theirs is not None
    assert (await practice.shop.again(sale.attempt)).state is sale.attempt.state


async def test_a_slow_gateway_is_asked_less_often(practice: Practice) -> None:
    there = await practice.elsewhere()
    await practice.admin.fault("rate_limit", LISTS[practice.kind.name], times=2)
    _, [row] = await practice.compare()
    assert row.entry.payment_id == there.id


async def test_a_reading_that_was_killed_goes_on_and_counts_nothing_twice(
    practice: Practice,
) -> None:
    number = 130
    made = {(await practice.elsewhere()).id for _ in range(number)}
    await asyncio.sleep(1.1)
    await practice.admin.fault("delay_before", LISTS[practice.kind.name], skip=1, seconds=3600)
    told = {
        "endpoints": json.loads(practice.sandbox.endpoints.as_json()),
        "kind": practice.kind.name,
        "ledger": str(practice.path),
    }
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.desk.sync_program", json.dumps(told),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    async with asyncio.timeout(60):
        while await program.stdout.readline() != b"1\n":
            assert program.returncode is None
    await practice.admin.until_the_faults_struck()
    program.send_signal(signal.SIGKILL)
    assert await program.wait() == -signal.SIGKILL
    today = practice.reconciliation.today()
    window = window_of(today, today, midnight_in(UTC))
    stopped = await practice.till.ledger.syncs.latest(practice.gateway.account, window)
    assert stopped is not None
    assert (stopped.phase, stopped.pages, stopped.listed) == (Phase.LISTING, 1, 100)

    summary, _ = await practice.compare()
    assert (summary.run.id, summary.run.pages, summary.run.listed) == (stopped.id, 2, number)
    assert summary.counts == {Match.ONLY_THERE: number}
    calls = (await practice.admin.call("GET", "/calls")).json()["calls"]
    lists = [call for call in calls if call["point"] == LISTS[practice.kind.name]]
    assert len(lists) == 2  # and the one that was cut off, which the gateway never answered
    page = await practice.reconciliation.page(summary.run.id, RowFilter())
    rest = await practice.reconciliation.page(
        summary.run.id, RowFilter(), after=page.next if page.next is not None else -1
    )
    assert {kept.row.entry.payment_id for kept in (*page.rows, *rest.rows)} == made
