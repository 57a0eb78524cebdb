"""A day at the till on a disk whose n-th write or sync fails, for every n until none fails.

Run with ``shim.c`` loaded before the C library. Reads one JSON object from the command line and
writes one line of JSON: how many days there were, and what went wrong in which.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import itertools
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome, Result
from posapp.desk.till import Till
from posapp.ledger.anchor import Anchor
from posapp.ledger.errors import LedgerError
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.payment import ActionState, PaymentStatus
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, WHO, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway

ANCHOR_KEY = bytes(range(64, 96))
LONG_ENOUGH = timedelta(minutes=40)
MODES = {
    "full once": (0, errno.ENOSPC, False),
    "full for good": (0, errno.ENOSPC, True),
    "broken once": (0, errno.EIO, False),
    "sync broken once": (1, errno.EIO, False),
    "sync broken for good": (1, errno.EIO, True),
}


class Disk:
    """The shim, which is loaded already."""

    def __init__(self, folder: Path) -> None:
        self._shim = ctypes.CDLL(None)
        self._folder = str(folder).encode()

    def fails(self, mode: str, at: int) -> None:
        kind, error, for_good = MODES[mode]
        self._shim.fault_arm(self._folder, kind, ctypes.c_long(at), error, int(for_good))

    def is_well(self) -> int:
        """From now on; how many calls failed."""
        return int(self._shim.fault_disarm())


@dataclass
class Day:
    """What a person was told, and what was wrong with it."""

    folder: Path
    clock: MovableClock = field(default_factory=MovableClock)
    bank: FakeGateway = field(init=False)
    told: list[Outcome] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bank = FakeGateway(self.clock)
        self.bank.refund_state = ActionState.DONE

    async def open(self) -> Shop:
        ledger = await Ledger.open(
            self.folder / "ledger.db",
            key=LEDGER_KEY,
            audit_key=AUDIT_KEY,
            clock=self.clock,
            till="T1",
        )
        try:
            await ledger.hold_to(Anchor(self.folder / "ledger.anchor", ANCHOR_KEY))
            await ledger.journal.recover()
        except LedgerError:
            await ledger.close()
            raise
        accounts = GivenAccounts(self.bank)
        till = Till(name="T1", ledger=ledger, accounts=accounts, sleep=self.clock.sleep)
        return Shop(till, self.bank, self.clock)

    async def trade(self, shop: Shop) -> None:
        """A charge, a refund of a part of it, and a payment link that the customer pays."""
        sale = await self._asked(lambda: self._charge(shop))
        if sale is not None and sale.result is Result.APPROVED:
            await self._asked(lambda: shop.refund(sale, 500))
        await self._asked(lambda: self._link(shop))
        for payment in tuple(self.bank.payments.values()):
            if payment.status is PaymentStatus.ACTION_NEEDED:
                self.bank.become(payment.id, PaymentStatus.CAPTURED)

    async def _charge(self, shop: Shop) -> Outcome:
        return await shop.charge(await shop.order())

    async def _link(self, shop: Shop) -> Outcome:
        return await shop.links.create(await shop.order(2500), account="main", who=WHO)

    async def _asked(self, act: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
        sent = len(self.bank.sent_keys)
        try:
            outcome = await act()
        except (Refused, LedgerError) as refused:
            if len(self.bank.sent_keys) > sent:
                self.wrong.append(f"refused after it was sent: {refused}")
            return None
        self.told.append(outcome)
        return outcome

    async def judge(self, shop: Shop, when: str) -> None:
        """Everything found out, nothing twice, nothing lost, nothing said that is not so."""
        journal = await _everything(shop)
        self._judge_bank(journal, when)
        for told in self.told:
            now = next((each for each in journal if each.id == told.attempt.id), None)
            if now is None or now.intent.reference != told.attempt.intent.reference:
                self.wrong.append(f"{when}: attempt {told.attempt.id} is lost")
            elif told.is_final and (now.state, now.verdict) != (
                told.attempt.state,
                told.attempt.verdict,
            ):
                self.wrong.append(f"{when}: told {told.attempt.state}, and now {now.state}")
        for each in journal:
            if each.state.is_open and each.intent.kind is not Kind.REFUND:
                self.wrong.append(f"{when}: {each.intent.kind} {each.id} stays {each.state}")
        self.wrong += [f"{when}: {problem}" for problem in await shop.ledger.check()]

    def _judge_bank(self, journal: list[Attempt], when: str) -> None:
        paid: dict[str, int] = {}
        for payment in self.bank.payments.values():
            mine = [each for each in journal if each.intent.reference == payment.reference]
            if len(mine) != 1:
                self.wrong.append(f"{when}: {payment.id} has {len(mine)} attempts")
                continue
            known = mine[0].state is State.SETTLED and mine[0].verdict is Verdict.APPROVED
            if payment.captured and not known:
                self.wrong.append(f"{when}: {payment.id} was taken, and is {mine[0].state}")
            if payment.captured:
                paid[mine[0].intent.order_id] = paid.get(mine[0].intent.order_id, 0) + 1
            given = sum(record.amount.minor for record in payment.refunds)
            asked = [
                each
                for each in journal
                if each.intent.kind is Kind.REFUND and each.intent.payment_id == payment.id
            ]
            found = sum(each.intent.amount.minor for each in asked if each.action_id)
            if given > payment.captured or given != found:
                self.wrong.append(f"{when}: {given} given back, {found} known")
        self.wrong += [f"{when}: charged {times} times" for times in paid.values() if times > 1]


async def _everything(shop: Shop) -> list[Attempt]:
    found: list[Attempt] = []
    number = 1
    while True:
        try:
            found.append(await shop.ledger.journal.read(number))
        except LedgerError:
            return found
        number += 1


async def live(folder: Path, mode: str, at: int) -> tuple[int, list[str]]:
    """One day; how many calls failed, and what was wrong at its end."""
    day, disk = Day(folder), Disk(folder)
    disk.fails(mode, at)
    try:
        shop = await day.open()
    except LedgerError:
        failed = disk.is_well()
    else:
        try:
            await day.trade(shop)
            failed = disk.is_well()
            if not shop.ledger.stopped:
                await shop.ledger.journal.recover(why="The ledger failed")
                await shop.passes(LONG_ENOUGH)
                await day.judge(shop, "the program goes on")
        finally:
            disk.is_well()
            await shop.ledger.close()
    shop = await day.open()
    try:
        if shop.ledger.stopped:
            day.wrong.append(f"started again: {shop.ledger.stopped}")
        await shop.passes(LONG_ENOUGH)
        await day.judge(shop, "started again")
    finally:
        await shop.ledger.close()
    return failed, day.wrong


async def sweep(folder: Path, mode: str) -> dict[str, Any]:
    """Live the day on a disk that fails at 1, at 2, and so on, until nothing was made to fail."""
    wrong: list[str] = []
    for at in itertools.count(1):
        place = folder / f"{at}"
        place.mkdir()
        failed, found = await live(place, mode, at)
        wrong += [f"{mode}, {at}: {each}" for each in found]
        shutil.rmtree(place)
        if not failed:
            return {"last": at, "wrong": wrong}
    raise AssertionError("counting does not end")


if __name__ == "__main__":
    where, mode_asked = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(sweep(Path(where), mode_asked))) + "\n")
