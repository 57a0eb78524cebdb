"""The first generation of Flowlix classic, which answers everything at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
import pytest_asyncio

from tests.sandbox.callers import CUSTOMER, Admin, Flowlix, classic_direct, flowlix_error

pytestmark = pytest.mark.asyncio

INVALID = "invalid_request_error"
HOSTED = {"amount": 4500, "currency": "sek", "redirect_url": "https://shop.test/done?x=1"}
TYPED = {
    "do": "pay",
    "number": "4242 4242 4242 4242",
    "expiry": "12/90",
    "code": "123",
    "holder": "Ada Muster",
}


def _direct(number: str = "4242424242424242", **changes: Any) -> dict[str, Any]:
    body = classic_direct(number, customer=CUSTOMER)
    del body["return_url"]
    return {**body, **changes}


@pytest_asyncio.fixture
async def first(classic: Flowlix, admin: Admin) -> Flowlix:
    await admin.set(classic_generation="synchronous")
    return classic


async def _paid(first: Flowlix, **changes: Any) -> str:
    return str((await first.created(_direct(**changes)))["id"])


async def test_a_payment_has_succeeded_when_its_answer_comes(first: Flowlix) -> None:
    made = await first.created(_direct(metadata={"cart": "77"}))
    assert re.fullmatch(r"pay_[a-zA-Z0-9-]+", made["id"])
    assert (made["object"], made["status"]) == ("payment", "succeeded")
    assert made["succeeded_at"] == made["created"]
    assert made["card"] == {
        "brand": "visa",
        "last4": "4242",
        "exp_month": 9,
        "exp_year": 2090,
        "country": "US",
    }
    assert made["customer"] == {"email": "ada@shop.test", "name": "Ada Muster"}
    assert not {"refunded_amount", "refunds", "next_action"} & made.keys()
    assert await first.read(made["id"]) == made


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4000000000000002", "generic_decline"),
        ("4000000000009995", "insufficient_funds"),
        ("4111111111111112", "invalid_number"),
    ],
)
async def test_a_decline_is_a_402_and_leaves_a_failed_payment(
    first: Flowlix, number: str, code: str
) -> None:
    answer = await first.post("/v1/payments", _direct(number))
    assert flowlix_error(answer) == (402, "card_error", "card_declined", None)
    assert answer.json()["error"]["decline_code"] == code
    (failed,) = (await first.get("/v1/payments?status=failed")).json()["data"]
    assert (failed["status"], failed["decline_code"]) == ("failed", code)
    assert failed["failed_at"] == failed["created"]


async def test_a_decline_is_not_kept_under_its_key(first: Flowlix) -> None:
    declined = await first.post("/v1/payments", _direct("4000000000009995"), key="k")
    paid = await first.post("/v1/payments", _direct(), key="k")
    again = await first.post("/v1/payments", _direct(), key="k")
    assert (declined.status_code, paid.status_code) == (402, 201)
    assert again.content == paid.content
    changed = await first.post("/v1/payments", _direct(amount=1), key="k")
    assert flowlix_error(changed)[:3] == (409, "idempotency_error", "idempotency_key_in_use")


async def test_no_card_is_challenged(first: Flowlix) -> None:
    made = await first.created(_direct("4635440000002223"))
    assert made["status"] == "succeeded"
    page = await first.http.get(f"{first.base}/3ds/{made['id']}")
    assert page.status_code == 404


@pytest.mark.parametrize("name", list(CUSTOMER))
async def test_every_member_of_the_customer_is_required(first: Flowlix, name: str) -> None:
    customer = {key: value for key, value in CUSTOMER.items() if key != name}
    answer = await first.post("/v1/payments", _direct(customer=customer))
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", f"customer[{name}]")


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"customer": None}, "parameter_missing", "customer"),
        ({"currency": "EUR"}, "parameter_invalid", "currency"),
        ({"currency": "euro"}, "parameter_invalid", "currency"),
        ({"currency": "e1r"}, "parameter_invalid", "currency"),
        ({"currency": "eu"}, "parameter_invalid", "currency"),
        ({"amount": 0}, "parameter_invalid", "amount"),
        ({"metadata": {"a": 1}}, "parameter_invalid", "metadata[a]"),
    ],
)
async def test_a_wrong_member_is_named_with_its_path(
    first: Flowlix, changes: dict[str, Any], code: str, param: str
) -> None:
    answer = await first.post("/v1/payments", _direct(**changes))
    assert flowlix_error(answer) == (400, INVALID, code, param)
    assert answer.json()["error"]["doc_url"].startswith("https://docs.flowlix.eu/")


async def test_any_currency_of_three_small_letters_is_taken(first: Flowlix) -> None:
    assert (await first.created(_direct(currency="xqz")))["currency"] == "xqz"


async def test_a_refund_is_the_whole_payment_and_happens_once(first: Flowlix) -> None:
    paid = await _paid(first)
    answer = await first.post(f"/v1/payments/{paid}/refund")
    assert answer.status_code == 200
    refunded = answer.json()
    assert (refunded["status"], refunded["amount"]) == ("refunded", 1290)
    assert refunded["refunded_at"] >= refunded["succeeded_at"]
    assert not {"refunded_amount", "refunds", "next_action"} & refunded.keys()
    assert await first.read(paid) == refunded
    again = await first.post(f"/v1/payments/{paid}/refund")
    assert flowlix_error(again) == (422, INVALID, "payment_already_refunded", None)


async def test_a_refund_takes_no_amount(first: Flowlix) -> None:
    paid = await _paid(first)
    answer = await first.post(f"/v1/payments/{paid}/refund", {"amount": 290})
    assert flowlix_error(answer) == (400, INVALID, "parameter_invalid", "amount")
    assert (await first.read(paid))["status"] == "succeeded"


async def test_only_a_payment_that_succeeded_is_refunded(first: Flowlix) -> None:
    waiting = (await first.created(HOSTED, "/v1/payments/hpp"))["id"]
    answer = await first.post(f"/v1/payments/{waiting}/refund")
    assert flowlix_error(answer) == (422, INVALID, "payment_not_refundable", None)
    answer = await first.post("/v1/payments/pay_unknown/refund")
    assert flowlix_error(answer) == (404, INVALID, "resource_missing", None)


async def test_the_hosted_page_pays_at_once_with_any_card_that_is_good(first: Flowlix) -> None:
    made = await first.created(HOSTED, "/v1/payments/hpp")
    assert (made["status"], made["card"]) == ("pending", None)
    typed = {**TYPED, "number": "4635440000002223"}
    back = await first.http.post(made["redirect_url"], data=typed)
    address = f"https://shop.test/done?x=1&payment_id={made['id']}&status=succeeded"
    assert back.headers["location"] == address
    assert (await first.read(made["id"]))["status"] == "succeeded"


async def test_a_hosted_page_that_is_declined_left_or_canceled_has_failed(
    first: Flowlix, admin: Admin
) -> None:
    declined, canceled, left = [await first.created(HOSTED, "/v1/payments/hpp") for _ in range(3)]
    typed = {**TYPED, "number": "4000000000000002"}
    back = await first.http.post(declined["redirect_url"], data=typed)
    assert back.headers["location"].endswith("&status=failed")
    back = await first.http.post(canceled["redirect_url"], data={"do": "cancel"})
    assert back.headers["location"].endswith("&status=failed")
    await admin.forward(1801)
    for made in (declined, canceled, left):
        found = await first.read(made["id"])
        assert found["status"] == "failed"
        assert found["failed_at"] >= found["created"]
    listed = (await first.get("/v1/payments?status=failed")).json()["data"]
    assert len(listed) == 3


async def test_the_list_goes_both_ways(first: Flowlix) -> None:
    made = [await _paid(first) for _ in range(3)]
    made.reverse()
    await first.post(f"/v1/payments/{made[1]}/refund")

    async def listed(query: str) -> list[str]:
        body = (await first.get(f"/v1/payments?{query}")).json()
        assert (body["object"], body["url"]) == ("list", "/v1/payments")
        return [found["id"] for found in body["data"]]

    assert await listed("limit=2") == made[:2]
    assert await listed(f"starting_after={made[1]}") == made[2:]
    assert await listed(f"ending_before={made[2]}") == made[:2]
    assert await listed("status=refunded") == [made[1]]
    assert await listed("status=succeeded") == [made[0], made[2]]
    both = await first.get(f"/v1/payments?starting_after={made[0]}&ending_before={made[2]}")
    assert flowlix_error(both)[2] == "parameter_invalid"
    unknown = await first.get("/v1/payments?status=expired")
    assert flowlix_error(unknown) == (400, INVALID, "parameter_invalid", "status")


async def test_a_hundred_calls_fit_into_any_sixty_seconds(first: Flowlix, admin: Admin) -> None:
    await admin.set(classic_synchronous_rate_per_minute=2)
    begun = await first.get("/v1/payments")
    assert begun.headers["x-ratelimit-limit"] == "2"
    assert begun.headers["x-ratelimit-remaining"] == "1"
    await admin.forward(40)
    assert (await first.get("/v1/payments")).status_code == 200
    over = await first.get("/v1/payments")
    assert flowlix_error(over)[:3] == (429, "rate_limit_error", "rate_limit_exceeded")
    assert 1 <= int(over.headers["retry-after"]) <= 21
    # The first call is out of the window now, the second is not: a fixed window would forget both.
    await admin.forward(21)
    assert (await first.get("/v1/payments")).status_code == 200
    assert (await first.get("/v1/payments")).status_code == 429
    unknown = await first.http.get(f"{first.base}/v1/payments")
    assert "x-ratelimit-limit" not in unknown.headers


async def test_its_own_limit_is_a_hundred(admin: Admin) -> None:
    settings = (await admin.call("GET", "/settings")).json()
    assert settings["classic_synchronous_rate_per_minute"] == 100


async def test_the_generation_is_what_the_setting_says_when_the_call_comes(
    first: Flowlix, admin: Admin
) -> None:
    old = await first.created(_direct())
    page = (await first.created(HOSTED, "/v1/payments/hpp"))["redirect_url"]
    await admin.set(classic_generation="asynchronous")
    new = await first.created(classic_direct())
    assert (new["status"], new["refunds"]) == ("pending", [])
    assert (await first.get(f"/v1/payments/{old['id']}")).status_code == 404
    assert (await first.http.get(page)).status_code == 200
    await admin.set(classic_generation="synchronous")
    assert await first.read(old["id"]) == old
    assert (await first.get(f"/v1/payments/{new['id']}")).status_code == 404
    dump = await admin.dump()
    assert set(dump["flowlix_classic"]) == {new["id"]}
    assert old["id"] in dump["flowlix_synchronous"]
    assert (await admin.call("POST", "/reset")).status_code == 204
    assert (await first.get(f"/v1/payments/{old['id']}")).status_code == 404
