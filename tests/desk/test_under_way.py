"""The program knows whether money is on its way."""

from __future__ import annotations

import asyncio

import pytest

from posapp.desk.news import News
from posapp.desk.under_way import UnderWay
from posapp.gateways.port import Prepared
from posapp.runtime.tasks import spawn
from tests.desk.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_nothing_is_under_way_at_first() -> None:
    under_way = UnderWay()
    assert not under_way.busy
    await under_way.quiet()


async def test_it_is_quiet_when_the_last_movement_has_ended() -> None:
    under_way = UnderWay()
    with under_way.money():
        with under_way.money():
            waiting = spawn(under_way.quiet(), name="wait")
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert under_way.busy
        assert not waiting.done()
    assert not under_way.busy
    await until(waiting.done)


async def test_it_is_quiet_after_a_movement_that_failed() -> None:
    under_way = UnderWay()
    with pytest.raises(ValueError, match="broken"), under_way.money():
        raise ValueError("broken")
    await under_way.quiet()


async def test_only_what_somebody_waits_for_is_followed() -> None:
    under_way = UnderWay()
    with under_way.following(7):
        assert under_way.is_followed(7)
        assert not under_way.is_followed(8)
    assert not under_way.is_followed(7)


async def test_a_charge_is_under_way_until_it_is_written_down(shop: Shop) -> None:
    seen: list[tuple[bool, bool]] = []

    async def look(_prepared: Prepared) -> None:
        [attempt] = await shop.ledger.journal.open_attempts()
        under_way = shop.till.under_way
        seen.append((under_way.busy, under_way.is_followed(attempt.id)))

    shop.gateway.watch = look
    sale = await shop.charge()
    assert seen == [(True, True)]
    assert not shop.till.under_way.busy
    assert not shop.till.under_way.is_followed(sale.attempt.id)


async def test_whoever_stops_listening_hears_nothing_more() -> None:
    news, heard = News(), []
    stop = news.listen(lambda: heard.append("first"))
    news.listen(lambda: heard.append("second"))
    news.tell()
    stop()
    stop()
    news.tell()
    assert heard == ["first", "second", "second"]


async def test_a_listener_may_stop_while_it_is_told() -> None:
    news, heard = News(), []

    def once() -> None:
        heard.append("once")
        stop()

    stop = news.listen(once)
    news.listen(lambda: heard.append("always"))
    news.tell()
    news.tell()
    assert heard == ["once", "always", "always"]
