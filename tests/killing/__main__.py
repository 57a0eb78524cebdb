"""``python3 dev.py killing``: kill a till at random points, start it again, count the money.

Prints one JSON line. Ends with 1, and with the seeds to blame, when a request reached the gateway
without a journal entry, money was taken or given back twice, or something was lost. ``--without
journal_after_sending`` switches a money rule off, to see that it is noticed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict

from tests.killing.rounds import Reckoning, killing
from tests.simulation.mutants import MUTANTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py killing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first round")
    parser.add_argument("--without", choices=sorted(MUTANTS), default="", help="a rule to drop")
    chosen = parser.parse_args()
    began = time.monotonic()
    total = Reckoning()
    blamed = []
    with killing(chosen.without) as loop:
        for seed in range(chosen.seed, chosen.seed + chosen.rounds):
            found = loop.round(seed)
            total.add(found)
            if found.broken:
                blamed.append(seed)
                print(f"seed {seed}: {found}", file=sys.stderr)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"seed": chosen.seed, **asdict(total), "seconds": seconds}))
    return 1 if blamed else 0


if __name__ == "__main__":
    sys.exit(main())
