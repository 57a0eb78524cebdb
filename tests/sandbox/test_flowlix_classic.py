from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.sandbox.callers import CUSTOMER, Admin, Flowlix, classic_direct, flowlix_error

pytestmark = pytest.mark.asyncio

INVALID = "invalid_request_error"
HOSTED = {"amount": 4500, "currency": "usd", "redirect_url": "https://shop.test/done?x=1"}


async def _refund(classic: Flowlix, made: str, **body: object) -> Any:
    return await classic.post(f"/v1/payments/{made}/refund", body)


async def _paid(classic: Flowlix, admin: Admin, amount: int = 1290) -> str:
    made = await classic.created(classic_direct(amount=amount))
    await admin.settle()
    return str(made["id"])


async def test_a_direct_payment_is_pending_and_succeeds_on_reading(
    classic: Flowlix, admin: Admin
) -> None:
    made = await classic.created(classic_direct(customer=CUSTOMER, metadata={"cart": "77"}))
    assert re.fullmatch(r"pay_[0-9a-f]{8}-[0-9a-f-]{27}", made["id"])
    assert (made["object"], made["status"], made["currency"]) == ("payment", "pending", "eur")
    assert made["card"] == {
        "brand": None,
        "last4": "1111",
        "exp_month": None,
        "exp_year": None,
        "country": None,
    }
    assert made["customer"] == {"email": "ada@shop.test", "name": "Ada Muster"}
    assert (made["redirect_url"], made["next_action"], made["refunds"]) == (None, None, [])

    await admin.forward(3601)
    paid = await classic.read(made["id"])
    assert paid["status"] == "succeeded"
    assert paid["succeeded_at"] >= paid["created"]
    assert paid["card"]["brand"] == "visa"


@pytest.mark.parametrize(
    ("number", "code"),
    [("4000000000000002", "do_not_honor"), ("4000000000009995", "insufficient_funds")],
)
async def test_a_decline_is_seen_on_reading(
    classic: Flowlix, admin: Admin, number: str, code: str
) -> None:
    made = await classic.created(classic_direct(number))
    assert made["status"] == "pending"
    await admin.settle()
    failed = await classic.read(made["id"])
    assert (failed["status"], failed["decline_code"]) == ("failed", code)
    assert failed["failed_at"] is not None


async def test_three_d_secure_turns_up_while_polling(classic: Flowlix, admin: Admin) -> None:
    made = await classic.created(classic_direct("4635440000002223"))
    assert made["status"] == "pending"
    await admin.settle()
    waiting = await classic.read(made["id"])
    assert waiting["status"] == "requires_action"
    back = await classic.http.post(waiting["next_action"]["redirect_url"], data={"do": "confirm"})
    assert back.headers["location"] == (
        f"https://shop.test/back?payment_id={made['id']}&status=pending"
    )
    assert (await classic.read(made["id"]))["status"] == "pending"
    await admin.settle()
    assert (await classic.read(made["id"]))["status"] == "succeeded"


async def test_three_d_secure_can_come_at_once_and_expires(classic: Flowlix, admin: Admin) -> None:
    await admin.set(classic_challenge="at_once")
    made = await classic.created(classic_direct("4635440000002223"))
    assert made["status"] == "requires_action"
    await admin.forward(901)
    assert (await classic.read(made["id"]))["status"] == "expired"


async def test_a_hosted_payment_returns_with_its_status(classic: Flowlix) -> None:
    made = await classic.created(HOSTED, "/v1/payments/hpp")
    assert (made["status"], made["card"], made["next_action"]) == ("pending", None, None)
    page = await classic.http.get(made["redirect_url"])
    assert "45.00 USD" in page.text
    typed = {"do": "pay", "number": "4111111111111111", "expiry": "12/90", "code": "123"}
    back = await classic.http.post(made["redirect_url"], data={**typed, "holder": "Ada"})
    assert back.headers["location"] == (
        f"https://shop.test/done?x=1&payment_id={made['id']}&status=succeeded"
    )
    assert (await classic.read(made["id"]))["status"] == "succeeded"
    canceled = await classic.created(HOSTED, "/v1/payments/hpp")
    await classic.http.post(canceled["redirect_url"], data={"do": "cancel"})
    assert (await classic.read(canceled["id"]))["status"] == "canceled"


