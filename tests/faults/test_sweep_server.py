"""Wherever the way to a shared ledger breaks: no double, none lost, nothing said that is not so."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from posapp.ledger.ledger import Ledger
from tests.database import DatabaseServer, database_server, started_server
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY
from tests.fakes.clock import MovableClock
from tests.faults.day import Day, Place, live
from tests.ledger.proxy import Fate, Way, way_to
from tests.waiting import until

__all__ = ["database_server", "started_server"]

hearing = pytest.importorskip("posapp.ledger.hearing", exc_type=ImportError)

pytestmark = pytest.mark.asyncio


class Break:
    """The n-th time that the till says something to the server, from 1."""

    def __init__(self, way: Way, at: int, fate: Fate) -> None:
        self._way, self._at, self._fate = way, at, fate
        self._said = 0
        way.fate = self._decide

    async def ends(self, ledger: Ledger | None = None) -> int:
        broke = self._said >= self._at
        self._at = 0
        if self._way.is_cut:
            if ledger is not None:
                await until(lambda: ledger.is_away, what="the till notices")
            self._way.mend()
        if ledger is not None:
            await until(lambda: not ledger.is_away, what="the till is back")
        return int(broke)

    def _decide(self, _words: bytes) -> Fate:
        self._said += 1
        return self._fate if self._said == self._at else Fate.ARRIVES


def opening(way: Way, folder: Path) -> Place:
    async def place(clock: MovableClock) -> Ledger:
        return await Ledger.open_shared(
            way.address,
            audit_key=AUDIT_KEY,
            clock=clock,
            till="T1",
            held=folder / "held.db",
            held_key=LEDGER_KEY,
        )

    return place


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cuts_all", [False, True], ids=["breaks", "goes away"])
@pytest.mark.parametrize("fate", [Fate.IS_LOST, Fate.LOSES_THE_ANSWER], ids=["before", "after"])
async def test_a_server_that_is_lost_anywhere_loses_nothing_and_doubles_nothing(
    cuts_all: bool,
    fate: Fate,
    database_server: DatabaseServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "PAUSE", 0.02)
    wrong: list[str] = []
    for at in itertools.count(1):
        place = tmp_path / f"{at}"
        place.mkdir()
        database_server.empty()
        async with way_to(database_server.address) as way:
            way.cuts_all = cuts_all
            day = Day(opening(way, place))
            broke = await live(day, Break(way, at, fate))
        wrong += [f"{at}: {each}" for each in day.wrong]
        if not broke:
            break
    assert wrong == []
    assert at > 30, "nothing was made to break"
