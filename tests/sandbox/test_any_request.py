"""Whatever is asked in whatever order, every answer is one that the contract describes.

A short run in every test; ``POSAPP_FUZZ=long`` makes a long and random one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox import contract
from tests.sandbox.callers import Admin, Flowlix, Payfac, classic_direct, direct, payment
from tests.sandbox.contract import EMPTY, PAYFAC_ERROR, Answers, Check, flowlix_error, judge
from tests.sandbox.generated import HOSTILE_BODIES, SCALARS, nearly

_LONG = os.environ.get("POSAPP_FUZZ") == "long"
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(0 if _LONG else 120)]

budget = settings(
    max_examples=5000 if _LONG else 120,
    derandomize=not _LONG,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint: what may be sent to it and what may come back."""

    verb: str
    path: str
    answers: Answers
    bodies: list[dict[str, Any]] = field(default_factory=list)
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``pick`` chooses among the payments made so far."""

    row: Row
    pick: int
    body: Any
    stranger: bool
    key: str | None
    query: dict[str, str]
    access: str
    moved: bool
    repeated: bool


_ACTION: Answers = {202: contract.PAYFAC_ACCEPTED, 422: PAYFAC_ERROR, **EMPTY}
_REFERENCE: list[dict[str, Any]] = [{"reference": "r", "metadata": {"a": "b"}}, {}]
_CARDS = ("4242424242424242", "4544249167673670", "5555555555554444", "345678901234564")
_CHALLENGED: dict[str, Any] = {"3ds": {"enabled": True}}
_PAYMENTS: list[dict[str, Any]] = [
    *(payment(number, cvv="100") for number in _CARDS),
    payment(capture=False, authorization_type="Estimated"),
    payment(amount=0),
    payment(
        payment_type="Regular",
        success_url="https://shop.test/ok",
        failure_url="https://shop.test/no",
        **_CHALLENGED,
    ),
    payment(retry={"dunning": {"enabled": True, "max_attempts": 3}}),
    payment(
        source={"cvv": "100", "billing_address": {"address_line1": "Test_A", "country": "GB"}},
        metadata={"a": 1},
        customer={"email": "ada@shop.test", "name": "Ada Muster"},
    ),
]
_TOKEN: dict[str, Any] = {
    "grant_type": "client_credentials",
    "client_id": "{client}",
    "client_secret": "{secret}",
    "scope": "gateway",
}
_ONE = "/payments/{id}"
PAYFAC_ROWS = [
    Row(
        "POST",
        "/connect/token",
        {200: contract.TOKEN, 400: contract.TOKEN_ERROR},
        [_TOKEN, _TOKEN | {"client_secret": "x"}, _TOKEN | {"scope": "x"}],
    ),
    Row(
        "POST",
        "/payments",
        {
            201: contract.PAYFAC_CREATED,
            202: contract.PAYFAC_PENDING,
            422: PAYFAC_ERROR,
            401: None,
            403: None,
        },
        _PAYMENTS,
    ),
    Row("GET", "/payments", {202: contract.PAYFAC_LIST, 422: PAYFAC_ERROR, 401: None, 403: None}),
    Row(
        "POST",
        "/payments/search",
        {
            202: contract.PAYFAC_FOUND,
            400: PAYFAC_ERROR,
            422: PAYFAC_ERROR,
            401: None,
            403: None,
        },
        [{"query": "reference:'ORDER-1'", "limit": 1}, {"query": "id:'x' AND amount:>5"}],
    ),
    Row("GET", _ONE, {200: contract.PAYFAC_DETAILS, **EMPTY}),
    Row("GET", f"{_ONE}/actions", {200: contract.PAYFAC_ACTIONS, **EMPTY}),
    Row(
        "POST",
        f"{_ONE}/authorizations",
        {201: contract.PAYFAC_INCREMENTED, 422: PAYFAC_ERROR, **EMPTY},
        [{"amount": 5, "reference": "r", "metadata": {"a": "b"}}, {}],
    ),
    Row(
        "POST",
        f"{_ONE}/captures",
        _ACTION,
        [{"amount": 5, "capture_type": "NonFinal"}, {"capture_type": "Final"}, {}],
    ),
    Row("POST", f"{_ONE}/voids", _ACTION, _REFERENCE),
    Row("POST", f"{_ONE}/cancellations", _ACTION, _REFERENCE),
    Row("POST", f"{_ONE}/refunds", _ACTION, signed=True),
    Row("POST", f"{_ONE}/reversals", {**_ACTION, 204: None}, signed=True),
]


def _flowlix_rows(one: Check, listed: Check, *, classic: bool) -> list[Row]:
    def refusing(*statuses: int) -> Answers:
        return {status: flowlix_error(status) for status in (400, 401, *statuses)}

    direct_body = classic_direct if classic else direct
    cards = ("4111111111111111", "4000000000000002", "4635440000002223")
    hosted = {"amount": 5, "currency": "eur" if classic else "EUR"}
    hosted["redirect_url" if classic else "return_url"] = "https://shop.test/"
    create = {201: one, **refusing(409, 422)}
    rows = [
        Row("POST", "/v1/payments", create, [direct_body(card) for card in cards]),
        Row("POST", "/v1/payments/hpp", create, [hosted]),
        Row("GET", "/v1/payments", {200: listed, **refusing()}),
        Row("GET", "/v1/payments/{id}", {200: one, **refusing(404)}),
    ]
    refund: dict[str, Any] = {"amount": 5, "reason": "requested_by_customer"}
    if classic:
        refused = refusing(404, 409, 422)
        path = "/v1/payments/{id}/refund"
        return [*rows, Row("POST", path, {200: one, **refused}, [refund, {"reason": "r"}])]
    made = {201: contract.FLOWLIX_REFUND, **refusing(404, 409, 422)}
    return [*rows, Row("POST", "/v1/refunds", made, [{"payment_id": "{id}", **refund}])]


FLOWLIX_ROWS = _flowlix_rows(contract.FLOWLIX_PAYMENT, contract.FLOWLIX_LIST, classic=False)
CLASSIC_ROWS = _flowlix_rows(contract.CLASSIC_PAYMENT, contract.CLASSIC_LIST, classic=True)

_KEYS = (None, "x" * 255, "x" * 256)
_queries = st.dictionaries(
    st.sampled_from(
        ["reference", "limit", "skip", "starting_after", "ending_before", "status", "created[gte]"]
    ),
    st.sampled_from(["ORDER-1", "1", "100", "0", "-1", "{id}", "succeeded", "PENDING", "\u202e"])
    | st.text(max_size=8),
    max_size=3,
)


@st.composite
def requests(draw: st.DrawFn, rows: list[Row]) -> Step:
    row = draw(st.sampled_from(rows))
    body: Any = None
    if row.verb == "POST":
        spoiled = nearly(row.bodies or [{"refund_amount": 5}, {}])
        kinds = ["good", "good", "good", "spoiled"]
        kinds += [] if row.signed else ["bytes", "scalar"]
        match draw(st.sampled_from(kinds)):
            case "good":
                body = draw(st.sampled_from(row.bodies)) if row.bodies else {}
            case "spoiled":
                body = draw(spoiled)
            case "bytes":
                body = draw(st.sampled_from(HOSTILE_BODIES))
            case _:
                body = draw(SCALARS)
    return Step(
        row=row,
        pick=draw(st.integers(0, 7)),
        body=body,
        stranger=draw(st.sampled_from([False] * 7 + [True])),
        key=draw(st.sampled_from([f"k{n}" for n in range(20)]) | st.sampled_from(_KEYS)),
        query=draw(_queries) if row.verb == "GET" else {},
        access=draw(st.sampled_from(["good"] * 27 + ["none", "wrong", "basic"])),
        moved=draw(st.booleans()),
        repeated=draw(st.sampled_from([False] * 5 + [True])),
    )


def programs(rows: list[Row]) -> st.SearchStrategy[list[Step]]:
    return st.lists(requests(rows), min_size=1, max_size=12)


_ACCESS = {"none": None, "wrong": "Bearer sk_sbox_x", "basic": "Basic eDp5"}
_STRANGER = "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"


class Run:
    """Sends the steps of one program and judges every answer."""

    def __init__(self, api: Payfac | Flowlix, first: list[str]) -> None:
        self._api = api
        self._made = first
        payfac = isinstance(api, Payfac)
        self._base = api.endpoint.base_url if isinstance(api, Payfac) else api.base
        self._key_header = "Cko-Idempotency-Key" if payfac else "Idempotency-Key"
        self._good = api.authorization if isinstance(api, Payfac) else f"Bearer {api.api_key}"

    async def all(self, steps: list[Step]) -> None:
        for step in steps:
            answer = await self._send(step)
            judge(answer, step.row.answers)
            if answer.status_code in (201, 202) and step.row.path.startswith(
                ("/payments", "/v1/payments")
            ):
                told = answer.json()
                self._made += [told["id"]] if "id" in told else []
            if step.repeated and step.row.verb == "POST":
                judge(await self._send(step), step.row.answers)
            if step.moved:
                await self._api.admin.settle()

    async def _send(self, step: Step) -> httpx.Response:
        found = _STRANGER if step.stranger else self._made[step.pick % len(self._made)]
        headers = {"Content-Type": "application/json"}
        access = _ACCESS.get(step.access, self._good)
        if access is not None:
            headers["Authorization"] = access
        if step.key is not None:
            headers[self._key_header] = step.key
        query = {name: value.replace("{id}", found) for name, value in step.query.items()}
        path = step.row.path.replace("{id}", found)
        return await self._api.http.request(
            step.row.verb,
            f"{self._base}{path}?{urlencode(query)}",
            content=self._content(step, found),
            headers=headers,
        )

    def _content(self, step: Step, found: str) -> bytes | None:
        if step.row.verb == "GET":
            return None
        if isinstance(step.body, bytes):
            return step.body
        if step.row.signed and isinstance(self._api, Payfac):
            changes = {k: v for k, v in step.body.items() if isinstance(v, str)}
            amount = step.body.get("refund_amount")
            return self._api.signed(
                found,
                json.dumps(amount) if isinstance(amount, int | float) else None,
                **{k: v for k, v in changes.items() if k not in ("refund_amount", "payment_id")},
            )
        content = json.dumps(step.body).replace("{id}", found)
        if isinstance(self._api, Payfac):
            endpoint = self._api.endpoint
            content = content.replace("{client}", endpoint.client_id)
            content = content.replace("{secret}", endpoint.client_secret)
        return content.encode()


async def fresh(admin: Admin) -> None:
    await admin.call("POST", "/reset")
    await admin.set(flowlix_rate_per_minute=None)


@budget
@given(steps=programs(PAYFAC_ROWS))
async def test_payfac_answers_every_request_as_described(payfac: Payfac, steps: list[Step]) -> None:
    await fresh(payfac.admin)
    first = [await payfac.authorize(authorization_type="Estimated"), await payfac.captured()]
    await Run(payfac, first).all(steps)


@budget
@given(steps=programs(FLOWLIX_ROWS))
async def test_flowlix_answers_every_request_as_described(
    flowlix: Flowlix, steps: list[Step]
) -> None:
    await fresh(flowlix.admin)
    first = [(await flowlix.created(direct()))["id"]]
    await flowlix.admin.settle()
    await Run(flowlix, first).all(steps)


@budget
@given(steps=programs(CLASSIC_ROWS))
async def test_flowlix_classic_answers_every_request_as_described(
    classic: Flowlix, steps: list[Step]
) -> None:
    await fresh(classic.admin)
    first = [(await classic.created(classic_direct()))["id"]]
    await classic.admin.settle()
    await Run(classic, first).all(steps)


_TOLD: Answers = {200: contract.members, 400: contract.shape({"error": contract.text})}
_FAULT: dict[str, Any] = {"kind": "drop_before", "point": "payfac.capture", "times": 1, "skip": 0}
ADMIN_ROWS = [
    Row("GET", "/clock", _TOLD),
    Row("POST", "/clock", _TOLD, [{"advance_seconds": 5}]),
    Row("GET", "/settings", _TOLD),
    Row("PATCH", "/settings", _TOLD, [{"list_lag_seconds": 5, "payfac_refund_unit": "major"}]),
    Row("GET", "/faults", _TOLD),
    Row("POST", "/faults", {201: contract.members, 400: _TOLD[400]}, [_FAULT]),
    Row("DELETE", "/faults", {204: None}),
    Row("GET", "/calls", _TOLD),
    Row("GET", "/dump", _TOLD),
]


@budget
@given(data=st.data(), row=st.sampled_from(ADMIN_ROWS))
async def test_the_admin_answers_every_request(admin: Admin, data: st.DataObject, row: Row) -> None:
    content = None
    if row.bodies:
        body = data.draw(nearly(row.bodies) | SCALARS | st.sampled_from(HOSTILE_BODIES))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
    judge(await admin.send(row.verb, row.path, content), row.answers)
