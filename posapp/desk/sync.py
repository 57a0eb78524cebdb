"""Reading a gateway's list of payments for some days into our snapshots of them.

Page after page, each kept with the place of the next: whatever ends it, it goes on there. Then
what our journal has in these days and the list had not is asked for one by one. Only after that a
reading is complete, and only a complete one says that something is missing there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.till import Till
from posapp.gateways.abilities import History, HistoryPage
from posapp.gateways.port import DeadEnd, Gateway, GatewayError, NotFound, RateLimited
from posapp.model.payment import Payment
from posapp.model.reconciliation import Phase, SyncRun
from posapp.model.window import Window

AT_ONCE = 16
"""Payments asked for at the same time, over connections that are kept."""

_BATCH = 100
_WAITS = (5.0, 10.0, 20.0, 40.0, 60.0)  # seconds, where the gateway does not say how long
_LONGEST_WAIT = 120.0
_RESUMES = "It goes on where it stopped when you start it again."

Answer = TypeVar("Answer")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Progress:
    """``to_check`` payments of ours are left to be asked for, None while the list is read;
    ``waits`` seconds because the gateway asked to slow down."""

    run: SyncRun
    to_check: int | None = None
    waits: float = 0.0


Tell = Callable[[Progress], None]


class Sync:
    """Reads one span of an account at a time. Cancelling the task leaves a run that goes on."""

    def __init__(self, till: Till, *, clock: Callable[[], datetime]) -> None:
        self._till = till
        self._syncs = till.ledger.syncs
        self._clock = clock
        self._reading: set[str] = set()

    async def read(self, account: str, window: Window, *, who: str, tell: Tell) -> SyncRun:
        """Read the whole list of these days, or go on with it; a complete run.

        Raises:
            Refused: it cannot be read, or not to its end now; what was read is kept.
        """
        gateway = self._till.accounts.gateway(account)
        if not isinstance(gateway, History):
            raise Refused(f"{gateway.label} cannot list its payments, so there is nothing to read.")
        if account in self._reading:
            raise Refused(f"The payments of {gateway.label} are being read already.")
        self._reading.add(account)
        try:
            with ledger_refusals():
                run = await self._syncs.begin(account, window, who=who)
                return await _Reading(self._till, gateway, self._clock, tell).to_the_end(run)
        finally:
            self._reading.discard(account)
            self._till.news.tell()


class _Reading:
    """One run, from where it stands to its end."""

    def __init__(
        self, till: Till, gateway: Gateway, clock: Callable[[], datetime], tell: Tell
    ) -> None:
        self._syncs = till.ledger.syncs
        self._gateway = gateway
        self._clock = clock
        self._tell = tell
        self._pace = _Pace(till.sleep, self._waiting)

    async def to_the_end(self, run: SyncRun) -> SyncRun:
        self._run = run
        try:
            while self._run.phase is Phase.LISTING:
                self._tell(Progress(self._run))
                self._run = await self._next_page()
            await self._check_the_rest()
        except GatewayError as problem:
            await self._syncs.stopped(self._run, str(problem))
            raise Refused(f"{problem} {_RESUMES}") from problem
        self._run = await self._syncs.finish(self._run)
        self._tell(Progress(self._run, to_check=0))
        return self._run

    async def _next_page(self) -> SyncRun:
        run, asked_at = self._run, self._clock()
        try:
            page = await self._pace.ask(lambda: self._page(run))
        except (DeadEnd, ValueError) as problem:  # the place is no longer known, there or here
            if not run.pages:
                raise
            await self._syncs.abandon(run, str(problem))
            raise Refused(
                f"{problem} The reading could not go on where it stood; it begins anew when you "
                "start it again."
            ) from problem
        payments: Sequence[Payment] = page.payments
        if not page.whole:
            found = await self._read_each([payment.id for payment in page.payments])
            payments = [found[each.id] or each for each in page.payments]
        return await self._syncs.page(
            run,
            payments=payments,
            next_page=page.next_page,
            asked_at=asked_at,
            payouts=len(page.payouts),
            unreadable=page.unreadable,
        )

    async def _page(self, run: SyncRun) -> HistoryPage:
        assert isinstance(self._gateway, History)  # noqa: S101 - looked at before the run
        return await self._gateway.history(since=run.window.since, until=run.until, page=run.cursor)

    async def _check_the_rest(self) -> None:
        while True:
            names, left = await self._syncs.to_check(self._run, _BATCH)
            self._tell(Progress(self._run, to_check=left))
            if not names:
                return
            asked_at = self._clock()
            found = await self._read_each(names)
            self._run = await self._syncs.checked(self._run, found, asked_at)

    async def _read_each(self, names: Iterable[str]) -> dict[str, Payment | None]:
        """Payments by their ids; None for what the gateway does not have."""
        found: dict[str, Payment | None] = {}

        async def read(name: str) -> None:
            try:
                found[name] = await self._pace.ask(lambda: self._gateway.read(name))
            except NotFound:
                found[name] = None

        await _each(names, read)
        return found

    def _waiting(self, seconds: float) -> None:
        self._tell(Progress(self._run, waits=seconds))


class _Pace:
    """Asks, and waits as long as the gateway wants when it was asked too often. Whoever else asks
    in the meantime waits with it: one pause for all."""

    def __init__(
        self, sleep: Callable[[float], Awaitable[None]], waiting: Callable[[float], None]
    ) -> None:
        self._sleep = sleep
        self._waiting = waiting
        self._turnstile = asyncio.Lock()
        self._pauses = 0

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to the question.

        Raises:
            RateLimited: it was still asked too often after several pauses.
            GatewayError: as the question.
        """
        for wait in _WAITS:
            async with self._turnstile:
                before = self._pauses
            try:
                return await question()
            except RateLimited as problem:
                await self._pause(min(problem.retry_after or wait, _LONGEST_WAIT), before)
        return await question()

    async def _pause(self, seconds: float, before: int) -> None:
        async with self._turnstile:
            if self._pauses != before:
                return
            self._waiting(seconds)
            await self._sleep(seconds)
            self._pauses += 1


async def _each(items: Iterable[Item], work: Callable[[Item], Awaitable[None]]) -> None:
    """Do ``work`` for all, a bounded number at a time; the first error ends it."""
    left = iter(items)
    failed: list[Exception] = []

    async def one_after_the_other() -> None:
        for item in left:
            if failed:
                return
            try:
                await work(item)
            except Exception as problem:  # raised below, when nobody is under way any more
                failed.append(problem)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    if failed:
        raise failed[0]
