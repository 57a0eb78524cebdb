"""The web server around the emulated APIs: uvicorn on a socket that is already bound."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from posapp.sandbox.admin import AdminApi
from posapp.sandbox.flowlix.app import FlowlixApi
from posapp.sandbox.flowlix_classic.app import ClassicApi
from posapp.sandbox.gate import router
from posapp.sandbox.payfac.app import PayfacApi
from posapp.sandbox.webhooks.announcing import Announcer, Views
from posapp.sandbox.webhooks.courier import Courier
from posapp.sandbox.world import World


class _Protocol(H11Protocol):
    """Lets a fault cut the very connection its request came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Web(uvicorn.Server):
    """A uvicorn server that leaves the signals of the process to the program."""

    def __init__(self, world: World) -> None:
        flowlix = FlowlixApi(world)
        announcer = Announcer(world.store, Views(flowlix.shown, flowlix.shown_refund))
        self.courier = Courier(world, announcer)
        apis = [PayfacApi(world), flowlix, ClassicApi(world), AdminApi(world, self.courier)]
        config = uvicorn.Config(
            router(world, apis),
            http=_Protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
        )
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def connections(self) -> list[Any]:
        return list(self.server_state.connections)

    def tasks(self) -> list[asyncio.Task[None]]:
        return list(self.server_state.tasks)
