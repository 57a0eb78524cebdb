"""A computer that stood still while a call was out believes nothing that it finds afterwards."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from posapp.gateways.port import OutcomeUnknown
from posapp.gateways.transport import Transport
from posapp.gateways.waking import GAP, Watch, elapsed
from tests.gateways import samples
from tests.gateways.peers import Received, peer, saying

pytestmark = pytest.mark.asyncio


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("status", [201, 402, 422])
@pytest.mark.parametrize(("slept", "believed"), [(GAP - 0.5, True), (GAP + 0.5, False)])
async def test_an_answer_after_a_sleep_is_unknown_whatever_it_says(
    status: int, slept: float, believed: bool
) -> None:
    clock = Clock()

    async def answer_after_sleep(received: Received, writer: asyncio.StreamWriter) -> None:
        clock.at += slept
        await saying(status, {"status": "Declined"})(received, writer)

    transport = Transport(steady=clock)
    try:
        async with peer(answer_after_sleep) as other:
            if believed:
                assert (await transport.money(samples.request(other.url))).status == status
            else:
                with pytest.raises(OutcomeUnknown, match="slept or stood still") as raised:
                    await transport.money(samples.request(other.url))
                assert raised.value.said == f"HTTP {status}"
            assert len(other.received) == 1
    finally:
        await transport.close()


async def test_a_long_call_without_a_gap_is_believed() -> None:
    clock = Clock()
    with Watch(clock) as watch:
        for _ in range(30):
            clock.at += GAP / 2
            watch._note()
        assert not watch.stood_still


async def test_a_gap_in_the_middle_of_a_call_is_not_forgotten() -> None:
    clock = Clock()
    with Watch(clock) as watch:
        clock.at += GAP + 1
        watch._note()
        clock.at += 1
        assert watch.stood_still


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one such clock only")
async def test_the_clock_goes_on_while_the_computer_sleeps() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    now = elapsed()
    assert before <= now <= time.clock_gettime(time.CLOCK_BOOTTIME)
