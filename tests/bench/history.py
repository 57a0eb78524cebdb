"""How fast payments are read and made, next to the official client of the PayFac family.

Starts a training gateway as a process of its own and prints one JSON line. A read-out is the
details and the history of one payment: two calls. Ratios say how many times as fast ours is. The
two take turns, and each ratio is the median over all turns, so that a moment in which the machine
is busy with something else decides nothing.

``sequential``, ``charge``: one call after the other, the gateway next door. The official client
keeps its connection for charges, ours opens a new one for each, as it does for all money calls.

``bulk``: the sync of a history, with every answer held back by ``--distance`` seconds, as the way
to a real gateway does; the nearest of those are about 20 ms away. Ours has a bounded number of
read-outs under way over one pool; the official client blocks, so it goes one by one.

``bulk_near``: the same with the gateway next door, where nobody has to wait for a network and only
the work of the machine is left. It has no limit of its own, because the training gateway bounds it:
``bulk_near_at_most`` is what a client would reach that takes no time at all.

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from operator import truediv
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx

from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Charge
from posapp.gateways.transport import Transport
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.secret import Secret
from posapp.sandbox.endpoints import PayfacEndpoint
from tests.sandbox.official import official_client, phone_order

LIMITS = {"sequential": 1.0, "bulk": 4.0}
_AMOUNT = 1000
_CALLS = 2  # in a read-out
_references = (f"BENCH-{number}" for number in count(1))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tests.bench.history",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--payments", type=int, default=1000)
    parser.add_argument("--charges", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=16, help="read-outs under way in the bulk")
    parser.add_argument("--distance", type=float, default=0.01, help="seconds to the gateway")
    chosen = parser.parse_args()
    with _gateway() as told:
        figures, ratios = asyncio.run(_measure(told, chosen))
    missed = [name for name, least in LIMITS.items() if ratios[name] < least]
    print(json.dumps({**figures, "ratios": ratios, "limits": LIMITS, "missed": missed}))
    return 1 if missed else 0


@contextmanager
def _gateway() -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "posapp", "sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("The training gateway has no output.")
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of every turn, ours and theirs side by side; ``calls`` in each."""

    calls: int
    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratio(self) -> float:
        return round(float(median(map(truediv, self.theirs, self.ours))), 2)

    @property
    def ms(self) -> dict[str, float]:
        """Milliseconds a call takes."""
        both = {"ours": self.ours, "theirs": self.theirs}
        return {who: round(median(took) / self.calls * 1000, 3) for who, took in both.items()}


async def _measure(
    told: dict[str, Any], chosen: argparse.Namespace
) -> tuple[dict[str, object], dict[str, float]]:
    endpoint = PayfacEndpoint(**told["payfac"])
    transport = Transport()
    ours = _ours(endpoint, transport)

    async def bulk(names: Sequence[str]) -> None:
        await _bulk(ours, names, chosen.at_once)

    try:
        with official_client(endpoint) as api:
            theirs = api.payments

            def one_by_one(names: Sequence[str]) -> None:
                for name in names:
                    _read_out(theirs, name)

            async def ours_one_by_one(names: Sequence[str]) -> None:
                for name in names:
                    await ours.read(name)

            async def our_charges(names: Sequence[str]) -> None:
                for _ in names:
                    await _charge(ours)

            def their_charges(names: Sequence[str]) -> None:
                for _ in names:
                    _approved(theirs)

            charges = await _in_turns([""] * chosen.charges, 10, 1, our_charges, their_charges)
            made = [str(_approved(theirs).id) for _ in range(chosen.payments)]
            alone = _gateway_alone(endpoint, made[:200])
            reads = await _in_turns(made, 20, _CALLS, ours_one_by_one, one_by_one)
            near = await _in_turns(made, 100, _CALLS, bulk, one_by_one)
            _hold_back(told["admin"]["base_url"], chosen.distance)
            far = await _in_turns(made, 100, _CALLS, bulk, one_by_one)
    finally:
        await transport.close()
    figures: dict[str, object] = {
        "bench": "history",
        "payments": len(made),
        "charges": chosen.charges,
        "at_once": chosen.at_once,
        "distance_ms": chosen.distance * 1000,
        "ms_per_call": {
            "sequential": reads.ms,
            "charge": charges.ms,
            "bulk_near": near.ms,
            "bulk": far.ms,
            "gateway_alone": round(alone * 1000, 3),
        },
        "bulk_near_at_most": round(median(near.theirs) / near.calls / alone, 2),
    }
    measured = {"sequential": reads, "charge": charges, "bulk_near": near, "bulk": far}
    return figures, {name: turns.ratio for name, turns in measured.items()}


