from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.callers import Payfac, codes, session, session_data

pytestmark = pytest.mark.asyncio


async def test_all_faults_of_a_session_are_named_at_once(payfac: Payfac) -> None:
    assert codes(await payfac.post("/payment-sessions", {})) == [
        "currency_required",
        "amount_required",
        "billing_required",
        "success_url_required",
        "failure_url_required",
    ]
    wrong = session(
        amount=-1,
        currency="XXX",
        payment_type="PayLater",
        billing={"phone": {"country_code": "x"}},
        success_url="ftp://shop.test",
        failure_url="https://shop.test/" + "a" * 1024,
        metadata={f"k{n}": "v" for n in range(19)},
        reference="r" * 51,
    )
    assert codes(await payfac.post("/payment-sessions", wrong)) == [
        "currency_invalid",
        "amount_invalid",
        "payment_type_invalid",
        "country_phone_code_invalid",
        "address_invalid",
        "success_url_invalid",
        "fail_url_invalid",
        "parameter_invalid",
        "metadata_key_invalid",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 1.5}, "amount_invalid"),
        ({"amount": 1_000_000_000}, "amount_invalid"),
        ({"amount": 1312, "currency": "BHD"}, "amount_invalid"),
        ({"billing": []}, "parameter_invalid"),
        ({"billing": {}}, "address_invalid"),
        ({"billing": {"address": "x"}}, "address_invalid"),
        ({"billing": {"address": {"city": "Bremen"}}}, "country_address_invalid"),
        ({"billing": {"address": {"country": "Germany"}}}, "country_address_invalid"),
        ({"success_url": None}, "success_url_required"),
        ({"failure_url": "javascript:alert(1)"}, "fail_url_invalid"),
        ({"description": "d" * 101}, "parameter_invalid"),
        ({"metadata": {"a": "v" * 256}}, "parameter_invalid"),
        ({"display_name": "d" * 256}, "parameter_invalid"),
        ({"locale": "english"}, "parameter_invalid"),
        ({"expires_on": "2020-01-01T00:00:00Z"}, "parameter_invalid"),
        ({"expires_on": "tomorrow"}, "parameter_invalid"),
        ({"capture": "yes"}, "parameter_invalid"),
        ({"capture_on": 5}, "parameter_invalid"),
        ({"customer_retry": {"max_attempts": 0}}, "parameter_invalid"),
        ({"customer_retry": {"max_attempts": "5"}}, "parameter_invalid"),
        ({"customer": {"email": "nobody"}}, "customer_email_invalid"),
        ({"processing_channel_id": "pc_1"}, "parameter_invalid"),
        ({"enabled_payment_methods": "card"}, "parameter_invalid"),
        ({"disabled_payment_methods": [1]}, "parameter_invalid"),
        ({"items": {}}, "parameter_invalid"),
        ({"amount_allocations": [{"amount": "1"}]}, "amount_invalid"),
        ({"risk": {"enabled": 1}}, "risk_enabled_required"),
        ({"3ds": {"version": "2" * 11}}, "3ds_version_invalid"),
        ({"shipping": {"address": {"zip": "z" * 51}}}, "zip_invalid"),
        *(
            ({name: "x"}, "parameter_invalid")
            for name in (
                "recipient", "processing", "instruction", "payment_method_configuration",
                "sender", "shipping", "3ds", "risk", "customer_retry", "billing_descriptor",
            )
        ),
    ],
)  # fmt: skip
async def test_a_wrong_member_of_a_session_is_refused_by_its_code(
    payfac: Payfac, changes: dict[str, Any], code: str
) -> None:
    answer = await payfac.post("/payment-sessions", {**session(), **changes})
    assert codes(answer) == [code]


async def test_every_member_of_a_session_is_taken_at_its_limit(payfac: Payfac) -> None:
    everything: dict[str, Any] = {
        "payment_type": "Unscheduled",
        "reference": "r" * 50,
        "description": "d" * 100,
        "success_url": "https://shop.test/" + "a" * 1006,
        "failure_url": "https://shop.test/" + "a" * 1006,
        "display_name": "d" * 255,
        "metadata": {f"k{n}": "v" * 255 for n in range(18)},
        "locale": "fil-PH",
        "customer_retry": {"max_attempts": 15},
        "processing_channel_id": "pc_" + "a" * 26,
        "recipient": {"zip": "1"},
        "sender": {"type": "individual"},
        "processing": {"aft": False},
        "instruction": {"purpose": "gifts"},
        "payment_method_configuration": {"card": {}},
        "amount_allocations": [{"id": "ent_1", "amount": 1, "commission": {"amount": 1}}],
        "risk": {"enabled": False},
        "capture_on": "2999-01-01T00:00:00Z",
    }
    assert (await payfac.post("/payment-sessions", session(**everything))).status_code == 201


async def test_all_faults_of_a_submission_are_named_at_once(payfac: Payfac) -> None:
    name, secret = await payfac.open_session()
    path = f"/payment-sessions/{name}/submit"
    assert codes(await payfac.post(path, {})) == ["session_data_required", "amount_required"]
    wrong: dict[str, Any] = {
        "session_data": session_data(secret, "4242424242424241", cvv="1", expiry_year=2020),
        "amount": 1.5,
        "reference": "r" * 51,
        "ip_address": "300.1.1.1",
        "3ds": [],
        "items": 5,
    }
    assert codes(await payfac.post(path, wrong)) == [
        "card_number_invalid",
        "card_expired",
        "cvv_invalid",
        "amount_invalid",
        "parameter_invalid",
        "ip_address_invalid",
    ]
    bad_bodies: list[object] = [None, [], "x", {"session_data": session_data(secret)}]
    for bad in bad_bodies:
        assert (await payfac.post(path, bad)).status_code == 422
    # Nothing of this was an attempt.
    assert "payment_id" not in (await payfac.get(f"/payment-sessions/{name}")).json()


@pytest.mark.parametrize(
    "text",
    ["", "!!!", "e30", "W10", "bnVsbA", "eyJhIjox", base64.b64encode(b"\xff").decode()],
)
async def test_unreadable_session_data_is_refused(payfac: Payfac, text: str) -> None:
    opened = await payfac.open_session()
    assert codes(await payfac.submit(opened, session_data=text)) == ["session_data_invalid"]


@pytest.mark.parametrize("address", ["", "300.1.1.1", "shop.test", "fe80::1%" + "a" * 38, 5])
async def test_what_is_no_address_of_the_internet_is_refused(
    payfac: Payfac, address: object
) -> None:
    opened = await payfac.open_session()
    assert codes(await payfac.submit(opened, ip_address=address)) == ["ip_address_invalid"]
    longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
    assert (await payfac.submit(opened, ip_address=longest)).status_code == 201


async def test_session_data_fits_its_own_session_only(payfac: Payfac) -> None:
    one, two = await payfac.open_session(), await payfac.open_session()
    crossed = await payfac.submit((one[0], two[1]))
    assert codes(crossed) == ["session_data_invalid"]
    assert (await payfac.submit(one)).status_code == 201


async def test_an_amex_reference_is_shorter_in_a_session_too(payfac: Payfac) -> None:
    opened = await payfac.open_session(reference="r" * 31)
    assert codes(await payfac.submit(opened, "378282246310005")) == ["parameter_invalid"]
    shorter = await payfac.submit(opened, "378282246310005", reference="r" * 30)
    assert shorter.status_code == 201
