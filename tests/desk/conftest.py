"""A till with a real ledger on disk and a gateway in memory, on a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.desk.till import Till
from posapp.ledger.ledger import Ledger
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def gateway(clock: MovableClock) -> FakeGateway:
    return FakeGateway(clock)


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest_asyncio.fixture
async def ledger(ledger_path: Path, clock: MovableClock) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(
        ledger_path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=clock, till="T1"
    )
    yield opened
    await opened.close()


@pytest.fixture
def accounts(gateway: FakeGateway) -> GivenAccounts:
    return GivenAccounts(gateway)


@pytest.fixture
def till(ledger: Ledger, accounts: GivenAccounts, clock: MovableClock) -> Till:
    return Till(name="T1", ledger=ledger, accounts=accounts, sleep=clock.sleep)


@pytest_asyncio.fixture
async def shop(till: Till, gateway: FakeGateway, clock: MovableClock) -> Shop:
    return Shop(till, gateway, clock)
