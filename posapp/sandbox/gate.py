"""The way of one request: read it, let faults strike, run the call, remember, answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.routing import Mount, Route, Router

from posapp.sandbox.api import Api, Operation
from posapp.sandbox.clock import http_date
from posapp.sandbox.faults import FaultOrder
from posapp.sandbox.http import MAX_BODY, Call, Reply
from posapp.sandbox.idempotency import Slot, replayed
from posapp.sandbox.world import Seen, World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger("posapp.sandbox")
_BEFORE = ("drop_before", "error_before", "rate_limit")
_ERRAND_SECONDS = 60.0
_MALFORMED = b'{"id": "pay_", "status": '


def router(world: World, apis: list[Api]) -> Router:
    """The ASGI application: every API under its name."""
    for api in apis:
        world.points |= {operation.point for operation in api.operations()}
    mounts = [Mount(f"/{api.name}", app=_api_router(world, api)) for api in apis]
    return Router(mounts, redirect_slashes=False, default=Gate(world, apis[0], None))


def _api_router(world: World, api: Api) -> Router:
    routes = [
        Route(operation.path, Gate(world, api, operation), methods=[operation.method])
        for operation in api.operations()
    ]
    # An unknown verb on a known path is an unknown call, not a 405 no contract speaks of.
    routes.append(Route("/{rest:path}", Gate(world, api, None)))
    return Router(routes, redirect_slashes=False, default=Gate(world, api, None))


class Gate:
    """Serves one operation (or, without one, the answer to an unknown address)."""

    def __init__(self, world: World, api: Api, operation: Operation | None) -> None:
        self._world = world
        self._api = api
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        counted = self._api.name != "admin"
        self._world.running += counted
        try:
            await self._met(scope, receive, send)
        finally:
            self._world.running -= counted

    async def _met(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive)
        if body is None:
            return
        call = self._call(scope, body)
        answer = _Answer(self._world, scope, receive, send)
        try:
            await self._serve(call, answer)
        except Exception as error:
            # The text of the error could hold what was sent, so only its kind and place go out.
            place = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s failed: %s\n%s", call.point, type(error).__name__, place)
            reply = self._api.broken(call, 500)
            self._api.dress(call, reply)
            await answer.send(reply)

    def _call(self, scope: Scope, body: bytes) -> Call:
        query = scope["query_string"].decode("latin-1")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            pairs = [("", "")]
        return Call(
            point=self._operation.point if self._operation else f"{self._api.name}.unknown",
            method=scope["method"],
            path=scope["path"],
            parameters=scope.get("path_params", {}) if self._operation else {},
            query=pairs,
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in scope["headers"]
            },
            body=body[:MAX_BODY],
            oversize=len(body) > MAX_BODY,
            now=self._world.clock.now(),
            request_id=self._api.request_id(),
        )

    async def _serve(self, call: Call, answer: _Answer) -> None:
        faults = self._world.faults.take(point=call.point, method=call.method, path=call.path)
        for fault in faults:
            if fault.kind == "fail_later":
                call.fail_later = fault.code or ""
        struck = next((fault for fault in faults if fault.kind in _BEFORE), None)
        if struck is not None:
            await self._strike(call, answer, struck, faults)
            return
        reply, slot, executed = self._enter(call)
        try:
            if reply is None:
                await answer.pause(faults, "delay_before")
                await self._errand()
                reply = self._run(call)
            after = next((fault for fault in faults if fault.kind == "error_after"), None)
            if after is not None:
                reply = self._api.broken(call, after.status)
            if executed and slot is not None:
                self._world.idempotency.finish(slot, reply, call.now)
            await self._world.store.save()
            await answer.pause(faults, "delay_after")
        finally:
            if executed and slot is not None:
                self._world.idempotency.release(slot)
        self._api.dress(call, reply)
        dropped = any(fault.kind == "drop_after" for fault in faults)
        self._note(call, None if dropped else reply.status, faults, slot, executed)
        if dropped:
            await answer.drop()
        else:
            await answer.send(reply, faults)

    def _enter(self, call: Call) -> tuple[Reply | None, Slot | None, bool]:
        """Decide, before anything runs: an answer at once, or None and the slot that is held."""
        operation = self._operation
        if operation is None:
            return self._api.not_found(call), None, False
        refusal = self._api.admit(call, operation)
        if refusal is not None:
            return refusal, None, False
        slot = self._api.slot(call, operation)
        if isinstance(slot, Reply):
            return slot, None, False
        if slot is None:
            return None, None, True
        begun = self._world.idempotency.begin(slot, call.now)
        if begun.state == "running":
            return self._api.running(call), slot, False
        if begun.state == "kept" and begun.kept is not None:
            changed = None if begun.same_body else self._api.changed_repeat(call)
            return changed or replayed(begun.kept), slot, False
        return None, slot, True

    async def _errand(self) -> None:
        """What is not done within the limit stays undone; the call itself tells how far it got."""
        if self._operation is None or self._operation.first is None:
            return
        with contextlib.suppress(TimeoutError):
            async with self._world.limit(_ERRAND_SECONDS):
                await self._operation.first()

    def _run(self, call: Call) -> Reply:
        if self._operation is None:
            return self._api.not_found(call)
        call.now = self._world.clock.now()
        return self._operation.act(call)

    async def _strike(
        self, call: Call, answer: _Answer, struck: FaultOrder, faults: list[FaultOrder]
    ) -> None:
        await answer.pause(faults, "delay_before")
        if struck.kind == "drop_before":
            self._note(call, None, faults, None, False)
            await answer.drop()
            return
        if struck.kind == "rate_limit":
            reply = self._api.limited(call)
        else:
            reply = self._api.broken(call, struck.status)
        self._api.dress(call, reply)
        await answer.pause(faults, "delay_after")
        self._note(call, reply.status, faults, None, False)
        await answer.send(reply, faults)

    def _note(
        self,
        call: Call,
        status: int | None,
        faults: list[FaultOrder],
        slot: Slot | None,
        executed: bool,
    ) -> None:
        if call.point.startswith("admin."):
            return
        key = call.header("cko-idempotency-key") or call.header("idempotency-key")
        self._world.calls.append(
            Seen(
                at=call.now,
                point=call.point,
                method=call.method,
                path=call.path,
                reference=call.reference,
                idempotency_key=key,
                executed=executed,
                replayed=slot is not None and not executed and status is not None and status < 300,
                status=status,
                faults=tuple(fault.kind for fault in faults),
            )
        )


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, or its first ``MAX_BODY + 1`` bytes; None if the client went away."""
    kept = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(kept) <= MAX_BODY:
            kept += message.get("body", b"")[: MAX_BODY + 1 - len(kept)]
        if not message.get("more_body", False):
            return bytes(kept)


