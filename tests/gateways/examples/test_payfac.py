"""Each answer that the PayFac contract shows is understood, with the right status and sums."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from posapp.gateways import strict_json
from posapp.gateways.answers import Explained
from posapp.gateways.call import Answer
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.action_answer import action_from, given_back_before
from posapp.gateways.payfac.errors import explain
from posapp.gateways.payfac.payout_answer import accepted_payout, is_payout, payout_from
from posapp.gateways.payfac.search import found_in
from posapp.gateways.payfac.session_answer import session_from, submitted
from posapp.gateways.payfac.translate import is_complete, payment_from
from posapp.gateways.port import Prepared
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionState, Check, Payment, PaymentStatus
from posapp.model.payout import PayoutStatus
from tests.gateways import samples
from tests.gateways.examples import payfac, payfac_least
from tests.gateways.examples.documents_of import documents_of

S = PaymentStatus
SUM = Money(6540, "USD")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one example says, worked out by hand."""

    status: PaymentStatus
    amount: Money
    captured: int = 0
    refunded: int = 0
    refundable: int = 0
    reference: str = ""
    decline: str = ""


def shown(payment: Payment) -> Shown:
    return Shown(
        status=payment.status,
        amount=payment.amount,
        captured=payment.captured,
        refunded=payment.refunded,
        refundable=payment.refundable,
        reference=payment.reference,
        decline=payment.decline.code if payment.decline else "",
    )


def arrived(document: object) -> object:
    """The document as it comes over the wire: numbers with a fraction are decimals."""
    return strict_json.parse(json.dumps(document).encode())


def understood(document: object, actions: object = ()) -> Payment:
    return payment_from(
        wire.read(wire.PaymentAnswer, arrived(document)),
        account="till",
        now=samples.NOW,
        request_id="",
        actions=wire.actions(arrived(actions)),
    )


ORDER = "ORD-5023-4E89"
PAYMENTS = {
    "AUTHORISED": Shown(S.AUTHORISED, SUM, reference=ORDER),
    "DECLINED": Shown(S.DECLINED, SUM, reference=ORDER, decline="20051"),
    "VERIFIED": Shown(S.VERIFIED, Money(0, "USD")),
    "DETAILS": Shown(
        S.PARTLY_REFUNDED, SUM, captured=7000, refunded=500, refundable=6500, reference=ORDER
    ),
}
REFUSALS = {
    "REFUSED": ({"number"}, "request_invalid card_number_invalid"),
    "CAPTURE_REFUSED": (
        {"amount"},
        "request_invalid capture_value_greater_than_remaining_authorized",
    ),
    "PAGING_REFUSED": (set(), "request_invalid paging_limit_invalid"),
}
ACCEPTED = {
    "CAPTURE_ACCEPTED": "act_2f56bhkau5dubequbv5aa6w4qi",
    "VOID_ACCEPTED": "act_2f56bhkau5dubequbv5aa6w4qi",
    "CANCELLATION_ACCEPTED": "act_2f56bhkau5dubequbv5aa6w4qi",
    "REFUND_ACCEPTED": "act_4",
    "REVERSAL_ACCEPTED": "act_5",
}


@pytest.mark.parametrize(("name", "expected"), PAYMENTS.items())
def test_a_payment_is_understood(name: str, expected: Shown) -> None:
    assert shown(understood(getattr(payfac, name), [])) == expected


def test_what_the_bank_compared_and_the_card_are_understood() -> None:
    payment = understood(payfac.AUTHORISED, [])
    assert (payment.address_check, payment.code_check) == (Check.MATCH, Check.MATCH)
    assert (payment.auth_code, payment.created_at) == (
        "643381",
        datetime(2026, 1, 1, 10, 11, 12, tzinfo=UTC),
    )
    assert payment.card is not None
    assert (payment.card.brand, payment.card.last4, payment.card.first6) == (
        "Visa",
        "4242",
        "424242",
    )


def test_what_is_reserved_is_understood() -> None:
    payment = understood(payfac.AUTHORISED, [])
    assert (payment.authorised, payment.voided, payment.capturable) == (6540, 0, 6540)
    assert payment.capture_by == datetime(2026, 1, 8, 10, 11, 12, tzinfo=UTC)


