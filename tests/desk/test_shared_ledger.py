"""Several tills on one ledger, and what staff can do while its server is away."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.desk.till import Till
from posapp.gateways.port import Prepared
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State
from posapp.model.history import PaymentFilter
from tests.database import DatabaseServer, database_server, started_server
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway
from tests.ledger.proxy import Way, way_to
from tests.waiting import until

hearing = pytest.importorskip("posapp.ledger.hearing", exc_type=ImportError)

__all__ = ["database_server", "started_server"]

pytestmark = pytest.mark.asyncio
ROOT = Path(__file__).resolve().parents[2]


class OpenShop(Protocol):
    def __call__(self, name: str, way: Way | None = None) -> Awaitable[Shop]: ...


@pytest_asyncio.fixture
async def open_shop(
    database_server: DatabaseServer,
    tmp_path: Path,
    gateway: FakeGateway,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenShop]:
    """Opens a till of the shared ledger as the program does; all speak to one gateway."""
    monkeypatch.setattr(hearing, "PAUSE", 0.05)
    async with AsyncExitStack() as open_ones:

        async def open_one(name: str, way: Way | None = None) -> Shop:
            ledger = await Ledger.open_shared(
                way.address if way else database_server.address,
                audit_key=AUDIT_KEY,
                clock=clock,
                till=name,
                held=tmp_path / f"{name}.db",
                held_key=LEDGER_KEY,
            )
            open_ones.push_async_callback(ledger.close)
            await ledger.journal.recover()
            till = Till(
                name=name, ledger=ledger, accounts=GivenAccounts(gateway), sleep=clock.sleep
            )
            ledger.listen(till.changed)
            return Shop(till, gateway, clock)

        yield open_one
        database_server.start()  # for whoever comes next


class Screen:
    """Reads anew whenever it is told, as the screens do."""

    def __init__(self, shop: Shop) -> None:
        self.news = 0
        shop.till.news.listen(self._told)

    def _told(self) -> None:
        self.news += 1

    async def hears(self) -> None:
        await until(lambda: self.news, within=2, what="news")
        self.news = 0


@asynccontextmanager
async def away(server: DatabaseServer, *shops: Shop) -> AsyncIterator[None]:
    server.crash()
    try:
        await until(lambda: all(s.till.is_cut_off for s in shops), what="the tills notice")
        yield
    finally:
        server.start()
    await until(lambda: not any(s.till.is_cut_off for s in shops), what="the tills are back")


def killed_during(server: DatabaseServer, shop: Shop) -> Callable[[Prepared], Awaitable[None]]:
    """For ``FakeGateway.watch``: the server dies when the request is on its way."""

    async def watch(_prepared: Prepared) -> None:
        shop.gateway.watch = None
        server.crash()
        await until(lambda: shop.till.is_cut_off, what="the till notices")

    return watch


async def test_what_one_till_does_the_screens_of_another_show_within_two_seconds(
    open_shop: OpenShop,
) -> None:
    one, two = await open_shop("T1"), await open_shop("T2")
    screen = Screen(two)
    sale = await one.charge()
    await screen.hears()

    async def shown() -> int:
        return len((await two.book.page(PaymentFilter())).rows)

    assert await shown() == 1
    assert (await two.sales.outcome(sale.attempt.id)).result is Result.APPROVED
    await two.refund(sale, 1290)
    other = Screen(one)
    order = await two.order()
    await other.hears()
    assert (await one.ledger.orders.read(order.id)).number == order.number


async def test_a_charge_during_which_the_server_dies_is_neither_lost_nor_doubled(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    shop = await open_shop("T1")
    order = await shop.order()
    shop.gateway.watch = killed_during(database_server, shop)
    sale = await shop.charge(order)
    assert sale.result is Result.APPROVED
    with pytest.raises(Refused, match=r"does not answer\. .*Payments can be taken again"):
        await shop.charge(order)
    with pytest.raises(Refused, match="does not answer"):
        await shop.refund(sale, 1290)
    assert shop.gateway.count("charge") == 1
    database_server.start()
    await until(lambda: not shop.till.is_cut_off, what="the till is back")
    assert (await shop.sales.outcome(sale.attempt.id)).result is Result.APPROVED
    assert await shop.order_state(order) == "paid"
    with pytest.raises(Refused, match="paid already"):
        await shop.charge(order)
    assert shop.gateway.count("charge") == 1
    assert await shop.ledger.check() == ()


async def test_a_refund_during_which_the_server_dies_is_neither_lost_nor_doubled(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    shop = await open_shop("T1")
    sale = await shop.charge()
    shop.gateway.watch = killed_during(database_server, shop)
    given = await shop.refund(sale, 1000)
    assert given.attempt.state is State.PENDING
    database_server.start()
    await until(lambda: not shop.till.is_cut_off, what="the till is back")
    await shop.recovery.look_at_what_is_due()
    assert (await shop.again(given.attempt)).action_id == given.attempt.action_id
    with pytest.raises(Refused, match=r"2\.90"):
        await shop.refund(sale, 1000)
    assert shop.gateway.count("refund") == 1


async def test_an_answer_outlives_the_program_too(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    shop = await open_shop("T1")
    order = await shop.order()
    shop.gateway.watch = killed_during(database_server, shop)
    sale = await shop.charge(order)
    await shop.ledger.close()
    database_server.start()
    again = await open_shop("T1")
    assert (await again.sales.outcome(sale.attempt.id)).result is Result.APPROVED
    assert await again.order_state(order) == "paid"
    assert again.gateway.count("find") == 0  # it was known; nobody had to ask


async def test_the_recovery_delivers_what_was_held_and_tells_the_screens(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    one, two = await open_shop("T1"), await open_shop("T2")
    one.gateway.watch = killed_during(database_server, one)
    sale = await one.charge()
    database_server.start()
    await until(lambda: not one.till.is_cut_off and not two.till.is_cut_off, what="back")
    mine, theirs = Screen(one), Screen(two)
    await one.recovery.look_at_what_is_due()
    assert mine.news
    await theirs.hears()
    assert (await two.sales.outcome(sale.attempt.id)).result is Result.APPROVED


async def test_screens_hear_that_the_server_is_away_and_that_it_is_back(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    shop = await open_shop("T1")
    screen = Screen(shop)
    async with away(database_server, shop):
        await screen.hears()
        with pytest.raises(Refused, match="does not answer"):
            await shop.book.page(PaymentFilter())
    await screen.hears()
    assert (await shop.charge()).result is Result.APPROVED


async def test_one_till_that_is_cut_off_does_not_stop_another(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    two = await open_shop("T2")
    async with way_to(database_server.address) as way:
        one = await open_shop("T1", way)
        way.cut()
        await until(lambda: one.till.is_cut_off, what="the till notices")
        assert (await two.charge()).result is Result.APPROVED
        assert not two.till.is_cut_off
        with pytest.raises(Refused, match="does not answer"):
            await one.book.page(PaymentFilter())
        screen = Screen(one)
        way.mend()
        await screen.hears()  # whatever was told meanwhile was missed: everything is read anew
        assert len((await one.book.page(PaymentFilter())).rows) == 1
        assert (await one.charge()).result is Result.APPROVED
        numbers = [row.order_number for row in (await two.book.page(PaymentFilter())).rows]
        assert len(set(numbers)) == 2
        await one.ledger.close()


async def test_a_kept_answer_of_which_the_server_s_word_was_lost_is_read_back(
    open_shop: OpenShop, database_server: DatabaseServer
) -> None:
    two = await open_shop("T2")
    async with way_to(database_server.address) as way:
        one = await open_shop("T1", way)

        async def lose(_prepared: Prepared) -> None:
            one.gateway.watch = None
            way.lose_next_answer()

        one.gateway.watch = lose
        order = await one.order()
        sale = await one.charge(order)
        assert way.is_cut
        assert sale.result is Result.APPROVED
        theirs = (await two.sales.outcome(sale.attempt.id)).attempt
        assert theirs.verdict is sale.attempt.verdict
        way.mend()
        await until(lambda: not one.till.is_cut_off, what="the till is back")
        await one.recovery.look_at_what_is_due()
        assert (await one.sales.outcome(sale.attempt.id)).result is Result.APPROVED
        assert await one.order_state(order) == "paid"
        assert one.gateway.count("charge") == 1
        trail = (await two.ledger.payments.detail(sale.attempt.id)).timeline
        assert sum(each.detail.get("state") == "settled" for each in trail) == 1
        await one.ledger.close()


class OtherProgram:
    """A second till in a process of its own; see ``tests.desk.till_program``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hears(self) -> object:
        """What it says next."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the program ended"
        return json.loads(line)

    async def does(self, words: str) -> object:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n".encode())
        await self._process.stdin.drain()
        return await self.hears()


@asynccontextmanager
async def other_program(server: DatabaseServer, folder: Path) -> AsyncIterator[OtherProgram]:
    address = server.address
    wanted = {
        "till": "T2",
        "held": str(folder / "T2.db"),
        "address": {
            "host": address.host,
            "port": address.port,
            "database": address.database,
            "user": address.user,
        },
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.desk.till_program",
        json.dumps(wanted),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        other = OtherProgram(process)
        assert await other.hears() == "ready"
        yield other
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def test_two_desks_in_two_processes_charge_an_order_once_and_hear_of_each_other(
    open_shop: OpenShop, database_server: DatabaseServer, tmp_path: Path
) -> None:
    shop = await open_shop("T1")
    async with other_program(database_server, tmp_path) as other:
        order = await shop.order()
        meanwhile: list[object] = []

        async def race(_prepared: Prepared) -> None:
            shop.gateway.watch = None
            meanwhile.append(await other.does(f"charge {order.id}"))

        shop.gateway.watch = race  # the request is on its way when the other till tries
        assert await other.does("deaf") == "deaf"
        sale = await shop.charge(order)
        assert sale.result is Result.APPROVED
        assert meanwhile == [
            "A payment for this order is being checked. It cannot be charged again until then."
        ]
        assert await other.does("hear") == 1
        assert await other.does(f"charge {order.id}") == (
            "This order is paid. Start the next order."
        )
        screen = Screen(shop)
        second = await shop.order()
        assert await other.does(f"charge {second.id}") == "approved"
        await screen.hears()
        assert await shop.order_state(second) == "paid"
    assert shop.gateway.count("charge") == 1
    assert await shop.ledger.check() == ()
