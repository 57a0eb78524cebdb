from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from posapp.sandbox.server import start
from tests.sandbox.callers import Admin, Payfac, codes, payment

pytestmark = pytest.mark.asyncio

PAYPAL = "pct_paypalapprovedaaaaaaaaaaaa"


def by_context(name: str = PAYPAL, **changes: Any) -> dict[str, object]:
    """The body of a payment request with a context instead of a source."""
    body = payment(payment_type="Regular", payment_context_id=name, **changes)
    return {key: value for key, value in body.items() if key != "source" or key in changes}


@pytest.mark.parametrize("partner", ["paypal", "klarna"])
async def test_a_context_pays_instead_of_a_card(payfac: Payfac, admin: Admin, partner: str) -> None:
    answer = await payfac.post("/payments", by_context(f"pct_{partner}approvedaaaaaaaaaaaa"))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["approved"], body["status"], body["amount"]) == (True, "Authorized", 1000)
    assert body["source"] == {"type": partner, "account_holder": {"full_name": "Training account"}}
    assert "scheme_id" not in body
    await admin.settle()
    made = await payfac.details(body["id"])
    assert (made["status"], made["source"]["type"]) == ("Captured", partner)
    query = f"payment_method:{partner} AND id:'{body['id']}'"
    found = (await payfac.post("/payments/search", {"query": query})).json()
    assert [one["id"] for one in found["data"]] == [body["id"]]
    for card_only in ("last4:'4242'", "bin:'424242'", "scheme:visa", "issuing_country:gb"):
        found = (await payfac.post("/payments/search", {"query": card_only})).json()
        assert found["data"] == []


async def test_a_context_can_be_declined(payfac: Payfac) -> None:
    body = (await payfac.post("/payments", by_context("pct_klarnadeclinedaaaaaaaaaaaa"))).json()
    assert (body["approved"], body["status"], body["response_code"]) == (
        False, "Declined", "20051",
    )  # fmt: skip
    assert body["processing"].keys().isdisjoint({"recommendation_code"})


async def test_a_payment_by_context_is_captured_refunded_and_voided_like_others(
    payfac: Payfac, admin: Admin
) -> None:
    later = by_context(capture=False)
    taken = (await payfac.post("/payments", later)).json()["id"]
    part = {"amount": 600, "capture_type": "NonFinal"}
    assert (await payfac.post(f"/payments/{taken}/captures", part)).status_code == 202
    await admin.settle()
    assert (await payfac.refund(taken, "100")).status_code == 202
    assert (await payfac.post(f"/payments/{taken}/voids")).status_code == 202
    await admin.settle()
    assert await payfac.balances(taken) == (1000, 400, 600, 100)


async def test_only_a_card_can_be_reversed_or_raised(payfac: Payfac, admin: Admin) -> None:
    body = by_context(capture=False, authorization_type="Estimated")
    made = (await payfac.post("/payments", body)).json()["id"]
    assert (await payfac.reverse(made)).status_code == 403
    raised = await payfac.post(f"/payments/{made}/authorizations", {"amount": 1})
    assert raised.status_code == 403
    await payfac.post(f"/payments/{made}/voids")
    await admin.settle()
    assert (await payfac.reverse(made)).status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (by_context("pct_" + "b" * 26), "payment_context_id_invalid"),
        (by_context("paypal"), "payment_context_id_invalid"),
        (payment(payment_type="Regular", payment_context_id=5, source=None), None),
        (by_context(amount=0), "amount_invalid"),
        (by_context(amount=None), "amount_invalid"),
        (by_context(currency=None), "currency_required"),
        (payment(payment_type="Regular", payment_context_id=PAYPAL), "source_invalid"),
    ],
)
async def test_a_context_that_cannot_pay_is_refused_by_its_code(
    payfac: Payfac, body: dict[str, object], code: str | None
) -> None:
    answer = codes(await payfac.post("/payments", body))
    expected = ["payment_context_id_invalid", "source_invalid"] if code is None else [code]
    assert answer == expected


async def test_a_payment_by_context_survives_a_restart(
    tmp_path: Path, http: httpx.AsyncClient
) -> None:
    state = tmp_path / "training.json"
    running = await start(state=state)
    payfac = Payfac(http, running.endpoints, Admin(http, running.endpoints))
    made = (await payfac.post("/payments", by_context(capture=False))).json()["id"]
    await running.stop()
    running = await start(state=state)
    try:
        payfac = Payfac(http, running.endpoints, Admin(http, running.endpoints))
        details = await payfac.details(made)
        assert (details["status"], details["source"]["type"]) == ("Authorized", "paypal")
        shown = (await payfac.admin.dump())["payfac"][made]
        assert (shown["card"], shown["partner"]) == (None, "paypal")
    finally:
        await running.stop()