def test_the_history_is_understood() -> None:
    payment = understood(payfac.DETAILS, payfac.ACTIONS)
    assert [(one.id, one.kind, one.amount, one.state) for one in payment.history] == [
        ("act_1", ActionKind.AUTHORISATION, SUM, ActionState.DONE),
        ("act_2", ActionKind.INCREMENT, Money(460, "USD"), ActionState.DONE),
        ("act_3", ActionKind.CAPTURE, Money(7000, "USD"), ActionState.DONE),
    ]
    [refund] = payment.refunds
    assert (refund.id, refund.amount, refund.state) == (
        "act_4",
        Money(500, "USD"),
        ActionState.DONE,
    )


@pytest.mark.parametrize(("name", "action"), ACCEPTED.items())
def test_what_was_only_accepted_is_understood(name: str, action: str) -> None:
    assert wire.read(wire.ActionAnswer, arrived(getattr(payfac, name))).action_id == action


def asked_for(kind: ActionKind, amount: Money) -> Prepared:
    return Prepared(
        operation=kind,
        path="",
        body=bytearray(b"{}"),
        key="key-1",
        fingerprint="",
        keeps=True,
        reference="INC-1",
        amount=amount,
    )


@pytest.mark.parametrize(
    ("document", "state", "decline"),
    [
        (payfac.INCREMENTED, ActionState.DONE, ""),
        (payfac_least.INCREMENT, ActionState.FAILED, "20051"),
    ],
)
def test_an_increment_is_understood(document: object, state: ActionState, decline: str) -> None:
    prepared = asked_for(ActionKind.INCREMENT, Money(460, "USD"))
    record = action_from(prepared, arrived(document))
    assert (record.id, record.amount, record.state) == (
        "act_q4dbxom5jbgudnjzjpz7j2z6uq",
        Money(460, "USD"),
        state,
    )
    assert (record.decline.code if record.decline else "") == decline


def test_a_reversal_without_a_body_was_given_back_before() -> None:
    prepared = asked_for(ActionKind.REVERSAL, SUM)
    record = given_back_before(prepared, Answer(status=204, headers={}, body=b""))
    assert record is not None
    assert (record.id, record.state) == ("", ActionState.DONE)


def test_what_was_found_is_understood_and_leads_on() -> None:
    found = found_in(arrived(payfac.FOUND), base_url=payfac.BASE, asked="")
    assert found.next_page == "cursor=bmV4dA"
    [entry] = found.entries
    assert shown(understood(entry, [])) == Shown(S.CAPTURED, SUM, captured=6540, refundable=6540)
    assert not is_payout(entry)
    least = arrived(payfac_least.FOUND_PAYMENT)
    assert isinstance(least, dict)
    assert shown(understood(least, [])) == shown(understood(entry, []))
    payout = arrived(payfac_least.FOUND_PAYOUT)
    assert isinstance(payout, dict)
    assert is_payout(payout)
    assert not is_payout(least)


def test_a_session_is_understood() -> None:
    session = session_from(arrived(payfac.SESSION), account="till", request_id="")
    assert session.id == payfac.SESSION_ID
    assert session.token is not None
    assert session.token.reveal() == payfac.SESSION["payment_session_token"]
    assert session.secret is not None
    assert session.secret.reveal() == payfac.SESSION["payment_session_secret"]
    read = session_from(arrived(payfac.SESSION_DETAILS), account="till", request_id="")
    assert (read.amount, read.reference, read.payment_id, read.status_said) == (
        Money(1000, "GBP"),
        "ORD-123A",
        payfac.PAYMENT_ID,
        "Approved",
    )
    assert read.expires_at == datetime(2026, 1, 1, 11, 11, 12, tzinfo=UTC)
    least = session_from(arrived(payfac_least.SESSION), account="till", request_id="")
    assert (least.id, least.amount, least.token) == (payfac.SESSION_ID, None, None)


@pytest.mark.parametrize(
    ("document", "url"),
    [
        (payfac.SESSION_PAID, ""),
        (payfac.SESSION_TO_CONFIRM, "https://acs.sandbox.test/challenge/1"),
        (payfac_least.SUBMITTED, ""),
        (payfac_least.SUBMITTED_TO_CONFIRM, ""),
    ],
)
def test_a_submission_is_understood(document: object, url: str) -> None:
    answer = submitted(arrived(document))
    assert (answer.payment_id, answer.url) == (payfac.PAYMENT_ID, url)


@pytest.mark.parametrize(("name", "expected"), REFUSALS.items())
def test_a_refusal_is_understood(name: str, expected: tuple[set[str], str]) -> None:
    body = json.dumps(getattr(payfac, name)).encode()
    explained = explain(Answer(status=422, headers={}, body=body))
    assert (set(explained.fields), explained.said) == expected


