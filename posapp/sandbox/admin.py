"""The admin address, which no API of a gateway has. It answers on loopback and no web page.

======  ==================  ====================================================================
GET     /clock              ``{"now", "iso"}``: seconds since 1970, and the same as ISO 8601
POST    /clock              ``{"advance_seconds"}``: the clock goes forward by so much
POST    /settle             everything accepted takes effect now; ``{"settled"}`` says how much
GET     /settings           all settings of :class:`posapp.sandbox.settings.Settings`
PATCH   /settings           some of them; all are changed, or on a mistake none
GET     /faults             the faults still to strike, and the names of all calls they can strike
POST    /faults             one :class:`posapp.sandbox.faults.FaultOrder`
DELETE  /faults             no more faults
GET     /calls              the last requests: which call, what came of it, nothing of their bodies;
                            ``running`` says how many are not answered yet
GET     /webhooks           where Flowlix' webhooks go, and how every delivery stands
PUT     /webhooks/endpoint  ``{"url", "events"}``: from now on there; ``secret`` is told once
DELETE  /webhooks/endpoint  nowhere any more
POST    /webhooks/deliver   everything that is due goes out before this is answered
GET     /dump               the clock, the settings, every payment, payout and payment session
POST    /reset              payments, payouts, sessions, kept answers, faults, calls: forgotten
======  ==================  ====================================================================

A mistake is a 400 with ``{"error"}``, a sentence.
"""

from __future__ import annotations

from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from posapp.sandbox.admin_calls import Wrong, object_of, refused
from posapp.sandbox.api import Api, Operation
from posapp.sandbox.clock import iso
from posapp.sandbox.codec import CodecError, from_plain, to_plain
from posapp.sandbox.faults import FaultOrder
from posapp.sandbox.flowlix_rules import lifecycle
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.idempotency import Slot
from posapp.sandbox.ids import uuid4
from posapp.sandbox.payfac import payouts, settling
from posapp.sandbox.webhooks.admin import WebhookCalls
from posapp.sandbox.webhooks.courier import Courier
from posapp.sandbox.world import World


