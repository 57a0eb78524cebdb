"""A till that reads a gateway's list and is killed while it does, started by the tests.

Reads one JSON object from the command line: the addresses of the training gateway, the kind of
account, the ledger. Writes the number of pages kept each time it goes on.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from posapp.desk.sync import Progress, Sync
from posapp.desk.till import Till
from posapp.gateways.transport import Transport
from posapp.ledger.ledger import Ledger
from posapp.model.window import midnight_in, window_of
from posapp.sandbox.endpoints import (
    AdminEndpoint,
    Endpoints,
    FlowlixEndpoint,
    PayfacEndpoint,
)
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, WHO
from tests.fakes.accounts import GivenAccounts
from tests.gateways import samples
from tests.gateways.training import KINDS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the test asks for."""

    endpoints: Endpoints
    kind: str
    ledger: Path


def wanted_of(told: dict[str, Any]) -> Wanted:
    at = told["endpoints"]
    endpoints = Endpoints(
        payfac=PayfacEndpoint(**at["payfac"]),
        flowlix=FlowlixEndpoint(**at["flowlix"]),
        flowlix_classic=FlowlixEndpoint(**at["flowlix_classic"]),
        admin=AdminEndpoint(**at["admin"]),
    )
    return Wanted(endpoints, told["kind"], Path(told["ledger"]))


def say(progress: Progress) -> None:
    sys.stdout.write(f"{progress.run.pages}\n")
    sys.stdout.flush()


async def read(wanted: Wanted) -> None:
    transport = Transport()
    kind = next(kind for kind in KINDS if kind.name == wanted.kind)
    gateway = kind.build(wanted.endpoints, transport, False)
    ledger = await Ledger.open(
        wanted.ledger, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=samples.present, till="T1"
    )
    till = Till(name="T1", ledger=ledger, accounts=GivenAccounts(gateway))
    today = samples.present().date()
    window = window_of(today, today, midnight_in(UTC))
    await Sync(till, clock=samples.present).read(gateway.account, window, who=WHO, tell=say)


if __name__ == "__main__":
    asyncio.run(read(wanted_of(json.loads(sys.argv[1]))))
