"""Members that the contract does not know: ignored, or refused when the switch says so."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.sandbox.callers import Admin, Payfac, codes, payment, session, session_data

pytestmark = pytest.mark.asyncio

ADDRESS = {"address_line1": "Test_A", "address_line2": "", "city": "London", "state": "",
           "zip": "W1T 4TJ", "country": "GB"}  # fmt: skip
PHONE = {"country_code": "44", "number": "2071234567"}
_SHARED: dict[str, Any] = {
    "customer": {"id": "cus_" + "a" * 26, "email": "ada@shop.test", "name": "Ada Muster"},
    "billing_descriptor": {"name": "Shop", "city": "Bremen", "reference": "r"},
    "shipping": {"address": ADDRESS, "phone": PHONE},
    "amount_allocations": [
        {"id": "ent_1", "amount": 1, "reference": "r", "commission": {"amount": 1}}
    ],
}
_CHALLENGE: dict[str, Any] = {
    "enabled": False, "attempt_n3d": False, "eci": "05", "cryptogram": "c", "xid": "x",
    "version": "2.2.0", "exemption": "low_value",
}  # fmt: skip
_RETRY: dict[str, Any] = {
    "dunning": {"enabled": True, "max_attempts": 3, "end_after_days": 9},
    "downtime": {"enabled": True},
}
_TAKEN_AS_THEY_ARE = ("processing", "instruction", "sender", "recipient", "payment_plan",
                      "segment", "routing", "payment_method_configuration")  # fmt: skip
PAYMENT: dict[str, Any] = payment(
    source={
        "cvv": "100", "name": "Ada Muster", "stored": False, "store_for_future_use": False,
        "billing_address": ADDRESS, "phone": PHONE,
    },
    description="d",
    authorization_type="Estimated",
    capture=False,
    capture_on="2999-01-01T00:00:00Z",
    merchant_initiated=False,
    processing_channel_id="pc_" + "a" * 26,
    previous_payment_id="pay_x",
    risk={"enabled": True},
    success_url="https://shop.test/ok",
    failure_url="https://shop.test/no",
    payment_ip="203.0.113.7",
    partial_authorization={"enabled": False},
    retry=_RETRY,
    items=[{"name": "Lamp"}],
    metadata={"a": 1},
) | {
    "3ds": _CHALLENGE, **_SHARED, **{name: {"any": 1} for name in _TAKEN_AS_THEY_ARE[:7]},
}  # fmt: skip
SESSION = session(
    billing={"address": ADDRESS, "phone": PHONE},
    payment_type="MOTO",
    description="d",
    processing_channel_id="pc_" + "a" * 26,
    expires_on="2999-01-01T00:00:00Z",
    enabled_payment_methods=["card"],
    disabled_payment_methods=["paypal"],
    items=[{"name": "Lamp"}],
    risk={"enabled": True},
    customer_retry={"max_attempts": 5},
    display_name="Shop",
    metadata={"a": 1},
    locale="en-GB",
    capture=True,
    capture_on="2999-01-01T00:00:00Z",
    **{"3ds": _CHALLENGE},
    **_SHARED,
    **{name: {"any": 1} for name in ("recipient", "processing", "instruction", "sender",
                                     "payment_method_configuration")},
)  # fmt: skip
CAPTURE = {
    "amount": 10, "capture_type": "NonFinal", "reference": "r", "description": "d",
    "items": [{"name": "Lamp"}], "processing": {"any": 1}, "metadata": {"a": 1}, **_SHARED,
}  # fmt: skip
SUBMISSION: dict[str, Any] = {
    "amount": 1000, "reference": "r", "items": [{"name": "Lamp"}], "3ds": _CHALLENGE,
    "ip_address": "203.0.113.7",
}  # fmt: skip
ACTIONS: list[tuple[str, dict[str, Any]]] = [
    ("authorizations", {"amount": 1, "reference": "r", "metadata": {"a": 1}}),
    ("captures", CAPTURE),
    ("voids", {"reference": "r", "metadata": {"a": 1}}),
]


def with_one_more(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Where a member was added, and the body with it: once in every object that is read."""
    found: list[tuple[str, dict[str, Any]]] = []

    def visit(part: Any, place: tuple[Any, ...]) -> None:
        if isinstance(part, list):
            for n, item in enumerate(part):
                visit(item, (*place, n))
        if isinstance(part, dict) and not _is_free(place):
            changed = copy.deepcopy(body)
            inner: Any = changed
            for step in place:
                inner = inner[step]
            inner["surprise"] = 1
            found.append((".".join(map(str, place)), changed))
            for name, item in part.items():
                visit(item, (*place, name))

    visit(body, ())
    return found


