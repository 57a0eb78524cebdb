"""The calls of Flowlix."""

from __future__ import annotations

from typing import Any

from posapp.sandbox import ids
from posapp.sandbox.api import Operation
from posapp.sandbox.flowlix import requests, views
from posapp.sandbox.flowlix_rules import lifecycle, paging
from posapp.sandbox.flowlix_rules.api import FlowlixFamily
from posapp.sandbox.flowlix_rules.browser import Browser
from posapp.sandbox.flowlix_rules.errors import Style, missing, not_found, unfit
from posapp.sandbox.flowlix_rules.fields import read_body
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund
from posapp.sandbox.world import World

_STYLE = Style("https://docs.flowlix.dev/guides/errors", nulls=False)
_STATUSES = ("PENDING", "REQUIRES_ACTION", "PROCESSING", *map(str.upper, lifecycle.TERMINAL))


class FlowlixApi(FlowlixFamily):
    name = "flowlix"
    live_prefix = "api_live_sk_"
    request_id_header = "Request-Id"
    key_required = True
    scoped_by_operation = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._table = world.store.flowlix
        base = world.base(self.name)
        self._browser = Browser(world, self._table, base, word=views.status)
        self._list_rules = paging.ListRules(
            _STATUSES, views.status, ("created", "created_at"), backwards=True
        )

    def style(self) -> Style:
        return _STYLE

    def key(self) -> str:
        return self.world.store.credentials.flowlix_api_key

    def operations(self) -> list[Operation]:
        browser = self._browser
        private = [
            ("create_hosted", "POST", "/v1/payments/hpp", self._create_hosted),
            ("create_payment", "POST", "/v1/payments", self._create_direct),
            ("list_payments", "GET", "/v1/payments", self._list),
            ("read_payment", "GET", "/v1/payments/{id}", self._read),
            ("create_refund", "POST", "/v1/refunds", self._refund),
        ]
        public = [
            ("hosted_page", "GET", "/hpp/{id}", browser.show_hosted),
            ("hosted_page", "POST", "/hpp/{id}", browser.answer_hosted),
            ("challenge", "GET", "/3ds/{id}", browser.show_challenge),
            ("challenge", "POST", "/3ds/{id}", browser.answer_challenge),
        ]
        return [
            Operation(f"flowlix.{name}", verb, path, self.guarded(act))
            for name, verb, path, act in private
        ] + [
            Operation(f"flowlix.{name}", verb, path, act, public=True)
            for name, verb, path, act in public
        ]

    def shown(self, payment: FlowlixPayment) -> dict[str, Any]:
        """The Payment object as a GET shows it now."""
        names = self.world.settings.flowlix_failure_names
        return views.payment(payment, self._browser, failure_names=names)

    def shown_refund(self, payment: FlowlixPayment, refund: FlowlixRefund) -> dict[str, Any]:
        """The Refund object as a GET shows it now."""
        return views.refund(payment, refund, self.world.settings.flowlix_failure_names)

    def _view(self, payment: FlowlixPayment, status: int) -> Reply:
        return json_reply(status, self.shown(payment))

    def _new(self, wanted: requests.PaymentRequest, call: Call, *, hosted: bool) -> FlowlixPayment:
        call.reference = wanted.merchant_reference
        return FlowlixPayment(
            id=ids.alphanumeric("pay_"),
            amount=wanted.amount,
            currency=wanted.currency,
            status="pending",
            hosted=hosted,
            created_at=call.now,
            return_url=wanted.return_url,
            merchant_reference=wanted.merchant_reference,
            description=wanted.description,
            buyer=wanted.billing_details,
            metadata=wanted.metadata,
        )

    def _create_direct(self, call: Call) -> Reply:
        settings = self.world.settings
        wanted, card = requests.read_direct(
            read_body(call), call.now, billing_required=settings.flowlix_billing_required
        )
        challenged = self._browser.challenges(card)
        if challenged and wanted.return_url is None:
            raise missing("return_url")
        payment = self._new(wanted, call, hosted=False)
        decline = self._browser.take_card(payment, card, call)
        if challenged:
            payment.challenged = True
            delay = settings.flowlix_settle_seconds
            later = settings.flowlix_challenge == "later"
            payment.expires = call.now + (delay if later else 0) + settings.challenge_seconds
            lifecycle.enter(payment, "processing" if later else "requires_action", call.now)
            if later:
                lifecycle.then(payment, delay, call.now, "requires_action")
        else:
            lifecycle.enter(payment, "processing", call.now)
            lifecycle.finish_later(payment, settings.flowlix_settle_seconds, call.now, decline)
        self._table.put(payment.id, payment)
        lifecycle.settle(self._table, payment, call.now)
        return self._view(payment, 201)

    def _create_hosted(self, call: Call) -> Reply:
        wanted = requests.read_hosted(read_body(call))
        payment = self._new(wanted, call, hosted=True)
        payment.expires = call.now + self.world.settings.hosted_page_seconds
        lifecycle.enter(payment, "requires_action", call.now)
        self._table.put(payment.id, payment)
        return self._view(payment, 201)

    def _find(self, name: str, now: float) -> FlowlixPayment:
        payment = self._table.get(name)
        if payment is None:
            raise not_found("There is no such payment.")
        lifecycle.settle(self._table, payment, now)
        return payment

    def _read(self, call: Call) -> Reply:
        return self._view(self._find(call.parameters["id"], call.now), 200)

    def _list(self, call: Call) -> Reply:
        lag_seconds = self.world.settings.list_lag_seconds
        page = paging.page_of(self._table, call, self._list_rules, lag_seconds=lag_seconds)
        data = [self.shown(record) for record in page.payments]
        return json_reply(200, {"data": data, "has_more": page.has_more})

    def _refund(self, call: Call) -> Reply:
        wanted = requests.read_refund(read_body(call))
        payment = self._find(wanted.payment_id, call.now)
        call.reference = payment.merchant_reference
        if payment.status != "succeeded":
            raise unfit("payment_not_refundable", "Only a payment that succeeded can be refunded.")
        if call.now > payment.created_at + lifecycle.REFUND_WINDOW:
            raise unfit("refund_window_expired", "The payment is too old to be refunded.")
        if wanted.amount > lifecycle.refundable(payment):
            raise unfit(
                "refund_amount_exceeds_refundable", "The amount is more than is left to refund."
            )
        refund = FlowlixRefund(
            id=ids.alphanumeric("ref_"),
            amount=wanted.amount,
            reason=wanted.reason,
            status="pending",
            created_at=call.now,
            updated_at=call.now,
            due=call.now + self.world.settings.flowlix_refund_seconds,
            fail_code=None if call.fail_later is None else call.fail_later or "generic_decline",
            metadata=wanted.metadata,
        )
        payment.refunds.append(refund)
        self._table.changed(payment.id)
        return json_reply(201, self.shown_refund(payment, refund))
