from __future__ import annotations

import json

import pytest

from posapp.sandbox.http import parse_json_raw
from posapp.sandbox.payfac.signature import message, sign, verified
from tests.sandbox.callers import Admin, Payfac, codes

SECRET = "ab7b539ea1317cca67c63c552"
REFUND = {
    "site_identifier": "S2155373459",
    "timestamp": "1719792000",
    "version": "3.0",
    "pnm_payment_identifier": "pay_mbabizu24mvu3mela5njyhpit4",
}


def test_the_published_order_example_is_signed_as_published() -> None:
    body = (
        b'{"site_identifier":"S2155373459","timestamp":"1636142061","version":"3.0",'
        b'"order_amount":500,"order_currency":"USD","order_is_standing":true,'
        b'"order_type":"any","site_customer_identifier":"11223344"}'
    )
    members = parse_json_raw(body)
    assert isinstance(members, dict)
    assert message(members) == (
        "order_amount500order_currencyUSDorder_is_standingtrueorder_typeany"
        "site_customer_identifier11223344site_identifierS2155373459"
        "timestamp1636142061version3.0"
    )
    assert sign(members, SECRET) == (
        "65c694f4b632187aa02fc4144cdd374373307f0a200448c9e53f2e47d84b3b82"
    )


@pytest.mark.parametrize(
    ("extra", "signature"),
    [
        ("", "62efcdda300066527bddf6689badee1acb17da09537a656f515a448c69d68423"),
        (
            ',"refund_amount":500,"refund_currency":"USD"',
            "88d9791f2a265abd86dc5bc8b107a0b40ade0484c6e7b00b6b09f78fbc8f7baa",
        ),
        (
            ',"refund_amount":5.00,"refund_currency":"USD"',
            "391ab43e82e70b9c597b61776afec03895d3d76686595b8133140af354da5b65",
        ),
        (
            ',"refund_amount":5.0,"refund_currency":"USD"',
            "e74cfaf0d2a8c769070b0063ad6ec9b47b5cdfa465e8521eb9feb4159fbfa7b2",
        ),
        (
            ',"agent_identifier":"agent-7","void_if_not_settled":"true"',
            "22bd4bbe302b63101471738c8e98fdf079eac245e8bf02a5b911eec69190859a",
        ),
    ],
)
def test_the_worked_examples_verify_from_the_characters_on_the_wire(
    extra: str, signature: str
) -> None:
    body = f'{json.dumps(REFUND)[:-1]}{extra},"signature":"{signature}"}}'
    members = parse_json_raw(body.encode())
    assert isinstance(members, dict)
    assert verified(members, SECRET)
    assert not verified(members, SECRET + "x")
    assert not verified({**members, "timestamp": "1719792001"}, SECRET)


@pytest.mark.asyncio
async def test_a_full_refund_leaves_the_amount_out(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.captured(1000)
    answer = await payfac.refund(made)
    assert answer.status_code == 202
    assert answer.json()["reference"] == "ORDER-1"
    assert await payfac.balances(made) == (1000, 0, 1000, 0)
    await admin.forward(3601)
    assert await payfac.balances(made) == (1000, 0, 1000, 1000)
    assert (await payfac.details(made))["status"] == "Refunded"
    newest = (await payfac.get(f"/payments/{made}/actions")).json()[0]
    assert (newest["type"], newest["id"]) == ("Refund", answer.json()["action_id"])
    assert (await payfac.refund(made)).status_code == 403


@pytest.mark.asyncio
async def test_partial_refunds_add_up_and_hold_their_amount(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.captured(1000)
    assert (await payfac.refund(made, "600")).status_code == 202
    assert codes(await payfac.refund(made, "500")) == ["refund_amount_exceeds_balance"]
    assert (await payfac.refund(made, "400")).status_code == 202
    assert codes(await payfac.refund(made)) == ["refund_amount_exceeds_balance"]
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 1000, 1000)


@pytest.mark.asyncio
async def test_a_refund_can_fail_after_it_was_accepted(payfac: Payfac, admin: Admin) -> None:
    made = await payfac.captured(1000)
    await admin.fault("fail_later", "payfac.refund")
    assert (await payfac.refund(made, "600")).status_code == 202
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 1000, 0)
    assert (await payfac.details(made))["status"] == "Captured"
    newest = (await payfac.get(f"/payments/{made}/actions")).json()[0]
    assert (newest["type"], newest["approved"], newest["amount"]) == ("Refund", False, 600)


@pytest.mark.asyncio
@pytest.mark.parametrize("token", ["0", "-5", "5.00", "5.0", "1e2", "1001.5", '"500"', "true"])
async def test_minor_units_are_whole_numbers(payfac: Payfac, token: str) -> None:
    made = await payfac.captured(1000)
    answer = await payfac.refund(made, token)
    # A text or a word is signed by its value, so only the amount itself can be at fault.
    assert "amount_invalid" in codes(answer)
    assert await payfac.balances(made) == (1000, 0, 1000, 0)