async def test_a_hosted_payment_that_is_left_expires(classic: Flowlix, admin: Admin) -> None:
    made = await classic.created(HOSTED, "/v1/payments/hpp")
    await admin.forward(1801)
    assert (await classic.read(made["id"]))["status"] == "expired"


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid", "amount"),
        ({"currency": "EUR"}, "parameter_invalid", "currency"),
        ({"card": None}, "parameter_missing", "card"),
        ({"card": {}}, "parameter_missing", "card[number]"),
        ({"customer": {"email": "ada@shop.test"}}, "parameter_missing", "customer[first_name]"),
        ({"customer": {**CUSTOMER, "country": "Germany"}}, "parameter_invalid", None),
        ({"metadata": {"a": 1}}, "parameter_invalid", "metadata[a]"),
        ({"metadata": {"a": "x" * 501}}, "parameter_invalid", "metadata[a]"),
        ({"metadata": {f"k{n}": "" for n in range(51)}}, "parameter_invalid", "metadata"),
        ({"description": "d" * 501}, "parameter_invalid", "description"),
    ],
)
async def test_a_wrong_member_is_named_with_its_path(
    classic: Flowlix, changes: dict[str, object], code: str, param: str | None
) -> None:
    answer = await classic.post("/v1/payments", {**classic_direct(), **changes})
    expected = (400, INVALID, code, param or "customer[country]")
    assert flowlix_error(answer) == expected
    assert "decline_code" in answer.json()["error"]


async def test_the_idempotency_key_may_be_left_out(classic: Flowlix) -> None:
    content = json.dumps(classic_direct()).encode()
    first = await classic.call("POST", "/v1/payments", content=content)
    second = await classic.call("POST", "/v1/payments", content=content)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_live_keys_are_refused(classic: Flowlix) -> None:
    classic.api_key = "fl_live_sk_abc"
    answer = await classic.get("/v1/payments")
    assert flowlix_error(answer) == (401, "authentication_error", "invalid_api_key", None)


async def test_a_refund_needs_a_reason_and_may_be_partial(classic: Flowlix, admin: Admin) -> None:
    paid = await _paid(classic, admin)
    answer = await classic.post(f"/v1/payments/{paid}/refund")
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "reason")
    answer = await _refund(classic, paid, reason="r" * 51)
    assert flowlix_error(answer) == (400, INVALID, "parameter_invalid", "reason")
    answer = await _refund(classic, paid, reason="Mug arrived broken", amount=290)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["object"], body["refunded_amount"]) == ("payment", 0)
    assert body["refunds"][0]["status"] == "pending"
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", body["refunds"][0]["id"])
    await admin.settle()
    after = await classic.read(paid)
    assert (after["refunded_amount"], after["refunded_at"]) == (290, None)

    assert (await _refund(classic, paid, reason="The rest")).status_code == 200
    await admin.settle()
    done = await classic.read(paid)
    assert (done["status"], done["refunded_amount"]) == ("succeeded", 1290)
    assert done["refunded_at"] is not None
    answer = await _refund(classic, paid, reason="Again")
    assert flowlix_error(answer) == (422, INVALID, "payment_already_refunded", None)


async def test_refunds_have_their_rules(classic: Flowlix, admin: Admin) -> None:
    pending = (await classic.created(classic_direct()))["id"]
    answer = await _refund(classic, pending, reason="x")
    assert flowlix_error(answer) == (422, INVALID, "payment_not_refundable", None)
    paid = await _paid(classic, admin, 1000)
    await _refund(classic, paid, reason="x", amount=600)
    answer = await _refund(classic, paid, reason="x", amount=401)
    assert flowlix_error(answer)[2] == "refund_amount_exceeds_refundable"
    await admin.forward(181 * 86400)
    answer = await _refund(classic, paid, reason="x", amount=1)
    assert flowlix_error(answer)[2] == "refund_window_expired"
    answer = await _refund(classic, "pay_unknown", reason="x")
    assert flowlix_error(answer) == (404, INVALID, "resource_missing", None)


async def test_the_list_goes_forward_only(classic: Flowlix, admin: Admin) -> None:
    made = [(await classic.created(classic_direct()))["id"] for _ in range(3)]
    made.reverse()
    body = (await classic.get("/v1/payments?limit=2")).json()
    assert (body["object"], body["url"], body["has_more"]) == ("list", "/v1/payments", True)
    assert [found["id"] for found in body["data"]] == made[:2]
    rest = (await classic.get(f"/v1/payments?starting_after={made[1]}")).json()
    assert ([found["id"] for found in rest["data"]], rest["has_more"]) == (made[2:], False)
    assert len((await classic.get("/v1/payments?status=pending")).json()["data"]) == 3
    await admin.settle()
    assert (await classic.get("/v1/payments?status=pending")).json()["data"] == []
    answer = await classic.get("/v1/payments?starting_after=pay_unknown")
    assert flowlix_error(answer) == (400, INVALID, "parameter_invalid", "starting_after")


async def test_objects_of_one_generation_are_unknown_to_the_other(
    classic: Flowlix, flowlix: Flowlix
) -> None:
    made = await classic.created(classic_direct())
    assert (await flowlix.get(f"/v1/payments/{made['id']}")).status_code == 404
