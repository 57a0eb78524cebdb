from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.callers import Admin, Payfac, codes, payment

pytestmark = pytest.mark.asyncio

THREE_D_SECURE: dict[str, Any] = {"3ds": {"enabled": True}}


async def test_a_capture_is_accepted_first_and_happens_later(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.authorize(7000)
    answer = await payfac.post(f"/payments/{made}/captures", {"amount": 7000, "reference": "CAP"})
    assert answer.status_code == 202
    body = answer.json()
    assert body["reference"] == "CAP"
    assert set(body["_links"]) == {"payment", "actions"}
    assert await payfac.balances(made) == (7000, 0, 0, 0)
    assert (await payfac.details(made))["status"] == "Authorized"

    await admin.forward(3601)
    assert await payfac.balances(made) == (7000, 0, 7000, 0)
    assert (await payfac.details(made))["status"] == "Captured"
    newest = (await payfac.get(f"/payments/{made}/actions")).json()[0]
    assert (newest["id"], newest["type"], newest["approved"]) == (
        body["action_id"],
        "Capture",
        True,
    )
    assert re.fullmatch(r"[0-9]{23}", newest["processing"]["acquirer_reference_number"])


async def test_partial_captures_leave_the_rest_until_the_final_one_voids_it(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.authorize(1000)
    part = {"amount": 300, "capture_type": "NonFinal"}
    assert (await payfac.post(f"/payments/{made}/captures", part)).status_code == 202
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 300, 0)
    assert (await payfac.details(made))["status"] == "Partially Captured"
    assert (await payfac.post(f"/payments/{made}/captures", {"amount": 200})).status_code == 202
    await admin.settle()
    assert await payfac.balances(made) == (1000, 500, 500, 0)
    assert (await payfac.post(f"/payments/{made}/captures")).status_code == 403


async def test_two_accepted_captures_cannot_take_more_than_was_authorized(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.authorize(1000)
    part = {"amount": 600, "capture_type": "NonFinal"}
    assert (await payfac.post(f"/payments/{made}/captures", part)).status_code == 202
    too_much = await payfac.post(f"/payments/{made}/captures", part)
    assert codes(too_much) == ["capture_value_greater_than_remaining_authorized"]
    assert (await payfac.post(f"/payments/{made}/captures", {"amount": 400})).status_code == 202
    assert codes(await payfac.post(f"/payments/{made}/voids")) == ["void_amount_invalid"]
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 1000, 0)


async def test_a_capture_can_fail_after_it_was_accepted(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.authorize(1000)
    await admin.fault("fail_later", "payfac.capture", code="20006")
    assert (await payfac.post(f"/payments/{made}/captures")).status_code == 202
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 0, 0)
    newest = (await payfac.get(f"/payments/{made}/actions")).json()[0]
    assert (newest["type"], newest["approved"], newest["response_code"]) == (
        "Capture",
        False,
        "20006",
    )
    # The amount is free again.
    assert (await payfac.post(f"/payments/{made}/captures")).status_code == 202
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 1000, 0)


async def test_a_void_takes_what_is_left(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.authorize(1000)
    await payfac.post(f"/payments/{made}/captures", {"amount": 400, "capture_type": "NonFinal"})
    await admin.settle()
    answer = await payfac.post(f"/payments/{made}/voids", {"reference": "V"})
    assert (answer.status_code, answer.json()["reference"]) == (202, "V")
    await admin.settle()
    assert await payfac.balances(made) == (1000, 600, 400, 0)
    assert (await payfac.details(made))["status"] == "Partially Captured"
    whole = await payfac.authorize(1000)
    await payfac.post(f"/payments/{whole}/voids")
    await admin.settle()
    assert (await payfac.details(whole))["status"] == "Voided"
    assert (await payfac.post(f"/payments/{whole}/voids")).status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("captures", {"amount": 0}, "amount_invalid"),
        ("captures", {"amount": "5"}, "amount_invalid"),
        ("captures", {"capture_type": "final"}, "parameter_invalid"),
        ("captures", {"reference": "r" * 81}, "parameter_invalid"),
        ("captures", {"amount": 1001}, "capture_value_greater_than_remaining_authorized"),
        ("voids", {"metadata": {"a": []}}, "parameter_invalid"),
        ("voids", [], "request_invalid"),
        ("cancellations", {"reference": 5}, "parameter_invalid"),
        ("authorizations", {"amount": -5}, "amount_invalid"),
    ],
)
async def test_a_wrong_action_is_refused_by_its_code(
    payfac: Payfac, path: str, body: object, code: str
) -> None:
    made = await payfac.authorize(1000, authorization_type="Estimated")
    assert codes(await payfac.post(f"/payments/{made}/{path}", body)) == [code]


