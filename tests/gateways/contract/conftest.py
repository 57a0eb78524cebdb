"""A training gateway whose slow steps wait until they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from posapp.gateways.transport import Transport
from posapp.sandbox.server import start
from tests.gateways.contract.training import Training
from tests.sandbox.callers import Admin


@pytest_asyncio.fixture
async def training(transport: Transport) -> AsyncIterator[Training]:
    running = await start()
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
            admin = Admin(browser, running.endpoints)
            hour = 3600
            await admin.set(
                payfac_settle_seconds=hour,
                flowlix_settle_seconds=hour,
                flowlix_refund_seconds=hour,
            )
            yield Training(running.endpoints, transport, browser, admin)
    finally:
        await running.stop()
