"""A second program on the same ledger, started by the tests that need one.

Reads one JSON object from the command line, writes one line of JSON for each result.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from posapp.ledger.address import Address
from posapp.ledger.errors import LedgerError, NothingLeft, OrderBusy, SameKey
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Intent
from posapp.model.payment import Payment
from posapp.model.secret import Secret
from tests.ledger.samples import AUDIT_KEY, KEY, charge, new_order, refund


def now() -> datetime:
    return datetime.now(UTC)


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def begin_and_wait(ledger: Ledger, _wanted: dict[str, Any]) -> None:
    """Write an attempt down, say so, and wait to be killed."""
    attempt = await ledger.journal.begin(charge(await new_order(ledger)))
    say(attempt.id)
    await asyncio.sleep(60)


async def race_for_orders(ledger: Ledger, wanted: dict[str, Any]) -> None:
    """Try to charge each order as soon as the word is given."""
    for number, order_id in enumerate(wanted["orders"]):
        order = await ledger.orders.read(order_id)
        intent = charge(order, till=wanted["till"])
        await asyncio.to_thread(sys.stdin.readline)
        try:
            await ledger.journal.begin(intent)
        except OrderBusy:
            say([number, "busy"])
        else:
            say([number, "won"])


async def race_for_refunds(ledger: Ledger, wanted: dict[str, Any]) -> None:
    """Give back as much of one payment as the ledger lets us, in small amounts."""
    payment = await ledger.payments.by_gateway_id(wanted["account"], wanted["payment"])
    assert isinstance(payment, Payment)
    await asyncio.to_thread(sys.stdin.readline)
    given = 0
    for step in range(wanted["tries"]):
        intent: Intent = refund(payment, 100, key=f"{wanted['till']}-{step}", till=wanted["till"])
        try:
            await ledger.journal.begin(intent)
        except NothingLeft:
            break
        except SameKey:
            continue
        given += 100
    say(given)


async def race_for_the_rest(ledger: Ledger, wanted: dict[str, Any]) -> None:
    """For each payment, as soon as the word is given, ask for its sum up to so many times."""
    for number, (payment_id, minor, times) in enumerate(wanted["races"]):
        payment = await ledger.payments.by_gateway_id(wanted["account"], payment_id)
        assert isinstance(payment, Payment)
        keys = [f"{wanted['till']}-{number}-{time}" for time in range(times)]
        intents = [refund(payment, minor, key=key, till=wanted["till"]) for key in keys]
        await asyncio.to_thread(sys.stdin.readline)
        given = 0
        for intent in intents:
            try:
                await ledger.journal.begin(intent)
            except NothingLeft:
                break
            given += minor
        say(given)


async def number_orders(ledger: Ledger, wanted: dict[str, Any]) -> None:
    await asyncio.to_thread(sys.stdin.readline)
    say([(await ledger.orders.new("EUR")).number for _ in range(wanted["tries"])])


async def write_on_a_failing_disk(ledger: Ledger, wanted: dict[str, Any]) -> None:
    """The system refuses to make any file larger: writing fails as on a broken disk."""
    order = await new_order(ledger)
    size = max(file.stat().st_size for file in Path(wanted["path"]).parent.iterdir())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    for _ in range(2):
        try:
            for _ in range(1000):
                await ledger.audit.record("filler", "Ada", "x", {"text": "x" * 5000})
        except LedgerError as problem:
            say([type(problem).__name__, str(problem)])
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    try:
        await ledger.journal.begin(charge(order))
    except LedgerError as problem:
        say([type(problem).__name__, str(problem)])


async def opened(wanted: dict[str, Any]) -> Ledger:
    """The ledger in the file, or on the server, that the caller named."""
    if "path" in wanted:
        return await Ledger.open(
            Path(wanted["path"]), key=KEY, audit_key=AUDIT_KEY, clock=now, till=wanted["till"]
        )
    address = Address(
        host=wanted["host"],
        port=int(wanted["port"]),
        database=wanted["database"],
        user=wanted["user"],
        password=Secret("unused"),
    )
    return await Ledger.open_shared(
        address,
        audit_key=AUDIT_KEY,
        clock=now,
        till=wanted["till"],
        held=Path(wanted["folder"]) / f"{wanted['till']}.db",
        held_key=KEY,
    )


async def main(wanted: dict[str, Any]) -> None:
    ledger = await opened(wanted)
    try:
        say("ready")
        await globals()[wanted["what"]](ledger, wanted)
    finally:
        await ledger.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
