"""What every emulated API says about its calls, so that one gate can serve them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from posapp.sandbox.http import Call, Reply
from posapp.sandbox.idempotency import Slot
from posapp.sandbox.world import World

Act = Callable[[Call], Reply]
Errand = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its name (used by faults), its verb and path, and what it does.

    ``first`` is an errand on the network that the gate waits for, within limits, before ``act``.
    """

    point: str
    method: str
    path: str
    act: Act
    public: bool = False
    scopes: tuple[str, ...] = ()
    first: Errand | None = None


class Api(ABC):
    """One emulated API. What a call does is synchronous: it runs in one piece."""

    name: str

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def operations(self) -> list[Operation]:
        """All calls, the more specific paths first."""

    @abstractmethod
    def request_id(self) -> str:
        """A new id for one request."""

    @abstractmethod
    def admit(self, call: Call, operation: Operation) -> Reply | None:
        """Check the credential and the rate; None lets the call in."""

    @abstractmethod
    def slot(self, call: Call, operation: Operation) -> Slot | Reply | None:
        """The idempotency slot, a refusal, or None if the call has none."""

    @abstractmethod
    def running(self, call: Call) -> Reply:
        """The answer while another request runs under the same key."""

    @abstractmethod
    def changed_repeat(self, call: Call) -> Reply | None:
        """The answer to a known key with another body; None replays nevertheless."""

    @abstractmethod
    def not_found(self, call: Call) -> Reply:
        """No such address."""

    @abstractmethod
    def limited(self, call: Call) -> Reply:
        """Too many requests, as a fault asks for it."""

    @abstractmethod
    def broken(self, call: Call, status: int) -> Reply:
        """A 5xx answer."""

    def dress(self, call: Call, reply: Reply) -> None:
        """Add the headers that every answer of this API carries."""
        reply.headers.update(call.extra_headers)
