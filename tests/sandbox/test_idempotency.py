from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from tests.sandbox.callers import (
    Admin,
    Flowlix,
    Payfac,
    classic_direct,
    direct,
    flowlix_error,
    payment,
)

pytestmark = pytest.mark.asyncio

IN_USE = (409, "idempotency_error", "idempotency_key_in_use", None)
A_DAY = 86400


async def test_payfac_repeats_status_and_body_and_pays_once(payfac: Payfac, admin: Admin) -> None:
    first = await payfac.post("/payments", payment(), key="k")
    again = await payfac.post("/payments", payment(), key="k")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["cko-request-id"] != first.headers["cko-request-id"]
    other = await payfac.post("/payments", payment(), key="k2")
    assert other.json()["id"] != first.json()["id"]
    assert (await payfac.get("/payments?reference=ORDER-1")).json()["total_count"] == 2
    calls = (await admin.call("GET", "/calls")).json()["calls"]
    made = [(call["executed"], call["replayed"]) for call in calls if call["method"] == "POST"]
    assert made == [(True, False), (False, True), (True, False)]


async def test_payfac_keeps_a_decline_but_no_refusal(payfac: Payfac) -> None:
    bad = await payfac.post("/payments", payment(amount=-1), key="k")
    assert bad.status_code == 422
    declined = await payfac.post("/payments", payment("4544249167673670"), key="k")
    assert declined.json()["status"] == "Declined"
    # Another body under a key that is known: the first answer comes back.
    again = await payfac.post("/payments", payment(), key="k")
    assert again.content == declined.content


async def test_payfac_can_be_strict_about_another_body(payfac: Payfac, admin: Admin) -> None:
    await admin.set(payfac_refuse_changed_repeat=True)
    assert (await payfac.post("/payments", payment(), key="k")).status_code == 201
    assert (await payfac.post("/payments", payment(), key="k")).status_code == 201
    assert (await payfac.post("/payments", payment(amount=2), key="k")).status_code == 422


async def test_payfac_keys_belong_to_one_address(payfac: Payfac, admin: Admin) -> None:
    one, two = await payfac.authorize(), await payfac.authorize()
    for made in (one, two):
        assert (await payfac.post(f"/payments/{made}/captures", key="same")).status_code == 202
    assert (await payfac.post(f"/payments/{one}/captures", key="same")).status_code == 202
    await admin.settle()
    assert await payfac.balances(one) == (1000, 0, 1000, 0)


async def test_payfac_replays_refund_and_void_by_key(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.captured(1000)
    content = payfac.signed(made, "300")
    path = f"/payments/{made}/refunds"
    answers = [await payfac.call("POST", path, content=content, key="r") for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    await admin.settle()
    assert (await payfac.balances(made))[3] == 300


async def test_payfac_forgets_a_key_after_a_day(payfac: Payfac, admin: Admin) -> None:
    first = await payfac.post("/payments", payment(), key="k")
    await admin.forward(A_DAY - 60)
    assert (await payfac.post("/payments", payment(), key="k")).content == first.content
    await admin.forward(120)
    fresh = await payfac.post("/payments", payment(), key="k")
    assert fresh.json()["id"] != first.json()["id"]


async def test_payfac_answers_429_while_the_first_request_runs(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.fault("delay_before", "payfac.payment", seconds=0.5)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(payfac.post("/payments", payment(), key="k"))
        await admin.until_the_faults_struck()
        second = await payfac.post("/payments", payment(), key="k")
        unrelated = await payfac.post("/payments", payment(), key="k2")
    assert (second.status_code, second.content) == (429, b"")
    assert unrelated.status_code == 201
    assert first.result().status_code == 201
    assert (await payfac.post("/payments", payment(), key="k")).content == first.result().content


async def test_flowlix_replays_the_same_and_refuses_another_body(flowlix: Flowlix) -> None:
    first = await flowlix.post("/v1/payments", direct(), key="k")
    reordered = dict(reversed(direct().items()))
    again = await flowlix.post("/v1/payments", reordered, key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["request-id"] != first.headers["request-id"]
    for changed in (direct(amount=1), direct(description="x"), direct("4242424242424242")):
        assert flowlix_error(await flowlix.post("/v1/payments", changed, key="k")) == IN_USE
    other_code = direct()
    method = other_code["payment_method_data"]
    assert isinstance(method, dict)
    method["card"]["cvc"] = "999"
    assert flowlix_error(await flowlix.post("/v1/payments", other_code, key="k")) == IN_USE


async def test_flowlix_keys_are_separate_for_each_operation(flowlix: Flowlix) -> None:
    hosted = {"amount": 1, "currency": "EUR", "return_url": "https://shop.test/"}
    assert (await flowlix.post("/v1/payments", direct(), key="k")).status_code == 201
    assert (await flowlix.post("/v1/payments/hpp", hosted, key="k")).status_code == 201


async def test_classic_keys_are_shared_by_all_operations(classic: Flowlix) -> None:
    hosted = {"amount": 1, "currency": "eur", "redirect_url": "https://shop.test/"}
    assert (await classic.post("/v1/payments", classic_direct(), key="k")).status_code == 201
    assert flowlix_error(await classic.post("/v1/payments/hpp", hosted, key="k")) == IN_USE


async def test_flowlix_keeps_no_errors(flowlix: Flowlix, admin: Admin) -> None:
    assert (await flowlix.post("/v1/payments", direct(amount=0), key="k")).status_code == 400
    assert (await flowlix.post("/v1/payments", direct(), key="k")).status_code == 201
    await admin.forward(A_DAY + 1)
    fresh = await flowlix.post("/v1/payments", direct(amount=5), key="k")
    assert fresh.json()["amount"] == 5


async def test_flowlix_answers_409_while_the_first_request_runs(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.fault("delay_before", "flowlix.create_payment", seconds=0.5)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(flowlix.post("/v1/payments", direct(), key="k"))
        await admin.until_the_faults_struck()
        second = await flowlix.post("/v1/payments", direct(), key="k")
    assert flowlix_error(second) == IN_USE
    assert first.result().status_code == 201


async def test_an_answer_that_was_lost_is_replayed_but_a_5xx_runs_again(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.fault("drop_after", "payfac.payment")
    with pytest.raises(httpx.TransportError):
        await payfac.post("/payments", payment(reference="LOST"), key="lost")
    again = await payfac.post("/payments", payment(reference="LOST"), key="lost")
    listed = (await payfac.get("/payments?reference=LOST")).json()
    assert [found["id"] for found in listed["data"]] == [again.json()["id"]]

    await admin.fault("error_after", "payfac.payment", status=502)
    failed = await payfac.post("/payments", payment(reference="TWICE"), key="twice")
    assert (failed.status_code, failed.content) == (502, b"")
    await payfac.post("/payments", payment(reference="TWICE"), key="twice")
    assert (await payfac.get("/payments?reference=TWICE")).json()["total_count"] == 2


async def test_a_body_that_is_no_json_holds_no_key(flowlix: Flowlix) -> None:
    for _ in range(2):
        answer = await flowlix.call("POST", "/v1/payments", content=b"{", key="k")
        assert answer.status_code == 400
    good = json.dumps(direct()).encode()
    assert (await flowlix.call("POST", "/v1/payments", content=good, key="k")).status_code == 201
