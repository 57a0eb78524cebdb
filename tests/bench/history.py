"""How fast payments are read and made, next to the official client of the PayFac family.

Starts a training gateway as a process of its own and prints one JSON line. A read-out is the
details and the history of one payment: two calls. The bulk reads all payments over one pool with
a bounded number under way; the official client blocks, so it goes one by one. The bulk is
measured with the gateway next door and again with every answer held back by ``--distance``
seconds, as the way to a real gateway does. Ratios say how many times as fast ours is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

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

SEQUENTIAL_LIMIT = 1.0
BULK_LIMIT = 4.0
_AMOUNT = 1000
_TURN = 50  # calls of one client before the other has its turn, so that both meet the same machine
_references = (f"BENCH-{number}" for number in count(1))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.history", description=__doc__)
    parser.add_argument("--payments", type=int, default=1000)
    parser.add_argument("--charges", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=16, help="read-outs under way in the bulk")
    parser.add_argument("--distance", type=float, default=0.01, help="seconds to the gateway")
    chosen = parser.parse_args()
    with _gateway() as told:
        print(json.dumps(asyncio.run(_measure(told, chosen))))
    return 0


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


async def _measure(told: dict[str, Any], chosen: argparse.Namespace) -> dict[str, object]:
    endpoint = PayfacEndpoint(**told["payfac"])
    transport = Transport()
    ours = _ours(endpoint, transport)
    try:
        with official_client(endpoint) as api:
            theirs = api.payments
            charges = await _in_turns(
                [""] * chosen.charges,
                lambda part: _each(part, lambda _: _charge(ours)),
                lambda part: _blocking(part, lambda _: _approved(theirs)),
            )
            made = [str(_approved(theirs).id) for _ in range(chosen.payments)]
            one_by_one = await _in_turns(
                made,
                lambda part: _each(part, ours.read),
                lambda part: _blocking(part, lambda name: _read_out(theirs, name)),
            )
            bulk = await _bulk(ours, made, chosen.at_once)
            _hold_back(told["admin"]["base_url"], chosen.distance)
            far_bulk = await _bulk(ours, made, chosen.at_once)
            far_theirs = await _blocking(made, lambda name: _read_out(theirs, name))
    finally:
        await transport.close()
    calls = 2 * len(made)
    return {
        "bench": "history",
        "payments": len(made),
        "charges": chosen.charges,
        "at_once": chosen.at_once,
        "distance_ms": chosen.distance * 1000,
        "ms_per_call": {"ours": _ms(one_by_one[0], calls), "theirs": _ms(one_by_one[1], calls)},
        "ms_per_charge": {
            "ours": _ms(charges[0], chosen.charges),
            "theirs": _ms(charges[1], chosen.charges),
        },
        "bulk_seconds": {
            "ours": round(bulk, 2),
            "theirs": round(one_by_one[1], 2),
            "ours_far": round(far_bulk, 2),
            "theirs_far": round(far_theirs, 2),
        },
        "ratios": {
            "sequential": _ratio(one_by_one[1], one_by_one[0]),
            "charge": _ratio(charges[1], charges[0]),
            "bulk_near": _ratio(one_by_one[1], bulk),
            "bulk": _ratio(far_theirs, far_bulk),
        },
        "limits": {"sequential": SEQUENTIAL_LIMIT, "bulk": BULK_LIMIT},
    }


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


Do = Callable[[Sequence[str]], Awaitable[float]]
"""Does something for each name and returns the seconds it took."""


async def _in_turns(names: Sequence[str], ours: Do, theirs: Do) -> tuple[float, float]:
    """Both do all of it, turn by turn, after a first turn of each that does not count."""
    await ours(names[:_TURN])
    await theirs(names[:_TURN])
    spent = [0.0, 0.0]
    for start in range(0, len(names), _TURN):
        part = names[start : start + _TURN]
        spent[0] += await ours(part)
        spent[1] += await theirs(part)
    return spent[0], spent[1]


async def _each(names: Sequence[str], act: Callable[[str], Awaitable[object]]) -> float:
    began = time.perf_counter()
    for name in names:
        await act(name)
    return time.perf_counter() - began


async def _blocking(names: Sequence[str], act: Callable[[str], object]) -> float:
    """In this thread, as a program that waits for it would: no hand-over is counted against it."""
    return _timed(lambda: [act(name) for name in names])


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


async def _bulk(ours: PayfacGateway, names: Sequence[str], at_once: int) -> float:
    left = iter(names)

    async def work() -> None:
        for name in left:
            await ours.read(name)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
    return time.perf_counter() - began


def _hold_back(admin: str, seconds: float) -> None:
    """Every answer of the gateway waits from now on."""
    order = {"kind": "delay_after", "point": "payfac.*", "times": None, "seconds": seconds}
    httpx.post(f"{admin}/faults", json=order, trust_env=False).raise_for_status()


def _ms(seconds: float, calls: int) -> float:
    return round(seconds / calls * 1000, 2)


def _ratio(theirs: float, ours: float) -> float:
    return round(theirs / ours, 2)


if __name__ == "__main__":
    sys.exit(main())
