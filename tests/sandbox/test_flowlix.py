from __future__ import annotations

import re

import pytest

from tests.sandbox.callers import Admin, Flowlix, direct, flowlix_error, fresh_key

pytestmark = pytest.mark.asyncio

INVALID = "invalid_request_error"
MEMBERS = {
    "id", "amount", "currency", "status", "integration_type", "amount_refunded",
    "amount_refundable", "created_at", "livemode", "merchant_reference", "description", "card",
    "billing_details", "metadata", "decline_code", "decline_message", "hosted_payment_url",
    "refunds", "status_transitions", "next_action",
}  # fmt: skip


async def _paid(flowlix: Flowlix, admin: Admin, amount: int = 1290) -> str:
    made = await flowlix.created(direct(amount=amount))
    await admin.settle()
    return str(made["id"])


async def test_a_direct_payment_is_processed_and_then_succeeds(
    flowlix: Flowlix, admin: Admin
) -> None:
    made = await flowlix.created(direct(metadata={"cart": 77, "gift": False}))
    assert set(made) == MEMBERS
    assert re.fullmatch(r"pay_[A-Za-z0-9]{24}", made["id"])
    assert (made["status"], made["integration_type"]) == ("PROCESSING", "DIRECT")
    assert made["card"]["brand"] == "visa"
    assert made["card"]["last4"] == "1111"
    assert made["livemode"] is False
    assert made["metadata"] == {"cart": 77, "gift": False}
    assert (made["amount_refundable"], made["decline_code"]) == (0, None)

    await admin.forward(3601)
    paid = await flowlix.read(made["id"])
    assert (paid["status"], paid["amount_refundable"]) == ("SUCCEEDED", 1290)
    times = paid["status_transitions"]
    assert times["succeeded_at"] >= times["processing_at"] >= paid["created_at"]
    assert times["failed_at"] is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4000000000000002", "do_not_honor"),
        ("4000000000009995", "insufficient_funds"),
        ("4111111111111112", "invalid_number"),
    ],
)
async def test_a_decline_is_a_201_that_fails_later(
    flowlix: Flowlix, admin: Admin, number: str, code: str
) -> None:
    made = await flowlix.created(direct(number))
    await admin.settle()
    failed = await flowlix.read(made["id"])
    assert (failed["status"], failed["decline_code"]) == ("FAILED", code)
    assert failed["decline_message"]
    assert failed["amount_refundable"] == 0


async def test_any_documented_decline_can_be_asked_for(flowlix: Flowlix, admin: Admin) -> None:
    made = await flowlix.created(direct(metadata={"emulate_decline": "lost_card"}))
    await admin.settle()
    assert (await flowlix.read(made["id"]))["decline_code"] == "lost_card"


async def test_failure_names_are_sent_when_switched_on(flowlix: Flowlix, admin: Admin) -> None:
    await admin.set(flowlix_failure_names=True)
    made = await flowlix.created(direct("4000000000000002"))
    await admin.settle()
    assert (await flowlix.read(made["id"]))["failure_code"] == "do_not_honor"


