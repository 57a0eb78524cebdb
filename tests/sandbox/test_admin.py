from __future__ import annotations

import asyncio
import json

import pytest

from posapp.sandbox import admin as admin_module
from posapp.sandbox.settings import Settings
from tests.sandbox.callers import Admin, Flowlix, Payfac, direct, payment
from tests.sandbox.rows import ADMIN_ROWS
from tests.sandbox.test_any_webhook_request import ROWS as WEBHOOK_ROWS

pytestmark = pytest.mark.asyncio


async def test_the_clock_goes_forward_only(admin: Admin) -> None:
    before = await admin.now()
    await admin.forward(1000)
    assert await admin.now() >= before + 1000
    for seconds in (-1, 1e300, "5", None, True):
        answer = await admin.call("POST", "/clock", {"advance_seconds": seconds})
        assert answer.status_code == 400
        assert answer.json()["error"]


async def test_settings_change_all_together_or_not_at_all(admin: Admin) -> None:
    before = (await admin.call("GET", "/settings")).json()
    wrongs: tuple[object, ...] = (
        {"payfac_list_status": 204},
        {"payfac_settle_seconds": -1},
        {"payfac_refund_unit": "cents"},
        {"flowlix_rate_per_minute": 0},
        {"list_lag_seconds": 5, "unknown": 1},
        [],
    )
    for wrong in wrongs:
        answer = await admin.call("PATCH", "/settings", wrong)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert (await admin.call("GET", "/settings")).json() == before
    await admin.set(list_lag_seconds=5)
    assert (await admin.call("GET", "/settings")).json() == {**before, "list_lag_seconds": 5}


async def test_the_list_status_can_be_the_family_s_own(payfac: Payfac, admin: Admin) -> None:
    await admin.set(payfac_list_status=200)
    assert (await payfac.get("/payments?reference=x")).status_code == 200


async def test_the_dump_shows_payments_and_no_secret(
    payfac: Payfac, flowlix: Flowlix, admin: Admin
) -> None:
    await payfac.pay(source={"cvv": "731"}, reference="DUMP")
    await flowlix.created(direct())
    answer = await admin.call("GET", "/dump")
    dump = answer.json()
    (shown,) = dump["payfac"].values()
    assert (shown["reference"], shown["card"]["last4"]) == ("DUMP", "4242")
    assert len(dump["flowlix"]) == 1
    for secret in (
        "4242424242424242",
        "4111111111111111",
        payfac.endpoint.api_key,
        payfac.endpoint.client_secret,
        payfac.endpoint.signing_secret,
        flowlix.api_key,
    ):
        assert secret not in answer.text
    assert '"731"' not in answer.text


async def test_a_reset_forgets_payments_keys_faults_and_calls(payfac: Payfac, admin: Admin) -> None:
    first = await payfac.post("/payments", payment(), key="k")
    await admin.fault("drop_before", "payfac.payment")
    assert (await admin.call("POST", "/reset")).status_code == 204
    assert (await payfac.get(f"/payments/{first.json()['id']}")).status_code == 404
    again = await payfac.post("/payments", payment(), key="k")
    assert again.json()["id"] != first.json()["id"]
    calls = (await admin.call("GET", "/calls")).json()["calls"]
    assert [call["point"] for call in calls] == ["payfac.details", "payfac.payment"]
    assert calls[1]["reference"] == "ORDER-1"
    assert calls[1]["idempotency_key"] == "k"


async def test_requests_that_still_run_are_counted(payfac: Payfac, admin: Admin) -> None:
    async def running() -> int:
        return int((await admin.call("GET", "/calls")).json()["running"])

    assert await running() == 0
    await admin.fault("delay_before", "payfac.payment", seconds=3600)
    paying = asyncio.get_running_loop().create_task(payfac.post("/payments", payment()))
    while await running() == 0:  # it is still on its way
        continue
    paying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await paying
    assert await running() == 1  # who asked is gone; it is carried out all the same


async def test_the_admin_answers_no_web_page_and_no_other_name(admin: Admin) -> None:
    http, base = admin._http, admin._base
    evil = await http.get(f"{base}/dump", headers={"Host": "evil.test"})
    assert evil.status_code == 403
    page = await http.post(f"{base}/reset", headers={"Origin": "http://evil.test"})
    assert page.status_code == 403
    form = await http.post(f"{base}/clock", data={"advance_seconds": "5"})
    assert form.status_code == 400
    assert (await http.get(f"{base}/nowhere")).status_code == 404


async def test_everything_under_way_can_be_settled_at_once(
    payfac: Payfac, flowlix: Flowlix, admin: Admin
) -> None:
    charge = await payfac.pay()
    made = await flowlix.created(direct())
    assert await admin.settle() == 2
    assert await admin.settle() == 0
    assert (await payfac.details(charge["id"]))["status"] == "Captured"
    assert (await flowlix.read(made["id"]))["status"] == "SUCCEEDED"


async def test_the_call_list_holds_no_body(payfac: Payfac, admin: Admin) -> None:
    await payfac.pay(source={"cvv": "731"})
    calls = (await admin.call("GET", "/calls")).json()["calls"]
    assert "4242424242424242" not in json.dumps(calls)
    assert set(calls[0]) == {
        "at",
        "point",
        "method",
        "path",
        "reference",
        "idempotency_key",
        "executed",
        "replayed",
        "status",
        "faults",
    }


async def test_every_call_and_every_setting_is_described(admin: Admin) -> None:
    described = admin_module.__doc__ or ""
    lines = [line.split()[:2] for line in described.splitlines() if line[:1].isupper()]
    told = {(verb, path) for verb, path in lines if path.startswith("/")}
    assert told == {(row.verb, row.path) for row in (*ADMIN_ROWS, *WEBHOOK_ROWS)} | {
        ("POST", "/settle"),
        ("POST", "/reset"),
    }
    for verb, path in told:
        assert (await admin.call(verb, path)).status_code != 404
    for name in (await admin.call("GET", "/settings")).json():
        assert f"``{name}``" in (Settings.__doc__ or ""), name
