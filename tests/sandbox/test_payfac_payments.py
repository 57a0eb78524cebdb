from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.callers import Admin, Payfac, codes, payment

pytestmark = pytest.mark.asyncio


async def test_a_payment_by_phone_is_authorized_and_captures_itself(
    payfac: Payfac, admin: Admin
) -> None:
    body = await payfac.pay(amount=6540, source={"cvv": "100"})
    assert re.fullmatch(r"pay_[a-z2-7]{26}", body["id"])
    assert re.fullmatch(r"act_[a-z2-7]{26}", body["action_id"])
    assert (body["approved"], body["status"], body["response_code"]) == (
        True,
        "Authorized",
        "10000",
    )
    assert (body["amount"], body["currency"], body["reference"]) == (6540, "USD", "ORDER-1")
    assert body["source"]["last4"] == "4242"
    assert body["balances"]["available_to_capture"] == 6540
    assert set(body["_links"]) == {"self", "actions", "capture", "void"}

    before = await payfac.details(body["id"])
    assert (before["status"], before["payment_type"]) == ("Authorized", "MOTO")
    await admin.forward(3601)
    after = await payfac.details(body["id"])
    assert (after["status"], after["approved"]) == ("Captured", True)
    assert await payfac.balances(body["id"]) == (6540, 0, 6540, 0)
    assert set(after["_links"]) == {"self", "actions", "refund"}

    actions = (await payfac.get(f"/payments/{body['id']}/actions")).json()
    assert [action["type"] for action in actions] == ["Capture", "Authorization"]
    assert actions[1]["id"] == body["action_id"]
    assert all(action["approved"] for action in actions)


async def test_links_are_absolute_and_lead_to_the_payment(payfac: Payfac) -> None:
    body = await payfac.pay()
    link = body["_links"]["self"]["href"]
    assert link.startswith(f"{payfac.endpoint.base_url}/payments/")
    answer = await payfac.http.get(link, headers={"Authorization": payfac.authorization})
    assert answer.json()["id"] == body["id"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4544249167673670", "20051"),
        ("4724117215951699", "20054"),
        ("4941202060999329", "30041"),
        ("4539253655711767", "30043"),
        ("4276038578596818", "2005C"),
        ("4734868958733862", "200N7"),
    ],
)
async def test_a_decline_is_a_201_that_says_so(payfac: Payfac, number: str, code: str) -> None:
    body = await payfac.pay(number)
    assert (body["approved"], body["status"]) == (False, "Declined")
    assert body["response_code"] == code
    assert "id" not in body["source"]
    details = await payfac.details(body["id"])
    assert (details["status"], details["approved"]) == ("Declined", False)
    assert await payfac.balances(body["id"]) == (0, 0, 0, 0)
    (action,) = (await payfac.get(f"/payments/{body['id']}/actions")).json()
    assert (action["approved"], action["response_code"]) == (False, code)


async def test_the_good_card_is_declined_for_one_amount(payfac: Payfac) -> None:
    assert (await payfac.pay(amount=101))["response_code"] == "20051"
    assert (await payfac.pay(amount=102))["response_code"] == "10000"


async def test_amount_triggers_work_only_behind_their_switch(payfac: Payfac, admin: Admin) -> None:
    assert (await payfac.pay(amount=2005))["approved"] is True
    await admin.set(payfac_amount_triggers=True)
    assert (await payfac.pay(amount=2005))["response_code"] == "20005"
    assert (await payfac.pay(amount=4001))["response_code"] == "40101"


@pytest.mark.parametrize("changes", [{"amount": 0}, {"amount": None}])
async def test_amount_zero_verifies_the_card(payfac: Payfac, changes: dict[str, Any]) -> None:
    body = await payfac.pay(**changes)
    assert (body["approved"], body["status"]) == (True, "Card Verified")
    (action,) = (await payfac.get(f"/payments/{body['id']}/actions")).json()
    assert action["type"] == "Card Verification"
    assert (await payfac.post(f"/payments/{body['id']}/captures")).status_code == 403


async def test_some_cards_can_be_verified_but_not_charged(payfac: Payfac) -> None:
    assert (await payfac.pay("4546381219393284", amount=0))["status"] == "Card Verified"
    assert (await payfac.pay("4546381219393284", amount=5))["response_code"] == "20051"
    verified = await payfac.authorize(number="4273149019799094")
    assert (await payfac.post(f"/payments/{verified}/captures")).status_code == 403
    assert (await payfac.post(f"/payments/{verified}/voids")).status_code == 403


@pytest.mark.parametrize(
    ("cvv", "letter"), [("204", "D"), (None, "N"), ("205", "P"), ("202", "U"), ("100", "Y")]
)
async def test_the_security_code_chooses_its_answer(
    payfac: Payfac, cvv: str | None, letter: str
) -> None:
    body = await payfac.pay("4659105569051157", source={"cvv": cvv})
    assert (body["source"]["cvv_check"], body["response_code"]) == (letter, "10000")


