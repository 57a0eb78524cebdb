"""Whatever is sent, the answer is one the contract knows, and never a 5xx."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.callers import (
    Flowlix,
    Payfac,
    classic_direct,
    codes,
    direct,
    flowlix_error,
    payment,
)
from tests.sandbox.generated import HOSTILE_BODIES, nearly

pytestmark = pytest.mark.asyncio

PAYFAC_STATUSES = {200, 201, 202, 204, 400, 401, 403, 404, 422, 429}
FLOWLIX_STATUSES = {200, 201, 400, 401, 403, 404, 409, 422, 429}

_steady = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_SIGNED = {
    "site_identifier": "S1",
    "timestamp": "1719792000",
    "version": "3.0",
    "signature": "00",
    "pnm_payment_identifier": "pay_x",
    "refund_amount": 5,
    "void_if_not_settled": "true",
}
_TYPED: dict[str, Any] = {
    "type": "card", "number": "4242424242424242", "expiry_month": 12, "expiry_year": 2090,
    "cvv": "100", "name": "Ada",
}  # fmt: skip
_NO_CHALLENGE: dict[str, Any] = {"3ds": {"enabled": False}}
_PAYFAC_BODIES: list[dict[str, Any]] = [
    payment(),
    payment(
        source={
            "cvv": "100",
            "name": "Ada",
            "billing_address": {"address_line1": "Test_A", "zip": "1", "country": "GB"},
            "phone": {"country_code": "44", "number": "2071234567"},
        },
        customer={"email": "ada@shop.test", "name": "Ada"},
        billing_descriptor={"name": "Shop", "city": "Bremen"},
        metadata={"a": 1, "b": True},
        capture_on="2090-01-01T00:00:00Z",
        retry={"dunning": {"enabled": True, "max_attempts": 3}},
        **_NO_CHALLENGE,
    ),
    {"amount": 5, "capture_type": "Final", "reference": "r", "metadata": {"a": "b"}},
    _SIGNED,
    {"query": "id:'x' AND amount:>5", "limit": 5},
    {
        "grant_type": "client_credentials",
        "client_id": "a",
        "client_secret": "b",
        "scope": "gateway",
    },
]
_FLOWLIX_BODIES: list[dict[str, Any]] = [
    direct(metadata={"a": {"b": [1]}}),
    direct(
        billing_details={
            "email": "a@b.test",
            "first_name": "A",
            "last_name": "B",
            "phone": "1",
            "address": {"line1": "x", "city": "y", "postal_code": "z", "country": "DE"},
        }
    ),
    {"amount": 1, "currency": "EUR", "return_url": "https://shop.test/"},
    {"payment_id": "pay_x", "amount": 1, "reason": "r", "metadata": {}},
    classic_direct(metadata={"a": "b"}),
    {"amount": 1, "currency": "eur", "redirect_url": "https://shop.test/"},
    {"reason": "r", "amount": 1},
]


def _payfac_answer_is_documented(answer: httpx.Response, path: str) -> None:
    assert answer.status_code in PAYFAC_STATUSES, (path, answer.status_code)
    if "/connect/token" in path and answer.status_code == 400:
        assert set(answer.json()) == {"error"}
    elif answer.status_code in (400, 422):
        assert codes(answer)
    elif answer.status_code in (204, 401, 403, 404, 429):
        assert answer.content == b""
    else:
        answer.json()
    assert answer.headers["cko-request-id"]


def _flowlix_answer_is_documented(answer: httpx.Response) -> None:
    assert answer.status_code in FLOWLIX_STATUSES, answer.status_code
    if answer.status_code >= 400:
        flowlix_error(answer)
    else:
        answer.json()


_payfac_paths = st.sampled_from(
    ["/payments", "/payments/search", "/connect/token"]
    + [
        f"/payments/{{id}}/{action}"
        for action in (
            "authorizations", "captures", "refunds", "reversals", "voids", "cancellations",
        )
    ]
)  # fmt: skip


@_steady
@given(path=_payfac_paths, body=nearly(_PAYFAC_BODIES), strict=st.booleans())
async def test_payfac_answers_every_nearly_valid_body(
    payfac: Payfac, path: str, body: dict[str, Any], strict: bool
) -> None:
    await payfac.admin.set(payfac_refuse_unknown_members=strict)
    made = await payfac.authorize(authorization_type="Estimated")
    path = path.format(id=made)
    answer = await payfac.post(path, body, key="hostile" if len(str(body)) % 2 else None)
    _payfac_answer_is_documented(answer, path)
    await payfac.balances(made)


@_steady
@given(typed=nearly([_TYPED]), raw=st.none() | st.binary() | st.sampled_from(HOSTILE_BODIES))
async def test_payfac_answers_everything_that_flow_could_hand_over(
    payfac: Payfac, typed: dict[str, Any], raw: bytes | None
) -> None:
    name, secret = await payfac.open_session()
    if raw is None:
        raw = json.dumps({**typed, "payment_session_secret": secret}).encode()
    handed = base64.urlsafe_b64encode(raw).decode()
    answer = await payfac.submit((name, secret), session_data=handed)
    _payfac_answer_is_documented(answer, "submit")
    assert answer.status_code in (201, 422)


@_steady
@given(
    path=st.sampled_from(
        ["/v1/payments", "/v1/payments/hpp", "/v1/refunds", "/v1/payments/{id}/refund"]
    ),
    body=nearly(_FLOWLIX_BODIES),
    old=st.booleans(),
)
async def test_flowlix_answers_every_nearly_valid_body(
    flowlix: Flowlix, classic: Flowlix, path: str, body: dict[str, Any], old: bool
) -> None:
    await flowlix.admin.set(flowlix_rate_per_minute=None)
    api, good = (classic, classic_direct()) if old else (flowlix, direct())
    made = (await api.created(good))["id"]
    await api.admin.settle()
    if "payment_id" in body:
        body["payment_id"] = made
    answer = await api.post(path.format(id=made), body)
    _flowlix_answer_is_documented(answer)
    assert (await api.read(made))["status"].lower() == "succeeded"


@pytest.mark.parametrize("content", HOSTILE_BODIES, ids=range(len(HOSTILE_BODIES)))
async def test_hostile_bytes_get_the_documented_refusal(
    payfac: Payfac, flowlix: Flowlix, classic: Flowlix, content: bytes
) -> None:
    made = await payfac.authorize()
    session, _ = await payfac.open_session()
    paths = ["/payments", "/payments/search", "/connect/token"]
    paths += ["/payment-sessions", f"/payment-sessions/{session}/submit"]
    paths += [f"/payments/{made}/{name}" for name in ("captures", "refunds", "reversals", "voids")]
    for path in paths:
        answer = await payfac.call("POST", path, content=content, key="h")
        _payfac_answer_is_documented(answer, path)
        if content or not path.endswith(("captures", "voids")):  # those two need no body
            assert answer.status_code in (400, 422), path
    for api in (flowlix, classic):
        for path in ("/v1/payments", "/v1/payments/hpp", "/v1/refunds"):
            answer = await api.call("POST", path, content=content, key="h")
            _flowlix_answer_is_documented(answer)
            assert answer.status_code in (400, 404)


async def test_a_body_of_fifty_megabytes_is_refused_and_the_connection_lives(
    payfac: Payfac,
) -> None:
    content = b'{"reference": "' + b"x" * 50_000_000 + b'"}'
    answer = await payfac.call("POST", "/payments", content=content)
    assert codes(answer) == ["request_json_invalid"]
    assert (await payfac.pay())["approved"] is True


@_steady
@given(
    query=st.text(st.characters(codec="utf-8"), max_size=40)
    | st.text("idreference:'()[]<>=ANDORT NO12\\", max_size=40)
)
async def test_every_search_query_is_understood_or_refused(payfac: Payfac, query: str) -> None:
    answer = await payfac.post("/payments/search", {"query": query})
    _payfac_answer_is_documented(answer, "/payments/search")
    assert answer.status_code in (202, 400)


@_steady
@given(
    name=st.sampled_from(["payfac", "flowlix", "classic"]),
    tail=st.text(max_size=30),
    query=st.dictionaries(
        st.sampled_from(
            ["limit", "skip", "reference", "starting_after", "status", "created[gte]", "x"]
        ),
        st.text(max_size=12) | st.integers().map(str),
        max_size=4,
    ),
)
async def test_every_address_is_answered(
    payfac: Payfac, flowlix: Flowlix, classic: Flowlix, name: str, tail: str, query: dict[str, str]
) -> None:
    await flowlix.admin.set(flowlix_rate_per_minute=None)
    for end in ("", f"/{quote(tail, safe='')}"):
        asked = f"/payments{end}?{urlencode(query)}"
        if name == "payfac":
            _payfac_answer_is_documented(await payfac.get(asked), asked)
        else:
            api = flowlix if name == "flowlix" else classic
            _flowlix_answer_is_documented(await api.get(f"/v1{asked}"))


@_steady
@given(form=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4), raw=st.binary())
async def test_every_form_on_a_page_is_answered_by_a_page(
    flowlix: Flowlix, form: dict[str, str], raw: bytes
) -> None:
    await flowlix.admin.set(flowlix_rate_per_minute=None)
    hosted = {"amount": 1, "currency": "EUR", "return_url": "https://shop.test/é?a=ü"}
    made = await flowlix.created(hosted, "/v1/payments/hpp")
    page = made["hosted_payment_url"]
    for answer in (
        await flowlix.http.post(page, data={"do": "pay", **form}),
        await flowlix.http.post(
            page, content=raw, headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
    ):
        assert answer.status_code in (200, 303)
    assert (await flowlix.read(made["id"]))["status"] in ("REQUIRES_ACTION", "CANCELED")
    left = await flowlix.http.post(page, data={"do": "cancel"})
    assert left.headers["location"].startswith("https://shop.test/%C3%A9?a=%C3%BC&payment_id=")


async def test_the_hosted_page_shows_hostile_text_as_text(flowlix: Flowlix) -> None:
    script = "<script>alert(1)</script>\"'><img src=x>"
    body = {"amount": 1, "currency": "EUR", "return_url": "https://shop.test/"}
    details = {"first_name": script}
    made = await flowlix.created(
        {**body, "description": script, "billing_details": details}, "/v1/payments/hpp"
    )
    page = await flowlix.http.get(made["hosted_payment_url"])
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_json_text_comes_back_as_it_was(payfac: Payfac) -> None:
    text = "Zoë \u202e 日本 \x00 😀"
    made = await payfac.pay(reference=text, metadata={text: text})
    raw = json.dumps(text)
    details = await payfac.details(made["id"])
    assert json.dumps(details["reference"]) == raw
    assert details["metadata"] == {text: text}
