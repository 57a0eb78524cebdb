"""What both Flowlix APIs do with every call: key, rate, idempotency, envelope."""

from __future__ import annotations

import hmac
import logging
from abc import abstractmethod

from posapp.sandbox import ids
from posapp.sandbox.api import Act, Api, Operation
from posapp.sandbox.flowlix_rules.errors import (
    Refused,
    Style,
    envelope,
    invalid,
    missing,
    not_found,
)
from posapp.sandbox.http import Call, Reply, html_reply
from posapp.sandbox.idempotency import Slot, body_of
from posapp.sandbox.pages import notice_page
from posapp.sandbox.rates import Standing

_log = logging.getLogger("posapp.sandbox")
_KEY_HEADER = "Idempotency-Key"


class FlowlixFamily(Api):
    """One generation: its key, its test and live prefixes, its header of the request id."""

    live_prefix: str
    request_id_header: str
    key_required: bool
    scoped_by_operation: bool

    @abstractmethod
    def style(self) -> Style:
        """How this generation prints its errors."""

    @abstractmethod
    def key(self) -> str:
        """The training key of this generation."""

    def request_id(self) -> str:
        return ids.hexadecimal("req_", 24)

    def guarded(self, act: Act) -> Act:
        """``act`` with its refusals turned into the error envelope."""

        def run(call: Call) -> Reply:
            try:
                return act(call)
            except Refused as refused:
                return self.refuse(call, refused)

        return run

    def refuse(self, call: Call, refused: Refused) -> Reply:
        return envelope(call, refused, self.style())

    def admit(self, call: Call, operation: Operation) -> Reply | None:
        if operation.public:
            return None
        scheme, _, value = (call.header("authorization") or "").partition(" ")
        value = value.strip()
        message = "The API key is missing or unknown."
        if value.startswith(self.live_prefix):
            _log.warning("A live Flowlix key was sent to the training gateway and was refused.")
            message = "This is the training gateway; live keys are refused."
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            value.encode(), self.key().encode()
        ):
            kind = "authentication_error"
            return self.refuse(call, Refused("invalid_api_key", message, kind=kind))
        call.credential = self.name
        return self._count(call)

    def _count(self, call: Call) -> Reply | None:
        standing = self.standing(call.now)
        if standing is None:
            return None
        call.extra_headers = {
            "X-RateLimit-Limit": str(standing.limit),
            "X-RateLimit-Remaining": str(standing.remaining),
            "X-RateLimit-Reset": str(standing.reset),
        }
        return None if standing.allowed else self._too_many(call, standing.retry_after)

    def standing(self, now: float) -> Standing | None:
        """Count one request; None when there is no limit."""
        limit = self.world.settings.flowlix_rate_per_minute
        return None if limit is None else self.world.rates.count(f"{self.name} key", limit, now)

    def _too_many(self, call: Call, seconds: int) -> Reply:
        reply = self.refuse(
            call,
            Refused(
                "rate_limit_exceeded",
                "Too many requests. Try again later.",
                kind="rate_limit_error",
            ),
        )
        reply.headers["Retry-After"] = str(seconds)
        return reply

    def slot(self, call: Call, operation: Operation) -> Slot | Reply | None:
        if operation.method != "POST" or operation.public:
            return None
        key = call.header(_KEY_HEADER)
        if not key:
            return self.refuse(call, missing(_KEY_HEADER)) if self.key_required else None
        if len(key) > 255:
            problem = invalid(_KEY_HEADER, "Idempotency-Key has at most 255 characters.")
            return self.refuse(call, problem)
        place = f"{operation.point} {call.path}"
        scope = (self.name, operation.point) if self.scoped_by_operation else (self.name,)
        return self.world.idempotency.slot(key, scope=scope, body=body_of(call), operation=place)

    def running(self, call: Call) -> Reply:
        return self._in_use(call, "Another request with this key is still running.")

    def changed_repeat(self, call: Call) -> Reply | None:
        return self._in_use(call, "This key was used with another body.")

    def _in_use(self, call: Call, message: str) -> Reply:
        kind = "idempotency_error"
        return self.refuse(call, Refused("idempotency_key_in_use", message, kind=kind))

    def not_found(self, call: Call) -> Reply:
        return self.refuse(call, not_found("There is no such address."))

    def limited(self, call: Call) -> Reply:
        return self._too_many(call, 1)

    def broken(self, call: Call, status: int) -> Reply:
        if call.point.rpartition(".")[2] in ("hosted_page", "challenge"):
            return html_reply(status, notice_page("Not available", "Reload this page in a moment."))
        code = "service_unavailable" if status == 503 else "internal_error"
        message = "Something went wrong on our side."
        return self.refuse(call, Refused(code, message, kind="api_error", status=status))

    def dress(self, call: Call, reply: Reply) -> None:
        super().dress(call, reply)
        reply.headers[self.request_id_header] = call.request_id