async def test_states_forbid_what_the_table_forbids(payfac: Payfac) -> None:
    authorized = await payfac.authorize()
    captured = await payfac.captured()
    declined = (await payfac.pay("4544249167673670"))["id"]
    assert (await payfac.refund(authorized)).status_code == 403
    assert (await payfac.post(f"/payments/{authorized}/authorizations")).status_code == 403
    assert (await payfac.post(f"/payments/{authorized}/cancellations")).status_code == 403
    for path in ("captures", "voids", "authorizations", "cancellations"):
        for made in (captured, declined):
            answer = await payfac.post(f"/payments/{made}/{path}")
            assert (answer.status_code, answer.content) == (403, b""), path
    assert (await payfac.refund(declined)).status_code == 403
    assert (await payfac.reverse(declined)).status_code == 403


async def test_an_increment_raises_what_can_be_captured_at_once(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.authorize(6540, authorization_type="Estimated")
    before = (await payfac.details(made))["expires_on"]
    await admin.forward(86400)
    answer = await payfac.post(f"/payments/{made}/authorizations", {"amount": 460})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["amount"], body["status"], body["approved"]) == (460, "Authorized", True)
    assert body["balances"]["available_to_capture"] == 7000
    assert body["expires_on"] > before
    assert (await payfac.details(made))["amount"] == 6540
    newest = (await payfac.get(f"/payments/{made}/actions")).json()[0]
    assert newest["authorization_type"] == "Incremental"
    only_longer = await payfac.post(f"/payments/{made}/authorizations")
    assert (only_longer.status_code, only_longer.json()["amount"]) == (201, 0)


async def test_some_cards_refuse_an_increment(payfac: Payfac) -> None:
    estimated: dict[str, Any] = {"authorization_type": "Estimated", "amount": 1000}
    unsupported = await payfac.authorize(number="4659959652550685", **estimated)
    answer = await payfac.post(f"/payments/{unsupported}/authorizations", {"amount": 1})
    assert codes(answer) == ["incremental_authorization_unsupported"]
    declining = await payfac.authorize(number="4140253846048187", **estimated)
    answer = await payfac.post(f"/payments/{declining}/authorizations", {"amount": 1})
    assert answer.status_code == 201
    assert (answer.json()["approved"], answer.json()["status"]) == (False, "Declined")
    assert await payfac.balances(declining) == (1000, 0, 0, 0)


async def test_a_scheduled_retry_can_be_canceled(payfac: Payfac, admin: Admin) -> None:
    wanted: dict[str, Any] = {
        "payment_type": "Recurring",
        "merchant_initiated": True,
        "retry": {"dunning": {"enabled": True, "max_attempts": 3}},
    }
    body = await payfac.pay("4544249167673670", **wanted)
    assert body["status"] == "Retry Scheduled"
    assert body["_links"]["cancel"]["href"].endswith("/cancellations")
    assert (await payfac.post(f"/payments/{body['id']}/cancellations")).status_code == 202
    await admin.settle()
    assert (await payfac.details(body["id"]))["status"] == "Canceled"
    assert (await payfac.reverse(body["id"])).status_code == 204

    left_alone = await payfac.pay("4544249167673670", **wanted)
    await admin.forward(4 * 86400)
    assert (await payfac.details(left_alone["id"]))["status"] == "Declined"


async def test_three_d_secure_is_done_on_a_page_and_ends_at_the_shop(payfac: Payfac) -> None:
    body = payment(
        payment_type="Regular",
        success_url="https://shop.test/ok?cart=7",
        failure_url="https://shop.test/no",
        **THREE_D_SECURE,
    )
    answer = await payfac.post("/payments", body)
    assert answer.status_code == 202
    made = answer.json()
    assert made["status"] == "Pending"
    assert (await payfac.post(f"/payments/{made['id']}/captures")).status_code == 403
    page = made["_links"]["redirect"]["href"]
    shown = await payfac.http.get(page)
    assert (shown.status_code, "4242" in shown.text) == (200, True)
    back = await payfac.http.post(page, data={"do": "confirm"})
    assert back.status_code == 303
    address = back.headers["location"]
    assert address.startswith("https://shop.test/ok?cart=7&cko-session-id=sid_")
    session = address.partition("cko-session-id=")[2]
    by_session = await payfac.details(session)
    assert (by_session["id"], by_session["status"]) == (made["id"], "Authorized")
    assert by_session["actions"][0]["type"] == "Authorization"

    second = (await payfac.post("/payments", body)).json()
    page = second["_links"]["redirect"]["href"]
    refused = await payfac.http.post(page, data={"do": "refuse"})
    assert refused.headers["location"].startswith("https://shop.test/no?cko-session-id=")
    assert (await payfac.details(second["id"]))["status"] == "Declined"
    assert (await payfac.http.get(page)).status_code == 200


async def test_three_d_secure_that_nobody_answers_expires(payfac: Payfac, admin: Admin) -> None:
    body = payment(payment_type="Regular", **THREE_D_SECURE)
    made = (await payfac.post("/payments", body)).json()
    await admin.forward(901)
    assert (await payfac.details(made["id"]))["status"] == "Expired"
    by_phone = await payfac.pay(**THREE_D_SECURE)
    assert by_phone["response_code"] == "20150"
