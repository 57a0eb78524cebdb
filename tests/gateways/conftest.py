"""Transports for the tests: one that waits as long as it takes, one that soon gives up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from posapp.gateways.transport import Patience, Transport

PATIENT = Patience(tries=(0.0, 0.0))
IMPATIENT = Patience(connect=5, write=5, read=0.3, pool=5, money=1, look=1, tries=(0.0,))


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[Transport]:
    made = Transport(patience=PATIENT)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def impatient() -> AsyncIterator[Transport]:
    """For peers that never answer: what is waited for never comes, however fast the machine."""
    made = Transport(patience=IMPATIENT)
    yield made
    await made.close()
