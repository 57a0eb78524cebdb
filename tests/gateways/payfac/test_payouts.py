"""Money sent out through PayFac: what is asked, and what each of its answers proves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posapp.gateways.abilities import PayoutRequest, Payouts
from posapp.gateways.payfac.gateway import PayfacGateway
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
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState
from posapp.model.payout import (
    AccountHolder,
    BankAccount,
    HolderKind,
    Payout,
    PayoutStatus,
    SavedInstrument,
)
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.payfac.payouts import AMOUNT, CHANNEL, FIRM, SAVED, SOURCE, to_bank, to_card
from tests.gateways.peers import Act, by_path, peer, saying
from tests.sandbox.payouts import IBAN, PAID_CARD, STORED

pytestmark = pytest.mark.asyncio

PAYOUT_ID = documents.PAYMENT_ID


def account_at(transport: Transport, url: str = "https://payfac.test") -> PayfacGateway:
    connection = replace(samples.payfac(url), payout_source=SOURCE, processing_channel_id=CHANNEL)
    return PayfacGateway(connection, transport, clock=samples.clock)


async def test_a_payout_to_a_card_says_who_is_paid(transport: Transport) -> None:
    account = account_at(transport)
    assert isinstance(account, Payouts)
    prepared = account.prepare_payout(to_card())
    assert json.loads(bytes(prepared.body)) == {
        "source": {"type": "currency_account", "id": SOURCE},
        "destination": {
            "type": "card",
            "number": PAID_CARD,
            "expiry_month": 12,
            "expiry_year": 2030,
            "account_holder": {"type": "individual", "first_name": "Ada", "last_name": "Muster"},
        },
        "amount": 1500,
        "currency": "EUR",
        "reference": "PO-1",
        "processing_channel_id": CHANNEL,
        "instruction": {"purpose": "pension"},
    }
    assert not prepared.keeps
    assert PAID_CARD not in repr(prepared)


async def test_a_payout_to_a_bank_says_where_the_account_is(transport: Transport) -> None:
    asked = to_bank()
    prepared = account_at(transport).prepare_payout(asked)
    document = json.loads(bytes(prepared.body))
    assert document["destination"] == {
        "type": "bank_account",
        "country": "GB",
        "iban": IBAN,
        "account_type": "current",
        "account_holder": {"type": "corporate", "company_name": "Muster Shop"},
    }
    assert document["billing_descriptor"] == {"reference": "Withdrawal"}
    assert document["instruction"] == {"scheme": "local"}
    assert not prepared.keeps
    assert IBAN not in repr(asked)
    assert IBAN not in repr(prepared)


async def test_a_payout_to_what_payfac_keeps_may_be_journalled(transport: Transport) -> None:
    account = PayfacGateway(
        replace(
            samples.payfac(),
            payout_source="ent_y3oqhf46pyzuxjbcn2giaqnb44",
            processing_channel_id=CHANNEL,
        ),
        transport,
        clock=samples.clock,
    )
    prepared = account.prepare_payout(SAVED)
    document = json.loads(bytes(prepared.body))
    assert document["destination"] == {"type": "id", "id": STORED}
    assert document["source"]["type"] == "entity"
    assert prepared.keeps


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (to_bank(reference="x" * 51), "reference has more than 50"),
        (to_bank(reference=""), "needs a reference"),
        (to_bank(statement=""), "payee's statement"),
        (to_bank(statement="x" * 51), "statement has more than 50"),
        (to_bank(purpose="x" * 51), "purpose has more than 50"),
        (to_bank(scheme="pigeon"), "swift, local or instant"),
        (to_bank(amount=Money(0, "EUR")), "above zero"),
        (to_bank(amount=Money(1, "GBP")), "does not take GBP"),
        (to_bank(holder=None), "who is paid"),
        (to_bank(holder=AccountHolder(HolderKind.INDIVIDUAL, first_name="Ada")), "last name"),
        (to_bank(holder=AccountHolder(HolderKind.GOVERNMENT)), "needs its name"),
        (to_bank(holder=replace(FIRM, company_name="x" * 51)), "name has more than 50"),
        (to_bank(destination=BankAccount(country="Britain", iban=Secret(IBAN))), "two letters"),
        (to_bank(destination=BankAccount(country="GB")), "the IBAN, or the account number"),
        (to_bank(destination=BankAccount("GB", Secret(IBAN), kind="deep")), "savings, current"),
        (replace(SAVED, destination=SavedInstrument("../x")), "nothing under such an id"),
    ],
)
async def test_a_broken_limit_is_named_before_anything_is_built(
    transport: Transport, asked: PayoutRequest, words: str
) -> None:
    account = account_at(transport)
    assert words in (account.payout_problem(asked) or "")
    with pytest.raises(Rejected, match=words):
        account.prepare_payout(asked)


async def test_without_an_account_to_take_it_from_nothing_is_paid_out(
    transport: Transport,
) -> None:
    for source, channel in (("", CHANNEL), (SOURCE, "")):
        connection = replace(samples.payfac(), payout_source=source, processing_channel_id=channel)
        account = PayfacGateway(connection, transport, clock=samples.clock)
        assert "settings" in (account.payout_problem(SAVED) or "")


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
    assert "charged" not in str(raised.value)


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
        ([], NotFound),
    ],
)
async def test_what_is_no_payout_is_not_made_one(
    transport: Transport, details: object, error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        await read(transport, details)


@pytest.mark.parametrize("document", [CLASSIC, NEWER])
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
