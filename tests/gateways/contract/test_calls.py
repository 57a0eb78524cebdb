"""Every row of the contract works end to end, and the table names every call there is."""

from __future__ import annotations

import pytest

from tests.gateways.contract.table import ROWS, Row
from tests.gateways.contract.training import Training

CALLS = {
    "PayFac": """
        access token: JSON body
        access token: form and Basic
        access token: renewed before expiry
        access token: renewed once on 401
        fixed bearer key
        request payment: card
        request payment: payment context
        card payout
        bank payout
        card verification
        details: payment
        details: payout
        details: newer payout
        actions
        increment authorisation
        cancel scheduled retry
        capture: full
        capture: part, more may follow
        capture: part, final
        refund: full
        refund: partial in minor units
        refund: partial in major units
        reverse: taken in
        reverse: already given back
        reverse: not allowed
        void
        search: query
        search: pages
        search: dates
        list by reference
        payment session: create
        payment session: submit
        payment session: details
    """,
    "Flowlix": """
        direct payment
        hosted payment
        read
        list: cursors
        list: cursors backwards
        list: status
        list: created range
        refund: parts
        refund: whole
        refund: fails later
        3-D Secure: at once
        3-D Secure: later
        3-D Secure: refused
        3-D Secure: left alone
        webhooks: proved
        webhooks: refused
        webhooks: twice and out of order
        webhooks: signed with the bare key
    """,
    "Flowlix classic": """
        direct
        hosted
        read
        list: cursors
        list: status
        list: created range
        refund with reason: parts
        refund with reason: whole
        refund with reason: fails later
        3-D Secure: at once
        3-D Secure: later
        3-D Secure: refused
        3-D Secure: left alone
        forerunner: decided at once
        forerunner: declined with HTTP 402
        forerunner: refunded as a whole
    """,
}

# The check by the bank at PayFac: an order by phone has none.
NOT_BY_PHONE = {"payfac.challenge", "payfac.challenge_answer"}


def named(row: Row) -> str:
    return f"{row.api}, {row.call}"


@pytest.mark.parametrize("row", ROWS, ids=named)
@pytest.mark.asyncio
async def test_a_call_makes_its_round_trip(row: Row, training: Training) -> None:
    await row.trip(training)
    reached = await training.reached()
    assert set(row.reaches) <= set(reached), "a call was not made"


def test_the_table_names_every_call_once() -> None:
    wanted = {
        f"{api}, {call.strip()}"
        for api, calls in CALLS.items()
        for call in calls.strip().split("\n")
    }
    rows = [named(row) for row in ROWS]
    assert len(set(rows)) == len(rows)
    assert set(rows) == wanted


@pytest.mark.asyncio
async def test_no_call_of_the_training_gateway_is_left_out(training: Training) -> None:
    points = set((await training.admin.call("GET", "/faults")).json()["points"])
    reached = {point for row in ROWS for point in row.reaches}
    assert reached | NOT_BY_PHONE == points
