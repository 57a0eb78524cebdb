"""Which events a state holds, worked out from its payments when someone asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from posapp.sandbox.flowlix.app import FlowlixApi
from posapp.sandbox.http import Call
from posapp.sandbox.records import FlowlixPayment, FlowlixRefund, FlowlixStep
from posapp.sandbox.store import Store
from posapp.sandbox.webhooks.admin import WebhookCalls
from posapp.sandbox.webhooks.announcing import ENDPOINT, Announcer, Views
from posapp.sandbox.webhooks.courier import Courier
from posapp.sandbox.webhooks.records import EVENT_TYPES, WebhookEndpoint
from posapp.sandbox.webhooks.signature import signature
from posapp.sandbox.world import World

START = 1_000_000.0


class Shop:
    """A state with payments and nobody that looks at it by itself."""

    def __init__(self, *types: str) -> None:
        self.store = Store()
        self.world = World(self.store, "http://127.0.0.1:1")
        api = FlowlixApi(self.world)
        self.announcer = Announcer(self.store, Views(api.shown, api.shown_refund))
        endpoint = WebhookEndpoint("https://shop.test/", list(types or EVENT_TYPES), START, "whsec")
        self.store.webhook_endpoints.put(ENDPOINT, endpoint)

    def payment(self, name: str, *, due: float) -> FlowlixPayment:
        made = FlowlixPayment(
            id=name,
            amount=1000,
            currency="EUR",
            status="processing",
            hosted=False,
            created_at=START,
            steps=[FlowlixStep(due, "succeeded")],
        )
        self.store.flowlix.put(name, made)
        return made

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(event.body) for _, event in self.store.webhook_events.oldest_first()]


def _refund(name: str, *, due: float) -> FlowlixRefund:
    return FlowlixRefund(
        id=name,
        amount=290,
        reason=None,
        status="pending",
        created_at=START,
        updated_at=START,
        due=due,
    )


def test_a_payment_is_told_without_the_refunds_that_came_later() -> None:
    shop = Shop()
    shop.payment("pay_1", due=START + 1).refunds.append(_refund("ref_1", due=START + 2))
    shop.announcer.announce(START + 3)
    payment, refund = shop.told()
    assert (payment["type"], payment["created_at"]) == ("payment.succeeded", START + 1)
    assert payment["data"]["payment"]["refunds"] == []
    assert payment["data"]["payment"]["amount_refunded"] == 0
    assert payment["data"]["payment"]["amount_refundable"] == 1000
    assert (refund["type"], refund["created_at"]) == ("refund.succeeded", START + 2)
    assert refund["data"]["refund"]["payment_id"] == "pay_1"


def test_events_are_in_the_order_in_which_they_happened() -> None:
    shop = Shop()
    for name, due in (("pay_1", 3), ("pay_2", 1), ("pay_3", 2)):
        shop.payment(name, due=START + due)
    shop.announcer.announce(START + 5)
    assert [one["data"]["payment"]["id"] for one in shop.told()] == ["pay_2", "pay_3", "pay_1"]


def test_an_event_is_written_once_and_not_before_its_time() -> None:
    shop = Shop()
    shop.payment("pay_1", due=START + 10)
    shop.announcer.announce(START + 9)
    assert shop.told() == []
    assert shop.announcer.next_moment() == START + 10
    shop.announcer.announce(START + 10)
    first = shop.told()
    shop.announcer.announce(START + 20)
    assert shop.told() == first
    assert len(first) == 1
    assert shop.announcer.next_moment() is None


def test_the_next_moment_is_the_earliest_of_all() -> None:
    shop = Shop()
    paid = shop.payment("pay_1", due=START + 1)
    shop.payment("pay_2", due=START + 40)
    paid.refunds.append(_refund("ref_1", due=START + 30))
    shop.announcer.announce(START + 2)
    assert shop.announcer.next_moment() == START + 30
    page = shop.payment("pay_3", due=START)
    page.steps, page.status, page.hosted, page.expires = [], "requires_action", True, START + 20
    assert shop.announcer.next_moment() == START + 20


@pytest.mark.asyncio
async def test_what_happened_before_a_new_address_belongs_to_the_old_one() -> None:
    shop = Shop()
    shop.payment("pay_1", due=shop.world.clock.now() - 1)
    calls = WebhookCalls(shop.world, Courier(shop.world, shop.announcer))
    (change,) = [one for one in calls.operations() if one.method == "PUT"]
    call = Call(
        point=change.point,
        method="PUT",
        path=change.path,
        parameters={},
        query=[],
        headers={"content-type": "application/json"},
        body=b'{"url": "https://other.test/"}',
        oversize=False,
        now=shop.world.clock.now(),
        request_id="1",
    )
    assert change.act(call).status == 200
    assert [one["type"] for one in shop.told()] == ["payment.succeeded"]


def test_the_signature_of_a_known_body_is_the_known_one() -> None:
    body = (
        b'{"id":"evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8","type":"refund.succeeded","created_at":1760000599,'
        b'"livemode":false,"data":{"refund":{"id":"ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8",'
        b'"payment_id":"pay_Aq1Ws2Ed3Rf4Tg5Yh6Uj7Ik8","amount":290,"currency":"EUR",'
        b'"status":"SUCCEEDED"}}}'
    )
    assert signature("whsec_demo_secret_0001", 1760000600, body) == (
        "t=1760000600,v1=a07a4c07d00292701d78534b8aaae1fc9c0532e2ce5fc5cf4982baa81c34405f"
    )
