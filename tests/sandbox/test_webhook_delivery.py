"""The way of a webhook: by itself, over bad lines, over a restart, and never in the way."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from posapp.sandbox.server import Sandbox, start
from tests.gateways import peers
from tests.gateways.certificates import Authority
from tests.gateways.peers import Act, Received, peer, saying
from tests.sandbox.callers import Admin, Flowlix, direct
from tests.sandbox.test_webhooks import signed_with
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def _events(admin: Admin, flowlix: Flowlix, count: int = 1) -> None:
    for _ in range(count):
        await flowlix.created(direct())
    await admin.settle()


async def _until_noted(admin: Admin) -> None:
    """Return once the first try is over on the gateway's side too."""
    for _ in range(1000):
        if (await admin.deliveries())[0]["tries"]:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the try was never noted")


async def test_it_is_delivered_by_itself_when_it_happens(flowlix: Flowlix, admin: Admin) -> None:
    async with peer(saying(204)) as shop:
        secret = await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        signed_with(secret, shop.received[0])


async def test_it_is_delivered_by_itself_when_only_the_clock_brings_it_about(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_settle_seconds=0.05)
    async with peer(saying(204)) as shop:
        await admin.webhooks(shop.url)
        await flowlix.created(direct())
        await asyncio.wait_for(shop.arrived.wait(), 5)
        assert shop.received[0].document["type"] == "payment.succeeded"


