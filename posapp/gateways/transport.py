"""The only door to the network: sends requests and says honestly what became of them.

A failure is sorted by one question: could a byte of the request have left this machine? Only
where it provably could not does a money call end in ``NotSent``; every other doubt is
``OutcomeUnknown``.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
import truststore

from posapp.gateways.call import Answer, Request, address_problem
from posapp.gateways.inflating import inflated
from posapp.gateways.line import Line, Lines
from posapp.gateways.outside_text import request_id
from posapp.gateways.port import GatewayDown, GatewayError, NotSent, OutcomeUnknown, RateLimited
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.trouble_words import certificate_words, strange_status
from posapp.gateways.waking import Watch, elapsed

log = logging.getLogger(__name__)

LARGEST_ANSWER = 5_000_000

DEFINITE = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""Besides 2xx, the statuses that say something certain about a request. All others are doubt."""

_REQUEST_ID_HEADERS = ("cko-request-id", "request-id", "flowlix-request-id")
_KEPT_HEADERS = ("content-type", "retry-after", "date", "cko-version")
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
_ONCE = {"Connection": "close"}
_LINE_BROKE = (ssl.SSLSyscallError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_SLOW = (httpx.ReadTimeout, httpx.WriteTimeout, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for each phase, for a whole call, between tries of a read."""

    connect: float = 10.0
    write: float = 20.0
    read: float = 55.0
    pool: float = 5.0
    money: float = 60.0
    look: float = 30.0
    tries: tuple[float, ...] = (1.0, 2.0, 4.0)


class Transport:
    """One per process, shared by all accounts. Belongs to the loop that first uses it.

    ``tls`` replaces the trust of the operating system; ``network`` replaces all connections;
    ``steady`` counts seconds, also those in which the computer slept; ``heard`` is told what time
    it is at a gateway.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
        network: httpx.AsyncBaseTransport | None = None,
        steady: Callable[[], float] = elapsed,
        heard: Callable[[datetime], None] | None = None,
    ) -> None:
        self._patience = patience or Patience()
        context = tls or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])

        def line() -> httpx.AsyncBaseTransport:
            return network or Line(context)

        # A connection that was kept can answer an older request, or be dead without telling:
        # money calls therefore never get one.
        self._fresh = Lines(line, queueing=self._patience.pool, kept=network is not None)
        self._kept = Lines(line, queueing=self._patience.pool, kept=True)
        connect = self._patience.connect
        self._phases = {
            "connect": connect,
            "read": self._patience.read,
            "write": self._patience.write,
        }
        # A read has a deadline as a whole, sooner than those of its phases; timers cost time.
        self._look_phases = {"connect": connect, "read": None, "write": None}
        self._closed = False
        self._steady = steady
        self._heard = heard
        logging.getLogger("httpcore").setLevel(logging.WARNING)

    async def close(self) -> None:
        """Close all connections for good. Money calls under way must have ended."""
        self._closed = True
        await self._fresh.close()
        await self._kept.close()

    async def drop_kept(self) -> None:
        """Close the connections that wait for another read; new ones are made when needed."""
        await self._kept.close()

    async def money(self, request: Request) -> Answer:
        """Send exactly once, on a connection of its own.

        Returns an answer with a 2xx or one of the ``DEFINITE`` statuses.

        Raises:
            NotSent: no byte of the request left.
            OutcomeUnknown: everything else.
            ValueError: there is no body; it was sent before and wiped.
        """
        if not request.body:
            raise ValueError("A money call is sent once, and this one has been.")
        built = self._built(request, _ONCE, self._phases)
        began = time.monotonic()
        problem: GatewayError
        try:
            with Watch(self._steady) as watch:
                async with asyncio.timeout(self._patience.money):
                    answer = await self._exchange(self._fresh, built, began)
                stood_still = watch.stood_still
        except asyncio.CancelledError:
            _note(request, "cancelled", began)
            raise
        except Exception as fault:
            # Deliberately all: what is not proved unsent may have been carried out.
            _note(request, type(fault).__name__, began)
            problem = _never_left(fault, request.peer) or _doubt(fault, request.peer)
        else:
            _note(request, str(answer.status), began, answer.request_id)
            if stood_still:
                raise OutcomeUnknown(
                    f"This computer slept or stood still while {request.peer} was asked. The "
                    "request may have been carried out; it is being looked up.",
                    said=f"HTTP {answer.status}",
                    request_id=answer.request_id,
                )
            if answer.accepted or answer.status in DEFINITE:
                return answer
            strange = strange_status(answer.status, request.peer)
            problem = OutcomeUnknown(
                f"{strange} The request may have been carried out; it is being looked up.",
                said=f"HTTP {answer.status}",
                request_id=answer.request_id,
            )
        raise problem

    async def look(self, request: Request) -> Answer:
        """Send something that changes nothing, trying again for a while where that can help.

        Returns an answer with a 2xx or one of the ``DEFINITE`` statuses.

        Raises:
            NotSent: the gateway could not be reached, or its certificate is not good.
            RateLimited: asked to wait for longer than is worth waiting here.
            GatewayDown: no answer, or no useful one.
        """
        try:
            async with asyncio.timeout(self._patience.look):
                return await self._look(request)
        except TimeoutError:
            problem = _down(TimeoutError(), request.peer)
        raise problem

    async def _look(self, request: Request) -> Answer:
        deadline = time.monotonic() + self._patience.look
        waits: Iterator[float] = iter(self._patience.tries)
        while True:
            outcome = await self._try(request)
            if isinstance(outcome, Answer):
                return outcome
            wait = next(waits, None)
            asked = outcome.retry_after if isinstance(outcome, RateLimited) else None
            if wait is None or not _worth_another_try(outcome):
                raise outcome
            wait = max(wait, asked or 0.0)
            if time.monotonic() + wait >= deadline:
                raise outcome
            await asyncio.sleep(wait)

    async def _try(self, request: Request) -> Answer | GatewayError:
        built = self._built(request, _ONCE if request.alone else {}, self._look_phases)
        began = time.monotonic()
        try:
            lines = self._fresh if request.alone else self._kept
            answer = await self._exchange(lines, built, began)
        except (httpx.HTTPError, httpx.StreamError, OSError, Unreadable) as fault:
            _note(request, type(fault).__name__, began)
            return _never_left(fault, request.peer) or _down(fault, request.peer)
        _note(request, str(answer.status), began, answer.request_id)
        if answer.accepted or answer.status in DEFINITE:
            return answer
        if answer.status == 429:
            return RateLimited(
                f"{request.peer} asks to slow down. Wait a moment, then try again.",
                retry_after=answer.retry_after(),
                request_id=answer.request_id,
            )
        return GatewayDown(
            f"{strange_status(answer.status, request.peer)} Try again in a few minutes.",
            said=f"HTTP {answer.status}",
            request_id=answer.request_id,
        )

    def _built(
        self, request: Request, extra: Mapping[str, str], phases: Mapping[str, float | None]
    ) -> httpx.Request:
        if self._closed:
            raise NotSent("The program is closing, so nothing was sent.", may_retry=False)
        built = _built(request, extra)
        built.extensions["timeout"] = phases
        return built

    async def _exchange(self, lines: Lines, built: httpx.Request, began: float) -> Answer:
        async with lines.one(built.url.netloc) as line:
            response = await line.handle_async_request(built)
            try:
                body = await _body_of(response)
            finally:
                await response.aclose()
        said = response.headers
        answer = Answer(
            status=response.status_code,
            headers={name: said[name] for name in _KEPT_HEADERS if name in said},
            body=body,
            request_id=_request_id(said),
            elapsed_ms=round((time.monotonic() - began) * 1000),
        )
        if self._heard is not None and answer.date is not None:
            self._heard(answer.date)
        return answer


