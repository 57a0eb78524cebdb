"""A ledger in a file or on a server of its own, and a look into its tables from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from posapp.ledger.ledger import Ledger
from tests.database import DatabaseServer, database_server, started_server
from tests.ledger.places import FilePlace, Place, ServerPlace
from tests.ledger.samples import Clock

__all__ = ["database_server", "started_server"]

Opener = Callable[..., Awaitable[Ledger]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "till" / "ledger.db"


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest) -> Place:
    """Where the ledger of the test is kept: each test that asks runs on both."""
    if request.param == "file":
        return FilePlace(request.getfixturevalue("path"))
    server_place: ServerPlace = request.getfixturevalue("server_place")
    return server_place


@pytest.fixture
def server_place(database_server: DatabaseServer, tmp_path: Path) -> ServerPlace:
    return ServerPlace(database_server, tmp_path / "held")


@pytest_asyncio.fixture
async def opened(place: Place, clock: Clock) -> AsyncIterator[Opener]:
    """Opens the ledger, as often as wanted; everything is closed at the end."""
    async with AsyncExitStack() as open_ones:

        async def open_one(till: str = "T1") -> Ledger:
            ledger = await place.open(clock, till)
            open_ones.push_async_callback(ledger.close)
            return ledger

        yield open_one


@pytest_asyncio.fixture
async def ledger(opened: Opener) -> Ledger:
    return await opened()
