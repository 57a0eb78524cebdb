"""A second till, started by the tests that need one in a process of its own.

Reads one JSON object from the command line; does one step for each word on its input and says in
a line of JSON what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from posapp.desk.errors import Refused
from posapp.desk.till import Till
from posapp.ledger.address import Address
from posapp.ledger.ledger import Ledger
from posapp.model.history import PaymentFilter
from posapp.model.secret import Secret
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, Shop, card
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def charge(shop: Shop, order_id: str) -> str:
    """Try to charge an order of another till."""
    order = await shop.ledger.orders.read(order_id)
    try:
        return (await shop.sales.charge(order, card(), account="main", who="Bea")).result.value
    except Refused as problem:
        return str(problem)


async def main(wanted: dict[str, Any]) -> None:
    clock = MovableClock()
    gateway = FakeGateway(clock)
    address = Address(**{**wanted["address"], "password": Secret("unused")})
    ledger = await Ledger.open_shared(
        address,
        audit_key=AUDIT_KEY,
        clock=clock,
        till=wanted["till"],
        held=Path(wanted["held"]),
        held_key=LEDGER_KEY,
    )
    told = asyncio.Event()
    try:
        till = Till(
            name=wanted["till"],
            ledger=ledger,
            accounts=GivenAccounts(gateway),
            sleep=clock.sleep,
        )
        ledger.listen(till.changed)
        till.news.listen(told.set)
        shop = Shop(till, gateway, clock)
        say("ready")
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            match words:
                case ["charge", order_id]:
                    say(await charge(shop, order_id))
                case ["hear"]:
                    async with asyncio.timeout(2):
                        await told.wait()
                    say(len((await shop.book.page(PaymentFilter())).rows))
                case ["deaf"]:
                    told.clear()
                    say("deaf")
    finally:
        await ledger.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
