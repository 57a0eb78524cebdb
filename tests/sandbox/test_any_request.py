"""Whatever is asked in whatever order, every answer is one that the contract describes.

A short run in every test; ``POSAPP_FUZZ=long`` makes a long and random one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.callers import (
    GOOD_CARD,
    Admin,
    Flowlix,
    Payfac,
    classic_direct,
    direct,
    session_data,
)
from tests.sandbox.contract import judge
from tests.sandbox.generated import HOSTILE_BODIES, SCALARS, nearly
from tests.sandbox.payouts import bank_payout, card_payout, sent
from tests.sandbox.rows import (
    ADMIN_ROWS,
    CLASSIC_ROWS,
    FLOWLIX_ROWS,
    PAYFAC_ROWS,
    SESSION_ROWS,
    Row,
)

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
class Step:
    """One request. ``pick`` chooses among the payments, sessions and cards there are."""

    row: Row
    pick: int
    body: Any
    stranger: bool
    key: str | None
    query: dict[str, str]
    access: str
    moved: bool
    repeated: bool


_KEYS = (None, "x" * 255, "x" * 256)
_queries = st.dictionaries(
    st.sampled_from(
        ["reference", "limit", "skip", "starting_after", "ending_before", "status", "created[gte]"]
    ),
    st.sampled_from(
        ["ORDER-1", "PO-1", "1", "100", "0", "-1", "{id}", "succeeded", "PENDING", "\u202e"]
    )
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
_STRANGE_SESSION = ("ps_aaaaaaaaaaaaaaaaaaaaaaaaaaa", "pss_x")
_FLOW_CARDS = (GOOD_CARD, GOOD_CARD, "4544249167673670", "345678901234564")


class Run:
    """Sends the steps of one program and judges every answer."""

    def __init__(
        self,
        api: Payfac | Flowlix,
        first: list[str],
        session: tuple[str, str] = _STRANGE_SESSION,
    ) -> None:
        self._api = api
        self._made = first
        self._sessions = [session]
        payfac = isinstance(api, Payfac)
        self._base = api.endpoint.base_url if isinstance(api, Payfac) else api.base
        self._key_header = "Cko-Idempotency-Key" if payfac else "Idempotency-Key"
        self._good = api.authorization if isinstance(api, Payfac) else f"Bearer {api.api_key}"

    async def all(self, steps: list[Step]) -> None:
        for step in steps:
            answer = await self._send(step)
            judge(answer, step.row.answers)
            if answer.status_code in (201, 202):
                self._remember(step.row.path, answer.json())
            if step.repeated and step.row.verb == "POST":
                judge(await self._send(step), step.row.answers)
            if step.moved:
                await self._api.admin.settle()

    def _remember(self, path: str, told: dict[str, Any]) -> None:
        if path == "/payment-sessions":
            self._sessions.append((told["id"], told["payment_session_secret"]))
        elif path.startswith(("/payments", "/v1/payments", "/payment-sessions")):
            self._made += [told["id"]] if "id" in told else []

    async def _send(self, step: Step) -> httpx.Response:
        found = _STRANGER if step.stranger else self._made[step.pick % len(self._made)]
        session, secret = self._sessions[step.pick % len(self._sessions)]
        if step.stranger:
            session, secret = _STRANGE_SESSION
        headers = {"Content-Type": "application/json"}
        access = _ACCESS.get(step.access, self._good)
        if access is not None:
            headers["Authorization"] = access
        if step.key is not None:
            headers[self._key_header] = step.key
        query = {name: value.replace("{id}", found) for name, value in step.query.items()}
        path = step.row.path.replace("{id}", found).replace("{session}", session)
        return await self._api.http.request(
            step.row.verb,
            f"{self._base}{path}?{urlencode(query)}",
            content=self._content(step, found, secret),
            headers=headers,
        )

    def _content(self, step: Step, found: str, secret: str) -> bytes | None:
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
            card = _FLOW_CARDS[step.pick % len(_FLOW_CARDS)]
            content = content.replace("{flow}", session_data(secret, card))
        return content.encode()


async def fresh(admin: Admin) -> None:
    await admin.call("POST", "/reset")
    await admin.set(flowlix_rate_per_minute=None)


@budget
@given(steps=programs(PAYFAC_ROWS))
async def test_payfac_answers_every_request_as_described(payfac: Payfac, steps: list[Step]) -> None:
    await fresh(payfac.admin)
    first = [await payfac.authorize(authorization_type="Estimated"), await payfac.captured()]
    first += [await sent(payfac, bank_payout()), await sent(payfac, card_payout())]
    await Run(payfac, first, await payfac.open_session()).all(steps)


@budget
@given(steps=programs(SESSION_ROWS))
async def test_payfac_answers_every_session_request_as_described(
    payfac: Payfac, steps: list[Step]
) -> None:
    await fresh(payfac.admin)
    await Run(payfac, [_STRANGER], await payfac.open_session()).all(steps)


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


@budget
@given(data=st.data(), row=st.sampled_from(ADMIN_ROWS))
async def test_the_admin_answers_every_request(admin: Admin, data: st.DataObject, row: Row) -> None:
    content = None
    if row.bodies:
        body = data.draw(nearly(row.bodies) | SCALARS | st.sampled_from(HOSTILE_BODIES))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
    judge(await admin.send(row.verb, row.path, content), row.answers)