def _card(**changes: object) -> dict[str, object]:
    card = direct()["payment_method_data"]
    assert isinstance(card, dict)
    return {"payment_method_data": {**card, "card": {**card["card"], **changes}}}


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": None}, "parameter_missing", "amount"),
        ({"amount": 0}, "parameter_invalid", "amount"),
        ({"amount": 12.9}, "parameter_invalid", "amount"),
        ({"amount": 2**63}, "parameter_invalid", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"currency": "eur"}, "parameter_invalid", "currency"),
        ({"currency": "USD"}, "parameter_invalid", "currency"),
        ({"return_url": "shop.test"}, "parameter_invalid", "return_url"),
        ({"payment_method_data": None}, "parameter_missing", "payment_method_data"),
        ({"payment_method_data": {}}, "parameter_missing", "payment_method_data[card]"),
        (
            {"payment_method_data": {"type": "wallet"}},
            "parameter_invalid",
            "payment_method_data[type]",
        ),
        (_card(number=None), "parameter_missing", "payment_method_data[card][number]"),
        (_card(number="4111 1111"), "parameter_invalid", "payment_method_data[card][number]"),
        (_card(exp_month=13), "parameter_invalid", "payment_method_data[card][exp_month]"),
        (_card(exp_year=2020), "parameter_invalid", "payment_method_data[card][exp_year]"),
        (_card(cvc="12"), "parameter_invalid", "payment_method_data[card][cvc]"),
        (_card(holder_name=""), "parameter_invalid", "payment_method_data[card][holder_name]"),
        ({"merchant_reference": "m" * 256}, "parameter_invalid", "merchant_reference"),
        ({"description": "d" * 501}, "parameter_invalid", "description"),
        ({"metadata": []}, "parameter_invalid", "metadata"),
        (
            {"billing_details": {"address": {"country": "Germany"}}},
            "parameter_invalid",
            "billing_details[address][country]",
        ),
    ],
)
async def test_a_wrong_member_is_named_with_its_path(
    flowlix: Flowlix, changes: dict[str, object], code: str, param: str
) -> None:
    answer = await flowlix.post("/v1/payments", {**direct(), **changes})
    assert flowlix_error(answer) == (400, INVALID, code, param)


async def test_the_return_address_is_required_when_the_holder_is_asked(flowlix: Flowlix) -> None:
    answer = await flowlix.post("/v1/payments", direct("4635440000002223", return_url=None))
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "return_url")
    await flowlix.created(direct(return_url=None))


async def test_billing_details_can_be_made_required(flowlix: Flowlix, admin: Admin) -> None:
    await admin.set(flowlix_billing_required=True)
    answer = await flowlix.post("/v1/payments", direct())
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "billing_details")
    address = {"line1": "Hauptstr. 5", "city": "Bremen", "postal_code": "28195", "country": "DE"}
    details = {
        "email": "ada@shop.test",
        "first_name": "Ada",
        "last_name": "Muster",
        "phone": "+4930111222",
        "address": address,
    }
    made = await flowlix.created(direct(billing_details=details))
    assert made["billing_details"]["address"] == {**address, "line2": None, "state": None}


async def test_the_idempotency_key_is_required_on_every_post(flowlix: Flowlix) -> None:
    for path in ("/v1/payments", "/v1/payments/hpp", "/v1/refunds"):
        answer = await flowlix.call("POST", path, content=b"{}")
        expected = (400, INVALID, "parameter_missing", "Idempotency-Key")
        assert flowlix_error(answer) == expected
    answer = await flowlix.post("/v1/payments", direct(), key="k" * 256)
    assert flowlix_error(answer)[2:] == ("parameter_invalid", "Idempotency-Key")


@pytest.mark.parametrize("key", ["x", "nonsense", "api_live_sk_abc", "fl_test_sk_abc"])
async def test_unknown_and_live_keys_are_refused(flowlix: Flowlix, key: str) -> None:
    flowlix.api_key = key
    answer = await flowlix.get("/v1/payments")
    assert flowlix_error(answer) == (401, "authentication_error", "invalid_api_key", None)
    assert "x-ratelimit-limit" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/payments/pay_unknown", "/v1/nowhere", "/"])
async def test_what_does_not_exist_is_a_404(flowlix: Flowlix, path: str) -> None:
    assert flowlix_error(await flowlix.get(path)) == (404, INVALID, "resource_missing", None)
    answer = await flowlix.call("DELETE", path)
    assert answer.status_code == 404


async def test_three_d_secure_at_once(flowlix: Flowlix, admin: Admin) -> None:
    made = await flowlix.created(direct("4635440000002223"))
    assert made["status"] == "REQUIRES_ACTION"
    page = made["next_action"]["redirect_url"]
    assert (await flowlix.http.get(page)).status_code == 200
    back = await flowlix.http.post(page, data={"do": "confirm"})
    assert back.status_code == 303
    assert back.headers["location"] == (
        f"https://shop.test/back?payment_id={made['id']}&status=PROCESSING"
    )
    await admin.settle()
    paid = await flowlix.read(made["id"])
    assert (paid["status"], paid["next_action"]) == ("SUCCEEDED", None)


