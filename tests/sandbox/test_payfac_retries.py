from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import Admin, Payfac, codes, payment

pytestmark = pytest.mark.asyncio

NO_MONEY, TOO_LATE = "4544249167673670", "4095254802642505"
A_DAY = 86400
DUNNING: dict[str, Any] = {"dunning": {"enabled": True, "max_attempts": 3}}
DOWNTIME: dict[str, Any] = {"downtime": {"enabled": True}}


def by_the_shop(**changes: Any) -> dict[str, Any]:
    """What a payment needs that the shop starts by itself, so that it may be tried again."""
    return {"payment_type": "Recurring", "merchant_initiated": True, "retry": DUNNING, **changes}


async def scheduled(payfac: Payfac) -> str:
    body = await payfac.pay(NO_MONEY, **by_the_shop())
    assert (body["status"], body["approved"]) == ("Retry Scheduled", False)
    return str(body["id"])


async def test_a_scheduled_retry_is_told_and_can_be_canceled(payfac: Payfac, admin: Admin) -> None:
    made = await scheduled(payfac)
    details = await payfac.details(made)
    assert details["status"] == "Retry Scheduled"
    assert details["retry"]["max_attempts"] == 3
    assert details["retry"]["next_attempt_on"] < details["retry"]["ends_on"]
    cancel = details["_links"]["cancel"]["href"]
    assert cancel == f"{payfac.endpoint.base_url}/payments/{made}/cancellations"
    answer = await payfac.post(f"/payments/{made}/cancellations", {"reference": "CANCEL-1"})
    assert answer.status_code == 202
    body = answer.json()
    assert (set(body), body["reference"]) == ({"action_id", "reference", "_links"}, "CANCEL-1")
    assert (await payfac.details(made))["status"] == "Retry Scheduled"
    await admin.settle()
    assert (await payfac.details(made))["status"] == "Canceled"
    assert (await payfac.post(f"/payments/{made}/cancellations")).status_code == 403
    assert (await payfac.reverse(made)).status_code == 204


async def test_a_reversal_cancels_the_retries(payfac: Payfac, admin: Admin) -> None:
    made = await scheduled(payfac)
    assert (await payfac.reverse(made)).status_code == 202
    await admin.settle()
    assert (await payfac.details(made))["status"] == "Canceled"
    await admin.forward(5 * A_DAY)
    assert len((await payfac.get(f"/payments/{made}/actions")).json()) == 1


async def test_a_cancellation_can_fail_after_it_was_accepted(payfac: Payfac, admin: Admin) -> None:
    made = await scheduled(payfac)
    await admin.fault("fail_later", "payfac.cancel_retry")
    assert (await payfac.post(f"/payments/{made}/cancellations")).status_code == 202
    await admin.settle()
    assert (await payfac.details(made))["status"] == "Retry Scheduled"


async def test_retries_end_in_a_decline(payfac: Payfac, admin: Admin) -> None:
    made = await scheduled(payfac)
    await admin.forward(2 * A_DAY + 60)
    assert (await payfac.details(made))["status"] == "Retry Scheduled"
    await admin.forward(A_DAY)
    assert (await payfac.details(made))["status"] == "Declined"
    actions = (await payfac.get(f"/payments/{made}/actions")).json()
    assert [action["response_code"] for action in actions] == ["20051"] * 4


@pytest.mark.parametrize(
    ("number", "changes", "attempts"),
    [
        (NO_MONEY, {}, 3),
        (NO_MONEY, {"payment_type": "Unscheduled"}, 3),
        (NO_MONEY, {"retry": {"dunning": {"enabled": True}}}, 6),
        (NO_MONEY, {"retry": {"dunning": {"enabled": True, "end_after_days": 2}}}, 2),
        (NO_MONEY, {"retry": {"dunning": {"enabled": False}}}, None),
        (NO_MONEY, {"retry": DOWNTIME}, None),
        (NO_MONEY, {"retry": None}, None),
        (NO_MONEY, {"payment_type": "MOTO"}, None),
        (NO_MONEY, {"merchant_initiated": False}, None),
        (TOO_LATE, {"retry": DOWNTIME}, 6),
        (TOO_LATE, {"retry": {**DUNNING, **DOWNTIME}}, 6),
        (TOO_LATE, {"retry": {"downtime": {"enabled": False}}}, None),
        (TOO_LATE, {}, None),
        ("4941202060999329", {"retry": {**DUNNING, **DOWNTIME}}, None),
    ],
)
async def test_only_some_declines_of_the_shop_s_own_payments_are_tried_again(
    payfac: Payfac, number: str, changes: dict[str, Any], attempts: int | None
) -> None:
    body = await payfac.pay(number, **by_the_shop(**changes))
    if attempts is None:
        assert (body["status"], "retry" in body) == ("Declined", False)
    else:
        assert (body["status"], body["retry"]["max_attempts"]) == ("Retry Scheduled", attempts)


@pytest.mark.parametrize(
    "retry",
    [
        [],
        {"dunning": 1},
        {"dunning": {"enabled": "yes"}},
        {"dunning": {"max_attempts": 16}},
        {"dunning": {"max_attempts": 0}},
        {"dunning": {"end_after_days": 61}},
        {"downtime": True},
        {"downtime": {"enabled": 1}},
    ],
)
async def test_retries_that_make_no_sense_are_refused(payfac: Payfac, retry: object) -> None:
    body = payment(NO_MONEY, **by_the_shop(retry=retry))
    assert codes(await payfac.post("/payments", body)) == ["parameter_invalid"]
