"""How to talk to each payment API: one package each behind one port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posapp.gateways.transport import Transport


async def prepare() -> Transport:
    """Load the HTTP and wire libraries and build the one transport, off the loop's thread.

    The adapter modules can be imported without delay afterwards. The transport belongs to the
    loop that uses it first; whoever called this closes it.
    """
    return await asyncio.to_thread(_load)


def _load() -> Transport:
    # Imported here: these pull in the HTTP and validation libraries, which takes too long for
    # the thread that paints.
    import posapp.gateways.flowlix.gateway
    import posapp.gateways.flowlix_classic.gateway
    import posapp.gateways.payfac.gateway  # noqa: F401
    from posapp.gateways.transport import Transport

    return Transport()
