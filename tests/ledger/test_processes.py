"""Several programs on one ledger, and programs that end in the middle of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from posapp.ledger.errors import LedgerFull
from posapp.ledger.ledger import Ledger
from posapp.ledger.snapshots import keep_payment
from posapp.model.attempt import State
from posapp.model.payment import Payment
from tests.ledger import raw
from tests.ledger.conftest import Opener
from tests.ledger.places import FilePlace, Place
from tests.ledger.samples import AUDIT_KEY, KEY, Clock, charge, new_order, paid

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(os.name != "posix", reason="uses POSIX signals and resource limits"),
]

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 100


class Program:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the program ended"
        return json.loads(line)

    def tell(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@contextmanager
def program(place: Place, what: str, till: str = "T2", **more: object) -> Iterator[Program]:
    wanted = {**place.arguments, "what": what, "till": till, **more}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.program", json.dumps(wanted)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


async def test_what_was_begun_survives_the_death_of_the_program(
    opened: Opener, place: Place
) -> None:
    with program(place, "begin_and_wait", till="T1") as dying:
        assert dying.hear() == "ready"
        number = dying.hear()
        dying.process.send_signal(signal.SIGKILL)
        dying.process.wait()
    ledger = await opened("T1")
    assert (await ledger.journal.read(number)).state is State.PREPARED
    assert await ledger.journal.recover() == ()
    assert (await ledger.journal.read(number)).state is State.NOT_SENT
    assert await ledger.check() == ()


async def test_of_two_programs_exactly_one_begins_to_charge_an_order(
    opened: Opener, place: Place
) -> None:
    ledger = await opened()
    orders = [(await new_order(ledger)).id for _ in range(ROUNDS)]
    with (
        program(place, "race_for_orders", till="T2", orders=orders) as one,
        program(place, "race_for_orders", till="T3", orders=orders) as two,
    ):
        assert (one.hear(), two.hear()) == ("ready", "ready")
        for number in range(ROUNDS):
            one.tell()
            two.tell()
            heard = sorted([one.hear(), two.hear()])
            assert heard == [[number, "busy"], [number, "won"]]
        assert (one.process.wait(), two.process.wait()) == (0, 0)
    assert len(await ledger.journal.open_attempts()) == ROUNDS
    assert await ledger.check() == ()


async def test_two_programs_together_never_refund_more_than_is_left(
    opened: Opener, place: Place
) -> None:
    ledger = await opened()
    _, payment = await paid(ledger)
    more = {"account": payment.account, "payment": payment.id, "tries": 40}
    with (
        program(place, "race_for_refunds", till="T2", **more) as one,
        program(place, "race_for_refunds", till="T3", **more) as two,
    ):
        assert (one.hear(), two.hear()) == ("ready", "ready")
        one.tell()
        two.tell()
        assert one.hear() + two.hear() == 2900  # of 2992
        assert (one.process.wait(), two.process.wait()) == (0, 0)
    mine = await ledger.journal.refunds_of(payment)
    assert sum(attempt.intent.amount.minor for attempt in mine) == 2900


ASKED = ((2992, 1, 2992), (2000, 1, 2000), (700, 3, 2800), (900, 2, 2700))
"""What each of two programs asks of a payment of 2992, how often, and what both get together."""


@pytest.mark.timeout(900)
async def test_two_programs_that_refund_at_once_get_what_is_left_and_no_more(
    opened: Opener, place: Place, pytestconfig: pytest.Config
) -> None:
    ledger = await opened()
    races = [ASKED[number % len(ASKED)] for number in range(pytestconfig.getoption("races"))]
    payments = await many_paid(ledger, len(races))
    asked = [(p.id, minor, times) for p, (minor, times, _) in zip(payments, races, strict=True)]
    more = {"account": payments[0].account, "races": asked}
    first = Counter[str]()
    with (
        program(place, "race_for_the_rest", till="T2", **more) as one,
        program(place, "race_for_the_rest", till="T3", **more) as two,
    ):
        assert (one.hear(), two.hear()) == ("ready", "ready")
        for payment, (minor, times, together) in zip(payments, races, strict=True):
            one.tell()
            two.tell()
            got = (one.hear(), two.hear())
            assert sum(got) == together, (payment.id, got)
            if times == 1:
                assert sorted(got) == [0, minor]
                first["T2" if got[0] else "T3"] += 1
        assert (one.process.wait(), two.process.wait()) == (0, 0)
    assert set(first) == {"T2", "T3"}  # these were races
    for payment, (minor, _, together) in zip(payments, races, strict=True):
        mine = await ledger.journal.refunds_of(payment)
        assert [refund.intent.amount.minor for refund in mine] == [minor] * (together // minor)
    assert await ledger.check() == ()


async def many_paid(ledger: Ledger, number: int) -> list[Payment]:
    """One charge that was approved, and as many payments like it."""
    _, payment = await paid(ledger)
    payments = [replace(payment, id=f"pay_race_{each}") for each in range(number)]

    def work(connection: Connection) -> None:
        for each in payments:
            keep_payment(connection, each, each.created_at)

    await ledger._database.write(work)
    return payments


async def test_two_programs_never_give_two_orders_one_number(place: Place) -> None:
    with (
        program(place, "number_orders", till="T2", tries=100) as one,
        program(place, "number_orders", till="T3", tries=100) as two,
    ):
        assert (one.hear(), two.hear()) == ("ready", "ready")
        one.tell()
        two.tell()
        numbers = one.hear() + two.hear()
    assert sorted(numbers) == list(range(1001, 1201))


async def test_two_programs_that_make_the_ledger_at_once_make_one(place: Place) -> None:
    with (
        program(place, "number_orders", till="T2", tries=1) as one,
        program(place, "number_orders", till="T3", tries=1) as two,
    ):
        assert (one.hear(), two.hear()) == ("ready", "ready")
        one.tell()
        two.tell()
        assert sorted(one.hear() + two.hear()) == [1001, 1002]
        assert (one.process.wait(), two.process.wait()) == (0, 0)
    if isinstance(place, FilePlace):
        assert names(place.path.parent) == [place.path.name]


async def test_after_the_disk_failed_nothing_more_is_written(path: Path) -> None:
    with program(FilePlace(path), "write_on_a_failing_disk", till="T1") as failing:
        assert failing.hear() == "ready"
        first, second, third = failing.hear(), failing.hear(), failing.hear()
        assert failing.process.wait() == 0
    assert first[0] == second[0] == third[0] == "LedgerStopped"
    assert "check the disk" in first[1]
    assert "Nothing more is written" in third[1]
    assert raw.rows(path, "SELECT count(*) FROM attempts") == [(0,)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for little more than an empty ledger."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def many_entries(ledger: Ledger) -> None:
    for _ in range(200):
        await ledger.audit.record("filler", "Ada", "x", {"text": "x" * 5000})


async def many_charges(ledger: Ledger) -> None:
    """The first ones may use again what a failed one had taken."""
    for _ in range(20):
        await ledger.journal.begin(charge(await new_order(ledger)))


def names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def write_until_it_is_full(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def fill_up(filler: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        write_until_it_is_full(filler)


async def test_a_full_disk_refuses_and_goes_on_when_there_is_room(
    small_disk: Path, clock: Clock
) -> None:
    path, filler = small_disk / "ledger.db", small_disk / "filler"
    ledger = await Ledger.open(path, key=KEY, audit_key=AUDIT_KEY, clock=clock, till="T1")
    try:
        order = await new_order(ledger)
        fill_up(filler)
        with pytest.raises(LedgerFull, match="Free some space"):
            await many_entries(ledger)
        with pytest.raises(LedgerFull):
            await many_charges(ledger)
        filler.unlink()
        attempt = await ledger.journal.begin(charge(order))
        assert attempt in await ledger.journal.open_attempts()
        assert await ledger.check() == ()
    finally:
        await ledger.close()


async def test_a_full_disk_gets_no_half_made_ledger(small_disk: Path, clock: Clock) -> None:
    path, filler = small_disk / "ledger.db", small_disk / "filler"
    fill_up(filler)
    with pytest.raises(LedgerFull):
        await Ledger.open(path, key=KEY, audit_key=AUDIT_KEY, clock=clock, till="T1")
    assert names(small_disk) == [filler.name]