@pytest.mark.parametrize(
    ("choice", "status", "decline"),
    [("refuse", "FAILED", "three_d_secure_failed"), ("cancel", "CANCELED", None)],
)
async def test_three_d_secure_that_is_not_confirmed(
    flowlix: Flowlix, choice: str, status: str, decline: str | None
) -> None:
    made = await flowlix.created(direct("4635440000002223", return_url="https://s.test/?a=1#end"))
    back = await flowlix.http.post(made["next_action"]["redirect_url"], data={"do": choice})
    address = f"https://s.test/?a=1&payment_id={made['id']}&status={status}#end"
    assert back.headers["location"] == address
    ended = await flowlix.read(made["id"])
    assert (ended["status"], ended["decline_code"]) == (status, decline)


async def test_three_d_secure_can_come_later_and_expire(flowlix: Flowlix, admin: Admin) -> None:
    await admin.set(flowlix_challenge="later")
    made = await flowlix.created(direct("4635440000002223"))
    assert (made["status"], made["next_action"]) == ("PROCESSING", None)
    await admin.forward(3601)
    waiting = await flowlix.read(made["id"])
    assert waiting["status"] == "REQUIRES_ACTION"
    await admin.forward(901)
    gone = await flowlix.read(made["id"])
    assert (gone["status"], gone["next_action"]) == ("EXPIRED", None)
    address = waiting["next_action"]["redirect_url"]
    page = await flowlix.http.get(address)
    assert "Time is up" in page.text
    assert f"https://shop.test/back?payment_id={made['id']}&amp;status=EXPIRED" in page.text
    answer = await flowlix.http.post(address, data={"do": "confirm"})
    assert answer.headers["location"].endswith("status=EXPIRED")


async def test_a_refund_is_pending_then_succeeds(flowlix: Flowlix, admin: Admin) -> None:
    paid = await _paid(flowlix, admin)
    wanted = {"payment_id": paid, "amount": 290, "reason": "requested_by_customer"}
    answer = await flowlix.post("/v1/refunds", {**wanted, "metadata": {"item": "mug"}})
    assert answer.status_code == 201
    refund = answer.json()
    assert re.fullmatch(r"ref_[A-Za-z0-9]{24}", refund["id"])
    assert (refund["status"], refund["completed_at"]) == ("PENDING", None)
    assert (refund["payment_id"], refund["currency"]) == (paid, "EUR")
    held = await flowlix.read(paid)
    assert (held["amount_refunded"], held["amount_refundable"]) == (0, 1000)
    await admin.forward(3601)
    after = await flowlix.read(paid)
    assert (after["status"], after["amount_refunded"]) == ("SUCCEEDED", 290)
    (entry,) = after["refunds"]
    assert (entry["id"], entry["status"]) == (refund["id"], "SUCCEEDED")
    assert entry["completed_at"] == entry["updated_at"] > entry["created_at"]


async def test_a_refund_that_fails_later_frees_its_amount(flowlix: Flowlix, admin: Admin) -> None:
    paid = await _paid(flowlix, admin)
    await admin.fault("fail_later", "flowlix.create_refund")
    assert (await flowlix.post("/v1/refunds", {"payment_id": paid, "amount": 1290})).is_success
    assert (await flowlix.read(paid))["amount_refundable"] == 0
    await admin.settle()
    after = await flowlix.read(paid)
    assert (after["amount_refunded"], after["amount_refundable"]) == (0, 1290)
    assert after["refunds"][0]["status"] == "FAILED"
    assert after["refunds"][0]["decline_code"] == "generic_decline"


async def test_refunds_never_exceed_the_payment(flowlix: Flowlix, admin: Admin) -> None:
    paid = await _paid(flowlix, admin, 1000)
    assert (await flowlix.post("/v1/refunds", {"payment_id": paid, "amount": 700})).is_success
    answer = await flowlix.post("/v1/refunds", {"payment_id": paid, "amount": 301})
    code = "refund_amount_exceeds_refundable"
    assert flowlix_error(answer) == (422, INVALID, code, None)
    assert (await flowlix.post("/v1/refunds", {"payment_id": paid, "amount": 300})).is_success


