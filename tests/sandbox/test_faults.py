from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox.callers import Admin, Flowlix, Payfac, direct, flowlix_error, payment

pytestmark = pytest.mark.asyncio


async def _count(payfac: Payfac) -> int:
    return int((await payfac.get("/payments?reference=ORDER-1")).json()["total_count"])


@pytest.mark.parametrize(("kind", "count"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_call_has_run_or_not(
    payfac: Payfac, admin: Admin, kind: str, count: int
) -> None:
    await admin.fault(kind, "payfac.payment")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await payfac.post("/payments", payment())
    assert await _count(payfac) == count
    assert (await payfac.post("/payments", payment())).status_code == 201


@pytest.mark.parametrize(("kind", "count"), [("error_before", 0), ("error_after", 1)])
async def test_a_5xx_has_run_or_not(payfac: Payfac, admin: Admin, kind: str, count: int) -> None:
    await admin.fault(kind, "payfac.payment", status=503, times=1)
    assert (await payfac.post("/payments", payment())).status_code == 503
    assert await _count(payfac) == count


async def test_a_rate_limit_can_be_pretended(
    payfac: Payfac, flowlix: Flowlix, admin: Admin
) -> None:
    await admin.fault("rate_limit", "*.*", times=2)
    assert (await payfac.post("/payments", payment())).status_code == 429
    limited = await flowlix.post("/v1/payments", direct())
    assert flowlix_error(limited)[:3] == (429, "rate_limit_error", "rate_limit_exceeded")
    assert limited.headers["retry-after"] == "1"
    assert await _count(payfac) == 0


async def test_an_answer_can_be_malformed_or_slow_to_drip(payfac: Payfac, admin: Admin) -> None:
    await admin.fault("malformed", "payfac.payment")
    broken = await payfac.post("/payments", payment())
    assert broken.status_code == 201
    with pytest.raises(ValueError, match="Expecting"):
        broken.json()
    await admin.fault("dribble", "payfac.list", seconds=0)
    assert await _count(payfac) == 1


async def test_a_delay_holds_the_answer_back(payfac: Payfac, admin: Admin) -> None:
    for kind in ("delay_before", "delay_after"):
        await admin.fault(kind, "payfac.payment", seconds=0.2)
        begun = time.monotonic()
        await payfac.post("/payments", payment())
        assert time.monotonic() - begun >= 0.19
    assert await _count(payfac) == 2


async def test_a_client_that_gives_up_does_not_stop_the_payment(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.fault("delay_after", "payfac.payment", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        await payfac.http.post(
            f"{payfac.endpoint.base_url}/payments",
            json=payment(),
            headers={"Authorization": payfac.authorization},
            timeout=0.5,
        )
    assert await _count(payfac) == 1


async def test_faults_choose_their_call_and_their_times(payfac: Payfac, admin: Admin) -> None:
    order = {"kind": "error_before", "method": "post", "path": "/payfac/payments/*/captures"}
    answer = await admin.call("POST", "/faults", {**order, "times": 2, "skip": 1, "status": 500})
    assert answer.status_code == 201
    statuses = []
    for _ in range(4):
        made = await payfac.authorize()
        statuses.append((await payfac.post(f"/payments/{made}/captures")).status_code)
    assert statuses == [202, 500, 500, 202]
    await admin.fault("error_before", "payfac.*", times=None)
    assert (await payfac.post("/payments", payment())).status_code == 502
    assert len((await admin.call("GET", "/faults")).json()["faults"]) == 1
    await admin.call("DELETE", "/faults")
    assert (await payfac.post("/payments", payment())).status_code == 201


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({"kind": "explode", "point": "*"}, "kind"),
        ({"kind": "drop_before"}, "point"),
        ({"kind": "drop_before", "point": "payfac.captures"}, "names no call"),
        ({"kind": "drop_before", "point": "*", "times": 0}, "times"),
        ({"kind": "error_after", "point": "*", "status": 404}, "status"),
        ({"kind": "delay_after", "point": "*", "seconds": -1}, "seconds"),
        ({"kind": "delay_after", "point": "*", "skip": -1}, "skip"),
        ({"kind": "delay_after", "point": "*", "colour": "red"}, "colour"),
        ([], "object"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(
    admin: Admin, order: object, word: str
) -> None:
    answer = await admin.call("POST", "/faults", order)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
