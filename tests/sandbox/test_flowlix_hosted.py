"""Hosted payment pages of the present Flowlix API, as a customer sees them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import Admin, Flowlix, direct, flowlix_error

pytestmark = pytest.mark.asyncio

INVALID = "invalid_request_error"


HOSTED = {"amount": 4500, "currency": "EUR", "return_url": "https://shop.test/done"}
TYPED = {
    "do": "pay",
    "number": "4242 4242 4242 4242",
    "expiry": "12/90",
    "code": "123",
    "holder": "Ada Muster",
}


async def _hosted(flowlix: Flowlix, **changes: object) -> Any:
    return await flowlix.created({**HOSTED, **changes}, "/v1/payments/hpp")


async def test_a_hosted_payment_is_paid_on_its_page(flowlix: Flowlix) -> None:
    made = await _hosted(flowlix, description="Cart <78>")
    assert (made["status"], made["card"]) == ("REQUIRES_ACTION", None)
    assert made["integration_type"] == "HOSTED_PAYMENT_PAGE"
    assert made["hosted_payment_url"] == made["next_action"]["redirect_url"]
    page = await flowlix.http.get(made["hosted_payment_url"])
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "45.00 EUR" in page.text
    assert "Cart &lt;78&gt;" in page.text
    back = await flowlix.http.post(made["hosted_payment_url"], data=TYPED)
    address = f"https://shop.test/done?payment_id={made['id']}&status=SUCCEEDED"
    assert back.headers["location"] == address
    paid = await flowlix.read(made["id"])
    assert (paid["status"], paid["card"]["last4"]) == ("SUCCEEDED", "4242")
    again = await flowlix.http.post(made["hosted_payment_url"], data={"do": "cancel"})
    assert again.headers["location"] == address


async def test_a_hosted_page_says_what_is_wrong_and_shows_no_card_back(flowlix: Flowlix) -> None:
    made = await _hosted(flowlix)
    page = await flowlix.http.post(made["hosted_payment_url"], data={**TYPED, "expiry": "13/90"})
    assert page.status_code == 200
    assert "month and year" in page.text
    for kept in ("Ada Muster", "13/90"):
        assert f'value="{kept}"' in page.text
    # It stands among the training cards, and nowhere else.
    assert "4242" not in page.text.replace("<dt>4242 4242 4242 4242</dt>", "", 1)
    assert "123" not in page.text
    assert (await flowlix.read(made["id"]))["status"] == "REQUIRES_ACTION"


async def test_a_hosted_payment_can_be_declined_canceled_and_left(
    flowlix: Flowlix, admin: Admin
) -> None:
    declined, canceled, left = [await _hosted(flowlix) for _ in range(3)]
    answer = await flowlix.http.post(
        declined["hosted_payment_url"], data={**TYPED, "number": "4000000000009995"}
    )
    assert answer.headers["location"].endswith("status=FAILED")
    answer = await flowlix.http.post(canceled["hosted_payment_url"], data={"do": "cancel"})
    assert answer.headers["location"].endswith("status=CANCELED")
    await admin.forward(1801)
    assert (await flowlix.read(declined["id"]))["decline_code"] == "insufficient_funds"
    assert (await flowlix.read(canceled["id"]))["status"] == "CANCELED"
    expired = await flowlix.read(left["id"])
    assert (expired["status"], expired["next_action"]) == ("EXPIRED", None)


async def test_a_hosted_payment_goes_through_three_d_secure(flowlix: Flowlix) -> None:
    made = await _hosted(flowlix)
    number = {**TYPED, "number": "4635440000002223"}
    on = await flowlix.http.post(made["hosted_payment_url"], data=number)
    page = on.headers["location"]
    assert (await flowlix.read(made["id"]))["next_action"]["redirect_url"] == page
    reopened = await flowlix.http.get(made["hosted_payment_url"])
    assert reopened.headers["location"] == page
    back = await flowlix.http.post(page, data={"do": "confirm"})
    assert back.headers["location"].endswith("status=SUCCEEDED")
    assert (await flowlix.read(made["id"]))["status"] == "SUCCEEDED"


async def test_a_hosted_payment_needs_a_return_address(flowlix: Flowlix) -> None:
    answer = await flowlix.post("/v1/payments/hpp", {"amount": 1, "currency": "EUR"})
    assert flowlix_error(answer) == (400, INVALID, "parameter_missing", "return_url")


async def test_pages_of_unknown_payments_do_not_exist(flowlix: Flowlix) -> None:
    made = await flowlix.created(direct())
    for path in (f"/hpp/{made['id']}", f"/3ds/{made['id']}", "/hpp/x", "/3ds/x"):
        for verb in ("GET", "POST"):
            answer = await flowlix.http.request(verb, f"{flowlix.base}{path}")
            assert answer.status_code == 404