class _Body(httpx.AsyncByteStream):
    """Gives the bytes out at the moment of sending; the caller's buffer stays the only keeper."""

    def __init__(self, body: bytes | bytearray) -> None:
        self._body = body
        self._given = not body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._given:
            raise StopAsyncIteration
        self._given = True
        return bytes(self._body)


def _built(request: Request, extra: Mapping[str, str]) -> httpx.Request:
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "posapp",
        **request.headers,
        **extra,
    }
    if request.body:
        headers["Content-Type"] = request.content_type
        headers["Content-Length"] = str(len(request.body))
    if request.authorization is not None:
        headers["Authorization"] = request.authorization.reveal()
    problem = address_problem(request.base_url)
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        problem = (
            f"A key of {request.peer} holds characters that no key has. Nothing was sent. "
            "Type the key again in the settings."
        )
    built = None
    if problem is None:
        try:
            url = httpx.URL(request.url)
            headers["Host"] = url.netloc.decode("ascii")
            built = httpx.Request(request.method, url, headers=headers, stream=_Body(request.body))
        except (httpx.InvalidURL, ValueError):
            problem = f"The address of {request.peer} cannot be used. Check it in the settings."
    if built is None:
        raise NotSent(problem or "", may_retry=False)
    return built


async def _body_of(response: httpx.Response) -> bytes:
    raw = bytearray()
    async for chunk in response.aiter_raw():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            raise Unreadable
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return bytes(raw)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable
    return inflated(bytes(raw), largest=LARGEST_ANSWER)


def _never_left(fault: BaseException, peer: str) -> NotSent | None:
    """NotSent where it is proved that nothing left, otherwise None."""
    if not isinstance(fault, _NEVER_LEFT):
        return None
    tls = _tls_fault(fault)
    if tls is None:
        return NotSent(
            f"{peer} could not be reached, so nothing was sent. "
            "Check the network connection, then try again."
        )
    return NotSent(
        f"{certificate_words(tls, peer)} Nothing was sent. Take no cards over this connection "
        "until whoever looks after the network has cleared this.",
        may_retry=False,
    )


def _tls_fault(fault: BaseException) -> ssl.SSLError | None:
    """What was wrong with the certificate or the protocol; None where the line just broke."""
    seen: BaseException | None = fault if isinstance(fault, httpx.ConnectError) else None
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return None if isinstance(seen, _LINE_BROKE) else seen


def _doubt(fault: BaseException, peer: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{_broken(fault, peer)} The request may have been carried out; it is being looked up."
    )


def _down(fault: BaseException, peer: str) -> GatewayDown:
    return GatewayDown(f"{_broken(fault, peer)} Try again in a moment.")


def _broken(fault: BaseException, peer: str) -> str:
    if isinstance(fault, _SLOW):
        return f"{peer} did not answer in time."
    if isinstance(fault, Unreadable | httpx.DecodingError | httpx.RemoteProtocolError):
        return f"The answer of {peer} was incomplete or damaged."
    return f"The connection to {peer} broke before an answer came."


def _worth_another_try(problem: GatewayError) -> bool:
    return problem.may_retry if isinstance(problem, NotSent) else True


def _request_id(headers: httpx.Headers) -> str:
    said = (request_id(str(headers.get(name, ""))) for name in _REQUEST_ID_HEADERS)
    return next(filter(None, said), "")


def _note(request: Request, outcome: str, began: float, call: str = "") -> None:
    log.info(
        "%s %s%s -> %s, %d ms, request %s, reference %s",
        request.method,
        request.host,
        request.template,
        outcome,
        round((time.monotonic() - began) * 1000),
        call or "-",
        request.reference or "-",
    )