@pytest.mark.parametrize(
    ("line", "letter"), [("Test_A", "A"), ("Test_AE6", "AE6"), ("Test_Q", "S"), ("High St 1", "S")]
)
async def test_the_address_chooses_its_answer(payfac: Payfac, line: str, letter: str) -> None:
    body = await payfac.pay(source={"billing_address": {"address_line1": line, "country": "GB"}})
    assert body["source"]["avs_check"] == letter


async def test_all_faults_of_one_request_are_named_at_once(payfac: Payfac) -> None:
    source = {
        "type": "card",
        "number": "4242424242424241",
        "expiry_month": 13,
        "expiry_year": 20,
        "cvv": "12",
        "billing_address": {"country": "United Kingdom"},
        "phone": {"country_code": "44", "number": "1"},
    }
    body = {
        "currency": "XXX",
        "source": source,
        "amount": -1,
        "payment_type": "Phone",
        "reference": "r" * 81,
    }
    assert codes(await payfac.post("/payments", body)) == [
        "currency_invalid",
        "card_number_invalid",
        "card_expiry_month_invalid",
        "card_expiry_year_invalid",
        "cvv_invalid",
        "amount_invalid",
        "payment_type_invalid",
        "country_address_invalid",
        "phone_number_length_invalid",
        "parameter_invalid",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": None}, "currency_required"),
        ({"currency": "usd"}, "currency_invalid"),
        ({"amount": 1.5}, "amount_invalid"),
        ({"amount": "1000"}, "amount_invalid"),
        ({"amount": True}, "amount_invalid"),
        ({"amount": 1_000_000_000}, "amount_invalid"),
        ({"amount": 1312, "currency": "BHD"}, "amount_invalid"),
        ({"amount": 1250, "currency": "CLP"}, "amount_invalid"),
        ({"source": None}, "payment_source_required"),
        ({"merchant_initiated": True, "payment_type": "Regular"}, "payment_type_invalid"),
        ({"payment_type": "Regular", "merchant_initiated": "yes"}, "parameter_invalid"),
        ({"description": "d" * 101}, "parameter_invalid"),
        ({"capture_on": "tomorrow"}, "parameter_invalid"),
        ({"authorization_type": "final"}, "parameter_invalid"),
        ({"metadata": {"a": {"b": 1}}}, "parameter_invalid"),
        ({"metadata": {f"k{n}": 1 for n in range(21)}}, "metadata_key_invalid"),
        ({"customer": {"email": "nobody"}}, "customer_email_invalid"),
        ({"payment_ip": "300.1.1.1"}, "ip_address_invalid"),
        ({"success_url": "javascript:alert(1)"}, "success_url_invalid"),
        ({"billing_descriptor": {"name": "Shop"}}, "billing_descriptor_city_required"),
    ],
)
async def test_a_wrong_member_is_refused_by_its_code(
    payfac: Payfac, changes: dict[str, Any], code: str
) -> None:
    body = {**payment(), **changes}
    assert codes(await payfac.post("/payments", body)) == [code]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"type": None}, "source_type_required"),
        ({"type": "cheque"}, "source_invalid"),
        ({"type": "token"}, "payment_method_not_supported"),
        ({"number": None}, "card_number_required"),
        ({"number": 4242424242424242}, "card_number_invalid"),
        ({"number": "4012888888881881"}, "card_number_invalid"),
        ({"expiry_month": None}, "card_expiry_month_required"),
        ({"expiry_month": "12"}, "card_expiry_month_invalid"),
        ({"expiry_year": None}, "card_expiry_year_required"),
        ({"expiry_year": 2020}, "card_expired"),
        ({"cvv": 100}, "cvv_invalid"),
        ({"cvv": "1000"}, "cvv_invalid"),
        ({"number": "378282246310005", "cvv": "100"}, "cvv_invalid"),
    ],
)
async def test_a_wrong_card_member_is_refused_by_its_code(
    payfac: Payfac, source: dict[str, object], code: str
) -> None:
    answer = await payfac.post("/payments", payment(source=source))
    assert codes(answer) == [code]


async def test_an_amex_reference_is_shorter(payfac: Payfac) -> None:
    amex = "378282246310005"
    await payfac.pay(amex, reference="r" * 30)
    assert codes(await payfac.post("/payments", payment(amex, reference="r" * 31))) == [
        "parameter_invalid"
    ]


async def test_moto_can_be_switched_off(payfac: Payfac, admin: Admin) -> None:
    await admin.set(payfac_moto_enabled=False)
    assert codes(await payfac.post("/payments", payment())) == ["payment_type_invalid"]
    assert (await payfac.pay(payment_type="Regular"))["approved"] is True


async def test_unknown_members_are_ignored_until_the_switch_says_otherwise(
    payfac: Payfac, admin: Admin
) -> None:
    await payfac.pay(surprise=1)
    await admin.set(payfac_refuse_unknown_members=True)
    assert codes(await payfac.post("/payments", payment(surprise=1))) == ["parameter_invalid"]
    await payfac.pay()


