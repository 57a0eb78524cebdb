from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from posapp.sandbox.server import start
from tests.sandbox.callers import GOOD_CARD, Admin, Payfac, codes, session, session_data

pytestmark = pytest.mark.asyncio

DECLINED_CARD = "4544249167673670"
CHALLENGED: dict[str, Any] = {"3ds": {"enabled": True}}


def too_many(response: httpx.Response) -> list[str]:
    """The error codes of a 429, which has a body on sessions."""
    assert response.status_code == 429
    body = response.json()
    assert set(body) == {"request_id", "error_type", "error_codes"}
    assert body["request_id"] == response.headers["cko-request-id"]
    return list(body["error_codes"])


async def test_a_session_is_opened_with_a_token_and_a_secret(payfac: Payfac) -> None:
    answer = await payfac.post("/payment-sessions", session())
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "payment_session_token", "payment_session_secret", "_links"}
    assert re.fullmatch(r"ps_[0-9A-Za-z]{27}", body["id"])
    assert re.fullmatch(r"pss_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                        body["payment_session_secret"])  # fmt: skip
    marker, _, token = body["payment_session_token"].partition(":")
    assert marker == "YmFzZTY0"
    shown = json.loads(base64.b64decode(token, validate=True))
    assert shown == {
        "id": body["id"],
        "amount": 1000,
        "currency": "GBP",
        "payment_methods": [{"type": "card"}],
    }
    link = body["_links"]["self"]["href"]
    assert link == f"{payfac.endpoint.base_url}/payment-sessions/{body['id']}"


async def test_the_details_of_a_session_are_all_but_its_token_and_secret(payfac: Payfac) -> None:
    name, _ = await payfac.open_session(
        description="Two lamps",
        customer={"email": "ada@shop.test", "name": "Ada Muster"},
        items=[{"name": "Lamp", "quantity": 2, "unit_price": 500}],
        expires_on="2999-01-01T00:00:00Z",
    )
    answer = await payfac.get(f"/payment-sessions/{name}")
    assert answer.status_code == 200
    body = answer.json()
    links = body.pop("_links")
    assert links["self"]["href"].endswith(f"/payment-sessions/{name}")
    assert body == {
        "id": name,
        "amount": 1000,
        "currency": "GBP",
        "reference": "ORD-123A",
        "description": "Two lamps",
        "expires_on": "2999-01-01T00:00:00.000Z",
        "customer": {"email": "ada@shop.test", "name": "Ada Muster"},
        "billing": {"address": {"country": "GB"}},
        "products": [{"name": "Lamp", "quantity": 2, "unit_price": 500}],
    }


@pytest.mark.parametrize("name", ["ps_" + "a" * 27, "ps_", "nonsense"])
async def test_an_unknown_session_is_an_empty_404(payfac: Payfac, name: str) -> None:
    read = await payfac.get(f"/payment-sessions/{name}")
    assert (read.status_code, read.content) == (404, b"")
    sent = await payfac.submit((name, "pss_x"))
    assert (sent.status_code, sent.content) == (404, b"")


async def test_a_submission_makes_an_ordinary_payment(payfac: Payfac, admin: Admin) -> None:
    opened = await payfac.open_session(
        metadata={"agent": "a17"},
        billing={
            "address": {"address_line1": "Test_A", "country": "GB"},
            "phone": {"country_code": "44", "number": "2071234567"},
        },
        billing_descriptor={"name": "Shop", "city": "Bremen"},
        customer={"email": "ada@shop.test"},
        description="Two lamps",
    )
    answer = await payfac.submit(opened, amount=1500, reference="ORD-9", ip_address="203.0.113.7")
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"id": body["id"], "status": "Approved", "type": ["card"]}
    assert (await payfac.get(f"/payment-sessions/{opened[0]}")).json()["payment_id"] == body["id"]

    await admin.settle()
    made = await payfac.details(body["id"])
    assert (made["status"], made["amount"], made["currency"]) == ("Captured", 1500, "GBP")
    assert (made["reference"], made["metadata"]) == ("ORD-9", {"agent": "a17"})
    assert (made["source"]["last4"], made["source"]["avs_check"]) == ("4242", "A")
    assert made["source"]["billing_address"] == {"address_line1": "Test_A", "country": "GB"}
    assert made["source"]["phone"]["number"] == "2071234567"
    assert (made["customer"]["email"], made["description"]) == ("ada@shop.test", "Two lamps")
    assert made["billing_descriptor"]["name"] == "Shop"
    listed = (await payfac.get("/payments?reference=ORD-9")).json()
    assert [found["id"] for found in listed["data"]] == [body["id"]]
    found = (await payfac.post("/payments/search", {"query": f"id:'{body['id']}'"})).json()
    assert len(found["data"]) == 1
    assert (await payfac.refund(body["id"], "500")).status_code == 202
    await admin.settle()
    assert await payfac.balances(body["id"]) == (1500, 0, 1500, 500)


