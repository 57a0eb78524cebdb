"""Money sent out through PayFac: what each of its answers proves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from posapp.gateways.port import (
    GatewayDown,
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.payment import ActionKind, ActionState
from posapp.model.payout import (
    Payout,
    PayoutStatus,
)
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.payfac.payouts import AMOUNT, SOURCE, account_at, to_bank, to_card
from tests.gateways.peers import Act, by_path, peer, saying

pytestmark = pytest.mark.asyncio

PAYOUT_ID = documents.PAYMENT_ID


@pytest.mark.parametrize(
    "answer",
    [
        documents.PAYOUT | {"reference": "PO-2"},
        {"id": PAYOUT_ID, "status": "pending"},
        {"id": PAYOUT_ID},
    ],
)
async def test_what_is_taken_in_is_not_paid(
    transport: Transport, answer: dict[str, object]
) -> None:
    async with peer(saying(202, answer)) as other:
        account = account_at(transport, other.url)
        prepared = account.prepare_payout(to_bank())
        payout = await account.send_payout(prepared)
        [received] = other.received
    assert received.headers["cko-idempotency-key"] == "payout-bank"
    assert (payout.id, payout.status, payout.amount) == (PAYOUT_ID, PayoutStatus.PENDING, AMOUNT)
    assert not prepared.body


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(202), OutcomeUnknown),
        (saying(202, {"status": "Pending"}), OutcomeUnknown),
        (saying(202, {"id": "../x"}), OutcomeUnknown),
        (saying(202, {"id": PAYOUT_ID, "reference": "another"}), OutcomeUnknown),
        (saying(202, {"id": PAYOUT_ID, "amount": 1499}), OutcomeUnknown),
        (saying(202, {"id": PAYOUT_ID, "currency": "USD"}), OutcomeUnknown),
        (saying(202, {"id": PAYOUT_ID, "amount": 1500, "currency": "USD"}), OutcomeUnknown),
        (saying(202, {"id": PAYOUT_ID, "amount": "1500"}), OutcomeUnknown),
        (saying(404), Rejected),
        (saying(429), OutcomeUnknown),
        (saying(502), OutcomeUnknown),
        (saying(401), Unauthorised),
        (saying(403), NotAllowed),
        (saying(422, documents.refused("amount_invalid")), Rejected),
    ],
)
async def test_every_other_answer_is_sorted(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        account = account_at(transport, other.url)
        with pytest.raises(error) as raised:
            await account.send_payout(account.prepare_payout(to_card()))
        assert len(other.received) == 1
    assert type(raised.value) is error
    assert "charge" not in str(raised.value)
    assert error is OutcomeUnknown or "Nothing was paid out" in str(raised.value)


async def test_a_payout_that_is_refused_at_once_says_why(transport: Transport) -> None:
    answer = {"id": PAYOUT_ID, "status": "Declined", "approved": False, "response_code": "50003"}
    async with peer(saying(202, answer)) as other:
        account = account_at(transport, other.url)
        payout = await account.send_payout(account.prepare_payout(to_card()))
    assert payout.status is PayoutStatus.DECLINED
    assert payout.decline is not None
    assert payout.decline.code == "50003"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status": "Paid", "approved": True}, PayoutStatus.UNKNOWN),
        ({"status": "approved"}, PayoutStatus.UNKNOWN),
        ({"status": "On its way"}, PayoutStatus.UNKNOWN),
        ({"amount": 1500, "currency": "eur"}, PayoutStatus.PENDING),
    ],
)
async def test_no_answer_to_a_payout_says_that_it_is_done(
    transport: Transport, answer: dict[str, object], status: PayoutStatus
) -> None:
    async with peer(saying(202, {"id": PAYOUT_ID} | answer)) as other:
        account = account_at(transport, other.url)
        payout = await account.send_payout(account.prepare_payout(to_card()))
    assert (payout.status, payout.amount, payout.decline) == (status, AMOUNT, None)


CLASSIC: dict[str, object] = {
    "id": PAYOUT_ID,
    "requested_on": "2026-01-01T10:11:12Z",
    "source": {"type": "currency_account", "id": SOURCE},
    "destination": {"type": "bank_account", "country": "GB", "last4": "6819"},
    "amount": 1500,
    "currency": "EUR",
    "reference": "PO-2",
    "status": "Paid",
    "approved": True,
    "_links": documents.links("self"),
}
NEWER: dict[str, object] = {
    "id": PAYOUT_ID,
    "requested_on": "2026-01-01T10:11:12Z",
    "processed_on": None,
    "source": {"type": "entity", "id": "ent_1"},
    "destination": {"type": "card", "scheme": "VISA", "last4": "5119"},
    "amount": 1500,
    "currency": "eur",
    "status": "approved",
    "links": documents.links("self"),
}
SENT: dict[str, object] = {
    "id": "act_1",
    "type": "Payout",
    "amount": 1500,
    "approved": True,
    "response_code": "10000",
    "processed_on": "2026-01-01T10:11:13Z",
}
CAME_BACK: dict[str, object] = SENT | {"id": "act_2", "type": "Return", "response_code": "50260"}


async def read(
    transport: Transport, details: object, history: list[dict[str, object]] | None = None
) -> Payout:
    act = by_path(
        {
            f"GET /payments/{PAYOUT_ID}": saying(200, details),
            f"GET /payments/{PAYOUT_ID}/actions": saying(200, history or []),
        }
    )
    async with peer(act) as other:
        return await account_at(transport, other.url).read_payout(PAYOUT_ID)


async def test_both_shapes_of_a_payout_say_the_same(transport: Transport) -> None:
    bank = await read(transport, CLASSIC, [SENT])
    card = await read(transport, NEWER)
    for payout in (bank, card):
        assert (payout.status, payout.amount) == (PayoutStatus.PAID, AMOUNT)
        assert payout.created_at == datetime(2026, 1, 1, 10, 11, 12, tzinfo=UTC)
    assert (bank.reference, bank.to) == ("PO-2", "GB …6819")
    assert (card.reference, card.to) == ("", "Visa …5119")
    [sent] = bank.history
    assert (sent.kind, sent.state) == (ActionKind.PAYOUT, ActionState.DONE)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "Pending", "approved": False}, PayoutStatus.PENDING),
        ({"status": "DECLINED", "approved": False}, PayoutStatus.DECLINED),
        ({"status": "Returned"}, PayoutStatus.RETURNED),
        ({"status": "On its way"}, PayoutStatus.UNKNOWN),
        ({"approved": False}, PayoutStatus.UNKNOWN),
        ({"status": "Declined"}, PayoutStatus.UNKNOWN),
    ],
)
async def test_a_status_is_believed_when_the_answer_agrees_with_itself(
    transport: Transport, changes: dict[str, object], status: PayoutStatus
) -> None:
    assert (await read(transport, CLASSIC | changes)).status is status


async def test_money_that_came_back_says_why(transport: Transport) -> None:
    payout = await read(transport, CLASSIC | {"status": "Returned"}, [CAME_BACK, SENT])
    assert payout.decline is not None
    assert payout.decline.code == "50260"
    assert [done.kind for done in payout.history] == [ActionKind.PAYOUT, ActionKind.RETURN]


@pytest.mark.parametrize(
    ("details", "error"),
    [
        (documents.DETAILS, NotFound),
        (CLASSIC | {"id": "pay_other"}, GatewayDown),
        (CLASSIC | {"amount": None}, GatewayDown),
        (CLASSIC | {"status": None}, GatewayDown),
        (CLASSIC | {"requested_on": "yesterday"}, GatewayDown),
        (documents.DETAILS | {"id": "pay_other"}, GatewayDown),
        ([], GatewayDown),
    ],
)
async def test_what_is_no_payout_is_not_made_one(
    transport: Transport, details: object, error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        await read(transport, details)


@pytest.mark.parametrize(
    "document",
    [
        CLASSIC,
        NEWER,
        NEWER | {"source": None},
        NEWER | {"source": {"type": "Entity"}},
        NEWER | {"source": {"id": "ent_1"}},
    ],
)
async def test_a_payout_is_never_taken_for_a_payment(
    transport: Transport, document: dict[str, object]
) -> None:
    act = by_path(
        {
            f"GET /payments/{PAYOUT_ID}": saying(200, document),
            f"GET /payments/{PAYOUT_ID}/actions": saying(200, []),
            "GET /payments": saying(202, documents.page(document)),
        }
    )
    async with peer(act) as other:
        account = account_at(transport, other.url)
        with pytest.raises(NotFound, match="payout"):
            await account.read(PAYOUT_ID)
        assert await account.find("PO-2", since=samples.NOW) == ()
        assert [one.id for one in await account.find_payouts("PO-2")] == [PAYOUT_ID]


@pytest.mark.parametrize(
    ("changes", "certain"),
    [
        ({}, True),
        ({"source": None}, True),
        ({"destination": {"type": "card"}}, True),
        ({"links": {}, "_links": None}, True),
        ({"destination": {}, "links": {}, "_links": None}, True),
        ({"source": {"last4": "4242"}, "destination": {}}, False),
        ({"source": {"type": 1}, "destination": {}}, False),
        ({"source": {"id": "x"}, "destination": {}, "links": {}}, False),
        ({"source": {"id": "x"}, "destination": {}, "_links": None}, False),
    ],
)
async def test_what_may_be_a_payment_is_found_as_one_and_what_may_be_a_payout_as_one_too(
    transport: Transport, changes: dict[str, object], certain: bool
) -> None:
    """What were taken for the other would be looked for in vain, and sent again."""
    async with peer(saying(202, documents.page(documents.DETAILS | changes))) as other:
        account = account_at(transport, other.url)
        [payment] = await account.find("T1-1043-1-K7QX", since=samples.NOW)
        payouts = await account.find_payouts("T1-1043-1-K7QX")
    assert payment.id == documents.PAYMENT_ID
    assert [payout.status for payout in payouts] == ([] if certain else [PayoutStatus.UNKNOWN])


async def test_an_answer_about_something_else_does_not_say_that_a_payment_is_a_payout(
    transport: Transport,
) -> None:
    act = by_path(
        {
            f"GET /payments/{PAYOUT_ID}": saying(200, CLASSIC | {"id": "pay_other"}),
            f"GET /payments/{PAYOUT_ID}/actions": saying(200, []),
        }
    )
    async with peer(act) as other:
        with pytest.raises(GatewayDown):
            await account_at(transport, other.url).read(PAYOUT_ID)


async def test_what_may_be_either_is_read_as_what_it_is_asked_for(transport: Transport) -> None:
    unclear = documents.DETAILS | {"source": {"last4": "4242"}, "destination": {}}
    assert (await read(transport, unclear)).status is PayoutStatus.UNKNOWN
    act = by_path(
        {
            f"GET /payments/{PAYOUT_ID}": saying(200, unclear),
            f"GET /payments/{PAYOUT_ID}/actions": saying(200, []),
        }
    )
    async with peer(act) as other:
        payment = await account_at(transport, other.url).read(PAYOUT_ID)
    assert payment.captured == 1290
