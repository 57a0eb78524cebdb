"""The first generation of Flowlix classic: every answer is final.

A payment has succeeded or is refused with 402 before its answer leaves, a refund is all of it at
once, and 3-D Secure does not exist. What it shares with the generation after it is read from
there; its payments are its own.
"""

from __future__ import annotations

from typing import Any

from posapp.sandbox import ids
from posapp.sandbox.flowlix_classic import requests, views
from posapp.sandbox.flowlix_rules import lifecycle, paging, tables
from posapp.sandbox.flowlix_rules.browser import Browser
from posapp.sandbox.flowlix_rules.errors import Refused, Style, invalid, not_found, unfit
from posapp.sandbox.flowlix_rules.fields import read_body
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund
from posapp.sandbox.world import World

STYLE = Style("https://docs.flowlix.eu/api-reference/errors", nulls=True)
_STATUSES = ("pending", "succeeded", "failed", "refunded")
_LATER_MEMBERS = ("refunded_amount", "refunds", "next_action")


class Synchronous:
    """The calls of the first generation."""

    def __init__(self, world: World, base: str) -> None:
        self._world = world
        self._table = world.store.synchronous
        self.browser = Browser(world, self._table, base, word=_status, training=tables.FIRST_CARDS)
        self._list_rules = paging.ListRules(_STATUSES, _status, ("created",), backwards=True)

    def knows(self, payment_id: str) -> bool:
        return self._table.get(payment_id) is not None

    def create_direct(self, call: Call) -> Reply:
        """201 with a payment that succeeded, or 402 with the reason of the decline."""
        wanted, card = requests.read_first_direct(read_body(call), call.now)
        payment = _new(wanted, call, hosted=False)
        decline = self.browser.take_card(payment, card, call)
        lifecycle.enter(
            payment, "failed" if decline else "succeeded", call.now, decline_code=decline
        )
        self._table.put(payment.id, payment)
        if decline is not None:
            raise Refused(
                "card_declined",
                tables.message(decline) or "",
                kind="card_error",
                status=402,
                decline_code=decline,
            )
        return self._view(payment, 201)

    def create_hosted(self, call: Call) -> Reply:
        payment = _new(requests.read_first_hosted(read_body(call)), call, hosted=True)
        payment.expires = call.now + self._world.settings.hosted_page_seconds
        self._table.put(payment.id, payment)
        return self._view(payment, 201)

    def read(self, call: Call) -> Reply:
        return self._view(self._find(call), 200)

    def list(self, call: Call) -> Reply:
        lag_seconds = self._world.settings.list_lag_seconds
        page = paging.page_of(self._table, call, self._list_rules, lag_seconds=lag_seconds)
        data = [_shown(record, self.browser) for record in page.payments]
        body = {"object": "list", "url": "/v1/payments", "data": data, "has_more": page.has_more}
        return json_reply(200, body)

    def refund(self, call: Call) -> Reply:
        """All of a payment, once; the body is empty."""
        payment = self._find(call)
        for name in read_body(call, may_be_empty=True).members:
            raise invalid(name, "A refund takes no members: it is always of the whole payment.")
        if payment.refunds:
            raise unfit("payment_already_refunded", "The payment is refunded already.")
        if payment.status != "succeeded":
            raise unfit("payment_not_refundable", "Only a payment that succeeded can be refunded.")
        payment.refunds.append(
            FlowlixRefund(
                id=ids.ulid(call.now),
                amount=payment.amount,
                reason=None,
                status="succeeded",
                created_at=call.now,
                updated_at=call.now,
                due=None,
                completed_at=call.now,
            )
        )
        self._table.changed(payment.id)
        return self._view(payment, 200)

    def _find(self, call: Call) -> FlowlixPayment:
        payment = self._table.get(call.parameters["id"])
        if payment is None:
            raise not_found("There is no such payment.")
        lifecycle.settle(self._table, payment, call.now)
        return payment

    def _view(self, payment: FlowlixPayment, status: int) -> Reply:
        return json_reply(status, _shown(payment, self.browser))


def _new(wanted: requests.PaymentRequest, call: Call, *, hosted: bool) -> FlowlixPayment:
    return FlowlixPayment(
        id=ids.with_dashes("pay_"),
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


def _status(record: FlowlixPayment) -> str:
    """One of four words: a page that was canceled or left open has failed."""
    if record.refunds:
        return "refunded"
    return "failed" if record.status in ("canceled", "expired") else record.status


def _shown(record: FlowlixPayment, browser: Browser) -> dict[str, Any]:
    """The Payment object without the members that came with later generations."""
    shown = views.payment(record, browser)
    for name in _LATER_MEMBERS:
        del shown[name]
    ended = [record.times.get(name) for name in ("failed", "canceled", "expired")]
    failed_at = next((moment for moment in ended if moment is not None), None)
    shown["failed_at"] = None if failed_at is None else int(failed_at)
    return shown | {"status": _status(record)}