async def test_it_is_tried_again_by_itself_when_the_clock_goes_forward(
    flowlix: Flowlix, admin: Admin
) -> None:
    async with peer(peers.in_turn(saying(500), saying(200))) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        shop.arrived.clear()
        await _until_noted(admin)
        await admin.forward(61)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        first, second = shop.received
        assert first.body == second.body


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (peers.never, "no answer in time"),
        (peers.close, "the connection was closed without an answer"),
        (peers.bytes_then_close(b"HTTP/1.1 2"), "the connection was closed without an answer"),
        (peers.bytes_then_close(b"hello\r\n\r\n"), "what came back is not HTTP"),
        (peers.bytes_then_close(b"x" * 100_000), "what came back is not HTTP"),
        (peers.bytes_then_close(b"HTTP/1.1 999 What\r\n\r\n"), "what came back is not HTTP"),
    ],
)
async def test_a_merchant_that_does_not_answer_is_tried_again(
    flowlix: Flowlix, admin: Admin, act: Act, problem: str
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request", flowlix_webhook_timeout_seconds=0.3)
    async with peer(act) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        (delivery,) = await admin.deliver()
    assert (delivery["last_status"], delivery["last_problem"]) == (None, problem)
    assert delivery["next_try"] is not None


async def test_an_answer_that_is_announced_first_is_waited_for(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    told = b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    async with peer(peers.bytes_then_close(told)) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        (delivery,) = await admin.deliver()
    assert delivery["last_status"] == 204


async def test_a_merchant_that_is_away_is_no_error(flowlix: Flowlix, admin: Admin) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    await admin.webhooks(f"http://127.0.0.1:{peers.closed_port()}/")
    await _events(admin, flowlix)
    (delivery,) = await admin.deliver()
    assert delivery["last_problem"].startswith("no connection")
    assert (delivery["tries"], delivery["last_status"]) == (1, None)


async def test_https_is_spoken_with_who_can_be_trusted_only(
    flowlix: Flowlix, admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    authority = Authority(tmp_path)
    async with peer(saying(200), tls=authority.server()) as shop:
        secret = await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        (delivery,) = await admin.deliver()
        assert "CERTIFICATE_VERIFY_FAILED" in delivery["last_problem"]
        assert shop.received == []
        monkeypatch.setattr("posapp.sandbox.webhooks.posting.trust", authority.trusting)
        await admin.forward(61)
        (delivery,) = await admin.deliver()
        assert delivery["last_status"] == 200
        signed_with(secret, shop.received[0])


async def test_one_event_is_not_told_by_two_at_the_same_time(
    flowlix: Flowlix, admin: Admin, sandbox: Sandbox
) -> None:
    release = asyncio.Event()

    async def slow(one: Received, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        await saying(200)(one, writer)

    async with peer(slow) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        asking = asyncio.get_running_loop().create_task(admin.deliver())
        await until(lambda: sandbox._world._limits, what="the admin's call to be under way")
        release.set()
        (delivery,) = await asking
        assert (delivery["tries"], len(shop.received)) == (1, 1)


async def test_a_round_goes_on_after_a_bad_delivery(flowlix: Flowlix, admin: Admin) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    async with peer(peers.in_turn(peers.close, saying(200))) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix, count=3)
        statuses = [one["last_status"] for one in await admin.deliver()]
    assert statuses == [None, 200, 200]


async def test_it_stops_promptly_while_a_merchant_keeps_silent(
    sandbox: Sandbox, flowlix: Flowlix, admin: Admin
) -> None:
    """Once in the background and once for the admin, who waits for the same round."""
    async with peer(peers.never) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        asking = asyncio.get_running_loop().create_task(admin.call("POST", "/webhooks/deliver"))
        await until(lambda: sandbox._world._limits)
        begun = time.monotonic()
        await sandbox.stop()
        assert time.monotonic() - begun < 2
        await asyncio.gather(asking, return_exceptions=True)
    assert [event.tries for event in sandbox._world.store.webhook_events.newest_first()] == [0]
    # The fixtures of this test find no task left.


async def test_it_stops_promptly_while_the_admin_waits_for_a_silent_merchant(
    sandbox: Sandbox, flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")
    async with peer(peers.never) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        asking = asyncio.get_running_loop().create_task(admin.call("POST", "/webhooks/deliver"))
        await asyncio.wait_for(shop.arrived.wait(), 5)
        begun = time.monotonic()
        await sandbox.stop()
        assert time.monotonic() - begun < 2
        await asyncio.gather(asking, return_exceptions=True)
    assert [event.tries for event in sandbox._world.store.webhook_events.newest_first()] == [0]


async def test_payments_go_on_while_a_merchant_keeps_silent(flowlix: Flowlix, admin: Admin) -> None:
    async with peer(peers.never) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await asyncio.wait_for(shop.arrived.wait(), 5)
        begun = time.monotonic()
        await flowlix.created(direct())
        assert time.monotonic() - begun < 5


async def test_events_and_secret_outlive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        sandbox = await start(state=state)
        admin = Admin(http, sandbox.endpoints)
        flowlix = Flowlix(http, sandbox.endpoints.flowlix, admin)
        await admin.set(flowlix_webhook_delivery="on_request", flowlix_settle_seconds=3600)
        async with peer(saying(500)) as shop:
            secret = await admin.webhooks(shop.url)
            await _events(admin, flowlix)
            (before,) = await admin.deliver()
            sent = shop.received[0].body
        await sandbox.stop()
        # The same port: the merchant's address has not moved.
        address = shop.url.removeprefix("http://127.0.0.1:")
        sandbox = await start(state=state)
        admin = Admin(http, sandbox.endpoints)
        (found,) = await admin.deliveries()
        assert found == before
        async with peer(saying(200), port=int(address)) as again:
            await admin.forward(61)
            (after,) = await admin.deliver()
            (one,) = again.received
        await sandbox.stop()
    assert one.body == sent
    signed_with(secret, one)
    assert (after["event_id"], after["tries"]) == (before["event_id"], 2)


async def test_an_event_is_on_the_disk_before_it_is_told(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    kept: list[bool] = []

    async def look(one: Received, writer: asyncio.StreamWriter) -> None:
        saved = json.loads(state.read_text())["webhook_events"].values()
        kept.append([event["id"] for event in saved] == [one.document["id"]])
        await saying(200)(one, writer)

    async with peer(look) as shop, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        sandbox = await start(state=state)
        admin = Admin(http, sandbox.endpoints)
        flowlix = Flowlix(http, sandbox.endpoints.flowlix, admin)
        await admin.set(flowlix_webhook_delivery="on_request", flowlix_settle_seconds=3600)
        await admin.webhooks(shop.url)
        await _events(admin, flowlix)
        await admin.deliver()
        await sandbox.stop()
    assert kept == [True]
    (left,) = json.loads(state.read_text())["webhook_events"].values()
    assert left["body"] == ""


async def test_an_address_that_is_taken_away_while_it_is_told_is_not_tried_again(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_webhook_delivery="on_request")

    async def leave(one: Received, writer: asyncio.StreamWriter) -> None:
        await admin.call("DELETE", "/webhooks/endpoint")
        await saying(500)(one, writer)

    async with peer(leave) as shop:
        await admin.webhooks(shop.url)
        await _events(admin, flowlix, count=2)
        deliveries = await admin.deliver()
        assert len(shop.received) == 1
    assert [(one["tries"], one["next_try"]) for one in deliveries] == [(1, None), (0, None)]


async def test_a_state_from_before_there_were_webhooks_can_be_used(tmp_path: Path) -> None:
    state = tmp_path / "training.json"
    sandbox = await start(state=state)
    await sandbox.stop()
    plain = json.loads(state.read_text())
    for name in ("webhook_endpoints", "webhook_events", "synchronous"):
        assert plain.pop(name) == {}
    state.write_text(json.dumps(plain))
    sandbox = await start(state=state)
    await sandbox.stop()
    assert json.loads(state.read_text())["webhook_events"] == {}