@pytest.mark.asyncio
async def test_major_units_are_understood_when_they_are_switched_on(
    payfac: Payfac, admin: Admin
) -> None:
    await admin.set(payfac_refund_unit="major")
    made = await payfac.captured(1000)
    for token in ("5", "1.00", "0.5"):
        assert (await payfac.refund(made, token)).status_code == 202
    assert codes(await payfac.refund(made, "1.005")) == ["amount_invalid"]
    await admin.settle()
    assert await payfac.balances(made) == (1000, 0, 1000, 650)
    yen = await payfac.captured(1000, currency="JPY")
    assert codes(await payfac.refund(yen, "5.0")) == ["amount_invalid"]
    assert (await payfac.refund(yen, "5")).status_code == 202
    await admin.settle()
    assert (await payfac.balances(yen))[3] == 5


async def _signed(payfac: Payfac, made: str, **changes: str) -> list[str]:
    content = payfac.signed(made, **changes)
    return codes(await payfac.call("POST", f"/payments/{made}/refunds", content=content))


@pytest.mark.asyncio
async def test_every_signed_member_is_checked(payfac: Payfac) -> None:
    made = await payfac.captured(1000)
    other = await payfac.captured(1000)
    assert await _signed(payfac, made, site_identifier="S1") == ["site_identifier_invalid"]
    assert await _signed(payfac, made, timestamp="1719792000") == ["timestamp_invalid"]
    assert await _signed(payfac, made, timestamp="now") == ["timestamp_invalid"]
    assert await _signed(payfac, made, version="2.0") == ["version_invalid"]
    assert await _signed(payfac, made, pnm_payment_identifier=other) == [
        "pnm_payment_identifier_invalid"
    ]
    assert await _signed(payfac, made, refund_currency="EUR") == ["currency_invalid"]
    empty = await payfac.post(f"/payments/{made}/refunds", {})
    assert codes(empty) == [
        "site_identifier_required",
        "timestamp_required",
        "version_required",
        "signature_required",
        "pnm_payment_identifier_required",
    ]
    assert await payfac.balances(made) == (1000, 0, 1000, 0)


@pytest.mark.asyncio
async def test_a_changed_body_no_longer_fits_its_signature(payfac: Payfac) -> None:
    made = await payfac.captured(1000)
    honest = payfac.signed(made, "100").decode()
    for changed in (
        honest.replace('"refund_amount": 100', '"refund_amount": 900'),
        honest.replace('"refund_amount": 100', '"refund_amount": 100.0'),
        honest.replace("}", ', "more": {"a": 1}}'),
    ):
        answer = await payfac.call("POST", f"/payments/{made}/refunds", content=changed.encode())
        assert "signature_invalid" in codes(answer)
    unsigned = json.loads(honest) | {"signature": 7}
    answer = await payfac.post(f"/payments/{made}/refunds", unsigned)
    assert codes(answer) == ["signature_invalid"]


@pytest.mark.asyncio
async def test_the_lenient_switch_takes_the_plain_refund_of_the_family(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.captured(1000)
    await admin.set(payfac_refund_signature="lenient")
    answer = await payfac.post(f"/payments/{made}/refunds", {"amount": 250, "reference": "R"})
    assert (answer.status_code, answer.json()["reference"]) == (202, "R")
    await admin.settle()
    assert (await payfac.balances(made))[3] == 250
    forged = payfac.signed(made, "100").replace(b'"signature": "', b'"signature": "0')
    answer = await payfac.call("POST", f"/payments/{made}/refunds", content=forged)
    assert codes(answer) == ["signature_invalid"]


@pytest.mark.asyncio
async def test_a_reversal_does_what_the_state_asks_for(payfac: Payfac, admin: Admin) -> None:
    authorized = await payfac.authorize()
    assert (await payfac.reverse(authorized)).status_code == 202
    captured = await payfac.captured()
    answer = await payfac.reverse(captured, agent_identifier="a7", void_if_not_settled="true")
    assert answer.status_code == 202
    partly = await payfac.authorize()
    part = {"amount": 300, "capture_type": "NonFinal"}
    await payfac.post(f"/payments/{partly}/captures", part)
    await admin.settle()
    assert (await payfac.reverse(partly)).status_code == 202
    assert (await payfac.reverse(partly)).status_code == 403
    await admin.settle()
    assert await payfac.balances(authorized) == (1000, 1000, 0, 0)
    assert await payfac.balances(captured) == (1000, 0, 1000, 1000)
    assert await payfac.balances(partly) == (1000, 700, 300, 300)
    for made in (authorized, captured, partly):
        again = await payfac.reverse(made)
        assert (again.status_code, again.content) == (204, b"")
    verified = (await payfac.pay(amount=0))["id"]
    assert (await payfac.reverse(verified)).status_code == 403


@pytest.mark.asyncio
async def test_a_reversal_is_checked_like_a_refund(payfac: Payfac) -> None:
    made = await payfac.captured(1000)
    content = payfac.signed(made, void_if_not_settled="yes")
    answer = await payfac.call("POST", f"/payments/{made}/reversals", content=content)
    assert codes(answer) == ["void_if_not_settled_invalid"]
    answer = await payfac.post(f"/payments/{made}/reversals", REFUND)
    assert "signature_required" in codes(answer)
