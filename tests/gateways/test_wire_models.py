"""No answer, however odd, makes the reading of it raise anything but its own error."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
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
from posapp.gateways.payfac.errors import explain as explain_payfac
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.wire_types import Wire, read
from posapp.model.payment import Payment
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
    payfac_wire.Page,
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
