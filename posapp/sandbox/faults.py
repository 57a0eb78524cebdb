"""Faults that are asked for: what goes wrong, at which call, how many times."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from posapp.sandbox.codec import CodecError

Kind = Literal[
    "drop_before",
    "drop_after",
    "delay_before",
    "delay_after",
    "error_before",
    "error_after",
    "rate_limit",
    "malformed",
    "dribble",
    "fail_later",
]
_STATUSES = (500, 502, 503, 504)
_MAX_DELAY = 3600.0


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """What the admin asks for.

    ``point`` names a call (``payfac.capture``; ``*`` matches any run of characters), or
    ``method`` and ``path`` do (``path`` with ``*``). ``before`` and ``after`` say whether the
    call is executed. ``seconds`` is the delay, or the pause between two bytes of a dribble.
    ``times`` null means for ever; ``skip`` lets that many calls pass first. ``code`` is the
    decline code of ``fail_later``: the call is accepted and its asynchronous step fails.
    """

    kind: Kind
    point: str | None = None
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    skip: int = 0
    seconds: float = 1.0
    status: int = 502
    code: str | None = None

    def check(self) -> None:
        """Raises CodecError if the order makes no sense."""
        if self.point is None and self.path is None:
            raise CodecError("fault needs a point or a path")
        if self.times is not None and self.times < 1:
            raise CodecError("fault.times must be at least 1, or null for every time")
        if self.skip < 0:
            raise CodecError("fault.skip must not be negative")
        if not 0 <= self.seconds <= _MAX_DELAY:
            raise CodecError(f"fault.seconds must be 0 to {_MAX_DELAY:.0f}")
        if self.status not in _STATUSES:
            raise CodecError("fault.status must be 500, 502, 503 or 504")


@dataclass(slots=True)
class Fault:
    id: int
    order: FaultOrder
    skip: int
    left: int | None


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, order: FaultOrder) -> Fault:
        order.check()
        fault = Fault(next(self._ids), order, order.skip, order.times)
        self._faults.append(fault)
        return fault

    def active(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, *, point: str, method: str, path: str) -> list[FaultOrder]:
        """The faults that strike this call; each is used up once by it."""
        struck: list[FaultOrder] = []
        for fault in list(self._faults):
            if not _matches(fault.order, point=point, method=method, path=path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            struck.append(fault.order)
            if fault.left is not None:
                fault.left -= 1
                if not fault.left:
                    self._faults.remove(fault)
        return struck


def _matches(order: FaultOrder, *, point: str, method: str, path: str) -> bool:
    if order.point is not None and not fnmatchcase(point, order.point):
        return False
    if order.method is not None and order.method.upper() != method:
        return False
    return order.path is None or fnmatchcase(path, order.path)
