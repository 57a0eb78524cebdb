"""One life of a till: find out what became of everything, then do what is left of the job."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from posapp.desk.accounts import Accounts
from posapp.desk.actions import Actions
from posapp.desk.errors import Refused
from posapp.desk.payouts import Payouts
from posapp.desk.practice import training_accounts
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.gateways.transport import Transport
from posapp.ledger.codec import attempt_from
from posapp.ledger.ledger import Ledger
from posapp.ledger.tables import attempts, orders
from posapp.model.access import Role
from posapp.model.attempt import Attempt, Kind, Verdict
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.order import Line, Order, OrderState
from posapp.vault.settings import account_from
from tests.killing.job import CARDS, Job, Sale

NAME = "T1"
LEDGER_KEY = bytes(range(32))
AUDIT_KEY = bytes(range(32, 64))
WHO = "Ada Muster"
ACCOUNTS = {
    "payfac": "training-payfac",
    "flowlix": "training-flowlix",
    "flowlix_classic": "training-flowlix-classic",
}
_TRIES = 30
_JSON = {"Content-Type": "application/json"}


class Clock:
    """The training gateway's clock: it goes forward for both, and stays there after a death."""

    def __init__(self, admin: str) -> None:
        address = urlsplit(admin)
        self._host, self._path = address.netloc, address.path
        self._ahead = 0.0
        self._ahead = float(self._ask("GET", "clock")["now"]) - time.time()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self._forward(seconds)

    async def pass_by(self, seconds: float) -> None:
        """Let time go by, once whatever a dead till had sent was carried out."""
        idle = 0
        while idle < 2:  # what waited to be accepted at the first look is counted at the second
            idle = 0 if self._ask("GET", "calls")["running"] else idle + 1
            await asyncio.sleep(0)
        self._forward(seconds)

    def _forward(self, seconds: float) -> None:
        now = float(self._ask("POST", "clock", {"advance_seconds": seconds})["now"])
        self._ahead = now - time.time()

    def _ask(self, verb: str, what: str, body: object = None) -> Any:
        connection = HTTPConnection(self._host, timeout=20)
        try:
            content = json.dumps(body) if body else None
            connection.request(verb, f"{self._path}/{what}", content, _JSON if body else {})
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 200, said
            return json.loads(said)
        finally:
            connection.close()


class Counter:
    """The desk as the program builds it, without a window, and the one who works at it."""

    def __init__(self, job: Job, ledger: Ledger, transport: Transport, clock: Clock) -> None:
        accounts = Accounts(transport=transport, clock=clock)
        accounts.configure(account_from(form) for form in training_accounts(job.endpoints))
        till = Till(name=NAME, ledger=ledger, accounts=accounts, sleep=clock.sleep)
        self._job = job
        self._ledger = ledger
        self._clock = clock
        self._sales, self._refunds = Sales(till), Refunds(till)
        self._recovery = Recovery(
            till,
            sales=self._sales,
            refunds=self._refunds,
            actions=Actions(till, refunds=self._refunds, role=lambda: Role.MANAGER),
            payouts=Payouts(till, role=lambda: Role.MANAGER),
            clock=clock,
        )

    async def work(self) -> None:
        """Everything that the job asks for and that is not done yet."""
        await self._find_out()
        while len(made := await self._orders()) < len(self._job.sales):
            await self._ledger.orders.new("EUR")
        for _ in range(_TRIES):
            journal = await journal_of(self._ledger)
            steps = [self._next(o, s, journal) for o, s in zip(made, self._job.sales, strict=True)]
            acts = [act for act in await asyncio.gather(*steps) if act]
            if not acts:
                return
            await self._find_out()
            await self._clock.pass_by(60)  # what was approved gets collected
        raise AssertionError(f"not done after {_TRIES} tries")

    async def _next(self, order_id: str, sale: Sale, journal: list[Attempt]) -> bool:
        """The next step of one sale; whether there was one."""
        mine = [each for each in journal if each.intent.order_id == order_id]
        paid = [a for a in mine if _is_done(a) and a.intent.kind is Kind.CHARGE]
        if paid:
            given = {a.intent.amount.minor for a in mine if _is_done(a)}
            left = [minor for minor in sale.refunds if minor not in given]
            await asyncio.gather(*(self._give_back(paid[0], minor) for minor in left))
            return bool(left)
        order = await self._ledger.orders.read(order_id)
        assert order.state is OrderState.OPEN, order.state
        await self._charge(order, sale, first=not mine)
        return True

    async def _charge(self, order: Order, sale: Sale, *, first: bool) -> None:
        line = Line("Mug", Money(sale.minor, "EUR"), 1, Decimal(19), "MUG-1")
        order = Order(
            id=order.id,
            number=order.number,
            currency=order.currency,
            created_at=order.created_at,
            lines=(line,),
        )
        await self._ledger.orders.save(order)
        good, refused = CARDS[sale.kind]
        number = refused if first and sale.refused_first else good
        card = Card(
            number=Digits(number.encode()),
            expiry=Expiry(12, 2090),
            code=Digits(b"100"),
            name=WHO,
        )
        try:
            await self._sales.charge(order, card, account=ACCOUNTS[sale.kind], who=WHO)
        except Refused:
            card.wipe()  # the next try shows whether it matters

    async def _give_back(self, charge: Attempt, minor: int) -> None:
        try:
            amount = Money(minor, "EUR")
            await self._refunds.refund(charge.id, amount, reason="Mug broke", who=WHO)
        except Refused:
            return

    async def _find_out(self) -> None:
        """Recover until nothing is open."""
        for _ in range(200):
            if not await self._ledger.journal.open_attempts():
                return
            pause = await self._recovery.look_at_what_is_due()
            await self._clock.pass_by(pause.total_seconds())
        raise AssertionError("an attempt stays open for ever")

    async def _orders(self) -> list[str]:
        def work(connection: Connection) -> list[str]:
            return list(connection.execute(select(orders.c.id).order_by(orders.c.number)).scalars())

        return await self._ledger._database.read(work)


def _is_done(attempt: Attempt) -> bool:
    return attempt.verdict is Verdict.APPROVED


async def journal_of(ledger: Ledger) -> list[Attempt]:
    """Every attempt there is, oldest first."""

    def work(connection: Connection) -> list[Attempt]:
        rows = connection.execute(select(attempts).order_by(attempts.c.id)).mappings()
        return [attempt_from(row) for row in rows]

    return await ledger._database.read(work)


def file_of(job: Job) -> Path:
    return Path(job.folder) / "ledger.db"


@asynccontextmanager
async def opened(file: Path, clock: Callable[[], datetime]) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(file, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=clock, till=NAME)
    try:
        yield ledger
    finally:
        await ledger.close()


async def _live(job: Job) -> None:
    clock = Clock(job.endpoints["admin"]["base_url"])
    transport = Transport()
    try:
        async with opened(file_of(job), clock) as ledger:
            await ledger.journal.recover()
            await Counter(job, ledger, transport, clock).work()
    finally:
        await transport.close()


def live(job: Job) -> None:
    """Until the job is done, or the kill."""
    logging.disable(logging.CRITICAL)  # the faults are meant to be there
    if job.without:
        import pytest

        from tests.simulation.mutants import MUTANTS

        MUTANTS[job.without](pytest.MonkeyPatch())
    if job.kill.at_call is not None:
        _die_at(job.kill.at_call)
    asyncio.run(_live(job))


def _die_at(number: int) -> None:
    """End at this call of any function on any thread, without a last word."""
    left = number

    def called(_frame: FrameType, _event: str, _what: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(called)
    sys.setprofile(called)
