"""Start and stop the training gateway on the loop that runs already.

Importing this module loads no web server; :func:`prepare` does that ahead of time.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from posapp.sandbox.endpoints import (
    AdminEndpoint,
    Endpoints,
    FlowlixEndpoint,
    PayfacEndpoint,
)
from posapp.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from posapp.sandbox.serving import Web
    from posapp.sandbox.store import Store
    from posapp.sandbox.world import World

__all__ = ["Endpoints", "Sandbox", "SandboxError", "prepare", "start"]

_HOST = "127.0.0.1"
_PATIENCE = 0.4


def prepare() -> None:
    """Do the heavy imports. Safe to call in a worker thread, and more than once."""
    importlib.import_module("posapp.sandbox.serving")
    # uvicorn picks its loop and lifespan parts by name when it starts.
    importlib.import_module("uvicorn.lifespan.off")


class Sandbox:
    """A training gateway that is being served."""

    def __init__(self, endpoints: Endpoints, web: Web, world: World) -> None:
        self.endpoints = endpoints
        self._web = web
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self._courier: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Close every connection, write the state, and leave no task behind."""
        task, courier = self._task, self._courier
        if task is None or courier is None:
            return
        self._world.stop()
        courier.cancel()
        self._web.should_exit = True
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        if not done:
            # Someone holds a request half sent: it will not be answered any more.
            for connection in self._web.connections():
                connection.transport.abort()
            await asyncio.wait({task})
        await asyncio.wait({courier, *self._web.tasks()})
        await self._world.store.save()
        self._world.store.close()
        self._task = None
        task.result()
        if not courier.cancelled():
            courier.result()

    async def _begin(self, listener: socket.socket) -> None:
        serving = asyncio.get_running_loop().create_task(
            self._web.serve(sockets=[listener]), name="training-gateway"
        )
        self._task = serving
        while not self._web.started:
            if serving.done():
                serving.result()
                raise SandboxError("The training gateway ended while it was starting.")
            await asyncio.sleep(0)
        self._courier = asyncio.get_running_loop().create_task(
            self._web.courier.run(), name="training-webhooks"
        )


async def start(*, port: int = 0, state: Path | None = None) -> Sandbox:
    """Serve the three APIs on 127.0.0.1 until :meth:`Sandbox.stop`.

    ``port`` 0 takes a free one. ``state`` names a file that keeps payments, credentials and
    the clock across restarts; without it everything is forgotten at the end.

    Raises:
        SandboxError: if the port is taken or the state file cannot be used.
    """
    prepare()
    from posapp.sandbox.serving import Web
    from posapp.sandbox.store import Store
    from posapp.sandbox.world import World

    store = Store(state)
    store.load()
    listener = _listen(port)
    try:
        await store.save_first()
        origin = f"http://{_HOST}:{listener.getsockname()[1]}"
        world = World(store, origin)
        sandbox = Sandbox(_endpoints(store, world), Web(world), world)
        await sandbox._begin(listener)
    except BaseException:
        listener.close()
        store.close()
        raise
    return sandbox


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise SandboxError(f"Port {port} does not exist. Choose one from 1 to 65535, or 0.")
    # The protocol is named because asyncio turns Nagle off only for sockets that say TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        # Listening here, not later, makes two gateways on one port an error for the second.
        listener.listen(128)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise SandboxError(_refused(port, error)) from None
    return listener


def _refused(port: int, error: OSError) -> str:
    if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
        cause = "is used by another program"
    elif error.errno == errno.EACCES:
        cause = "may not be used by this account"
    else:
        cause = f"cannot be opened ({error.strerror})"
    return f"Port {port} on {_HOST} {cause}. Choose another port, or 0 for any free one."


def _endpoints(store: Store, world: World) -> Endpoints:
    keys = store.credentials
    payfac = world.base("payfac")
    return Endpoints(
        payfac=PayfacEndpoint(
            base_url=payfac,
            token_url=f"{payfac}/connect/token",
            client_id=keys.client_id,
            client_secret=keys.client_secret,
            scope=keys.scope,
            api_key=keys.payfac_api_key,
            site_identifier=keys.site_identifier,
            signing_secret=keys.signing_secret,
        ),
        flowlix=FlowlixEndpoint(world.base("flowlix"), keys.flowlix_api_key),
        flowlix_classic=FlowlixEndpoint(world.base("flowlix_classic"), keys.classic_api_key),
        admin=AdminEndpoint(world.base("admin")),
    )
