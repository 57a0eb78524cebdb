"""What a till is told to do in one life, and when that life ends."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("payfac", "flowlix", "flowlix_classic")
CARDS = {
    "payfac": ("4242424242424242", "4544249167673670"),
    "flowlix": ("4111111111111111", "4000000000000002"),
    "flowlix_classic": ("4111111111111111", "4000000000009995"),
}
"""The card that is good, and the one that is refused, for each API."""


@dataclass(frozen=True, slots=True)
class Sale:
    """One order: how it is to be paid and what is to be given back of it afterwards."""

    kind: str
    minor: int
    refused_first: bool
    refunds: tuple[int, ...]


OPENING = tuple(Sale(kind, 1000, False, ()) for kind in KINDS)
"""What was sold the day before: without payments to find, no search is believed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """When a life ends as by ``kill -9``: at that call of a function or return from one, or so
    many seconds after its start. Without either it is not killed.

    Where ``frozen`` is above zero it is not killed but stopped dead for so many seconds, as when
    the computer sleeps, and then goes on to its end.
    """

    at_call: int | None = None
    after: float | None = None
    frozen: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """Told to every life of a till; it does what is left of it.

    ``without`` names a money rule that is switched off.
    """

    folder: str
    endpoints: dict[str, Any]
    sales: tuple[Sale, ...]
    kill: Kill = Kill()
    without: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        told = json.loads(text)
        sales = tuple(Sale(**{**s, "refunds": tuple(s["refunds"])}) for s in told.pop("sales"))
        return cls(sales=sales, kill=Kill(**told.pop("kill")), **told)


@dataclass(frozen=True, slots=True)
class Plan:
    """One round: the sales, the trouble on the line, and the end of each life but the last."""

    sales: tuple[Sale, ...]
    settings: dict[str, object]
    faults: tuple[dict[str, object], ...]
    kills: tuple[Kill, ...]


def planned(seed: int) -> Plan:
    """The round with this seed."""
    chance = random.Random(seed)
    sales = tuple(_sale(chance) for _ in range(chance.randrange(2, 4)))
    settings: dict[str, object] = {
        "payfac_settle_seconds": chance.choice((0.0, 1.0, 40.0)),
        "flowlix_settle_seconds": chance.choice((0.0, 1.0, 40.0)),
        "flowlix_refund_seconds": chance.choice((0.0, 1.0, 40.0)),
        "list_lag_seconds": chance.choice((0.0, 5.0)),
        "flowlix_rate_per_minute": None,
    }
    faults = tuple(_fault(chance) for _ in range(chance.randrange(4)))
    kills = tuple(_kill(chance, life) for life in range(chance.choice((1, 1, 2, 3))))
    if chance.random() < 0.3:
        slept = Kill(after=chance.uniform(0.02, 0.3), frozen=chance.uniform(0.05, 0.5))
        kills = (*kills[:-1], slept, kills[-1])
    return Plan(sales=sales, settings=settings, faults=faults, kills=kills)


def _sale(chance: random.Random) -> Sale:
    minor = chance.randrange(500, 50_000)
    parts = (minor // 3, minor // 4, minor // 5)
    refunds = tuple(chance.sample(parts, chance.randrange(3)))
    return Sale(chance.choice(KINDS), minor, chance.random() < 0.2, refunds)


def _fault(chance: random.Random) -> dict[str, object]:
    kinds = ("delay_before", "delay_before", "delay_after", "drop_after", "error_after")
    points = ("payfac.payment", "payfac.refund", "*.create_payment", "*.create_refund")
    return {
        "kind": chance.choice(kinds),
        "point": chance.choice(points),
        "skip": chance.randrange(2),
        "seconds": chance.uniform(0.01, 0.1),
    }


def _kill(chance: random.Random, life: int) -> Kill:
    """By the clock as from outside, or between two steps of the program."""
    if chance.random() < 0.4:
        return Kill(after=chance.uniform(0.03, 0.4 if life == 0 else 0.2))
    return Kill(at_call=chance.randrange(20_000, 350_000 if life == 0 else 150_000))
