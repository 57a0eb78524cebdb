"""The three payment APIs without a network, and what really happened to the money there."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Gateway
from posapp.gateways.transport import Transport
from posapp.model.secret import Secret
from posapp.sandbox.clock import Clock
from posapp.sandbox.faults import FaultOrder
from posapp.sandbox.flowlix.app import FlowlixApi
from posapp.sandbox.flowlix_classic.app import ClassicApi
from posapp.sandbox.flowlix_rules import lifecycle
from posapp.sandbox.gate import router
from posapp.sandbox.payfac import payouts, settling
from posapp.sandbox.payfac.app import PayfacApi
from posapp.sandbox.records import FlowlixPayment, PayfacPayment
from posapp.sandbox.store import Store
from posapp.sandbox.world import World

ORIGIN = "http://127.0.0.1:1"
KINDS = ("payfac", "flowlix", "flowlix_classic")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a gateway answered, before the network had its way with it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """Something that took effect: its reference, the gateway's word for it, minor units."""

    reference: str
    kind: str
    minor: int


class Bank:
    """All three gateways on one virtual clock.

    ``over_refunds`` counts requests that arrived and asked for more than was left; ``failing`` is
    the share of refunds, captures and voids that are accepted and then fail.
    """

    def __init__(
        self, now: Callable[[], datetime], chance: random.Random, store: Store | None = None
    ) -> None:
        self._chance = chance
        store = store or Store()
        store.clock = Clock(source=lambda: now().timestamp())
        self.world = World(store, ORIGIN)
        self._now = now
        world = self.world
        self._app = router(world, [PayfacApi(world), FlowlixApi(world), ClassicApi(world)])
        self.over_refunds = 0
        self.failing = 0.0
        self._honoured: set[str] = set()

    def set(self, **settings: object) -> None:
        self.world.store.settings = self.world.settings.changed(settings)

    async def serve(self, request: httpx.Request, body: bytes, *, broken: int = 0) -> Answered:
        """Carry the request out.

        Args:
            broken: a status of 500 or more that is answered although it was carried out.
        """
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        if broken:
            self.world.faults.add(
                FaultOrder(kind="error_after", method=request.method, path=path, status=broken)
            )
        if self._may_fail(request, path, body) and self._chance.random() < self.failing:
            self.world.faults.add(FaultOrder(kind="fail_later", method="POST", path=path))
        sent: list[dict[str, object]] = []
        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, object]:
            return next(asked)

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(message)

        scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "root_path": "",
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "state": {},
        }
        await self._app(scope, receive, send)
        start, *rest = sent
        status, headers = start["status"], start["headers"]
        assert isinstance(status, int)
        assert isinstance(headers, list)
        whole = b"".join(part["body"] for part in rest if isinstance(part["body"], bytes))
        if status < 300 and (key := _key(request)):
            self._honoured.add(key)
        return Answered(status, headers, whole)

    async def browse(self, url: str, form: str) -> int:
        """What a customer's browser posts to one of the pages; the status of the answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        request = httpx.Request("POST", url, headers=headers)
        return (await self.serve(request, form.encode())).status

    def payments(self) -> Iterator[tuple[str, PayfacPayment | FlowlixPayment]]:
        """Every payment with our reference, brought up to the present moment."""
        store, now = self.world.store, self.world.clock.now()
        for _, paid in store.payfac.oldest_first():
            settling.settle(store.payfac, paid, now)
            yield paid.reference or "", paid
        for table in (store.flowlix, store.classic):
            for _, bought in table.oldest_first():
                lifecycle.settle(table, bought, now)
                kept = bought.metadata.get("reference", "")
                yield bought.merchant_reference or str(kept), bought

    def charged(self) -> Counter[str]:
        """How often money was taken or reserved under each reference."""
        return Counter(reference for reference, payment in self.payments() if _took(payment))

    def refunded(self) -> Counter[str]:
        """Minor units given back of each payment, by its id."""
        return Counter(
            {
                payment.id: payment.refunded
                if isinstance(payment, PayfacPayment)
                else lifecycle.refunded(payment)
                for _, payment in self.payments()
            }
        )

    def released(self) -> dict[str, bool]:
        """Every payment of which something was let go or given back, by its id: whether all."""
        return {
            payment.id: not settling.to_take(payment) and not settling.to_refund(payment)
            for _, payment in self.payments()
            if isinstance(payment, PayfacPayment) and payment.voided + payment.refunded
        }

    def verified(self) -> frozenset[str]:
        """The references of the cards that were found to be good."""
        return frozenset(
            reference
            for reference, payment in self.payments()
            if isinstance(payment, PayfacPayment) and payment.outcome == "verified"
        )

    def acts(self) -> Iterator[Act]:
        """What was done to payments after the charge, and what was paid out."""
        for _, payment in self.payments():
            if isinstance(payment, PayfacPayment):
                for action in payment.actions:
                    if action.approved and action.reference not in ("", None, payment.reference):
                        yield Act(str(action.reference), action.type, action.amount)
        table, now = self.world.store.payfac_payouts, self.world.clock.now()
        for _, payout in table.oldest_first():
            payouts.settle(table, payout, now)
            if payout.status in ("pending", "paid"):
                yield Act(payout.reference or "", "Payout", payout.amount)

    def account(self, kind: str, transport: Transport) -> Gateway:
        """An account at one of the three, as a till has it."""
        keys = self.world.store.credentials
        base = self.world.base(kind)
        if kind == "payfac":
            payfac = PayfacConnection(
                account=kind,
                label="PayFac",
                live=False,
                currencies=("EUR",),
                base_url=base,
                api_key=Secret(keys.payfac_api_key),
                site_identifier=keys.site_identifier,
                signing_secret=Secret(keys.signing_secret),
                refund_unit="minor",
                payout_source=f"ca_{'a' * 26}",
                processing_channel_id=f"pc_{'a' * 26}",
            )
            return PayfacGateway(payfac, transport, clock=self._now)
        if kind == "flowlix":
            flowlix = FlowlixConnection(
                account=kind,
                label="Flowlix",
                live=False,
                currencies=("EUR",),
                base_url=base,
                api_key=Secret(keys.flowlix_api_key),
                return_url="https://shop.test/back",
            )
            return FlowlixGateway(flowlix, transport, clock=self._now)
        classic = FlowlixClassicConnection(
            account=kind,
            label="Flowlix classic",
            live=False,
            currencies=("EUR",),
            base_url=base,
            api_key=Secret(keys.classic_api_key),
            return_url="https://shop.test/back",
        )
        return FlowlixClassicGateway(classic, transport, clock=self._now)

    def _may_fail(self, request: httpx.Request, path: str, body: bytes) -> bool:
        """Whether this asks for something that is only accepted at first, and not only again for
        the same. Counts the refunds that ask for more than is left.
        """
        if _key(request) in self._honoured or request.method != "POST":
            return False
        asked = _refund_asked(path, body)
        if asked is None:
            return path.endswith(("/captures", "/voids"))
        payment_id, amount = asked
        for _, payment in self.payments():
            if payment.id == payment_id:
                left = _left(payment)
                self.over_refunds += (left if amount is None else amount) > left or left <= 0
        return True


def _took(payment: PayfacPayment | FlowlixPayment) -> bool:
    if isinstance(payment, PayfacPayment):
        return payment.authorized > 0
    return payment.status == "succeeded"


def _left(payment: PayfacPayment | FlowlixPayment) -> int:
    if isinstance(payment, PayfacPayment):
        return settling.free_to_refund(payment)
    return lifecycle.refundable(payment)


def _refund_asked(path: str, body: bytes) -> tuple[str, int | None] | None:
    """The payment and the amount, None for all of it; None where this is no refund."""
    parts = urlsplit(path).path.strip("/").split("/")
    if parts[-1] not in ("refund", "refunds"):
        return None
    said = json.loads(body)
    if parts[0] == "payfac":
        return parts[2], said.get("refund_amount")
    if parts[0] == "flowlix":
        return said["payment_id"], said["amount"]
    return parts[3], said.get("amount")


def _key(request: httpx.Request) -> str:
    headers = request.headers
    return str(headers.get("cko-idempotency-key", headers.get("idempotency-key", "")))