async def test_refunds_have_their_rules(flowlix: Flowlix, admin: Admin) -> None:
    fresh = (await flowlix.created(direct()))["id"]
    answer = await flowlix.post("/v1/refunds", {"payment_id": fresh, "amount": 1})
    assert flowlix_error(answer) == (422, INVALID, "payment_not_refundable", None)
    answer = await flowlix.post("/v1/refunds", {"payment_id": fresh})
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "amount")
    answer = await flowlix.post("/v1/refunds", {"amount": 1})
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "payment_id")
    answer = await flowlix.post("/v1/refunds", {"payment_id": "pay_x", "amount": 1})
    assert flowlix_error(answer) == (404, INVALID, "resource_missing", None)
    await admin.forward(181 * 86400)
    answer = await flowlix.post("/v1/refunds", {"payment_id": fresh, "amount": 1})
    assert flowlix_error(answer) == (422, INVALID, "refund_window_expired", None)


async def _ids(flowlix: Flowlix, query: str) -> tuple[list[str], bool]:
    body = (await flowlix.get(f"/v1/payments?{query}")).json()
    assert set(body) == {"data", "has_more"}
    return [found["id"] for found in body["data"]], body["has_more"]


async def test_the_list_pages_both_ways_newest_first(flowlix: Flowlix) -> None:
    made = [(await flowlix.created(direct()))["id"] for _ in range(5)]
    made.reverse()
    assert await _ids(flowlix, "") == (made, False)
    assert await _ids(flowlix, "limit=2") == (made[:2], True)
    assert await _ids(flowlix, f"limit=2&starting_after={made[1]}") == (made[2:4], True)
    assert await _ids(flowlix, f"limit=2&starting_after={made[3]}") == (made[4:], False)
    assert await _ids(flowlix, f"limit=2&ending_before={made[4]}") == (made[2:4], True)
    assert await _ids(flowlix, f"limit=2&ending_before={made[2]}") == (made[:2], False)


async def test_the_list_filters_by_status_and_time(flowlix: Flowlix, admin: Admin) -> None:
    early = (await flowlix.created(direct()))["id"]
    await admin.settle()
    await admin.forward(1000)
    late = await flowlix.created(direct())
    assert await _ids(flowlix, "status=SUCCEEDED") == ([early], False)
    assert await _ids(flowlix, "status=PROCESSING") == ([late["id"]], False)
    moment = late["created_at"]
    for name in ("created", "created_at"):
        assert await _ids(flowlix, f"{name}[gte]={moment}") == ([late["id"]], False)
        assert await _ids(flowlix, f"{name}[lt]={moment}") == ([early], False)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("status=succeeded", "status"),
        ("starting_after=pay_unknown", "starting_after"),
        ("created[gte]=yesterday", "created[gte]"),
        ("starting_after=a&ending_before=b", "ending_before"),
        ("limit=1&limit=2", None),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(
    flowlix: Flowlix, query: str, param: str | None
) -> None:
    answer = await flowlix.get(f"/v1/payments?{query}")
    assert flowlix_error(answer) == (400, INVALID, "parameter_invalid", param)


async def test_the_rate_limit_counts_a_minute_and_says_when_it_ends(
    flowlix: Flowlix, admin: Admin
) -> None:
    await admin.set(flowlix_rate_per_minute=2)
    first = await flowlix.get("/v1/payments")
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    await flowlix.get("/v1/payments")
    over = await flowlix.post("/v1/payments", direct(), key=fresh_key())
    expected = (429, "rate_limit_error", "rate_limit_exceeded", None)
    assert flowlix_error(over) == expected
    wait = int(over.headers["retry-after"])
    assert 1 <= wait <= 61
    await admin.forward(wait)
    assert (await flowlix.get("/v1/payments")).json()["data"] == []
