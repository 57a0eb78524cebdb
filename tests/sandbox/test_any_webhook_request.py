"""As test_any_request, for the admin's calls for webhooks, in any order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.callers import Admin, Flowlix, direct
from tests.sandbox.contract import Answers, judge, shape, text
from tests.sandbox.contract_webhooks import WEBHOOK_ENDPOINT, WEBHOOKS
from tests.sandbox.generated import HOSTILE_BODIES, SCALARS, nearly
from tests.sandbox.rows import Row
from tests.sandbox.test_any_request import budget, pytestmark

__all__ = ["pytestmark"]

_SHOWN: Answers = {200: WEBHOOKS}
_HOOKS: list[dict[str, Any]] = [
    {"url": "http://127.0.0.1:9/", "events": ["payment.succeeded", "refund.failed"]},
    {"url": "https://127.0.0.1:9/hook?a=b"},
]
ROWS = [
    Row("GET", "/webhooks", _SHOWN),
    Row("POST", "/webhooks/deliver", _SHOWN),
    Row(
        "PUT",
        "/webhooks/endpoint",
        {200: WEBHOOK_ENDPOINT, 400: shape({"error": text})},
        _HOOKS,
    ),
    Row("DELETE", "/webhooks/endpoint", {204: None}),
]


@budget
@given(data=st.data(), rows=st.lists(st.sampled_from(ROWS), min_size=1, max_size=6))
async def test_the_admin_answers_every_request_about_webhooks(
    admin: Admin, flowlix: Flowlix, data: st.DataObject, rows: list[Row]
) -> None:
    await admin.call("POST", "/reset")
    await admin.set(flowlix_webhook_delivery="on_request", flowlix_rate_per_minute=None)
    for row in rows:
        content = None
        if row.bodies:
            good = st.sampled_from(row.bodies)
            body = data.draw(good | good | nearly(row.bodies) | SCALARS)
            content = json.dumps(body).encode()
            if data.draw(st.integers(0, 9)) == 0:
                content = data.draw(st.sampled_from(HOSTILE_BODIES))
        await flowlix.created(direct())
        await admin.settle()
        judge(await admin.send(row.verb, row.path, content), row.answers)
