"""PayFac's calls and the rules that hold for all of them."""

from __future__ import annotations

import logging

from posapp.sandbox.api import Act, Api, Operation
from posapp.sandbox.http import Call, Reply
from posapp.sandbox.idempotency import Slot, body_of
from posapp.sandbox.ids import uuid4
from posapp.sandbox.payfac import auth
from posapp.sandbox.payfac.actions import Actions
from posapp.sandbox.payfac.challenge import Challenges
from posapp.sandbox.payfac.errors import (
    FORBIDDEN,
    NOT_FOUND,
    TOO_MANY,
    UNAUTHORIZED,
    Refused,
    empty,
    told_too_many,
    unprocessable,
)
from posapp.sandbox.payfac.payments import Payments
from posapp.sandbox.payfac.search import Search
from posapp.sandbox.payfac.sessions import DUPLICATE, Sessions
from posapp.sandbox.world import World

_log = logging.getLogger("posapp.sandbox")
_VERSION = "1.0.0"
_KEYED = frozenset(
    f"payfac.{name}"
    for name in ("payment", "increment", "capture", "refund", "reverse", "void", "cancel_retry")
)
_SUBMIT = "payfac.submit_session"
# Their 429 has a body; that of a payment has none.
_TELL_TOO_MANY = frozenset({"payfac.session", _SUBMIT})


class PayfacApi(Api):
    name = "payfac"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._payments = Payments(world)
        self._actions = Actions(world, self._payments)
        self._search = Search(world)
        self._challenges = Challenges(world, self._payments)
        self._sessions = Sessions(world, self._payments)

    def operations(self) -> list[Operation]:
        payments, actions = self._payments, self._actions
        one = "/payments/{id}"
        table: list[tuple[str, str, str, Act, str]] = [
            ("payment", "POST", "/payments", payments.request, "payment"),
            ("list", "GET", "/payments", payments.list, "payment-details"),
            ("details", "GET", one, payments.details, "payment-details"),
            ("actions", "GET", f"{one}/actions", payments.actions, "payment-details"),
            (
                "increment",
                "POST",
                f"{one}/authorizations",
                actions.increment,
                "payment-authorizations",
            ),
            ("capture", "POST", f"{one}/captures", actions.capture, "payment-captures"),
            ("refund", "POST", f"{one}/refunds", actions.refund, "payment-refunds"),
            ("reverse", "POST", f"{one}/reversals", actions.reverse, "payment"),
            ("void", "POST", f"{one}/voids", actions.void, "payment-voids"),
            (
                "cancel_retry",
                "POST",
                f"{one}/cancellations",
                actions.cancel_retry,
                "payment-cancellations",
            ),
        ]
        private = [
            Operation(f"payfac.{name}", verb, path, self._guarded(act), False, (f"gateway:{s}",))
            for name, verb, path, act, s in table
        ]
        return [
            Operation("payfac.token", "POST", "/connect/token", self._token, public=True),
            Operation("payfac.challenge", "GET", "/3ds/{id}", self._challenges.show, public=True),
            Operation(
                "payfac.challenge_answer", "POST", "/3ds/{id}", self._challenges.answer, public=True
            ),
            Operation(
                "payfac.search",
                "POST",
                "/payments/search",
                self._guarded(self._search.start),
                scopes=("payments:search",),
            ),
            Operation(
                "payfac.search",
                "GET",
                "/payments/search",
                self._guarded(self._search.go_on),
                scopes=("payments:search",),
            ),
            *private,
            *self._session_operations(),
        ]

    def _session_operations(self) -> list[Operation]:
        # Its scope stands beside those of the gateway, which do not cover it.
        sessions, path = self._sessions, "/payment-sessions"
        table: list[tuple[str, str, str, Act]] = [
            ("payfac.session", "POST", path, sessions.create),
            (_SUBMIT, "POST", f"{path}/{{id}}/submit", sessions.submit),
            ("payfac.session_details", "GET", f"{path}/{{id}}", sessions.details),
        ]
        return [
            Operation(point, verb, path, self._guarded(act), scopes=("payment-sessions",))
            for point, verb, path, act in table
        ]

    def _guarded(self, act: Act) -> Act:
        def run(call: Call) -> Reply:
            try:
                return act(call)
            except Refused as refused:
                return refused.reply

        return run

    def _token(self, call: Call) -> Reply:
        return auth.token(self.world, call)

    def request_id(self) -> str:
        return uuid4()

    def admit(self, call: Call, operation: Operation) -> Reply | None:
        if operation.public:
            return None
        who = auth.admitted(self.world, call)
        if who is None:
            return empty(UNAUTHORIZED)
        call.credential, call.scopes = who
        limit = self.world.settings.payfac_rate_per_minute
        if limit is not None:
            standing = self.world.rates.count(f"payfac {call.credential}", limit, call.now)
            if not standing.allowed:
                return self.limited(call)
        if not auth.allowed(call.scopes, operation.scopes):
            return empty(FORBIDDEN)
        return None

    def slot(self, call: Call, operation: Operation) -> Slot | Reply | None:
        if operation.point == _SUBMIT:
            # One submission of a session at a time, and none of their answers is kept.
            return self.world.idempotency.turn("payfac", call.path)
        key = call.header("cko-idempotency-key")
        if not key or operation.point not in _KEYED:
            return None
        scope = ("payfac", call.credential, call.method, call.path)
        return self.world.idempotency.slot(key, scope=scope, body=body_of(call))

    def running(self, call: Call) -> Reply:
        return self._too_many(call, DUPLICATE)

    def _too_many(self, call: Call, code: str) -> Reply:
        return told_too_many(call, code) if call.point in _TELL_TOO_MANY else empty(TOO_MANY)

    def changed_repeat(self, call: Call) -> Reply | None:
        _log.warning(
            "%s: an idempotency key was used again with another body; PayFac repeats its "
            "first answer without looking at the body.",
            call.point,
        )
        if self.world.settings.payfac_refuse_changed_repeat:
            return unprocessable(call, ["parameter_invalid"])
        return None

    def not_found(self, _call: Call) -> Reply:
        return empty(NOT_FOUND)

    def limited(self, call: Call) -> Reply:
        return self._too_many(call, "api_calls_quota_exceeded")

    def broken(self, _call: Call, status: int) -> Reply:
        return empty(status)

    def dress(self, call: Call, reply: Reply) -> None:
        super().dress(call, reply)
        reply.headers["Cko-Request-Id"] = call.request_id
        reply.headers["Cko-Version"] = _VERSION