async def test_a_session_says_what_its_payment_becomes(payfac: Payfac, admin: Admin) -> None:
    later = await payfac.open_session(capture=False, payment_type="Recurring")
    made = (await payfac.submit(later)).json()["id"]
    await admin.settle()
    shown = await payfac.details(made)
    assert (shown["status"], shown["payment_type"], shown["reference"]) == (
        "Authorized", "Recurring", "ORD-123A",
    )  # fmt: skip
    assert (await payfac.post(f"/payments/{made}/captures")).status_code == 202
    timed = await payfac.open_session(capture=False, capture_on="2999-01-01T00:00:00Z")
    paid = (await payfac.submit(timed)).json()["id"]
    # Until its day comes nothing is taken, and everything can be voided.
    assert (await payfac.post(f"/payments/{paid}/voids")).status_code == 202
    settled = await payfac.open_session(capture=False, capture_on="2999-01-01T00:00:00Z")
    paid = (await payfac.submit(settled)).json()["id"]
    await admin.settle()
    assert (await payfac.details(paid))["status"] == "Captured"
    # A day that is over means at once, whatever else was said.
    over = await payfac.open_session(capture=False, capture_on="2020-01-01T00:00:00Z")
    paid = (await payfac.submit(over)).json()["id"]
    await admin.settle()
    assert (await payfac.details(paid))["status"] == "Captured"
    free = await payfac.open_session(amount=0)
    verified = (await payfac.submit(free, amount=0)).json()
    assert verified["status"] == "Approved"
    assert (await payfac.details(verified["id"]))["status"] == "Card Verified"


async def test_a_decline_is_told_and_the_customer_may_try_again(payfac: Payfac) -> None:
    opened = await payfac.open_session(customer_retry={"max_attempts": 2})
    for _ in range(2):
        answer = await payfac.submit(opened, DECLINED_CARD)
        assert answer.status_code == 201
        body = answer.json()
        assert (body["status"], body["type"]) == ("Declined", ["card"])
        assert body["decline_reason"] == "Insufficient Funds"
        assert (await payfac.details(body["id"]))["status"] == "Declined"
    approved = (await payfac.submit(opened)).json()
    assert approved["status"] == "Approved"
    details = (await payfac.get(f"/payment-sessions/{opened[0]}")).json()
    assert details["payment_id"] == approved["id"]


async def test_a_session_ends_after_the_last_attempt(payfac: Payfac) -> None:
    opened = await payfac.open_session(customer_retry={"max_attempts": 1})
    for _ in range(2):
        assert (await payfac.submit(opened, DECLINED_CARD)).status_code == 201
    assert codes(await payfac.submit(opened)) == ["action_failure_limit_exceeded"]
    usual = await payfac.open_session()
    for _ in range(6):
        assert (await payfac.submit(usual, DECLINED_CARD)).status_code == 201
    assert codes(await payfac.submit(usual)) == ["action_failure_limit_exceeded"]


async def test_a_paid_session_takes_no_second_payment(payfac: Payfac) -> None:
    opened = await payfac.open_session(reference="ONCE")
    assert (await payfac.submit(opened)).status_code == 201
    assert too_many(await payfac.submit(opened)) == ["duplicate_request"]
    assert (await payfac.get("/payments?reference=ONCE")).json()["total_count"] == 1


async def test_two_submissions_at_once_make_one_payment(payfac: Payfac, admin: Admin) -> None:
    opened, other = await payfac.open_session(reference="RACE"), await payfac.open_session()
    await admin.fault("delay_before", "payfac.submit_session", seconds=0.5)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(payfac.submit(opened))
        await admin.until_the_faults_struck()
        second = await payfac.submit(opened)
        unrelated = await payfac.submit(other)
    assert too_many(second) == ["duplicate_request"]
    assert unrelated.status_code == 201
    assert first.result().json()["status"] == "Approved"
    assert (await payfac.get("/payments?reference=RACE")).json()["total_count"] == 1


async def test_a_lost_answer_is_found_in_the_details(payfac: Payfac, admin: Admin) -> None:
    opened = await payfac.open_session()
    await admin.fault("error_after", "payfac.submit_session")
    lost = await payfac.submit(opened)
    assert (lost.status_code, lost.content) == (502, b"")
    details = (await payfac.get(f"/payment-sessions/{opened[0]}")).json()
    assert (await payfac.details(details["payment_id"]))["status"] == "Authorized"