async def test_payments_are_listed_by_reference_newest_first(payfac: Payfac) -> None:
    made = [(await payfac.pay(reference="ORD-9"))["id"] for _ in range(3)]
    await payfac.pay(reference="OTHER")
    answer = await payfac.get("/payments?reference=ORD-9&limit=2")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["limit"], body["skip"], body["total_count"]) == (2, 0, 3)
    assert [found["id"] for found in body["data"]] == [made[2], made[1]]
    rest = (await payfac.get("/payments?reference=ORD-9&limit=2&skip=2")).json()
    assert [found["id"] for found in rest["data"]] == [made[0]]
    assert (await payfac.get("/payments?reference=none")).json()["data"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "skip=-1", "skip=1.5"])
async def test_paging_that_makes_no_sense_is_unprocessable(payfac: Payfac, query: str) -> None:
    assert codes(await payfac.get(f"/payments?reference=a&{query}")) == ["paging_limit_invalid"]


async def test_a_list_can_lag_behind(payfac: Payfac, admin: Admin) -> None:
    await admin.set(list_lag_seconds=60)
    made = await payfac.pay(reference="LAG")
    assert (await payfac.get("/payments?reference=LAG")).json()["total_count"] == 0
    assert (await payfac.details(made["id"]))["id"] == made["id"]
    await admin.forward(61)
    assert (await payfac.get("/payments?reference=LAG")).json()["total_count"] == 1


@pytest.mark.parametrize(
    "path", ["/payments/pay_aaaaaaaaaaaaaaaaaaaaaaaaaa", "/payments/nonsense", "/nowhere"]
)
async def test_what_does_not_exist_is_an_empty_404(payfac: Payfac, path: str) -> None:
    for verb in ("GET", "DELETE", "PUT"):
        answer = await payfac.call(verb, path)
        assert (answer.status_code, answer.content) == (404, b"")


async def test_an_authorization_that_is_never_captured_is_voided_after_seven_days(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.authorize()
    await admin.forward(7 * 86400 - 60)
    assert (await payfac.details(made))["status"] == "Authorized"
    await admin.forward(120)
    assert (await payfac.details(made))["status"] == "Voided"
    assert await payfac.balances(made) == (1000, 1000, 0, 0)


async def test_a_capture_can_be_scheduled(payfac: Payfac, admin: Admin) -> None:
    body = await payfac.pay(capture=False, capture_on="2999-01-01T00:00:00Z")
    await admin.settle()
    assert (await payfac.details(body["id"]))["status"] == "Captured"
    soon = await payfac.pay(capture_on="2999-01-01T00:00:00Z")
    # What is scheduled holds nothing: the payment can be voided until then.
    assert (await payfac.post(f"/payments/{soon['id']}/voids")).status_code == 202


async def test_search_finds_by_query_and_pages(payfac: Payfac) -> None:
    made = [(await payfac.pay(amount=amount))["id"] for amount in (500, 700, 900)]
    everything = {"query": "amount:>=500 AND NOT status:'declined'", "limit": 2}
    answer = await payfac.post("/payments/search", everything)
    assert answer.status_code == 202
    body = answer.json()
    assert [found["id"] for found in body["data"]] == [made[2], made[1]]
    following = body["_links"]["next"]["href"]
    headers = {"Authorization": payfac.authorization}
    page = await payfac.http.get(following, headers=headers)
    assert [found["id"] for found in page.json()["data"]] == [made[0]]
    assert "next" not in page.json()["_links"]
    page = await payfac.http.post(following, headers=headers, json=everything)
    assert [found["id"] for found in page.json()["data"]] == [made[0]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("reference:'IT''S'", None),
        (r"reference:'IT\'S'", 1),
        ("last4:'4242' OR last4:'0005'", 2),
        ("status:('Authorized','Declined')", 2),
        ("status:['authorized']", 2),
        ("currency:'usd' AND (amount:<1001)", 2),
        ("scheme:amex", 1),
        ("metadata.agent:'a*7'", 1),
        ("metadata.agent:'b*'", 0),
        ("colour:'red'", None),
        ("amount:>", None),
        ("", None),
        ("(" * 500 + "amount:1" + ")" * 500, None),
    ],
)
async def test_the_search_language_is_understood_or_refused(
    payfac: Payfac, query: str, count: int | None
) -> None:
    await payfac.pay(reference="IT'S", metadata={"agent": "a17"})
    await payfac.pay("378282246310005")
    answer = await payfac.post("/payments/search", {"query": query})
    if count is None:
        assert answer.status_code == 400
        assert codes(answer) == ["request_invalid"]
    else:
        assert len(answer.json()["data"]) == count


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "parameter_invalid"),
        ({"query": "amount:1", "limit": 1001}, "paging_limit_invalid"),
        ({"query": "amount:1", "from": "2026-01-01T00:00:00Z"}, "parameter_invalid"),
        ({"query": "a" * 1025}, "parameter_invalid"),
    ],
)
async def test_a_search_that_makes_no_sense_is_unprocessable(
    payfac: Payfac, body: dict[str, object], code: str
) -> None:
    answer = await payfac.post("/payments/search", body)
    assert (answer.status_code, codes(answer)) == (422, [code])
