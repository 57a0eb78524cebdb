"""The calls of Flowlix classic."""

from __future__ import annotations

from posapp.sandbox import ids
from posapp.sandbox.api import Act, Operation
from posapp.sandbox.flowlix_classic import requests, synchronous, views
from posapp.sandbox.flowlix_classic.synchronous import Synchronous
from posapp.sandbox.flowlix_rules import lifecycle, paging
from posapp.sandbox.flowlix_rules.api import FlowlixFamily
from posapp.sandbox.flowlix_rules.browser import Browser
from posapp.sandbox.flowlix_rules.errors import Style, missing, not_found, unfit
from posapp.sandbox.flowlix_rules.fields import read_body
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.rates import Standing
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund
from posapp.sandbox.world import World

_STYLE = Style("https://docs.flowlix.dev/api-reference/errors", nulls=True)
_STATUSES = ("pending", "requires_action", *lifecycle.TERMINAL)


class ClassicApi(FlowlixFamily):
    name = "flowlix_classic"
    live_prefix = "fl_live_sk_"
    request_id_header = "Flowlix-Request-Id"
    key_required = False
    scoped_by_operation = False

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._table = world.store.classic
        base = world.base(self.name)
        self._browser = Browser(world, self._table, base, word=views.status)
        self._list_rules = paging.ListRules(_STATUSES, views.status, ("created",), backwards=False)
        self._first = Synchronous(world, base)

    def style(self) -> Style:
        return synchronous.STYLE if self._is_first() else _STYLE

    def key(self) -> str:
        return self.world.store.credentials.classic_api_key

    def operations(self) -> list[Operation]:
        browser, first = self._browser, self._first
        hosted, one = "/v1/payments/hpp", "/v1/payments/{id}"
        private = [
            ("create_hosted", "POST", hosted, self._create_hosted, first.create_hosted),
            ("create_payment", "POST", "/v1/payments", self._create_direct, first.create_direct),
            ("list_payments", "GET", "/v1/payments", self._list, first.list),
            ("read_payment", "GET", one, self._read, first.read),
            ("create_refund", "POST", f"{one}/refund", self._refund, first.refund),
        ]
        first_pages = first.browser
        public = [
            ("GET", "/hpp/{id}", self._page(browser.show_hosted, first_pages.show_hosted)),
            ("POST", "/hpp/{id}", self._page(browser.answer_hosted, first_pages.answer_hosted)),
            ("GET", "/3ds/{id}", browser.show_challenge),
            ("POST", "/3ds/{id}", browser.answer_challenge),
        ]
        points = {"/hpp/{id}": "hosted_page", "/3ds/{id}": "challenge"}
        return [
            Operation(
                f"flowlix_classic.{name}", verb, path, self.guarded(self._act(present, oldest))
            )
            for name, verb, path, present, oldest in private
        ] + [
            Operation(f"flowlix_classic.{points[path]}", verb, path, act, public=True)
            for verb, path, act in public
        ]

    def _is_first(self) -> bool:
        return self.world.settings.classic_generation == "synchronous"

    def _act(self, present: Act, oldest: Act) -> Act:
        """The one or the other, as the setting is when the call comes."""

        def act(call: Call) -> Reply:
            return oldest(call) if self._is_first() else present(call)

        return act

    def _page(self, present: Act, oldest: Act) -> Act:
        """A page belongs to its payment, whatever the setting has become since."""

        def act(call: Call) -> Reply:
            known = self._first.knows(call.parameters["id"])
            return oldest(call) if known else present(call)

        return act

    def standing(self, now: float) -> Standing | None:
        if not self._is_first():
            return super().standing(now)
        limit = self.world.settings.classic_synchronous_rate_per_minute
        if limit is None:
            return None
        return self.world.rates.count_rolling(f"{self.name} key", limit, now)

    def _view(self, payment: FlowlixPayment, status: int) -> Reply:
        return json_reply(status, views.payment(payment, self._browser))

    def _new(self, wanted: requests.PaymentRequest, call: Call, *, hosted: bool) -> FlowlixPayment:
        return FlowlixPayment(
            id=f"pay_{ids.uuid4()}",
            amount=wanted.amount,
            currency=wanted.currency,
            status="pending",
            hosted=hosted,
            created_at=call.now,
            return_url=wanted.return_url,
            description=wanted.description,
            buyer=wanted.customer,
            metadata=wanted.metadata,
        )

    def _create_direct(self, call: Call) -> Reply:
        settings = self.world.settings
        wanted, card = requests.read_direct(read_body(call), call.now)
        challenged = self._browser.challenges(card)
        if challenged and wanted.return_url is None:
            raise missing("return_url")
        payment = self._new(wanted, call, hosted=False)
        decline = self._browser.take_card(payment, card, call)
        delay = settings.flowlix_settle_seconds
        if challenged:
            payment.challenged = True
            later = settings.classic_challenge == "later"
            payment.expires = call.now + (delay if later else 0) + settings.challenge_seconds
            if later:
                lifecycle.then(payment, delay, call.now, "requires_action")
            else:
                lifecycle.enter(payment, "requires_action", call.now)
        else:
            lifecycle.finish_later(payment, delay, call.now, decline)
        self._table.put(payment.id, payment)
        # The answer to a creation is what was taken in; the outcome shows on reading.
        reply = self._view(payment, 201)
        lifecycle.settle(self._table, payment, call.now)
        return reply

    def _create_hosted(self, call: Call) -> Reply:
        payment = self._new(requests.read_hosted(read_body(call)), call, hosted=True)
        payment.expires = call.now + self.world.settings.hosted_page_seconds
        self._table.put(payment.id, payment)
        return self._view(payment, 201)

    def _find(self, call: Call) -> FlowlixPayment:
        payment = self._table.get(call.parameters["id"])
        if payment is None:
            raise not_found("There is no such payment.")
        lifecycle.settle(self._table, payment, call.now)
        return payment

    def _read(self, call: Call) -> Reply:
        return self._view(self._find(call), 200)

    def _list(self, call: Call) -> Reply:
        lag_seconds = self.world.settings.list_lag_seconds
        page = paging.page_of(self._table, call, self._list_rules, lag_seconds=lag_seconds)
        data = [views.payment(record, self._browser) for record in page.payments]
        body = {"object": "list", "url": "/v1/payments", "data": data, "has_more": page.has_more}
        return json_reply(200, body)

    def _refund(self, call: Call) -> Reply:
        payment = self._find(call)
        wanted = requests.read_refund(read_body(call, may_be_empty=True))
        left = lifecycle.refundable(payment)
        if payment.status != "succeeded":
            raise unfit("payment_not_refundable", "Only a payment that succeeded can be refunded.")
        if call.now > payment.created_at + lifecycle.REFUND_WINDOW:
            raise unfit("refund_window_expired", "The payment is too old to be refunded.")
        if not left:
            raise unfit("payment_already_refunded", "The payment is refunded already.")
        amount = left if wanted.amount is None else wanted.amount
        if amount > left:
            raise unfit(
                "refund_amount_exceeds_refundable", "The amount is more than is left to refund."
            )
        payment.refunds.append(
            FlowlixRefund(
                id=ids.ulid(call.now),
                amount=amount,
                reason=wanted.reason,
                status="pending",
                created_at=call.now,
                updated_at=call.now,
                due=call.now + self.world.settings.flowlix_refund_seconds,
                fail_code=None if call.fail_later is None else call.fail_later or "generic_decline",
                provider_id=ids.digits(10),
            )
        )
        self._table.changed(payment.id)
        return self._view(payment, 200)
