"""The meter shows how long the Qt thread was blocked."""

from __future__ import annotations

import asyncio
import time

import pytest

from posapp.runtime.pace import GapMeter
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.asyncio
async def test_it_ticks_while_tasks_run_and_finds_a_block() -> None:
    meter = GapMeter()
    meter.start()
    await until(lambda: meter.ticks >= 3)
    before = meter.longest
    time.sleep(before + 0.1)  # noqa: ASYNC251 - blocking is what is measured
    await asyncio.sleep(0.02)
    assert meter.stop() >= before + 0.1


@pytest.mark.asyncio
async def test_a_block_just_before_the_end_counts() -> None:
    meter = GapMeter()
    meter.start()
    time.sleep(0.05)  # noqa: ASYNC251 - blocking is what is measured
    assert meter.stop() >= 0.05


@pytest.mark.asyncio
async def test_nothing_counts_before_the_start_or_after_the_end() -> None:
    meter = GapMeter()
    time.sleep(0.05)  # noqa: ASYNC251 - blocking is what is measured
    meter.start()
    longest = meter.stop()
    time.sleep(0.05)  # noqa: ASYNC251 - blocking is what is measured
    await asyncio.sleep(0.02)
    assert meter.stop() == longest


@pytest.mark.asyncio
async def test_a_new_measurement_forgets_the_old_one() -> None:
    meter = GapMeter()
    meter.start()
    time.sleep(0.05)  # noqa: ASYNC251 - blocking is what is measured
    meter.stop()
    meter.start()
    assert (meter.longest, meter.ticks) == (0.0, 0)
    meter.stop()
