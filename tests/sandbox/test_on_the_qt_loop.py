"""The product serves its training gateway on the loop of its window."""

from __future__ import annotations

import asyncio
import threading
import time

import httpx
import pytest
from pytestqt.qtbot import QtBot

from posapp.sandbox import server
from tests.gateways.peers import peer, saying
from tests.sandbox.callers import Admin, Flowlix, Payfac, direct

pytestmark = pytest.mark.asyncio


async def test_it_serves_and_stops_on_the_qt_loop(qtbot: QtBot) -> None:
    assert qtbot is not None
    await asyncio.to_thread(server.prepare)
    sandbox = await server.start()
    async with httpx.AsyncClient(trust_env=False) as http:
        admin = Admin(http, sandbox.endpoints)
        payfac = Payfac(http, sandbox.endpoints, admin)
        made = await payfac.captured()
        assert (await payfac.details(made))["status"] == "Captured"
        threads = threading.active_count()
        begun = time.monotonic()
        await sandbox.stop()
        assert time.monotonic() - begun < 2
        assert threading.active_count() <= threads


async def test_it_tells_the_merchant_on_the_qt_loop(qtbot: QtBot) -> None:
    assert qtbot is not None
    sandbox = await server.start()
    async with httpx.AsyncClient(trust_env=False) as http, peer(saying(204)) as shop:
        admin = Admin(http, sandbox.endpoints)
        await admin.webhooks(shop.url)
        await Flowlix(http, sandbox.endpoints.flowlix, admin).created(direct())
        await admin.settle()
        await asyncio.wait_for(shop.arrived.wait(), 5)
        (delivery,) = await admin.deliver()
        assert delivery["last_status"] == 204
        await sandbox.stop()