async def test_three_d_secure_sends_the_customer_to_a_page(payfac: Payfac) -> None:
    opened = await payfac.open_session(**CHALLENGED)
    answer = await payfac.submit(opened)
    assert answer.status_code == 202
    body = answer.json()
    page = body["action"]["url"]
    assert body == {
        "id": body["id"],
        "status": "Action Required",
        "type": "card",
        "action": {"type": "redirect", "url": page},
    }
    assert (await payfac.details(body["id"]))["status"] == "Pending"
    assert too_many(await payfac.submit(opened)) == ["duplicate_request"]
    assert (await payfac.http.get(page)).status_code == 200
    back = (await payfac.http.post(page, data={"do": "confirm"})).headers["location"]
    assert back.startswith("https://shop.test/ok?cko-session-id=sid_")
    by_session = await payfac.details(back.partition("cko-session-id=")[2])
    assert (by_session["id"], by_session["status"]) == (body["id"], "Authorized")


async def test_a_refused_page_lets_the_customer_try_again(payfac: Payfac) -> None:
    opened = await payfac.open_session()
    first = (await payfac.submit(opened, **CHALLENGED)).json()
    back = await payfac.http.post(first["action"]["url"], data={"do": "refuse"})
    assert back.headers["location"].startswith("https://shop.test/no?")
    assert (await payfac.details(first["id"]))["status"] == "Declined"
    # What is submitted says more than what the session was opened with.
    asked = await payfac.open_session(**CHALLENGED)
    not_now: dict[str, Any] = {"3ds": {"enabled": False}}
    assert (await payfac.submit(asked, **not_now)).status_code == 201
    assert (await payfac.submit(opened)).json()["status"] == "Approved"


async def test_a_page_that_nobody_answers_lets_the_customer_try_again(
    payfac: Payfac, admin: Admin
) -> None:
    opened = await payfac.open_session()
    assert (await payfac.submit(opened, **CHALLENGED)).status_code == 202
    await admin.forward(901)
    assert (await payfac.submit(opened)).json()["status"] == "Approved"


async def test_an_expired_session_takes_no_payment(payfac: Payfac, admin: Admin) -> None:
    opened = await payfac.open_session()
    await admin.forward(3590)
    declined = await payfac.submit(opened, DECLINED_CARD)
    assert declined.status_code == 201
    await admin.forward(20)
    assert codes(await payfac.submit(opened)) == ["payment_session_expired"]
    assert (await payfac.get(f"/payment-sessions/{opened[0]}")).status_code == 200
    longer = await payfac.open_session(expires_on="2999-01-01T00:00:00Z")
    await admin.forward(86400)
    assert (await payfac.submit(longer)).status_code == 201
    await admin.set(payfac_session_seconds=10)
    short = await payfac.open_session()
    await admin.forward(11)
    assert codes(await payfac.submit(short)) == ["payment_session_expired"]


async def test_a_session_without_cards_takes_no_card(payfac: Payfac) -> None:
    methods: tuple[dict[str, Any], ...] = (
        {"disabled_payment_methods": ["card"]},
        {"enabled_payment_methods": ["paypal"]},
    )
    for chosen in methods:
        refused = await payfac.submit(await payfac.open_session(**chosen))
        assert codes(refused) == ["payment_method_not_supported"]
    opened = await payfac.open_session(
        enabled_payment_methods=["card", "paypal"], disabled_payment_methods=["klarna"]
    )
    assert (await payfac.submit(opened)).status_code == 201


async def test_moto_has_no_page_and_can_be_switched_off(payfac: Payfac, admin: Admin) -> None:
    opened = await payfac.open_session(payment_type="MOTO", **CHALLENGED)
    body = (await payfac.submit(opened)).json()
    assert body["status"] == "Declined"
    (action,) = (await payfac.get(f"/payments/{body['id']}/actions")).json()
    assert action["response_code"] == "20150"
    await admin.set(payfac_moto_enabled=False)
    answer = await payfac.post("/payment-sessions", session(payment_type="MOTO"))
    assert codes(answer) == ["payment_type_invalid"]