class AdminApi(Api):
    name = "admin"

    def __init__(self, world: World, courier: Courier) -> None:
        super().__init__(world)
        self._webhooks = WebhookCalls(world, courier)

    def operations(self) -> list[Operation]:
        table = [
            ("clock", "GET", "/clock", self._clock),
            ("advance", "POST", "/clock", self._advance),
            ("settle", "POST", "/settle", self._settle),
            ("settings", "GET", "/settings", self._settings),
            ("change_settings", "PATCH", "/settings", self._change_settings),
            ("faults", "GET", "/faults", self._faults),
            ("add_fault", "POST", "/faults", self._add_fault),
            ("clear_faults", "DELETE", "/faults", self._clear_faults),
            ("calls", "GET", "/calls", self._calls),
            ("dump", "GET", "/dump", self._dump),
            ("reset", "POST", "/reset", self._reset),
        ]
        own = [Operation(f"admin.{name}", verb, path, act) for name, verb, path, act in table]
        return own + self._webhooks.operations()

    def request_id(self) -> str:
        return uuid4()

    def admit(self, call: Call, _operation: Operation) -> Reply | None:
        # A page in a browser must not reach the switches by giving this address another name.
        host = urlsplit(f"//{call.header('host') or ''}").hostname
        if host not in ("127.0.0.1", "localhost"):
            return refused(403, "The admin address answers to 127.0.0.1 and localhost only.")
        if call.header("origin") is not None:
            return refused(403, "The admin address does not answer to web pages.")
        return None

    def slot(self, _call: Call, _operation: Operation) -> Slot | Reply | None:
        return None

    def running(self, _call: Call) -> Reply:
        return refused(409, "Another request runs.")

    def changed_repeat(self, _call: Call) -> Reply | None:
        return None

    def not_found(self, _call: Call) -> Reply:
        return refused(404, "There is no such admin address.")

    def limited(self, _call: Call) -> Reply:
        return refused(429, "Too many requests.")

    def broken(self, _call: Call, status: int) -> Reply:
        return refused(status, "The training gateway failed; its log says where.")

    def _clock(self, call: Call) -> Reply:
        return json_reply(200, {"now": call.now, "iso": iso(call.now)})

    def _advance(self, call: Call) -> Reply:
        try:
            seconds = object_of(call).get("advance_seconds")
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
                raise Wrong("advance_seconds must be a number")
            self.world.clock.advance(float(seconds))
        except (Wrong, ValueError) as error:
            return refused(400, str(error))
        self.world.store.touch()
        call.now = self.world.clock.now()
        return self._clock(call)

    def _settle(self, call: Call) -> Reply:
        """Everything that is under way takes effect now, whenever it was due."""
        store = self.world.store
        settled = settling.settle_all_now(store.payfac, call.now)
        settled += payouts.settle_all_now(store.payfac_payouts, call.now)
        for table in store.flowlix_tables():
            settled += lifecycle.settle_all_now(table, call.now)
        return json_reply(200, {"settled": settled})

    def _settings(self, _call: Call) -> Reply:
        return json_reply(200, asdict(self.world.settings))

    def _change_settings(self, call: Call) -> Reply:
        try:
            self.world.store.settings = self.world.settings.changed(object_of(call))
        except (Wrong, CodecError) as error:
            return refused(400, str(error))
        self.world.store.touch()
        return self._settings(call)

    def _faults(self, _call: Call) -> Reply:
        faults = self.world.faults.active()
        shown = [to_plain(fault) for fault in faults]
        return json_reply(200, {"faults": shown, "points": self._points()})

    def _points(self) -> list[str]:
        return sorted(name for name in self.world.points if not name.startswith("admin."))

    def _is_known(self, point: str | None) -> bool:
        # A misspelt name would never strike, and whoever ordered the fault would not notice.
        return point is None or any(fnmatchcase(name, point) for name in self._points())

    def _add_fault(self, call: Call) -> Reply:
        try:
            order = from_plain(FaultOrder, object_of(call), "fault")
            if not self._is_known(order.point):
                raise Wrong("fault.point names no call; GET /admin/faults lists them")
            fault = self.world.faults.add(order)
        except (Wrong, CodecError) as error:
            return refused(400, str(error))
        return json_reply(201, to_plain(fault))

    def _clear_faults(self, _call: Call) -> Reply:
        self.world.faults.clear()
        return Reply(204)

    def _calls(self, _call: Call) -> Reply:
        calls = [to_plain(seen) for seen in self.world.calls]
        return json_reply(200, {"calls": calls, "running": self.world.running})

    def _dump(self, call: Call) -> Reply:
        """All payments, payouts and sessions; no credentials, no card numbers, no kept answers."""
        store = self.world.store
        for payment in list(store.payfac.newest_first()):
            settling.settle(store.payfac, payment, call.now)
        for payout in list(store.payfac_payouts.newest_first()):
            payouts.settle(store.payfac_payouts, payout, call.now)
        for table in store.flowlix_tables():
            for attempt in list(table.newest_first()):
                lifecycle.settle(table, attempt, call.now)
        content: dict[str, Any] = {
            "now": call.now,
            "settings": asdict(store.settings),
            "payfac": store.payfac.plain(),
            "payfac_payouts": store.payfac_payouts.plain(),
            "payfac_sessions": store.payfac_sessions.plain(),
            "flowlix": store.flowlix.plain(),
            "flowlix_classic": store.classic.plain(),
            "flowlix_synchronous": store.synchronous.plain(),
            "kept_answers": len(store.answers),
        }
        return json_reply(200, content)

    def _reset(self, _call: Call) -> Reply:
        """Forget what happened. Keys, clock, settings and the address for webhooks stay."""
        store = self.world.store
        for table in store.tables_of_what_happened():
            table.clear()
        self.world.idempotency.forget()
        self.world.faults.clear()
        self.world.calls.clear()
        self.world.rates.clear()
        return Reply(204)