def _ours(endpoint: PayfacEndpoint, transport: Transport) -> PayfacGateway:
    connection = PayfacConnection(
        account="bench",
        label="PayFac",
        live=False,
        currencies=("USD",),
        base_url=endpoint.base_url,
        api_key=Secret(endpoint.api_key),
    )
    return PayfacGateway(connection, transport, clock=lambda: datetime.now(UTC))


async def _charge(ours: PayfacGateway) -> None:
    reference = next(_references)
    card = Card(
        number=Digits(b"4242424242424242"),
        expiry=Expiry(12, 2090),
        code=Digits(b"100"),
        name="Ada Muster",
    )
    charge = Charge(amount=Money(_AMOUNT, "USD"), reference=reference, key=reference)
    payment = await ours.send_charge(ours.prepare_charge(charge, card))
    if not payment.id:
        raise RuntimeError("A charge was not approved; nothing was measured.")


def _approved(theirs: Any) -> Any:
    reference = next(_references)
    made = theirs.request_payment(phone_order(_AMOUNT, reference=reference), reference)
    if not made.approved:
        raise RuntimeError("A payment was not approved; nothing was measured.")
    return made


def _read_out(theirs: Any, payment_id: str) -> None:
    if not theirs.get_payment_actions(payment_id).items:
        raise RuntimeError("A payment has no history; nothing was measured.")
    theirs.get_payment_details(payment_id)


async def _in_turns(
    names: Sequence[str],
    turn: int,
    calls: int,
    ours: Callable[[Sequence[str]], Awaitable[None]],
    theirs: Callable[[Sequence[str]], None],
) -> Turns:
    """Both do all of it, ``turn`` at a time, after a first turn of each that does not count.

    Theirs runs in this thread, as in a program that waits for it: no hand-over is counted
    against it.
    """
    await ours(names[:turn])
    theirs(names[:turn])
    spent: list[tuple[float, float]] = []
    for start in range(0, len(names) - turn + 1, turn):
        part = names[start : start + turn]
        began = time.perf_counter()
        await ours(part)
        between = time.perf_counter()
        theirs(part)
        spent.append((between - began, time.perf_counter() - between))
    if not spent:
        raise RuntimeError(f"At least {turn} are needed to measure anything.")
    return Turns(turn * calls, *zip(*spent, strict=True))


async def _bulk(ours: PayfacGateway, names: Sequence[str], at_once: int) -> None:
    left = iter(names)

    async def work() -> None:
        for name in left:
            await ours.read(name)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


def _gateway_alone(endpoint: PayfacEndpoint, names: Sequence[str]) -> float:
    """Seconds that a call costs the gateway: asked with ready bytes, answers hardly looked at."""
    address = urlsplit(endpoint.base_url)
    asked = [
        f"GET {address.path}/payments/{name}{part} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {endpoint.api_key}\r\n\r\n".encode()
        for name in names
        for part in ("/actions", "")
    ]
    took: list[float] = []
    with (
        socket.create_connection((address.hostname or "", address.port or 80)) as line,
        line.makefile("rb") as answers,
    ):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for question in asked:
            began = time.perf_counter()
            line.sendall(question)
            head = list(iter(answers.readline, b"\r\n"))
            length = next(row for row in head if row.lower().startswith(b"content-length:"))
            answers.read(int(length.partition(b":")[2]))
            took.append(time.perf_counter() - began)
            if b" 200 " not in head[0]:
                raise RuntimeError("The gateway refused a plain read; nothing was measured.")
    return float(median(took))


def _hold_back(admin: str, seconds: float) -> None:
    """Every answer of the gateway waits from now on."""
    order = {"kind": "delay_after", "point": "payfac.*", "times": None, "seconds": seconds}
    httpx.post(f"{admin}/faults", json=order, trust_env=False).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