async def test_sessions_need_their_own_scope(payfac: Payfac) -> None:
    async def with_scope(scope: str) -> int:
        grant = {
            "grant_type": "client_credentials",
            "client_id": payfac.endpoint.client_id,
            "client_secret": payfac.endpoint.client_secret,
            "scope": scope,
        }
        token = (await payfac.http.post(payfac.endpoint.token_url, json=grant)).json()
        payfac.authorization = f"Bearer {token['access_token']}"
        return (await payfac.post("/payment-sessions", session())).status_code

    assert await with_scope("payment-sessions") == 201
    assert await with_scope("gateway payments:search") == 403
    payfac.authorization = "Bearer nonsense"
    answer = await payfac.post("/payment-sessions", session())
    assert (answer.status_code, answer.content) == (401, b"")


async def test_too_many_sessions_are_told_with_a_body(payfac: Payfac, admin: Admin) -> None:
    opened = await payfac.open_session()
    await admin.set(payfac_rate_per_minute=2)
    assert (await payfac.post("/payment-sessions", session())).status_code == 201
    assert (await payfac.get(f"/payment-sessions/{opened[0]}")).status_code == 200
    for answer in (await payfac.post("/payment-sessions", session()), await payfac.submit(opened)):
        assert too_many(answer) == ["api_calls_quota_exceeded"]
    limited = await payfac.get(f"/payment-sessions/{opened[0]}")
    assert (limited.status_code, limited.content) == (429, b"")
    await admin.set(payfac_rate_per_minute=None)
    await admin.fault("rate_limit", "payfac.session")
    assert too_many(await payfac.post("/payment-sessions", session())) == [
        "api_calls_quota_exceeded"
    ]


async def test_an_idempotency_key_means_nothing_to_a_session(payfac: Payfac) -> None:
    one, two = [await payfac.post("/payment-sessions", session(), key="k") for _ in range(2)]
    assert one.json()["id"] != two.json()["id"]


async def test_what_a_session_must_not_keep_is_nowhere(
    tmp_path: Path, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    state = tmp_path / "training.json"
    running = await start(state=state)
    try:
        admin = Admin(http, running.endpoints)
        payfac = Payfac(http, running.endpoints, admin)
        with caplog.at_level(logging.DEBUG, "posapp"):
            made = (await payfac.post("/payment-sessions", session(), key="a")).json()
            secret = made["payment_session_secret"]
            data = session_data(secret, cvv="731")
            body = {"session_data": data, "amount": 1000}
            path = f"/payment-sessions/{made['id']}/submit"
            assert (await payfac.post(path, body, key="b")).status_code == 201
            assert (await payfac.get(f"/payment-sessions/{made['id']}")).status_code == 200
        dump = (await admin.call("GET", "/dump")).text
        calls = (await admin.call("GET", "/calls")).text
        assert made["id"] in dump
        assert made["id"] in calls
        held = (dump, calls, state.read_text(), caplog.text)
        for kept in held:
            for word in (secret, secret[4:], made["payment_session_token"][9:], data, GOOD_CARD):
                assert word not in kept
            assert '"731"' not in kept
    finally:
        await running.stop()


async def test_a_session_goes_on_after_a_restart_and_ends_with_a_reset(
    tmp_path: Path, http: httpx.AsyncClient
) -> None:
    state = tmp_path / "training.json"
    running = await start(state=state)
    payfac = Payfac(http, running.endpoints, Admin(http, running.endpoints))
    opened = await payfac.open_session(metadata={"a": 1}, items=[{"name": "Lamp"}])
    declined = (await payfac.submit(opened, DECLINED_CARD)).json()["id"]
    await running.stop()
    running = await start(state=state)
    try:
        payfac = Payfac(http, running.endpoints, Admin(http, running.endpoints))
        details = (await payfac.get(f"/payment-sessions/{opened[0]}")).json()
        assert details["payment_id"] == declined
        assert (await payfac.submit(opened)).json()["status"] == "Approved"
        await payfac.admin.call("POST", "/reset")
        assert (await payfac.get(f"/payment-sessions/{opened[0]}")).status_code == 404
    finally:
        await running.stop()


async def test_a_state_from_before_there_were_sessions_is_read(
    tmp_path: Path, http: httpx.AsyncClient
) -> None:
    state = tmp_path / "training.json"
    running = await start(state=state)
    made = await Payfac(http, running.endpoints, Admin(http, running.endpoints)).authorize()
    await running.stop()
    older = json.loads(state.read_text())
    del older["payfac_sessions"]
    state.write_text(json.dumps(older))
    running = await start(state=state)
    try:
        payfac = Payfac(http, running.endpoints, Admin(http, running.endpoints))
        assert (await payfac.details(made))["status"] == "Authorized"
        assert (await payfac.submit(await payfac.open_session())).status_code == 201
    finally:
        await running.stop()
