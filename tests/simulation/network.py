"""The way between a till and the gateways, on which everything can get lost."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator, Callable

import httpx

from posapp.gateways.transport import Patience
from tests.simulation.bank import Answered, Bank
from tests.simulation.life import Life

READ_PATIENCE = Patience().read

WEATHER = (
    "refused",
    "untrusted",
    "lost",
    "late",
    "answer_lost",
    "reset_before",
    "reset_after",
    "cut",
    "foreign_page",
    "broken_before",
    "broken_after",
    "limited",
    "redirected",
    "stale_answer",
    "stale_unsent",
    "new_word",
    "slow",
)


_DOUBTFUL = ("answer_lost", "reset_after", "cut", "broken_after", "late")
_OUTAGE = ("refused", "lost", "broken_before", "foreign_page_before")


class Weather:
    """How bad the line is. ``badness`` is the share of requests that something happens to.

    Trouble does not come alone: after an answer that was lost, a gateway may be away for a while.
    """

    def __init__(self, chance: random.Random, *, badness: float, outages: float) -> None:
        self._chance = chance
        self._outages = outages
        self._badness = badness
        self._away_until: dict[str, float] = {}

    def next(self, gateway: str, now: float) -> str:
        if now < self._away_until.get(gateway, 0.0):
            return self._chance.choice(_OUTAGE)
        if self._chance.random() >= self._badness:
            return "fine"
        fate = self._chance.choice(WEATHER)
        if fate in _DOUBTFUL and self._chance.random() < self._outages:
            self._away_until[gateway] = now + self._chance.uniform(60, 4000)
        return fate

    def seconds(self, low: float, high: float) -> float:
        return self._chance.uniform(low, high)

    def one_of(self, *values: int) -> int:
        return self._chance.choice(values)

    def clear_up(self) -> None:
        self._badness = 0.0
        self._away_until.clear()


class Line(httpx.AsyncBaseTransport):
    """Carries the requests of one life."""

    def __init__(
        self, bank: Bank, weather: Weather, life: Life, note: Callable[[str], None]
    ) -> None:
        self._bank = bank
        self._weather = weather
        self._life = life
        self._note = note
        self._under_way: set[asyncio.Task[Answered]] = set()
        self._older: dict[str, Answered] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self._life.step()
        gateway = request.url.path.split("/")[1]
        fate = self._weather.next(gateway, asyncio.get_running_loop().time())
        what = f"{request.method} {request.url.path.rpartition('/')[0]}"
        self._note(f"{fate}: {what}")
        await asyncio.sleep(self._weather.seconds(0.02, 1.5))
        self._life.step()
        if fate == "refused":
            raise httpx.ConnectError("refused", request=request)
        if fate == "untrusted":
            raise httpx.ConnectError("tls", request=request) from _expired()
        if fate == "lost":
            await self._silence(request)
        if fate == "reset_before":
            raise httpx.ReadError("reset", request=request)
        if fate in _MADE_UP:
            return _MADE_UP[fate]()
        if fate == "stale_unsent" and (older := self._older.get(request.url.path)):
            return _response(older.status, older.headers, older.body)
        return await self._carried(request, body, fate)

    async def _carried(self, request: httpx.Request, body: bytes, fate: str) -> httpx.Response:
        delay = self._weather.seconds(61, 600) if fate == "late" else 0.0
        broken = self._weather.one_of(500, 502, 503, 504) if fate == "broken_after" else 0
        # Once it has left, it arrives, whatever becomes of the sender.
        loop = asyncio.get_running_loop()
        travelling = loop.create_task(self._arrive(request, body, delay, broken))
        self._under_way.add(travelling)
        travelling.add_done_callback(self._under_way.discard)
        if fate in ("late", "answer_lost"):
            await self._silence(request)
        answer = await asyncio.shield(travelling)
        await asyncio.sleep(self._weather.seconds(0.02, 2.0))
        self._life.step()
        if fate == "reset_after":
            raise httpx.ReadError("reset", request=request)
        if fate == "cut":
            raise httpx.RemoteProtocolError("incomplete", request=request)
        if fate == "slow":
            await asyncio.sleep(self._weather.seconds(20, 200))
            self._life.step()
        if fate == "foreign_page":
            return _sign_in()
        older = self._older.get(request.url.path)
        if request.method == "POST" and answer.status < 300:
            self._older[request.url.path] = answer
        if fate == "stale_answer":
            answer = older or _dearer(answer)
        if fate == "new_word":
            answer = _said(answer, status="Settling")
        return _response(answer.status, answer.headers, answer.body)

    async def _arrive(
        self, request: httpx.Request, body: bytes, delay: float, broken: int
    ) -> Answered:
        await asyncio.sleep(delay)
        answer = await self._bank.serve(request, body, broken=broken)
        self._note(f"arrived: {request.method} {answer.status}")
        return answer

    async def _silence(self, request: httpx.Request) -> None:
        await asyncio.sleep(READ_PATIENCE)
        self._life.step()
        raise httpx.ReadTimeout("silence", request=request)


def _dearer(answer: Answered) -> Answered:
    """The same answer about another sum."""
    said = json.loads(answer.body) if answer.status < 300 and answer.body else None
    if not isinstance(said, dict) or not isinstance(said.get("amount"), int):
        return answer
    return _said(answer, amount=2 * said["amount"])


def _said(answer: Answered, **changed: object) -> Answered:
    """The same answer with some of its members changed, where it has them."""
    said = json.loads(answer.body) if answer.status < 300 and answer.body else None
    if not isinstance(said, dict) or not changed.keys() <= said.keys():
        return answer
    headers = [pair for pair in answer.headers if pair[0] != b"content-length"]
    return Answered(answer.status, headers, json.dumps(said | changed).encode())


class _Stream(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def _response(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=_Stream(body))


def _sign_in() -> httpx.Response:
    return _response(200, [(b"content-type", b"text/html")], b"<p>Sign in to the network</p>")


_MADE_UP: dict[str, Callable[[], httpx.Response]] = {
    "broken_before": lambda: _response(503, [], b""),
    "limited": lambda: _response(429, [(b"retry-after", b"2")], b""),
    "redirected": lambda: _response(307, [(b"location", b"https://else.test/")], b""),
    "foreign_page_before": _sign_in,
}
"""What something on the way answers without asking the gateway."""


def _expired() -> ssl.SSLCertVerificationError:
    problem = ssl.SSLCertVerificationError()
    problem.verify_code = 10
    return problem