@pytest.mark.parametrize("status", [401, 403, 404, 502])
def test_a_refusal_without_a_body_explains_nothing(status: int) -> None:
    assert explain(Answer(status=status, headers={}, body=b"")) == Explained()


def test_tokens_are_understood() -> None:
    token = wire.read(wire.Token, arrived(payfac.TOKEN))
    assert (token.access_token, token.expires_in) == ("a.made-up.token", Decimal(3600))
    least = wire.read(wire.Token, arrived(payfac_least.TOKEN))
    assert least.expires_in == Decimal("1799.5")
    assert wire.read(wire.TokenError, arrived(payfac.TOKEN_REFUSED)).error == "invalid_client"


def test_the_list_is_understood() -> None:
    page = wire.read(wire.Page, arrived(payfac.LISTED))
    assert (page.limit, page.total_count) == (10, 1)
    [entry] = page.data
    assert shown(understood(entry, [])) == PAYMENTS["DETAILS"]


def test_the_least_that_the_text_requires_is_enough() -> None:
    assert shown(understood(payfac_least.PAYMENT, [])) == Shown(
        S.CAPTURED, SUM, captured=6540, refundable=6540
    )
    [action] = wire.actions(arrived([payfac_least.ACTION]))
    assert (action.id, action.amount, action.approved) == ("act_1", 6540, True)
    accepted = wire.read(wire.ActionAnswer, arrived(payfac_least.ACCEPTED))
    assert accepted.action_id == "act_2f56bhkau5dubequbv5aa6w4qi"
    errors = wire.read(wire.Errors, arrived(payfac_least.ERRORS))
    assert errors.error_codes == ["reference_invalid"]


def test_an_answer_of_three_members_is_read_and_known_to_be_short() -> None:
    said = wire.read(wire.PaymentAnswer, arrived(payfac_least.CHARGED))
    assert said.id == payfac.PAYMENT_ID
    assert not is_complete(said)
    assert is_complete(wire.read(wire.PaymentAnswer, arrived(payfac.AUTHORISED)))


@pytest.mark.parametrize("document", [payfac_least.PAYOUT, payfac_least.NEWER_PAYOUT])
def test_a_payout_is_never_taken_for_money_that_came_in(document: object) -> None:
    payment = understood(document, [])
    assert payment.status is S.UNKNOWN
    assert (payment.amount, payment.captured, payment.refundable) == (Money(1000, "GBP"), 0, 0)


@pytest.mark.parametrize("document", [payfac_least.PAYOUT, payfac_least.NEWER_PAYOUT])
def test_a_payout_is_read_in_either_shape(document: object) -> None:
    payout = payout_from(arrived(document), account="till", request_id="")
    assert payout.amount == Money(1000, "GBP")
    assert payout.status in (PayoutStatus.PENDING, PayoutStatus.PAID)


def test_a_payout_that_was_taken_in_is_pending() -> None:
    asked = Prepared(
        operation="payout",
        path="/payments",
        body=bytearray(b"{}"),
        key="k",
        fingerprint="",
        keeps=False,
        reference="PO-215-5721",
        amount=Money(1000, "GBP"),
    )
    document = arrived(payfac.PAYOUT_ACCEPTED)
    payout = accepted_payout(asked, document, account="till", request_id="")
    assert (payout.id, payout.status) == (payfac.PAYOUT_ID, PayoutStatus.PENDING)


def test_a_payout_that_was_only_accepted_is_no_payment_either() -> None:
    said = wire.read(wire.PaymentAnswer, arrived(payfac.PAYOUT_ACCEPTED))
    assert said.id == payfac.PAYOUT_ID
    assert not is_complete(said)


READ_ONE_BY_ONE = {
    payfac: "ACTIONS FOUND INCREMENTED LISTED SESSION SESSION_DETAILS SESSION_PAID "
    "SESSION_TO_CONFIRM TOKEN TOKEN_REFUSED PAYOUT_ACCEPTED",
    payfac_least: "ACCEPTED ACTION CHARGED ERRORS FOUND_PAYMENT FOUND_PAYOUT INCREMENT PAYMENT "
    "SESSION SUBMITTED SUBMITTED_TO_CONFIRM TOKEN PAYOUT NEWER_PAYOUT",
}


def test_no_example_was_left_out() -> None:
    tables = {*PAYMENTS, *REFUSALS, *ACCEPTED}
    assert documents_of(payfac) == tables | set(READ_ONE_BY_ONE[payfac].split())
    assert documents_of(payfac_least) == set(READ_ONE_BY_ONE[payfac_least].split())
