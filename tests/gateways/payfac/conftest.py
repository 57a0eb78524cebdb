"""A shop with a PayFac account at a training gateway of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from posapp.gateways.transport import Transport
from posapp.sandbox.server import start
from tests.gateways.payfac.shop import Shop
from tests.gateways.training import payfac_connection
from tests.sandbox.callers import Admin, Payfac


@pytest_asyncio.fixture
async def shop(transport: Transport) -> AsyncIterator[Shop]:
    sandbox = await start()
    async with httpx.AsyncClient(trust_env=False) as http:
        admin = Admin(http, sandbox.endpoints)
        await admin.set(payfac_settle_seconds=3600.0)
        connection = payfac_connection(sandbox.endpoints)
        yield Shop(connection, transport, admin, Payfac(http, sandbox.endpoints, admin))
    await sandbox.stop()
