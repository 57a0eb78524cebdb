"""Waiting for one emission, and disconnecting whatever happens."""

from __future__ import annotations

import asyncio

import pytest
import shiboken6
from PySide6.QtCore import SIGNAL, QObject, Signal

from posapp.runtime import signals, tasks

pytestmark = pytest.mark.usefixtures("qapp")


class Till(QObject):
    sold = Signal(str, int)


def listeners(till: Till) -> int:
    return till.receivers(SIGNAL("sold(QString,int)"))


@pytest.mark.asyncio
async def test_it_returns_the_arguments_of_the_first_emission() -> None:
    till = Till()
    waiting = tasks.spawn(signals.signal(till.sold, 5), name="waiting")
    await asyncio.sleep(0)
    till.sold.emit("tea", 3)
    till.sold.emit("coffee", 1)
    assert await waiting == ("tea", 3)
    assert listeners(till) == 0


@pytest.mark.asyncio
async def test_a_timeout_disconnects() -> None:
    till = Till()
    with pytest.raises(TimeoutError):
        await signals.signal(till.sold, 0.01)
    assert listeners(till) == 0


@pytest.mark.asyncio
async def test_a_cancelled_wait_disconnects() -> None:
    till = Till()
    waiting = tasks.spawn(signals.signal(till.sold, 5), name="waiting")
    await asyncio.sleep(0)
    assert listeners(till) == 1
    waiting.cancel()
    await asyncio.wait([waiting])
    assert listeners(till) == 0


@pytest.mark.asyncio
async def test_a_sender_that_dies_meanwhile_is_no_error() -> None:
    till = Till()
    with signals.listening(till.sold, sender=till) as emission:
        shiboken6.delete(till)
    assert emission.cancelled()
