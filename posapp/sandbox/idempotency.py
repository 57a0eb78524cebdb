"""Idempotency keys: which answer belongs to which key, and which request still runs.

Only 2xx answers are kept, for 24 hours. What the body was is kept as keyed digests: one
without the security code, which may go into the state file, and one of everything, which
lives in this process only.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from posapp.sandbox.clock import DAY
from posapp.sandbox.http import BadJson, Call, Reply, canonical
from posapp.sandbox.store import Answer, Table

WINDOW = DAY


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one request under its key; only with a digest is its answer kept."""

    name: str
    digest: str = ""
    full_digest: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """``kept`` is the earlier answer when ``state`` is ``kept`` (same or other body alike)."""

    state: Literal["started", "running", "kept"]
    same_body: bool = True
    kept: Answer | None = None


class Idempotency:
    def __init__(self, answers: Table[Answer], key: str) -> None:
        self._answers = answers
        self._key = key.encode()
        self._process_key = secrets.token_bytes(32)
        self._full: dict[str, str] = {}
        self._running: set[str] = set()

    def slot(self, key: str, *, scope: tuple[str, ...], body: object, operation: str = "") -> Slot:
        """Where a request with ``key`` belongs; ``operation`` counts as part of the body."""
        name = self._hash(canonical([*scope, key]))
        return Slot(
            name,
            self._hash(canonical([operation, self._without_secrets(body)])),
            hmac.new(
                self._process_key, canonical([operation, body]).encode(), hashlib.sha256
            ).hexdigest(),
        )

    def turn(self, *scope: str) -> Slot:
        """A place that one request at a time may have, and that forgets its answer."""
        return Slot(self._hash(canonical(scope)))

    def begin(self, slot: Slot, now: float) -> Begun:
        if slot.name in self._running:
            return Begun("running")
        answer = self._answers.get(slot.name)
        if answer is not None and answer.stored_at + WINDOW > now:
            full = self._full.get(slot.name)
            same = answer.digest == slot.digest if full is None else full == slot.full_digest
            return Begun("kept", same, answer)
        self._forget_old(now)
        self._running.add(slot.name)
        return Begun("started")

    def finish(self, slot: Slot, reply: Reply | None, now: float) -> None:
        """The request is over; ``reply`` is None when it ended without an answer to keep."""
        if not slot.digest or reply is None or not 200 <= reply.status < 300:
            return
        self._full[slot.name] = slot.full_digest
        self._answers.put(
            slot.name,
            Answer(slot.digest, reply.status, reply.body.decode(), reply.content_type, now),
        )

    def release(self, slot: Slot) -> None:
        """The answer has left (or never will): the key may be used again."""
        self._running.discard(slot.name)

    def forget(self) -> None:
        self._answers.clear()
        self._full.clear()

    def _forget_old(self, now: float) -> None:
        # Oldest first, so the walk ends at the first answer that is still young.
        for name, answer in self._answers.oldest_first():
            if answer.stored_at + WINDOW > now:
                break
            self._answers.remove(name)
            self._full.pop(name, None)

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _without_secrets(self, value: object) -> object:
        if isinstance(value, list):
            return [self._without_secrets(item) for item in value]
        if isinstance(value, dict):
            return {
                name: self._hash(str(item)) if name == "number" else self._without_secrets(item)
                for name, item in value.items()
                if name not in ("cvv", "cvc", "session_data")
            }
        return value


def replayed(answer: Answer) -> Reply:
    return Reply(answer.status, answer.body.encode(), answer.content_type)


def body_of(call: Call) -> object:
    """The body for the comparison: parsed if it can be, else nothing to compare."""
    try:
        return call.json()
    except BadJson:
        return None
