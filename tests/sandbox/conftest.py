"""A training gateway for every test, and callers for its APIs.

Asynchronous steps are set to take an hour, so that a test moves them by the gateway's own
clock and never by waiting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from posapp.sandbox.server import Sandbox, start
from tests.gateways.peers import Peer, peer, saying
from tests.sandbox import browser as driving
from tests.sandbox.browser import Browser, Driver
from tests.sandbox.callers import Admin, Flowlix, Payfac


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start()
    yield running
    await running.stop()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        yield client


@pytest_asyncio.fixture
async def admin(sandbox: Sandbox, http: httpx.AsyncClient) -> Admin:
    caller = Admin(http, sandbox.endpoints)
    await caller.set(
        payfac_settle_seconds=3600, flowlix_settle_seconds=3600, flowlix_refund_seconds=3600
    )
    return caller


@pytest_asyncio.fixture
async def payfac(sandbox: Sandbox, http: httpx.AsyncClient, admin: Admin) -> Payfac:
    return Payfac(http, sandbox.endpoints, admin)


@pytest_asyncio.fixture
async def flowlix(sandbox: Sandbox, http: httpx.AsyncClient, admin: Admin) -> Flowlix:
    return Flowlix(http, sandbox.endpoints.flowlix, admin)


@pytest_asyncio.fixture
async def classic(sandbox: Sandbox, http: httpx.AsyncClient, admin: Admin) -> Flowlix:
    return Flowlix(http, sandbox.endpoints.flowlix_classic, admin)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    lacking = driving.missing()
    if lacking is not None:
        pytest.skip(f"No browser to look with: {lacking}")
    with driving.driver(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest_asyncio.fixture
async def browser(driver: Driver, http: httpx.AsyncClient) -> AsyncIterator[Browser]:
    driven = Browser(http, driver)
    yield driven
    # Its connections to the gateway of this test end with the page.
    await driven.open("about:blank")


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Peer]:
    """A merchant's website to come back to."""
    page = b"<!doctype html><title>The shop</title><h1>Back in the shop</h1>"
    async with peer(saying(200, body=page, kind="text/html")) as merchant:
        yield merchant
