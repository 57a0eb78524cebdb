"""A till in training mode, and the gateway at the other end of its line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from posapp import app
from tests.journeys.gateway import Gateway
from tests.journeys.till import Till


@pytest.fixture(autouse=True)
def plain_marks() -> Iterator[None]:
    """Amounts are written as on a computer without a language: € 12.90."""
    before = QLocale()
    QLocale.setDefault(QLocale.c())
    yield
    QLocale.setDefault(before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "home"


@pytest_asyncio.fixture
async def till(qapp: QApplication, home: Path) -> AsyncIterator[Till]:  # noqa: ARG001 - its loop
    async with app.open(home, training=True) as window:
        yield Till(window)


@pytest_asyncio.fixture
async def gateway(till: Till) -> AsyncIterator[Gateway]:
    """The training gateway of ``till``; what takes it a second usually takes it a moment here."""
    async with await Gateway.of(till) as gateway:
        await gateway.change(
            payfac_settle_seconds=0.1, flowlix_settle_seconds=0.1, flowlix_refund_seconds=0.1
        )
        yield gateway
