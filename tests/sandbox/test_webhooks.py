"""What happens to payments and refunds of Flowlix is told to the merchant's address."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.gateways.peers import Peer, Received, in_turn, peer, saying
from tests.sandbox.callers import Admin, Flowlix, direct

pytestmark = pytest.mark.asyncio

HOSTED = {"amount": 4500, "currency": "EUR", "return_url": "https://shop.test/done"}


@pytest_asyncio.fixture
async def shop(admin: Admin) -> AsyncIterator[Peer]:
    """The merchant, who says 200 to everything; events are delivered when they are asked for."""
    await admin.set(flowlix_webhook_delivery="on_request")
    async with peer(saying(200)) as running:
        yield running


def signed_with(secret: str, one: Received) -> int:
    """The ``t`` of the signature, which must be right."""
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", one.headers["flowlix-signature"])
    assert found is not None, one.headers
    message = found[1].encode() + b"." + one.body
    assert hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() == found[2]
    return int(found[1])


async def _paid(flowlix: Flowlix, **changes: Any) -> str:
    made = await flowlix.created(direct(**changes))
    await flowlix.admin.settle()
    return str(made["id"])


async def _refund(flowlix: Flowlix, payment_id: str, amount: int) -> Any:
    return await flowlix.created({"payment_id": payment_id, "amount": amount}, "/v1/refunds")


async def test_a_payment_that_succeeded_is_told_as_a_get_shows_it(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    secret = await admin.webhooks(f"{shop.url}/hooks/flowlix?shop=1")
    paid = await _paid(flowlix, metadata={"name": "Müller"})
    (delivery,) = await admin.deliver()
    (one,) = shop.received
    assert (one.method, one.target) == ("POST", "/hooks/flowlix?shop=1")
    assert one.headers["content-type"] == "application/json"
    assert one.headers["host"] == shop.url.removeprefix("http://")
    assert abs(signed_with(secret, one) - time.time()) < 60
    told = one.document
    assert list(told) == ["id", "type", "created_at", "livemode", "data"]
    assert re.fullmatch(r"evt_[A-Za-z0-9]{24}", str(told["id"]))
    assert (told["type"], told["livemode"]) == ("payment.succeeded", False)
    shown = await flowlix.read(paid)
    assert told["data"] == {"payment": shown}
    assert told["created_at"] == shown["status_transitions"]["succeeded_at"]
    assert (delivery["event_id"], delivery["tries"]) == (told["id"], 1)
    assert (delivery["last_status"], delivery["next_try"]) == (200, None)
    assert delivery["delivered_at"] is not None


async def test_every_event_there_is(flowlix: Flowlix, admin: Admin, shop: Peer) -> None:
    await admin.webhooks(shop.url)
    paid = await _paid(flowlix)
    declined = await _paid(flowlix, number="4000000000000002")
    canceled = await flowlix.created(HOSTED, "/v1/payments/hpp")
    await flowlix.http.post(canceled["hosted_payment_url"], data={"do": "cancel"})
    left = await flowlix.created(HOSTED, "/v1/payments/hpp")
    given = await _refund(flowlix, paid, 290)
    await admin.fault("fail_later", "flowlix.create_refund")
    failed = await _refund(flowlix, paid, 100)
    await admin.settle()
    await admin.forward(1801)
    await admin.deliver()
    told = {
        (one.document["type"], obj["id"], obj["status"])
        for one in shop.received
        for obj in _objects(one)
    }
    assert told == {
        ("payment.succeeded", paid, "SUCCEEDED"),
        ("payment.failed", declined, "FAILED"),
        ("payment.canceled", canceled["id"], "CANCELED"),
        ("payment.expired", left["id"], "EXPIRED"),
        ("refund.succeeded", given["id"], "SUCCEEDED"),
        ("refund.failed", failed["id"], "FAILED"),
    }
    assert len(shop.received) == 6
    moments = [int(str(one.document["created_at"])) for one in shop.received]
    assert moments == sorted(moments)


def _objects(one: Received) -> list[dict[str, Any]]:
    data = one.document["data"]
    assert isinstance(data, dict)
    kind = str(one.document["type"]).partition(".")[0]
    assert list(data) == [kind]
    return list(data.values())


async def test_the_object_is_as_it_was_when_it_happened(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.webhooks(shop.url)
    paid = await _paid(flowlix)
    before = await flowlix.read(paid)
    given = await _refund(flowlix, paid, 290)
    await admin.settle()
    await admin.set(flowlix_failure_names=True)
    await admin.deliver()
    after = await flowlix.read(paid)
    payment, refund = (_objects(one)[0] for one in shop.received)
    assert payment == before
    assert (payment["refunds"], payment["amount_refundable"]) == ([], 1290)
    assert refund["id"] == given["id"]
    assert after["amount_refunded"] == 290


async def test_nothing_is_told_of_what_happened_before_the_address_was_set(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    early = await flowlix.created(direct())
    await admin.forward(3601)
    await admin.webhooks(shop.url)
    late = await _paid(flowlix)
    deliveries = await admin.deliver()
    assert [one["subject"] for one in deliveries] == [late]
    assert (await flowlix.read(early["id"]))["status"] == "SUCCEEDED"


async def test_only_the_events_that_were_chosen_are_told(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.webhooks(shop.url, events=["payment.failed"])
    await _paid(flowlix)
    declined = await _paid(flowlix, number="4000000000000002")
    assert [one["subject"] for one in await admin.deliver()] == [declined]
    assert len(shop.received) == 1


async def test_it_is_tried_again_with_growing_pauses_and_then_given_up(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    async with peer(in_turn(saying(500), saying(301), saying(404))) as shop:
        secret = await admin.webhooks(shop.url)
        await _paid(flowlix)
        (delivery,) = await admin.deliver()
        for number, pause in enumerate((60, 300, 1800, 7200, 21600, 86400), start=1):
            assert delivery["tries"] == number
            assert delivery["next_try"] - delivery["last_try"] == pytest.approx(pause)
            await admin.forward(pause - 30)
            await admin.deliver()
            assert len(shop.received) == number
            await admin.forward(31)
            (delivery,) = await admin.deliver()
            assert len(shop.received) == number + 1
        assert (delivery["tries"], delivery["next_try"]) == (7, None)
        assert (delivery["last_status"], delivery["delivered_at"]) == (404, None)
        await admin.forward(10 * 86400)
        await admin.deliver()
        assert len({one.body for one in shop.received}) == 1
        moments = [signed_with(secret, one) for one in shop.received]
        assert len(set(moments)) == 7


async def test_a_redirect_is_not_followed(flowlix: Flowlix, admin: Admin, shop: Peer) -> None:
    to = {"Location": f"{shop.url}/elsewhere"}
    async with peer(saying(307, headers=to)) as first:
        await admin.webhooks(first.url)
        await _paid(flowlix)
        (delivery,) = await admin.deliver()
    assert (delivery["last_status"], delivery["delivered_at"]) == (307, None)
    assert (len(first.received), shop.received) == (1, [])


async def test_two_are_delivered_when_that_is_asked_for(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.set(flowlix_webhook_twice=True)
    secret = await admin.webhooks(shop.url)
    await _paid(flowlix)
    (delivery,) = await admin.deliver()
    first, second = shop.received
    assert first.body == second.body
    assert signed_with(secret, first) < signed_with(secret, second)
    assert (delivery["tries"], delivery["next_try"]) == (2, None)
    await admin.forward(10 * 86400)
    await admin.deliver()
    assert len(shop.received) == 2


async def test_they_come_out_of_order_when_that_is_asked_for(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.webhooks(shop.url)
    paid = await _paid(flowlix)
    await _refund(flowlix, paid, 290)
    await admin.settle()
    await admin.set(flowlix_webhook_out_of_order=True)
    await admin.deliver()
    types = [one.document["type"] for one in shop.received]
    assert types == ["refund.succeeded", "payment.succeeded"]


async def test_the_key_can_be_the_secret_without_its_prefix(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.set(flowlix_webhook_key="without_prefix")
    secret = await admin.webhooks(shop.url)
    assert re.fullmatch(r"whsec_[A-Za-z0-9]{32}", secret)
    await _paid(flowlix)
    await admin.deliver()
    signed_with(secret.removeprefix("whsec_"), shop.received[0])


async def test_the_secret_and_the_body_are_shown_nowhere_again(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    secret = await admin.webhooks(shop.url)
    await _paid(flowlix, metadata={"note": "only in the body"})
    for verb, path in (("GET", "/webhooks"), ("POST", "/webhooks/deliver")):
        answer = await admin.call(verb, path)
        assert answer.json()["endpoint"]["url"] == shop.url
        assert secret not in answer.text
        assert "only in the body" not in answer.text
    for path in ("/dump", "/calls", "/settings", "/faults"):
        assert secret not in (await admin.call("GET", path)).text
    again = await admin.webhooks(shop.url)
    assert again != secret


async def test_an_address_that_is_taken_away_gets_nothing_more(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.webhooks(shop.url)
    await _paid(flowlix)
    assert len(await admin.deliveries()) == 1
    assert (await admin.call("DELETE", "/webhooks/endpoint")).status_code == 204
    await _paid(flowlix)
    (delivery,) = await admin.deliver()
    assert (delivery["tries"], delivery["next_try"]) == (0, None)
    await admin.webhooks(shop.url)
    assert len(await admin.deliver()) == 1
    assert shop.received == []


async def test_another_address_gets_what_is_still_to_be_told(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    async with peer(saying(503)) as down:
        await admin.webhooks(down.url)
        paid = await _paid(flowlix)
        await admin.deliver()
    secret = await admin.webhooks(shop.url)
    await admin.forward(61)
    (delivery,) = await admin.deliver()
    assert (delivery["subject"], delivery["tries"]) == (paid, 2)
    signed_with(secret, shop.received[0])


async def test_a_reset_forgets_the_events_and_keeps_the_address(
    flowlix: Flowlix, admin: Admin, shop: Peer
) -> None:
    await admin.webhooks(shop.url)
    await _paid(flowlix)
    assert len(await admin.deliveries()) == 1
    await admin.call("POST", "/reset")
    assert await admin.deliver() == []
    await _paid(flowlix)
    assert len(await admin.deliver()) == 1


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({"url": "http://shop.test/hook"}, "https"),
        ({"url": "http://10.0.0.1/hook"}, "https"),
        ({"url": "ftp://127.0.0.1/"}, "http"),
        ({"url": "https://"}, "complete"),
        ({"url": "https://shop.test/a b"}, "complete"),
        ({"url": "https://shop.test/\r\nX: y"}, "complete"),
        ({"url": "https://shöp.test/"}, "ASCII"),
        ({"url": "https://user:word@shop.test/"}, "user"),
        ({"url": "https://shop.test/#part"}, "fragment"),
        ({"url": "https://shop.test:99999/"}, "port"),
        ({"url": f"https://{'a' * 64}.test/"}, "host"),
        ({"url": "https://shop.test/" + "a" * 2048}, "complete"),
        ({"url": "https://shop.test/", "events": []}, "events"),
        ({"url": "https://shop.test/", "events": ["payment.pending"]}, "events"),
        ({"url": "https://shop.test/", "events": ["refund.failed"] * 2}, "events"),
        ({"url": "https://shop.test/", "secret": "whsec_x"}, "secret"),
        ({"events": ["refund.failed"]}, "url"),
        ([], "object"),
    ],
)
async def test_an_address_that_cannot_be_told_is_refused(
    admin: Admin, order: object, word: str
) -> None:
    answer = await admin.call("PUT", "/webhooks/endpoint", order)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert (await admin.call("GET", "/webhooks")).json()["endpoint"] is None


@pytest.mark.parametrize(
    "url", ["https://shop.test/hook", "http://localhost:1/", "http://[::1]:1/", "http://127.9.9.9/"]
)
async def test_https_anywhere_and_http_on_this_computer_are_taken(admin: Admin, url: str) -> None:
    await admin.webhooks(url)
    endpoint = (await admin.call("GET", "/webhooks")).json()["endpoint"]
    assert endpoint["url"] == url
    assert len(endpoint["events"]) == 6
    assert "secret" not in json.dumps(endpoint)
