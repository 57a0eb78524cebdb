"""The heavy libraries are loaded only when they are asked for, and then off the loop's thread."""

from __future__ import annotations

import subprocess
import sys

import pytest

from posapp.gateways import prepare
from posapp.gateways.transport import Transport

LIGHT = """
import sys
import posapp.gateways.port
import posapp.gateways.payfac.connection
import posapp.gateways.flowlix.connection
import posapp.gateways.flowlix_classic.connection
heavy = {"httpx", "pydantic", "truststore"} & set(sys.modules)
assert not heavy, heavy
"""

WORKER = """
import asyncio, threading, sys
from posapp.gateways import prepare

def importing_thread(event, arguments):
    if event == "import" and arguments[0] == "httpx":
        seen.append(threading.current_thread() is threading.main_thread())

async def main():
    transport = await prepare()
    from posapp.gateways.payfac.gateway import PayfacGateway
    await transport.close()

seen = []
sys.addaudithook(importing_thread)
asyncio.run(main())
assert seen == [False], seen
"""


@pytest.mark.parametrize("program", [LIGHT, WORKER], ids=["light", "worker"])
def test_a_fresh_interpreter_loads_the_libraries_late(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.asyncio
async def test_preparing_gives_a_transport_that_can_be_closed() -> None:
    transport = await prepare()
    assert isinstance(transport, Transport)
    await transport.close()
