"""Capture, void, increment, reversal and the end of retries at PayFac."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posapp.gateways.abilities import (
    ActionRequest,
    Capture,
    Increment,
    PaymentActions,
    RetryCancellation,
    Reversal,
    Void,
)
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    GatewayError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.card import CardSummary
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    PaymentStatus,
)
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, peer, saying

WHEN = datetime.fromtimestamp(1719792000, UTC)
RESERVED = replace(
    samples.payment(amount=Money(6540, "USD"), captured=0, refundable=0),
    status=PaymentStatus.AUTHORISED,
    authorised=6540,
    capturable=6540,
    estimated=True,
)
RETRIED = replace(
    RESERVED, status=PaymentStatus.RETRY_SCHEDULED, authorised=0, capturable=0, estimated=False
)
TAKEN = samples.payment(amount=Money(6540, "USD"), captured=6540, refundable=6540)
PART = Money(460, "USD")

CAPTURE = Capture(RESERVED, PART, key="k", reference="CAP-1", final=False)
VOID = Void(RESERVED, key="k", reference="VOID-1")
INCREMENT = Increment(RESERVED, PART, key="k", reference="INC-1")
REVERSAL = Reversal(TAKEN, key="k", reference="REV-1", who="agent-7")
CANCELLATION = RetryCancellation(RETRIED, key="k", reference="CANCEL-1")
EVERY = (CAPTURE, VOID, INCREMENT, REVERSAL, CANCELLATION)
TAKEN_IN: dict[str, object] = {
    "action_id": "act_2f56bhkau5dubequbv5aa6w4qi",
    "reference": "CAP-1",
    "_links": documents.links("payment", "actions"),
}
INCREASED: dict[str, object] = {
    "action_id": "act_q4dbxom5jbgudnjzjpz7j2z6uq",
    "amount": 460,
    "currency": "USD",
    "approved": True,
    "status": "Authorized",
    "auth_code": "503198",
    "response_code": "10000",
    "response_summary": "Approved",
    "balances": documents.balances(authorized=7000),
    "processed_on": "2026-01-01T10:11:12Z",
    "reference": "INC-1",
    "_links": documents.links("payment"),
}


def gateway(transport: Transport, url: str = "https://payfac.test") -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=lambda: WHEN)


def document(transport: Transport, asked: ActionRequest) -> dict[str, object]:
    body: dict[str, object] = json.loads(bytes(gateway(transport).prepare_action(asked).body))
    return body


def test_payfac_can_do_all_of_it(transport: Transport) -> None:
    assert isinstance(gateway(transport), PaymentActions)


@pytest.mark.parametrize(
    ("asked", "last", "said"),
    [
        (CAPTURE, "captures", {"amount": 460, "capture_type": "NonFinal", "reference": "CAP-1"}),
        (
            replace(CAPTURE, amount=Money(6540, "USD"), final=True),
            "captures",
            {"amount": 6540, "capture_type": "Final", "reference": "CAP-1"},
        ),
        (VOID, "voids", {"reference": "VOID-1"}),
        (INCREMENT, "authorizations", {"amount": 460, "reference": "INC-1"}),
        (CANCELLATION, "cancellations", {"reference": "CANCEL-1"}),
    ],
)
def test_each_request_goes_to_its_place_with_its_body(
    transport: Transport, asked: ActionRequest, last: str, said: dict[str, object]
) -> None:
    prepared = gateway(transport).prepare_action(asked)
    assert json.loads(bytes(prepared.body)) == said
    assert prepared.path == f"/payments/{documents.PAYMENT_ID}/{last}"
    assert prepared.keeps


@pytest.mark.parametrize(
    ("who", "signature"),
    [
        ("agent-7", "22bd4bbe302b63101471738c8e98fdf079eac245e8bf02a5b911eec69190859a"),
        ("", None),
    ],
)
def test_a_reversal_is_signed_over_all_it_says(
    transport: Transport, who: str, signature: str | None
) -> None:
    said = document(transport, replace(REVERSAL, who=who))
    assert said["void_if_not_settled"] == "true"
    assert said.get("agent_identifier", "") == who
    assert (said["site_identifier"], said["timestamp"]) == ("S2155373459", "1719792000")
    assert (said["version"], said["pnm_payment_identifier"]) == ("3.0", documents.PAYMENT_ID)
    assert "refund_amount" not in said
    if signature:
        assert said["signature"] == signature


@pytest.mark.parametrize("asked", [CAPTURE, VOID, REVERSAL, CANCELLATION])
@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.asyncio
async def test_what_is_accepted_is_not_done(
    transport: Transport, asked: ActionRequest, status: int
) -> None:
    async with peer(saying(status, TAKEN_IN)) as other:
        shop = gateway(transport, other.url)
        prepared = shop.prepare_action(asked)
        record = await shop.send_action(prepared)
        [received] = other.received
    assert received.headers["cko-idempotency-key"] == "k"
    assert received.body == bytes(prepared.body)
    assert (record.id, record.state) == ("act_2f56bhkau5dubequbv5aa6w4qi", ActionState.PENDING)
    assert record.amount == prepared.amount
    assert record.kind == prepared.operation


@pytest.mark.asyncio
async def test_the_bank_agrees_to_an_increment_at_once(transport: Transport) -> None:
    async with peer(saying(201, INCREASED)) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_action(shop.prepare_action(INCREMENT))
    assert record == ActionRecord(
        id="act_q4dbxom5jbgudnjzjpz7j2z6uq",
        kind=ActionKind.INCREMENT,
        state=ActionState.DONE,
        amount=PART,
        at=datetime(2026, 1, 1, 10, 11, 12, tzinfo=UTC),
        reference="INC-1",
        auth_code="503198",
    )


@pytest.mark.asyncio
async def test_a_refused_increment_is_a_result_with_a_reason(transport: Transport) -> None:
    refusal = {"approved": False, "status": "DECLINED", "response_code": "20051"}
    async with peer(saying(201, INCREASED | refusal)) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_action(shop.prepare_action(INCREMENT))
    assert record.state is ActionState.FAILED
    assert record.decline is not None
    assert record.decline.code == "20051"


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": 7000},
        {"currency": "EUR"},
        {"approved": False},
        {"status": "Declined"},
        {"status": "Settling"},
        {"response_code": "20051"},
        {"action_id": "../x"},
        {"approved": None},
        {"processed_on": "yesterday"},
    ],
)
@pytest.mark.asyncio
async def test_an_answer_to_an_increment_that_does_not_fit_proves_nothing(
    transport: Transport, odd: dict[str, object]
) -> None:
    async with peer(saying(201, INCREASED | odd)) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(OutcomeUnknown):
            await shop.send_action(shop.prepare_action(INCREMENT))


@pytest.mark.asyncio
async def test_a_reversal_of_what_was_given_back_before_is_done(transport: Transport) -> None:
    async with peer(saying(204)) as other:
        shop = gateway(transport, other.url)
        record = await shop.send_action(shop.prepare_action(REVERSAL))
    assert (record.id, record.state) == ("", ActionState.DONE)


@pytest.mark.parametrize("asked", [CAPTURE, VOID, CANCELLATION, INCREMENT])
@pytest.mark.asyncio
async def test_no_other_request_ends_without_a_word(
    transport: Transport, asked: ActionRequest
) -> None:
    async with peer(saying(204)) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(OutcomeUnknown):
            await shop.send_action(shop.prepare_action(asked))


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(401), Unauthorised),
        (saying(403), NotAllowed),
        (saying(404), NotFound),
        (saying(422, documents.refused("payment_expired")), Rejected),
        (saying(202), OutcomeUnknown),
        (saying(202, {"reference": "x"}), OutcomeUnknown),
        (saying(202, {"action_id": "../x", "reference": "x"}), OutcomeUnknown),
        (saying(409), OutcomeUnknown),
        (saying(429), OutcomeUnknown),
        (saying(502), OutcomeUnknown),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", EVERY)
@pytest.mark.asyncio
async def test_every_other_answer_is_sorted(
    transport: Transport, asked: ActionRequest, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(error) as raised:
            await shop.send_action(shop.prepare_action(asked))
        assert len(other.received) == 1
    assert type(raised.value) is error
    if error in (NotAllowed, NotFound, Unauthorised):
        assert "charged" not in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (CAPTURE, "capture_value_greater_than_remaining_authorized", "left to capture"),
        (CAPTURE, "capture_value_greater_than_authorized", "what was reserved"),
        (VOID, "void_amount_invalid", "could be voided"),
        (INCREMENT, "incremental_authorization_unsupported", "reservation grow"),
        (INCREMENT, "incremental_authorization_restricted_for_mcc", "line of business"),
        (CAPTURE, "payment_expired", "too old"),
        (VOID, "action_failure_limit_exceeded", "too often"),
    ],
)
@pytest.mark.asyncio
async def test_a_refusal_says_why_and_what_is_true_now(
    transport: Transport, asked: ActionRequest, code: str, words: str
) -> None:
    truth = {Capture: "captured", Void: "voided", Increment: "reserved"}[type(asked)]
    async with peer(saying(422, documents.refused(code))) as other:
        shop = gateway(transport, other.url)
        with pytest.raises(Rejected, match=words) as raised:
            await shop.send_action(shop.prepare_action(asked))
    assert truth in str(raised.value).rpartition("Nothing")[2]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(CAPTURE, amount=Money(6541, "USD")), "At most USD 65.40"),
        (replace(CAPTURE, reference="x" * 81), "80 characters"),
        (replace(VOID, payment=TAKEN), "voided"),
        (replace(INCREMENT, payment=replace(RESERVED, estimated=False)), "estimate"),
        (replace(INCREMENT, amount=Money(1_000_000_000, "USD")), "nine digits"),
        (replace(REVERSAL, who="x" * 101), "100 characters"),
        (replace(CANCELLATION, payment=RESERVED), "No further try"),
        (replace(VOID, payment=replace(RESERVED, id="../x")), "id"),
    ],
)
def test_what_is_impossible_is_refused_here(
    transport: Transport, asked: ActionRequest, words: str
) -> None:
    shop = gateway(transport)
    assert words in (shop.action_problem(asked) or "")
    with pytest.raises(Rejected, match=words):
        shop.prepare_action(asked)


def test_an_amex_payment_takes_a_shorter_reference(transport: Transport) -> None:
    amex = replace(RESERVED, card=CardSummary(brand="Amex", last4="0005"))
    shop = gateway(transport)
    assert shop.action_problem(Void(amex, key="k", reference="x" * 30)) is None
    assert "30" in (shop.action_problem(Void(amex, key="k", reference="x" * 31)) or "")


def test_without_a_signing_secret_nothing_is_reversed(transport: Transport) -> None:
    bare = replace(samples.payfac(), signing_secret=None)
    shop = PayfacGateway(bare, transport, clock=samples.clock)
    assert "settings" in (shop.action_problem(REVERSAL) or "")
    assert shop.action_problem(VOID) is None
