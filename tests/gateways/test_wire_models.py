"""No answer, however odd, makes the reading of it raise anything but its own error."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.gateways.call import Answer
from posapp.gateways.flowlix import translate as flowlix
from posapp.gateways.flowlix import wire as flowlix_wire
from posapp.gateways.flowlix_answers import explain as explain_flowlix
from posapp.gateways.flowlix_classic import translate as classic
from posapp.gateways.flowlix_classic import wire as classic_wire
from posapp.gateways.moments import from_iso, from_unix
from posapp.gateways.payfac import translate as payfac
from posapp.gateways.payfac import wire as payfac_wire
from posapp.gateways.payfac.action_answer import action_from
from posapp.gateways.payfac.errors import explain as explain_payfac
from posapp.gateways.payfac.history import History
from posapp.gateways.payfac.payout_answer import (
    accepted_payout,
    is_payment,
    is_payout,
    payout_from,
)
from posapp.gateways.payfac.search import found_in, pairs_of
from posapp.gateways.payfac.session_answer import session_from, submitted
from posapp.gateways.port import Prepared
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.wire_types import Wire, read
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState, Payment
from posapp.model.payout import PayoutStatus
from tests.gateways import samples
from tests.gateways.flowlix import documents as flowlix_documents
from tests.gateways.flowlix_classic import documents as classic_documents
from tests.gateways.payfac import documents as payfac_documents

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=6,
)
MODELS: tuple[type[Wire], ...] = (
    payfac_wire.PaymentAnswer,
    payfac_wire.Action,
    payfac_wire.ActionAnswer,
    payfac_wire.Balances,
    payfac_wire.Errors,
    payfac_wire.IncrementAnswer,
    payfac_wire.Page,
    payfac_wire.PayoutAnswer,
    payfac_wire.SearchPage,
    payfac_wire.SessionAnswer,
    payfac_wire.SubmissionAnswer,
    payfac_wire.Source,
    payfac_wire.Token,
    payfac_wire.TokenError,
    flowlix_wire.Notice,
    flowlix_wire.PaymentAnswer,
    flowlix_wire.RefundAnswer,
    classic_wire.PaymentAnswer,
    classic_wire.RefundEntry,
)


def spoiled(document: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """The document with some of its members replaced by anything."""
    changes = st.dictionaries(st.sampled_from(sorted(document)), JSON, max_size=3)
    return changes.map(lambda change: document | change)


def from_payfac(document: dict[str, object]) -> Payment:
    said = payfac_wire.read(payfac_wire.PaymentAnswer, document)
    actions = payfac_wire.actions(payfac_documents.ACTIONS)
    return payfac.payment_from(
        said, account="till", now=samples.NOW, request_id="", actions=actions
    )


def from_flowlix(document: dict[str, object]) -> Payment:
    said = flowlix_wire.read(flowlix_wire.PaymentAnswer, document)
    return flowlix.payment_from(said, account="till", request_id="")


def from_classic(document: dict[str, object]) -> Payment:
    said = classic_wire.read(classic_wire.PaymentAnswer, document)
    return classic.payment_from(said, account="till", request_id="")


@pytest.mark.parametrize("model", MODELS)
@given(document=JSON)
def test_any_document_is_read_or_refused(model: type[Wire], document: object) -> None:
    with suppress(Unreadable):
        assert isinstance(read(model, document), model)


@given(document=JSON)
def test_any_history_is_read_or_refused(document: object) -> None:
    with suppress(Unreadable):
        assert isinstance(payfac_wire.actions(document), tuple)


@pytest.mark.parametrize(
    ("reading", "document"),
    [
        (from_payfac, payfac_documents.AUTHORISED),
        (from_payfac, payfac_documents.DECLINED),
        (from_payfac, payfac_documents.DETAILS),
        (from_flowlix, flowlix_documents.PARTLY_REFUNDED),
        (from_flowlix, flowlix_documents.DECLINED),
        (from_flowlix, flowlix_documents.ACTION_NEEDED),
        (from_classic, classic_documents.PARTLY_REFUNDED),
        (from_classic, classic_documents.DECLINED),
        (from_classic, classic_documents.FORERUNNER_REFUNDED),
    ],
)
@given(data=st.data())
def test_a_spoiled_payment_is_understood_or_refused(
    reading: Callable[[dict[str, object]], Payment],
    document: dict[str, object],
    data: st.DataObject,
) -> None:
    with suppress(Unreadable):
        payment = reading(data.draw(spoiled(document)))
        assert payment.refundable >= 0
        assert payment.created_at.tzinfo is not None


INCREASED: dict[str, object] = {
    "action_id": "act_q4dbxom5jbgudnjzjpz7j2z6uq",
    "amount": 1290,
    "currency": "EUR",
    "approved": True,
    "status": "Authorized",
    "auth_code": "503198",
    "response_code": "10000",
    "processed_on": "2026-01-01T10:11:12Z",
}


ASKED = Prepared(
    operation="capture",
    path="/payments/pay_1/captures",
    body=bytearray(b"{}"),
    key="k",
    fingerprint="",
    keeps=True,
    reference="R-1",
    amount=Money(1290, "EUR"),
)


@pytest.mark.parametrize("operation", ["capture", "void", "increment", "reversal"])
@given(data=st.data())
def test_a_spoiled_answer_to_an_action_is_understood_or_refused(
    operation: str, data: st.DataObject
) -> None:
    asked = replace(ASKED, operation=operation)
    with suppress(Unreadable):
        record = action_from(asked, data.draw(spoiled(INCREASED) | JSON))
        assert record.amount == asked.amount
        assert record.state is ActionState.PENDING or operation == "increment"


@given(data=st.data())
def test_a_spoiled_history_is_understood_or_refused(data: st.DataObject) -> None:
    entries = [data.draw(spoiled(entry)) for entry in payfac_documents.ACTIONS]
    with suppress(Unreadable):
        history = History(payfac_wire.actions(entries), "EUR")
        assert len(history.refunds) + len(history.others) == len(entries)
        assert history.done(*ActionKind) >= 0


FOUND: dict[str, object] = {
    "data": [payfac_documents.DETAILS],
    "_links": {"next": {"href": "https://payfac.test/payments/search?cursor=abc"}},
}


@given(data=st.data())
def test_a_spoiled_page_leads_on_at_our_own_address_or_nowhere(data: st.DataObject) -> None:
    href = data.draw(st.text(max_size=40) | st.just("/payments/search?a=b"))
    document = data.draw(spoiled(FOUND) | st.just(FOUND | {"_links": {"next": {"href": href}}}))
    with suppress(Unreadable):
        page = found_in(document, base_url="https://payfac.test", asked="")
        assert "://" not in page.next_page
        assert bool(pairs_of(page.next_page)) is bool(page.next_page)


PAID_OUT: dict[str, object] = {
    "id": "pay_gwlowf7eap7uzm4cyaaqoq62au",
    "requested_on": "2026-01-01T10:11:12Z",
    "destination": {"type": "bank_account", "country": "GB", "last4": "6819"},
    "amount": 1290,
    "currency": "EUR",
    "reference": "R-1",
    "status": "Pending",
    "approved": False,
}


@given(data=st.data())
def test_a_spoiled_payout_is_understood_or_refused_and_never_paid_when_taken_in(
    data: st.DataObject,
) -> None:
    document = data.draw(spoiled(PAID_OUT) | JSON)
    assert not (is_payout(document) and is_payment(document))
    with suppress(Unreadable):
        assert payout_from(document, account="till", request_id="").amount is not None
    asked = replace(ASKED, operation="payout", body=bytearray(b"{}"))
    with suppress(Unreadable):
        taken = accepted_payout(asked, document, account="till", request_id="")
        assert taken.status is not PayoutStatus.PAID


OPENED: dict[str, object] = {
    "id": "ps_2vaDhY1qF02L0SXjgtQ03gucNPq",
    "amount": 1290,
    "currency": "EUR",
    "expires_on": "2026-01-01T10:11:12Z",
    "payment_session_token": "token-nobody-may-see",
    "payment_session_secret": "secret-nobody-may-see",
}


@given(data=st.data())
def test_a_spoiled_session_is_understood_or_refused_and_shows_no_secret(
    data: st.DataObject,
) -> None:
    with suppress(Unreadable):
        session = session_from(data.draw(spoiled(OPENED)), account="till", request_id="")
        assert "nobody-may-see" not in repr(session)
    with suppress(Unreadable):
        assert submitted(data.draw(spoiled({"id": "pay_1", "status": "Approved"}))).payment_id


@pytest.mark.parametrize("explain", [explain_payfac, explain_flowlix])
@given(document=JSON)
def test_any_refusal_is_explained_or_not(
    explain: Callable[[Answer], object], document: object
) -> None:
    body = json.dumps({"error": document, "error_codes": document}, default=str).encode()
    assert explain(Answer(status=422, headers={}, body=body)) is not None


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with suppress(Unreadable):
        assert from_iso(text).tzinfo is not None


@given(st.integers())
def test_any_number_is_a_moment_or_refused(seconds: int) -> None:
    with suppress(Unreadable):
        assert from_unix(seconds).tzinfo is not None


@pytest.mark.parametrize(
    ("amount", "minor"), [(1290, 1290), (Decimal("1290.0"), 1290), (Decimal("1.29E+3"), 1290)]
)
def test_a_whole_number_counts_however_it_is_written(amount: object, minor: int) -> None:
    told = flowlix_documents.SUCCEEDED | {"amount": amount}
    assert from_flowlix(told).amount.minor == minor
