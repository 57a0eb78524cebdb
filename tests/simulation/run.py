"""One seeded day, three days of waiting after it, and the reckoning."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import tempfile
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State
from posapp.sandbox.clock import Clock
from posapp.sandbox.store import Store
from tests.simulation import engines
from tests.simulation.bank import KINDS, Bank
from tests.simulation.network import Weather
from tests.simulation.reckoning import Reckoning, reckon
from tests.simulation.shop import (
    AUDIT_KEY,
    CARDS,
    GOOD,
    LEDGER_KEY,
    MORNING,
    Counter,
    Day,
)
from tests.simulation.staff import Staff
from tests.simulation.virtual_loop import VirtualLoop

Answer = TypeVar("Answer")

EVENING = 3 * 3600.0
"""Seconds after which nobody charges any more and the line is good."""

YESTERDAY = MORNING - timedelta(hours=20)
"""When the charges of the day before began."""

BLIND = 1e7
"""Seconds of lag of a search that finds nothing all day, and says so as if it were true."""

SWEEPS = (timedelta(hours=1), timedelta(hours=24), timedelta(hours=72))


@dataclass(frozen=True, slots=True)
class Run:
    reckoning: Reckoning
    trace: tuple[str, ...]


def live(seed: int) -> Run:
    """Live through the day with this seed. The same seed gives the same trace."""
    ledger, store = _yesterday()
    with (
        tempfile.TemporaryDirectory(dir=_fast_folder()) as folder,
        engines.shared(),
        _seeded_luck(seed),
    ):
        file = Path(folder) / "ledger.db"
        file.write_bytes(ledger)
        return _on_virtual_time(seed, _live(seed, file, deepcopy(store)))


def _on_virtual_time(seed: object, work: Coroutine[Any, Any, Answer]) -> Answer:
    loop = VirtualLoop(random.Random(f"disk {seed}"))
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _live(seed: int, file: Path, store: Store) -> Run:
    chance = random.Random(seed)
    loop = asyncio.get_running_loop()
    weather = Weather(
        random.Random(chance.random()),
        badness=chance.choice((0.0, 0.1, 0.2, 0.4, 0.7)),
        outages=chance.choice((0.0, 0.5, 0.9)),
    )
    bank = Bank(
        lambda: MORNING + timedelta(seconds=loop.time()), random.Random(chance.random()), store
    )
    bank.failing = chance.choice((0.0, 0.0, 0.3))
    bank.set(
        list_lag_seconds=chance.choice((0.0, 5.0, 60.0, 300.0, BLIND)),
        flowlix_challenge=chance.choice(("at_once", "later")),
        flowlix_failure_names=chance.random() < 0.5,
        payfac_settle_seconds=chance.choice((0.5, 3.0, 90.0)),
        flowlix_settle_seconds=chance.choice((0.0, 1.0, 40.0)),
        flowlix_refund_seconds=chance.choice((0.5, 3.0, 90.0)),
        flowlix_rate_per_minute=None,
    )
    day = Day(seed, bank, weather, random.Random(chance.random()), file)
    counters = [Counter(day, "T1"), Counter(day, "T2")]
    mortal = chance.random() < 0.7
    deaths = 0

    def steps() -> int | None:
        return chance.randrange(5, 400) if mortal else None

    async def keep_open(counter: Counter) -> None:
        nonlocal deaths
        while True:
            await counter.life.ended.wait()
            deaths += 1
            day.note(f"{counter.name} died")
            await counter.life.buried()
            await counter.ledger.close()
            await day.pause(1, 900)
            await _opened(counter, steps)

    for counter in counters:
        await _opened(counter, steps)
    keepers = [loop.create_task(keep_open(counter)) for counter in counters]
    staff = Staff(day, counters)
    customers = [
        loop.create_task(staff.serve()) for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2, 4)))
    ]
    await asyncio.wait(customers, timeout=EVENING)
    weather.clear_up()
    if bank.world.settings.list_lag_seconds == BLIND:
        bank.set(list_lag_seconds=60.0)
    mortal = False
    for counter in counters:
        counter.life.spare()
    await asyncio.gather(*customers)
    await _settled(counters)
    for keeper in keepers:
        keeper.cancel()
    await asyncio.gather(*keepers, return_exceptions=True)
    for counter in counters:
        counter.recovering.cancel()
    await _late(counters, day)
    reckoning = await reckon(day, counters[0].ledger, deaths)
    for counter in counters:
        await counter.close()
    return Run(reckoning, tuple(day.trace))


async def _opened(counter: Counter, steps: object) -> None:
    """Open a till; one that dies while it starts is started again."""
    assert callable(steps)
    while True:
        try:
            await counter.open(steps=steps())
        except BaseException as problem:
            if isinstance(problem, asyncio.CancelledError) and counter.life.alive:
                raise
            await counter.life.buried()
            continue
        return


async def _settled(counters: list[Counter]) -> None:
    """Wait until nothing is open any more, at most until every case was handed to a person."""
    for _ in range(60):
        await asyncio.sleep(300)
        if all(counter.is_open for counter in counters):
            waiting = await counters[0].ledger.journal.open_attempts()
            if all(attempt.state is State.OPEN_CASE for attempt in waiting):
                return


async def _late(counters: list[Counter], day: Day) -> None:
    """The sweeps of the days after."""
    for sweep in SWEEPS:
        await asyncio.sleep(max(0.0, sweep.total_seconds() + EVENING - day.seconds()))
        for counter in counters:
            await counter.recovery.look_at_what_is_due()


@cache
def _yesterday() -> tuple[bytes, Store]:
    """The ledger and the gateways after the day before, to copy for every day."""
    with (
        tempfile.TemporaryDirectory(dir=_fast_folder()) as folder,
        engines.shared(),
        _seeded_luck("yesterday"),
    ):
        file = Path(folder) / "ledger.db"
        file.write_bytes(_fresh_ledger())
        store = _on_virtual_time("yesterday", _one_charge_each(file))
        return file.read_bytes(), store


async def _one_charge_each(file: Path) -> Store:
    """A good charge through each gateway on a quiet line: payments of ours that can be found."""
    loop = asyncio.get_running_loop()
    bank = Bank(lambda: YESTERDAY + timedelta(seconds=loop.time()), random.Random(0))
    quiet = Weather(random.Random(0), badness=0.0, outages=0.0)
    counter = Counter(Day(0, bank, quiet, random.Random(0), file, YESTERDAY), "T0")
    await counter.open(steps=None)
    for kind in KINDS:
        order = await counter.order(1000)
        await counter.charge(order, kind, CARDS[kind][GOOD])
    await counter.close()
    store = bank.world.store
    store.clock = Clock()  # the next bank has its own
    return store


@cache
def _fresh_ledger() -> bytes:
    """An empty ledger to copy: making one anew takes longer than a whole day here."""

    async def make(file: Path) -> None:
        made = await Ledger.open(
            file, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=lambda: MORNING, till="T1"
        )
        await made.close()

    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        file = Path(folder) / "empty.db"
        asyncio.run(make(file))
        return file.read_bytes()


def _fast_folder() -> str | None:
    """Memory, where the system has a folder for it: these ledgers need not outlast a power cut."""
    memory = Path("/dev/shm")  # noqa: S108 - only a temporary folder is made in it
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None


@contextmanager
def _seeded_luck(seed: object) -> Iterator[None]:
    """Keys, references and ids come from the seed for as long as this lasts."""
    luck = random.Random(f"luck {seed}")

    def token_bytes(nbytes: int | None = None) -> bytes:
        return luck.randbytes(nbytes or 32)

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(secrets, "choice", luck.choice)
        monkey.setattr(secrets, "randbits", luck.getrandbits)
        monkey.setattr(secrets, "token_bytes", token_bytes)
        monkey.setattr(uuid, "uuid4", lambda: uuid.UUID(int=luck.getrandbits(128), version=4))
        yield
