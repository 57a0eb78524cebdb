"""Rounds of killing, and the reckoning after each: what the gateway saw against the journal."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from posapp.model.attempt import Attempt, Kind, Verdict
from tests.killing.job import OPENING, Job, Kill, Plan, planned
from tests.killing.till import file_of, journal_of, opened

ROOT = Path(__file__).resolve().parents[2]
MONEY = (
    "payfac.payment",
    "payfac.refund",
    "flowlix.create_payment",
    "flowlix.create_refund",
    "flowlix_classic.create_payment",
    "flowlix_classic.create_refund",
)
"""The calls of the training gateway that move money."""

_SINCE_YESTERDAY = 3600.0  # seconds


@dataclass(slots=True)
class Reckoning:
    """Sums over rounds; from ``not_journalled`` on they must be 0.

    ``not_journalled`` counts money requests that the gateway saw and the journal does not have.
    ``false`` are movements that the journal has and the gateway not, ``not_done`` sales that are
    not paid and refunded exactly as asked, ``unsound`` problems that the ledger finds in itself.
    """

    rounds: int = 0
    lives: int = 0
    kills: int = 0
    sleeps: int = 0
    kills_with_open_attempts: int = 0
    charges: int = 0
    refunds: int = 0
    not_journalled: int = 0
    doubles: int = 0
    lost: int = 0
    false: int = 0
    not_done: int = 0
    unsound: int = 0

    @property
    def broken(self) -> bool:
        return bool(
            self.not_journalled
            or self.doubles
            or self.lost
            or self.false
            or self.not_done
            or self.unsound
        )

    def add(self, other: Reckoning) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Killing:
    """The processes that outlast a round: the training gateway and the nursery of the tills."""

    gateway: subprocess.Popen[str]
    nursery: subprocess.Popen[str]
    folder: Path
    endpoints: dict[str, Any]
    http: httpx.Client
    without: str = ""

    def round(self, seed: int) -> Reckoning:
        """One till from an empty ledger to everything paid, through its deaths."""
        plan = planned(seed)
        home = self.folder / f"round-{seed}"
        home.mkdir()
        try:
            return self._round(plan, home)
        finally:
            shutil.rmtree(home)

    def _round(self, plan: Plan, home: Path) -> Reckoning:
        self._admin("POST", "reset")
        self._admin("PATCH", "settings", plan.settings)
        job = Job(str(home), self.endpoints, OPENING)
        shutil.copyfile(self._empty_ledger(), file_of(job))
        opened = self._live(job)
        assert opened["code"] == 0, opened
        self._admin("POST", "clock", {"advance_seconds": _SINCE_YESTERDAY})
        for fault in plan.faults:
            self._admin("POST", "faults", fault)
        job = replace(job, sales=(*OPENING, *plan.sales), without=self.without)
        day = Reckoning(rounds=1)
        done = False
        for kill in (*plan.kills, Kill()):
            told = self._live(replace(job, kill=kill))
            day.lives += 1
            day.kills += told["killed"]
            day.sleeps += bool(kill.frozen)
            done = told["code"] == 0
            if not told["killed"] and not done:
                break
        day.not_done = not done
        self._quiet()
        asyncio.run(self._reckon(day, job))
        return day

    async def _reckon(self, day: Reckoning, job: Job) -> None:
        async with opened(file_of(job), lambda: datetime.now(UTC)) as ledger:
            journal = await journal_of(ledger)
            day.unsound = len(await ledger.check())
        calls = [c for c in self._admin("GET", "calls")["calls"] if c["point"] in MONEY]
        dump = self._admin("GET", "dump")
        keys = {attempt.intent.key for attempt in journal}
        day.not_journalled = sum(call["idempotency_key"] not in keys for call in calls)
        day.kills_with_open_attempts = sum("ended" in a.note for a in journal)
        taken, given = _money(dump)
        day.charges, day.refunds = sum(taken.values()), sum(map(len, given.values()))
        self._compare_charges(day, journal, taken)
        self._compare_refunds(day, journal, given)
        for sale, order in zip(job.sales, _by_order(journal), strict=False):
            refunds = [a for a in order if _approved(a, Kind.REFUND)]
            paid = [a for a in order if _approved(a, Kind.CHARGE)]
            whole = len(paid) == 1 and paid[0].intent.amount.minor == sale.minor
            day.not_done += not whole
            day.not_done += sorted(r.intent.amount.minor for r in refunds) != sorted(sale.refunds)

    def _compare_charges(self, day: Reckoning, journal: list[Attempt], taken: Tally[str]) -> None:
        approved = {a.intent.reference: a for a in journal if _approved(a, Kind.CHARGE)}
        day.lost += sum(reference not in approved for reference in taken)
        day.false += sum(reference not in taken for reference in approved)
        order_of = {a.intent.reference: a.intent.order_id for a in journal}
        orders: Tally[str] = Tally()
        for reference, times in taken.items():
            orders[order_of.get(reference, reference)] += times
        day.doubles += sum(times - 1 for times in orders.values())

    def _compare_refunds(
        self, day: Reckoning, journal: list[Attempt], given: dict[str, list[int]]
    ) -> None:
        known: dict[str, list[int]] = {}
        for attempt in journal:
            if _approved(attempt, Kind.REFUND):
                amounts = known.setdefault(attempt.intent.payment_id, [])
                amounts.append(attempt.intent.amount.minor)
        for payment in known.keys() | given.keys():
            ours, theirs = Tally(known.get(payment)), Tally(given.get(payment))
            day.lost += (theirs - ours).total()
            day.false += (ours - theirs).total()
            day.doubles += sum(times - 1 for times in theirs.values())  # all amounts differ

    def _live(self, job: Job) -> dict[str, Any]:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(job.as_json() + "\n")
        self.nursery.stdin.flush()
        line = self.nursery.stdout.readline()
        assert line, "the nursery ended"
        told: dict[str, Any] = json.loads(line)
        return told

    def _quiet(self) -> None:
        while self._admin("GET", "calls")["running"]:
            pass
        self._admin("POST", "settle")

    def _empty_ledger(self) -> Path:
        file = self.folder / "empty.db"
        if not file.exists():
            asyncio.run(_make(file))
        return file

    def _admin(self, verb: str, what: str, body: object = None) -> Any:
        url = f"{self.endpoints['admin']['base_url']}/{what}"
        answer = self.http.request(verb, url, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _approved(attempt: Attempt, kind: Kind) -> bool:
    return attempt.verdict is Verdict.APPROVED and attempt.intent.kind is kind


def _by_order(journal: list[Attempt]) -> list[list[Attempt]]:
    """The attempts of each order, in the order of their numbers."""
    found: dict[int, list[Attempt]] = {}
    number = {a.intent.order_id: int(a.intent.reference.split("-")[1]) for a in journal}
    for attempt in journal:
        found.setdefault(number[attempt.intent.order_id], []).append(attempt)
    return [found[each] for each in sorted(found)]


def _money(dump: dict[str, Any]) -> tuple[Tally[str], dict[str, list[int]]]:
    """How often money was taken under each reference, and what was given back of each payment."""
    taken: Tally[str] = Tally()
    given: dict[str, list[int]] = {}
    for payment in dump["payfac"].values():
        if payment["authorized"] > payment["voided"]:
            taken[payment["reference"]] += 1
            given[payment["id"]] = [
                act["amount"]
                for act in payment["actions"]
                if act["type"] == "Refund" and act["approved"]
            ]
    for name in ("flowlix", "flowlix_classic"):
        for payment in dump[name].values():
            if payment["status"] == "succeeded":
                kept = payment["merchant_reference"] or payment["metadata"]["reference"]
                taken[kept] += 1
                given[payment["id"]] = [
                    refund["amount"]
                    for refund in payment["refunds"]
                    if refund["status"] == "succeeded"
                ]
    return taken, given


async def _make(file: Path) -> None:
    async with opened(file, lambda: datetime.now(UTC)):
        """An empty ledger to copy."""


@contextmanager
def killing(without: str = "") -> Iterator[Killing]:
    """The gateway and the nursery, running; gone afterwards.

    Args:
        without: the money rule, by its name among the mutants, that the tills do not keep.
    """
    memory = Path("/dev/shm")  # a kill is no power cut  # noqa: S108
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="posapp-killing-", dir=place) as folder,
        _started("posapp", "sandbox") as gateway,
        _started("tests.killing.nursery") as nursery,
        httpx.Client(trust_env=False, timeout=30) as http,
    ):
        assert gateway.stdout is not None
        endpoints = json.loads(gateway.stdout.readline())
        yield Killing(gateway, nursery, Path(folder), endpoints, http, without)


@contextmanager
def _started(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
