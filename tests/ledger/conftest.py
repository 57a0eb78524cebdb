"""A ledger in a folder of its own, and a look into its tables from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.ledger.ledger import Ledger
from tests.ledger.samples import AUDIT_KEY, KEY, Clock

Opener = Callable[..., Awaitable[Ledger]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "till" / "ledger.db"


@pytest_asyncio.fixture
async def opened(path: Path, clock: Clock) -> AsyncIterator[Opener]:
    """Opens the ledger, as often as wanted; everything is closed at the end."""
    async with AsyncExitStack() as open_ones:

        async def open_one(till: str = "T1") -> Ledger:
            ledger = await Ledger.open(path, key=KEY, audit_key=AUDIT_KEY, clock=clock, till=till)
            open_ones.push_async_callback(ledger.close)
            return ledger

        yield open_one


@pytest_asyncio.fixture
async def ledger(opened: Opener) -> Ledger:
    return await opened()
