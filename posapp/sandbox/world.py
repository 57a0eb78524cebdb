"""Everything the emulated APIs share while the gateway runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from posapp.sandbox.clock import Clock
from posapp.sandbox.faults import Faults
from posapp.sandbox.idempotency import Idempotency
from posapp.sandbox.rates import Rates
from posapp.sandbox.settings import Settings
from posapp.sandbox.store import Store

_CALLS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request in the admin's list of calls: what was asked, never what was in it."""

    at: float
    point: str
    method: str
    path: str
    reference: str | None
    idempotency_key: str | None
    executed: bool
    replayed: bool
    status: int | None
    faults: tuple[str, ...]


class World:
    """State, clock, faults and addresses of one running gateway."""

    def __init__(self, store: Store, origin: str) -> None:
        self.store = store
        self.origin = origin
        self.faults = Faults()
        self.rates = Rates()
        self.idempotency = Idempotency(store.answers, store.keys.digests)
        self.calls: deque[Seen] = deque(maxlen=_CALLS_KEPT)
        self.running = 0  # requests that arrived and are not answered yet
        self.stopping = asyncio.Event()
        self.points: set[str] = set()
        self._limits: set[asyncio.Timeout] = set()

    @property
    def clock(self) -> Clock:
        return self.store.clock

    @property
    def settings(self) -> Settings:
        return self.store.settings

    @contextlib.asynccontextmanager
    async def limit(self, seconds: float) -> AsyncIterator[None]:
        """At most ``seconds`` of real time for what is inside, less when the gateway stops.

        Raises:
            TimeoutError: if it is cut short.
        """
        async with asyncio.timeout(0 if self.stopping.is_set() else seconds) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def stop(self) -> None:
        """Tell everything that waits that the gateway ends."""
        self.stopping.set()
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(0)

    def base(self, name: str) -> str:
        """The base address of one of the mounted APIs, e.g. ``payfac``."""
        return f"{self.origin}/{name}"
