"""What a PayFac payment tells about itself: its history, and what is left of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import GatewayDown
from posapp.gateways.transport import Transport
from posapp.model.payment import ActionKind, ActionState, Payment
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, by_path, peer, saying


def read_as(details: dict[str, object], history: list[dict[str, object]]) -> Act:
    return by_path(
        {
            f"GET /payments/{documents.PAYMENT_ID}": saying(200, details),
            f"GET /payments/{documents.PAYMENT_ID}/actions": saying(200, history),
        }
    )


def shop(transport: Transport, url: str) -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=samples.clock)


async def read(transport: Transport, act: Act, payment_id: str = documents.PAYMENT_ID) -> Payment:
    async with peer(act) as other:
        return await shop(transport, other.url).read(payment_id)


@pytest.mark.asyncio
async def test_a_payment_that_answers_under_another_id_is_not_believed(
    transport: Transport,
) -> None:
    other = documents.DETAILS | {"id": "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"}
    with pytest.raises(GatewayDown):
        await read(transport, read_as(other, documents.ACTIONS))


def grown(*more: dict[str, object]) -> list[dict[str, object]]:
    first = {**documents.ACTIONS[3], "authorization_type": "Estimated"}
    return [*reversed(more), first]


GREW: dict[str, object] = {
    **documents.ACTIONS[3],
    "id": "act_5",
    "authorization_type": "Incremental",
    "amount": 460,
}
FAILED: dict[str, object] = {
    **documents.ACTIONS[2],
    "id": "act_6",
    "approved": False,
    "response_code": "20006",
}
RELEASED: dict[str, object] = {**documents.ACTIONS[2], "id": "act_7", "type": "Void"}
STRANGE: dict[str, object] = {**documents.ACTIONS[2], "id": "act_8", "type": "Re-routed"}


@pytest.mark.asyncio
async def test_a_payment_tells_its_history_oldest_first(transport: Transport) -> None:
    details = documents.DETAILS | {
        "status": "AUTHORIZED",
        "balances": documents.balances(authorized=1750),
        "expires_on": "2026-01-08T10:11:12Z",
    }
    payment = await read(transport, read_as(details, grown(GREW, FAILED, STRANGE)))
    assert [(a.id, a.kind, a.state) for a in payment.history] == [
        ("act_1", ActionKind.AUTHORISATION, ActionState.DONE),
        ("act_5", ActionKind.INCREMENT, ActionState.DONE),
        ("act_6", ActionKind.CAPTURE, ActionState.FAILED),
        ("act_8", ActionKind.OTHER, ActionState.DONE),
    ]
    assert (payment.authorised, payment.capturable, payment.captured) == (1750, 1750, 0)
    assert payment.estimated
    assert payment.capture_by == datetime(2026, 1, 8, 10, 11, 12, tzinfo=UTC)
    assert payment.state_of("act_6") is ActionState.FAILED
    assert payment.state_of("act_5") is ActionState.DONE
    assert payment.state_of("act_9") is ActionState.PENDING
    assert payment.history[2].decline is not None


@pytest.mark.parametrize(
    ("status", "history", "totals"),
    [
        ("Authorized", grown(), (1290, 0, 1290, 0)),
        ("Authorized", grown(GREW), (1750, 0, 1750, 0)),
        ("Voided", grown(RELEASED), (1290, 1290, 0, 0)),
        ("Captured", grown(documents.ACTIONS[2]), (1290, 0, 0, 1290)),
        ("Something new", grown(documents.ACTIONS[2]), (1290, 0, 0, 1290)),
        ("Captured", [], (1290, 0, 0, 1290)),
    ],
)
@pytest.mark.asyncio
async def test_without_balances_the_history_says_what_is_left(
    transport: Transport,
    status: str,
    history: list[dict[str, object]],
    totals: tuple[int, int, int, int],
) -> None:
    details = documents.DETAILS | {"status": status, "balances": None}
    payment = await read(transport, read_as(details, history))
    assert (payment.authorised, payment.voided, payment.capturable, payment.captured) == totals


REFUNDED: dict[str, object] = {**documents.ACTIONS[0], "id": "act_9", "amount": 290}
NOT_YET = documents.balances(authorized=1290, captured=1290)
ALREADY = documents.balances(authorized=1290, captured=1290, refunded=290)


@pytest.mark.parametrize(
    ("balances", "history", "left", "refunded"),
    [
        (NOT_YET, [], 1290, 0),
        (ALREADY, [REFUNDED], 1000, 290),
        (NOT_YET, [REFUNDED], 1000, 290),
        (ALREADY, [], 1000, 290),
        (NOT_YET, [REFUNDED | {"approved": None}], 1000, 0),
        (NOT_YET, [REFUNDED | {"approved": False}], 1290, 0),
        ({"available_to_refund": 700}, [], 700, 0),
    ],
)
@pytest.mark.asyncio
async def test_whichever_answer_is_older_no_more_is_left_than_there_is(
    transport: Transport,
    balances: dict[str, int],
    history: list[dict[str, object]],
    left: int,
    refunded: int,
) -> None:
    details = documents.DETAILS | {"status": "Captured", "balances": balances}
    payment = await read(transport, read_as(details, [*history, *documents.ACTIONS[2:]]))
    assert (payment.refundable, payment.refunded) == (left, refunded)
