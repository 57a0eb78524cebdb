"""``python3 dev.py simulate``: live through many seeded days and count what must never happen.

Prints one JSON line. Ends with 1, and with the seeds to blame, when money was taken twice, lost,
claimed, given back too often or left without an answer. ``--runs 1 --seed N --trace`` shows such
a day step by step. ``--mutants`` switches the money rules off one by one; every one must be
noticed.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.reckoning import Reckoning
from tests.simulation.run import live

COUNTED = (
    "double_charges",
    "lost_payments",
    "false_paid",
    "over_refunds",
    "unresolved",
    "open_cases",
)
_ENOUGH = 2000  # days in which a mutant has to show itself


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py simulate", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="how many days")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first day")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--trace", action="store_true", help="show the first day step by step")
    parser.add_argument("--mutants", action="store_true", help="prove that every rule is needed")
    chosen = parser.parse_args()
    if chosen.runs < 1:
        parser.error("--runs must be at least 1")
    if chosen.trace:
        _get_ready()
        print("\n".join(live(chosen.seed).trace))
    return _mutants(chosen) if chosen.mutants else _days(chosen)


def _days(chosen: argparse.Namespace) -> int:
    began = time.monotonic()
    total = dict.fromkeys(COUNTED, 0)
    seeds = range(chosen.seed, chosen.seed + chosen.runs)
    blamed = 0
    with ProcessPoolExecutor(chosen.processes, initializer=_get_ready) as pool:
        for seed, day in zip(seeds, pool.map(_reckoned, seeds, chunksize=20), strict=True):
            for name in COUNTED:
                total[name] += getattr(day, name)
            if day.broken:
                blamed += 1
                print(f"seed {seed}: {_words(day)}", file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"runs": chosen.runs, "seed": chosen.seed, **total, "seconds": seconds}))
    return 1 if blamed else 0


def _mutants(chosen: argparse.Namespace) -> int:
    survivors = []
    with ProcessPoolExecutor(chosen.processes, initializer=_get_ready) as pool:
        for name, seed in zip(
            MUTANTS, pool.map(_first_noticed, MUTANTS, [chosen.seed] * len(MUTANTS)), strict=True
        ):
            found = f"noticed at seed {seed}" if seed else f"NOT noticed in {_ENOUGH} days"
            print(f"{name}: {found}", flush=True)
            survivors += [] if seed else [name]
    return 1 if survivors else 0


def _first_noticed(name: str, first: int) -> int | None:
    """The seed at which the simulation fails without this rule."""
    for seed in range(first, first + _ENOUGH):
        with pytest.MonkeyPatch.context() as monkey:
            MUTANTS[name](monkey)
            if _reckoned(seed).broken:
                return seed
    return None


def _reckoned(seed: int) -> Reckoning:
    """A day that the program itself does not survive leaves everything unresolved."""
    try:
        return live(seed).reckoning
    except Exception as problem:
        print(f"seed {seed}: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
        return Reckoning(unresolved=1)


def _words(day: Reckoning) -> str:
    return ", ".join(_counts(day))


def _counts(day: Reckoning) -> Iterator[str]:
    for field in fields(day):
        if number := getattr(day, field.name):
            yield f"{number} {field.name.replace('_', ' ')}"


def _get_ready() -> None:
    """The faults are meant to be there; the program's words about them would drown the rest.

    What was imported stays: looking through all of it for garbage takes a tenth of a day.
    """
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


if __name__ == "__main__":
    sys.exit(main())
