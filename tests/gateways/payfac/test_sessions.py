"""Payment sessions of PayFac: opened, paid and read, and their secrets never kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.gateways.abilities import PaymentSessions
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    GatewayDown,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import PaymentStatus
from posapp.model.payment_session import SessionRequest, Submission
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.payfac.shop import Shop
from tests.gateways.peers import Act, by_path, peer, saying
from tests.sandbox.callers import session_data

pytestmark = pytest.mark.asyncio

SESSION = "ps_2vaDhY1qF02L0SXjgtQ03gucNPq"
SECRET = "pss_9ca4c89e-4c19-47ef-ad9f-f2c9ca48c185"
ASKED = SessionRequest(
    amount=Money(1290, "EUR"),
    reference="T1-1043-1-K7QX",
    country="DE",
    success_url="https://shop.test/ok",
    failure_url="https://shop.test/ko",
    description="Two mugs",
    customer=samples.ADA,
    expires_at=samples.NOW + timedelta(hours=1),
)
PAID = Submission(
    session_id=SESSION,
    data=Secret("what-the-form-handed-over"),
    amount=Money(1290, "EUR"),
    reference="T1-1043-1-K7QX",
)
OPENED: dict[str, object] = {
    "id": SESSION,
    "payment_session_token": "YmFzZTY0:eyJpZCI6",
    "payment_session_secret": SECRET,
    "_links": documents.links("self"),
}
APPROVED: dict[str, object] = {"id": documents.PAYMENT_ID, "status": "Approved", "type": ["card"]}
ACTION: dict[str, object] = {
    "id": documents.PAYMENT_ID,
    "status": "Action Required",
    "type": "card",
    "action": {"type": "redirect", "url": "https://bank.test/3ds/1"},
}


def account_at(transport: Transport, url: str = "https://payfac.test") -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=samples.clock)


def submitting(
    answer: Act, details: dict[str, object], history: list[dict[str, object]] | None = None
) -> Act:
    return by_path(
        {
            f"POST /payment-sessions/{SESSION}/submit": answer,
            f"GET /payments/{documents.PAYMENT_ID}": saying(200, details),
            f"GET /payments/{documents.PAYMENT_ID}/actions": saying(200, history or []),
        }
    )


async def test_a_session_is_opened_with_what_it_is_for(transport: Transport) -> None:
    async with peer(saying(201, OPENED)) as other:
        account = account_at(transport, other.url)
        assert isinstance(account, PaymentSessions)
        prepared = account.prepare_session(ASKED)
        session = await account.send_session(prepared)
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/payment-sessions")
    assert "cko-idempotency-key" not in received.headers
    assert received.document == {
        "amount": 1290,
        "currency": "EUR",
        "billing": {"address": {"country": "DE"}},
        "success_url": "https://shop.test/ok",
        "failure_url": "https://shop.test/ko",
        "reference": "T1-1043-1-K7QX",
        "payment_type": "Regular",
        "capture": True,
        "description": "Two mugs",
        "customer": {"email": "ada@shop.test", "name": "Ada Muster"},
        "expires_on": "2026-01-01T13:00:00Z",
    }
    assert session.id == SESSION
    assert session.secret == Secret(SECRET)
    assert session.token == Secret("YmFzZTY0:eyJpZCI6")
    assert SECRET not in repr(session)
    assert "YmFz" not in repr(session)
    assert not prepared.keeps


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(ASKED, reference="x" * 51), "50 characters"),
        (replace(ASKED, reference=""), "needs a reference"),
        (replace(ASKED, description="x" * 101), "100 characters"),
        (replace(ASKED, country="Germany"), "two letters"),
        (replace(ASKED, success_url="shop.test"), "web address"),
        (replace(ASKED, failure_url="https://shop.test/" + "x" * 1024), "1024"),
        (replace(ASKED, amount=Money(1290, "GBP")), "does not take GBP"),
        (replace(ASKED, amount=Money(-1, "EUR")), "below zero"),
        (replace(ASKED, customer=Customer(name="x" * 256)), "name has more than 255"),
        (replace(ASKED, customer=Customer(email="x" * 256)), "e-mail address has more than 255"),
        (replace(ASKED, metadata={f"note-{n}": "" for n in range(19)}), "at most 18 notes"),
        (replace(ASKED, metadata={"agent": "x" * 256}), "note has more than 255"),
        (replace(ASKED, metadata={"x" * 256: "agent"}), "note has more than 255"),
        (replace(ASKED, expires_at=samples.NOW), "expired before"),
    ],
)
async def test_a_broken_limit_of_a_session_is_named(
    transport: Transport, asked: SessionRequest, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        account_at(transport).prepare_session(asked)


async def test_a_session_names_the_channel_of_the_account_and_its_notes(
    transport: Transport,
) -> None:
    channel = "pc_hpswyyx23geezflc2ocz3exn4y"
    connection = replace(samples.payfac(), processing_channel_id=channel)
    account = PayfacGateway(connection, transport, clock=samples.clock)
    notes = {f"note-{number}": "x" * 255 for number in range(18)}
    body = json.loads(bytes(account.prepare_session(replace(ASKED, metadata=notes)).body))
    assert (body["processing_channel_id"], body["metadata"]) == (channel, notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(PAID, session_id="../x"), "session ids"),
        (replace(PAID, reference="x" * 51), "50 characters"),
        (replace(PAID, amount=Money(-1, "EUR")), "below zero"),
        (replace(PAID, ip_address="nowhere"), "network address"),
    ],
)
async def test_a_broken_limit_of_its_payment_is_named(
    transport: Transport, asked: Submission, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        account_at(transport).prepare_submission(asked)


async def test_what_the_form_handed_over_is_sent_once_and_wiped(transport: Transport) -> None:
    act = submitting(saying(201, APPROVED), documents.AUTHORISED)
    async with peer(act) as other:
        account = account_at(transport, other.url)
        prepared = account.prepare_submission(replace(PAID, ip_address="203.0.113.7"))
        assert b"what-the-form-handed-over" in prepared.body
        assert "form" not in repr(prepared)
        payment = await account.send_submission(prepared)
        received = other.received[0]
    assert received.document == {
        "session_data": "what-the-form-handed-over",
        "amount": 1290,
        "reference": "T1-1043-1-K7QX",
        "ip_address": "203.0.113.7",
    }
    assert not prepared.body
    assert (payment.id, payment.status) == (documents.PAYMENT_ID, PaymentStatus.AUTHORISED)


async def test_a_customer_who_has_to_go_on_gets_the_address(transport: Transport) -> None:
    waiting = {**documents.DETAILS, "status": "Pending", "balances": None}
    async with peer(submitting(saying(202, ACTION), waiting)) as other:
        account = account_at(transport, other.url)
        payment = await account.send_submission(account.prepare_submission(PAID))
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url == "https://bank.test/3ds/1"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (submitting(saying(429, documents.refused("duplicate")), {}), OutcomeUnknown),
        (submitting(saying(502), {}), OutcomeUnknown),
        (submitting(saying(201), {}), OutcomeUnknown),
        (submitting(saying(201, {"id": "../x", "status": "Approved"}), {}), OutcomeUnknown),
        (submitting(saying(201, APPROVED), {}), OutcomeUnknown),
        (
            submitting(saying(201, APPROVED), documents.AUTHORISED | {"reference": "other"}),
            OutcomeUnknown,
        ),
        (submitting(saying(422, documents.refused("amount_invalid")), {}), Rejected),
        (submitting(saying(404), {}), Rejected),
        (submitting(saying(401), {}), Unauthorised),
    ],
)
async def test_every_other_answer_to_a_payment_of_a_session_is_sorted(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        account = account_at(transport, other.url)
        with pytest.raises(error) as raised:
            await account.send_submission(account.prepare_submission(PAID))
        assert len(other.money) == 1
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(201, {"id": SESSION}), OutcomeUnknown),
        (saying(201, OPENED | {"id": "../x"}), OutcomeUnknown),
        (saying(429), OutcomeUnknown),
        (saying(422, documents.refused("currency_invalid")), Rejected),
        (saying(401), Unauthorised),
    ],
)
async def test_a_session_without_its_secret_is_none(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        account = account_at(transport, other.url)
        with pytest.raises(error):
            await account.send_session(account.prepare_session(ASKED))


async def test_reading_a_session_never_brings_its_secret_back(transport: Transport) -> None:
    told = OPENED | {"amount": 1290, "currency": "eur", "payment_id": documents.PAYMENT_ID}
    async with peer(saying(200, told)) as other:
        session = await account_at(transport, other.url).read_session(SESSION)
    assert (session.token, session.secret) == (None, None)
    assert (session.amount, session.payment_id) == (Money(1290, "EUR"), documents.PAYMENT_ID)


@pytest.mark.parametrize(
    ("act", "error"),
    [(saying(404), NotFound), (saying(200, OPENED | {"id": "ps_other"}), GatewayDown)],
)
async def test_a_session_that_is_not_there_is_not_made_up(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        with pytest.raises(error):
            await account_at(transport, other.url).read_session(SESSION)


async def test_a_session_is_opened_paid_and_read_at_the_training_gateway(shop: Shop) -> None:
    await shop.admin.set(payfac_refuse_unknown_members=True)
    connection = replace(
        shop.connection,
        scope="gateway payment-sessions",
        processing_channel_id="pc_hpswyyx23geezflc2ocz3exn4y",
    )
    account = PayfacGateway(connection, shop.transport, clock=samples.present)
    asked = replace(ASKED, expires_at=None, metadata={"agent": "a17"})
    session = await account.send_session(account.prepare_session(asked))
    assert session.secret is not None
    assert (await account.read_session(session.id)).payment_id == ""

    def submission(number: str) -> Submission:
        assert session.secret is not None
        data = Secret(session_data(session.secret.reveal(), number))
        return replace(PAID, session_id=session.id, data=data)

    declined = await account.send_submission(
        account.prepare_submission(submission("4544249167673670"))
    )
    assert declined.status is PaymentStatus.DECLINED
    assert declined.decline is not None
    payment = await account.send_submission(
        account.prepare_submission(submission("4242424242424242"))
    )
    assert (payment.status, payment.reference, payment.amount) == (
        PaymentStatus.AUTHORISED,
        ASKED.reference,
        ASKED.amount,
    )
    assert (await account.read_session(session.id)).payment_id == payment.id
    dump = str(await shop.admin.dump())
    assert session.secret.reveal() not in dump
    # Whether it is the same customer twice is for the session to say.
    with pytest.raises(OutcomeUnknown):
        await account.send_submission(account.prepare_submission(submission("4242424242424242")))