class _Answer:
    """The way back to one client."""

    def __init__(self, world: World, scope: Scope, receive: Receive, send: Send) -> None:
        self._world = world
        self._scope = scope
        self._receive = receive
        self._send = send

    async def pause(self, faults: list[FaultOrder], kind: str) -> None:
        for fault in faults:
            if fault.kind == kind:
                await self._wait(fault.seconds)

    async def _wait(self, seconds: float) -> None:
        """Wait in real time, but not longer than the gateway runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._world.stopping.wait()

    async def drop(self) -> None:
        """Cut the connection without a byte of an answer."""
        transport = self._scope["state"]["transport"]
        transport.abort()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def send(self, reply: Reply, faults: list[FaultOrder] | None = None) -> None:
        faults = faults or []
        body = reply.body
        if any(fault.kind == "malformed" for fault in faults):
            body = _MALFORMED
        headers = {"Date": http_date(self._world.clock.now()), **reply.headers}
        if reply.content_type:
            headers["Content-Type"] = reply.content_type
        if reply.status != 204:
            headers["Content-Length"] = str(len(body))
        raw = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": raw})
        dribble = next((fault for fault in faults if fault.kind == "dribble"), None)
        if dribble is not None:
            await self._dribble(body, dribble.seconds)
            return
        await self._send({"type": "http.response.body", "body": body})

    async def _dribble(self, body: bytes, seconds: float) -> None:
        transport = self._scope["state"]["transport"]
        for n in range(len(body)):
            if transport.is_closing() or self._world.stopping.is_set():
                transport.abort()
                return
            await self._send(
                {"type": "http.response.body", "body": body[n : n + 1], "more_body": True}
            )
            await self._wait(seconds)
        await self._send({"type": "http.response.body", "body": b""})
