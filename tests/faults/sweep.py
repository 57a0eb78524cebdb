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
from datetime import timedelta
from pathlib import Path
from typing import Any

from posapp.ledger.anchor import Anchor
from posapp.ledger.errors import LedgerError
from posapp.ledger.ledger import Ledger
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY
from tests.fakes.clock import MovableClock
from tests.faults.day import Day, Place, live

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

    async def ends(self, _ledger: Ledger | None = None) -> int:
        return int(self._shim.fault_disarm())


def opening(folder: Path) -> Place:
    async def place(clock: MovableClock) -> Ledger:
        ledger = await Ledger.open(
            folder / "ledger.db", key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=clock, till="T1"
        )
        try:
            await ledger.hold_to(Anchor(folder / "ledger.anchor", ANCHOR_KEY))
        except LedgerError:
            await ledger.close()
            raise
        return ledger

    return place


async def sweep(folder: Path, mode: str) -> dict[str, Any]:
    """Live the day on a disk that fails at 1, at 2, and so on, until nothing was made to fail."""
    wrong: list[str] = []
    for at in itertools.count(1):
        place = folder / f"{at}"
        place.mkdir()
        day, disk = Day(opening(place)), Disk(place)
        disk.fails(mode, at)
        failed = await live(day, disk)
        wrong += [f"{mode}, {at}: {each}" for each in day.wrong]
        shutil.rmtree(place)
        if not failed:
            return {"last": at, "wrong": wrong}
    raise AssertionError("counting does not end")


if __name__ == "__main__":
    where, mode_asked = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(sweep(Path(where), mode_asked))) + "\n")