def _is_free(place: tuple[Any, ...]) -> bool:
    """Metadata is the shop's own, and of these objects the contract lists no members."""
    free = {*_TAKEN_AS_THEY_ARE, "metadata", "items", "commission"}
    return any(step in free for step in place)


@pytest.mark.parametrize(("place", "body"), with_one_more(PAYMENT))
async def test_a_payment_with_an_unknown_member_anywhere_is_refused(
    payfac: Payfac, admin: Admin, place: str, body: dict[str, Any]
) -> None:
    assert (await payfac.post("/payments", body)).status_code == 201, place
    await admin.set(payfac_refuse_unknown_members=True)
    assert codes(await payfac.post("/payments", body)) == ["parameter_invalid"]
    assert (await payfac.post("/payments", PAYMENT)).status_code == 201


async def test_unknown_members_are_looked_for_at_every_level() -> None:
    places = {place for place, _ in with_one_more(PAYMENT)}
    assert places == {
        "", "source", "source.billing_address", "source.phone", "customer", "billing_descriptor",
        "shipping", "shipping.address", "shipping.phone", "3ds", "risk", "partial_authorization",
        "retry", "retry.dunning", "retry.downtime", "amount_allocations.0",
    }  # fmt: skip


@pytest.mark.parametrize(("place", "body"), with_one_more(SESSION))
async def test_a_session_with_an_unknown_member_anywhere_is_refused(
    payfac: Payfac, admin: Admin, place: str, body: dict[str, Any]
) -> None:
    assert (await payfac.post("/payment-sessions", body)).status_code == 201, place
    await admin.set(payfac_refuse_unknown_members=True)
    assert codes(await payfac.post("/payment-sessions", body)) == ["parameter_invalid"]
    assert (await payfac.post("/payment-sessions", SESSION)).status_code == 201


@pytest.mark.parametrize(("place", "body"), with_one_more(SUBMISSION))
async def test_a_submission_with_an_unknown_member_anywhere_is_refused(
    payfac: Payfac, admin: Admin, place: str, body: dict[str, Any]
) -> None:
    assert (await payfac.submit(await payfac.open_session(), **body)).status_code == 201, place
    opened = await payfac.open_session()
    await admin.set(payfac_refuse_unknown_members=True)
    assert codes(await payfac.submit(opened, **body)) == ["parameter_invalid"]
    assert (await payfac.submit(opened, **SUBMISSION)).status_code == 201
    # What Flow hands over is opaque: only the gateway itself looks into it.
    name, secret = await payfac.open_session()
    data = session_data(secret, surprise=1)
    assert (await payfac.submit((name, secret), session_data=data)).status_code == 201


@pytest.mark.parametrize(
    ("path", "good", "body"),
    [
        pytest.param(path, good, body, id=f"{path} {place}")
        for path, good in ACTIONS
        for place, body in with_one_more(good)
    ],
)
async def test_an_action_with_an_unknown_member_anywhere_is_refused(
    payfac: Payfac, admin: Admin, path: str, good: dict[str, Any], body: dict[str, Any]
) -> None:
    accepted = 201 if path == "authorizations" else 202
    lax = await payfac.authorize(authorization_type="Estimated")
    assert (await payfac.post(f"/payments/{lax}/{path}", body)).status_code == accepted
    strict = await payfac.authorize(authorization_type="Estimated")
    await admin.set(payfac_refuse_unknown_members=True)
    assert codes(await payfac.post(f"/payments/{strict}/{path}", body)) == ["parameter_invalid"]
    assert (await payfac.post(f"/payments/{strict}/{path}", good)).status_code == accepted


async def test_a_cancellation_with_an_unknown_member_is_refused(
    payfac: Payfac, admin: Admin
) -> None:
    made = (
        await payfac.pay(
            "4544249167673670", payment_type="Recurring", merchant_initiated=True, retry=_RETRY
        )
    )["id"]
    await admin.set(payfac_refuse_unknown_members=True)
    path = f"/payments/{made}/cancellations"
    assert codes(await payfac.post(path, {"surprise": None})) == ["parameter_invalid"]
    assert (await payfac.post(path, {"reference": "r"})).status_code == 202


async def test_a_search_with_an_unknown_member_is_refused(payfac: Payfac, admin: Admin) -> None:
    search: dict[str, Any] = {
        "query": "amount:1", "limit": 5, "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
    }  # fmt: skip
    assert (await payfac.post("/payments/search", {**search, "surprise": 1})).status_code == 202
    await admin.set(payfac_refuse_unknown_members=True)
    answer = await payfac.post("/payments/search", {**search, "surprise": 1})
    assert (answer.status_code, codes(answer)) == (422, ["parameter_invalid"])
    assert (await payfac.post("/payments/search", search)).status_code == 202


async def test_a_signed_call_with_an_unknown_member_is_refused(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.captured(1000)
    await admin.set(payfac_refuse_unknown_members=True)
    for path in ("refunds", "reversals"):
        signed = payfac.signed(made, "5", refund_currency="USD", surprise="x")
        answer = await payfac.call("POST", f"/payments/{made}/{path}", content=signed)
        assert codes(answer) == ["parameter_invalid"]
    # Who cancels is told in a reversal only.
    told = {"agent_identifier": "a", "void_if_not_settled": "true", "refund_currency": "USD"}
    signed = payfac.signed(made, "5", **told)
    answer = await payfac.call("POST", f"/payments/{made}/refunds", content=signed)
    assert codes(answer) == ["parameter_invalid"]
    answer = await payfac.call("POST", f"/payments/{made}/reversals", content=signed)
    assert answer.status_code == 202
    assert (await payfac.refund(made, "5")).status_code == 202


async def test_the_members_of_the_family_s_own_refund_need_the_lenient_switch(
    payfac: Payfac, admin: Admin
) -> None:
    made = await payfac.captured(1000)
    await admin.set(payfac_refuse_unknown_members=True, payfac_refund_signature="lenient")
    own = {"amount": 5, "reference": "r", "metadata": {"a": 1}, "items": []}
    path = f"/payments/{made}/refunds"
    assert (await payfac.post(path, own)).status_code == 202
    assert codes(await payfac.post(path, {**own, "surprise": 1})) == ["parameter_invalid"]
    await admin.set(payfac_refund_signature="strict")
    for name in ("reference", "metadata", "items"):
        signed = json.loads(payfac.signed(made, **{name: "5"}))
        assert codes(await payfac.post(path, signed)) == ["parameter_invalid"]


async def test_what_is_not_known_is_not_kept(payfac: Payfac, admin: Admin) -> None:
    for _, body in with_one_more(PAYMENT):
        assert (await payfac.post("/payments", body)).status_code == 201
    for _, body in with_one_more(SESSION):
        assert (await payfac.post("/payment-sessions", body)).status_code == 201
    kept = (await admin.call("GET", "/dump")).text
    assert '"zip":"W1T 4TJ"' in kept
    assert "surprise" not in kept


async def test_a_source_of_another_kind_is_refused_once(payfac: Payfac, admin: Admin) -> None:
    await admin.set(payfac_refuse_unknown_members=True)
    body = {**payment(), "source": {"type": "token", "token": "tok_x"}}
    assert codes(await payfac.post("/payments", body)) == ["payment_method_not_supported"]
