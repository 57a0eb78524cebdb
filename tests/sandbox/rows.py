"""Every call of the training gateway: what may be sent to it and what may come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sandbox import contract_flowlix as flowlix
from tests.sandbox import contract_payfac as payfac
from tests.sandbox import payout_contract
from tests.sandbox.callers import classic_direct, direct, payment, session
from tests.sandbox.contract import Answers, Check, members, shape, text
from tests.sandbox.contract_payfac import EMPTY, PAYFAC_ERROR
from tests.sandbox.payouts import PAYOUTS


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint: what may be sent to it and what may come back."""

    verb: str
    path: str
    answers: Answers
    bodies: list[dict[str, Any]] = field(default_factory=list)
    signed: bool = False


_ACTION: Answers = {202: payfac.PAYFAC_ACCEPTED, 422: PAYFAC_ERROR, **EMPTY}
_REFERENCE: list[dict[str, Any]] = [{"reference": "r", "metadata": {"a": "b"}}, {}]
_CARDS = ("4242424242424242", "4544249167673670", "5555555555554444", "345678901234564")
_CHALLENGED: dict[str, Any] = {"3ds": {"enabled": True}}
_PAYMENTS: list[dict[str, Any]] = [
    *(payment(number, cvv="100") for number in _CARDS),
    payment(capture=False, authorization_type="Estimated"),
    payment(amount=0),
    payment(
        payment_type="Regular",
        success_url="https://shop.test/ok",
        failure_url="https://shop.test/no",
        **_CHALLENGED,
    ),
    payment(
        "4544249167673670",
        payment_type="Recurring",
        merchant_initiated=True,
        retry={"dunning": {"enabled": True, "max_attempts": 3}},
    ),
    {**payment(payment_context_id="pct_paypalapprovedaaaaaaaaaaaa"), "source": None},
    payment(
        source={"cvv": "100", "billing_address": {"address_line1": "Test_A", "country": "GB"}},
        metadata={"a": 1},
        customer={"email": "ada@shop.test", "name": "Ada Muster"},
    ),
]
_TOKEN: dict[str, Any] = {
    "grant_type": "client_credentials",
    "client_id": "{client}",
    "client_secret": "{secret}",
    "scope": "gateway",
}
_ONE = "/payments/{id}"
_REQUESTED: Answers = {
    201: payfac.PAYFAC_CREATED,
    202: payout_contract.accepted,
    422: PAYFAC_ERROR,
    401: None,
    403: None,
}
_OPEN: Answers = {422: PAYFAC_ERROR, 401: None, 403: None}
_SUBMIT: Answers = {
    201: payfac.SESSION_SUBMITTED,
    202: payfac.SESSION_CHALLENGED,
    404: None,
    429: PAYFAC_ERROR,
    **_OPEN,
}
_FLOW: dict[str, Any] = {"session_data": "{flow}", "amount": 1000}
SESSION_ROWS = [
    Row(
        "POST",
        "/payment-sessions",
        {201: payfac.SESSION_CREATED, **_OPEN},
        [
            session(),
            session(payment_type="MOTO", capture=False, customer_retry={"max_attempts": 1}),
            session(disabled_payment_methods=["card"], items=[{"name": "Lamp"}], **_CHALLENGED),
        ],
    ),
    Row(
        "POST",
        "/payment-sessions/{session}/submit",
        _SUBMIT,
        [_FLOW, _FLOW, _FLOW | {"reference": "r", "ip_address": "::1"}, _FLOW | _CHALLENGED],
    ),
    Row("GET", "/payment-sessions/{session}", {200: payfac.SESSION_DETAILS, **EMPTY}),
]
PAYFAC_ROWS = [
    *SESSION_ROWS,
    Row(
        "POST",
        "/connect/token",
        {200: payfac.TOKEN, 400: payfac.TOKEN_ERROR},
        [_TOKEN, _TOKEN | {"client_secret": "x"}, _TOKEN | {"scope": "x"}],
    ),
    # One address: a key of the one can bring back an answer to the other.
    Row("POST", "/payments", _REQUESTED, _PAYMENTS),
    Row("POST", "/payments", _REQUESTED, PAYOUTS),
    Row("GET", "/payments", {202: payout_contract.LIST, 422: PAYFAC_ERROR, 401: None, 403: None}),
    Row(
        "POST",
        "/payments/search",
        {
            202: payout_contract.FOUND,
            400: PAYFAC_ERROR,
            422: PAYFAC_ERROR,
            401: None,
            403: None,
        },
        [
            {"query": "reference:'ORDER-1'", "limit": 1},
            {"query": "id:'x' AND amount:>5"},
            {"query": "amount:>5 OR status:'Paid'"},
        ],
    ),
    Row("GET", _ONE, {200: payout_contract.details, **EMPTY}),
    Row("GET", f"{_ONE}/actions", {200: payfac.PAYFAC_ACTIONS, **EMPTY}),
    Row(
        "POST",
        f"{_ONE}/authorizations",
        {201: payfac.PAYFAC_INCREMENTED, 422: PAYFAC_ERROR, **EMPTY},
        [{"amount": 5, "reference": "r", "metadata": {"a": "b"}}, {}],
    ),
    Row(
        "POST",
        f"{_ONE}/captures",
        _ACTION,
        [{"amount": 5, "capture_type": "NonFinal"}, {"capture_type": "Final"}, {}],
    ),
    Row("POST", f"{_ONE}/voids", _ACTION, _REFERENCE),
    Row("POST", f"{_ONE}/cancellations", _ACTION, _REFERENCE),
    Row("POST", f"{_ONE}/refunds", _ACTION, signed=True),
    Row("POST", f"{_ONE}/reversals", {**_ACTION, 204: None}, signed=True),
]


def _flowlix_rows(one: Check, listed: Check, *, classic: bool) -> list[Row]:
    def refusing(*statuses: int) -> Answers:
        return {status: flowlix.flowlix_error(status) for status in (400, 401, *statuses)}

    direct_body = classic_direct if classic else direct
    cards = ("4111111111111111", "4000000000000002", "4635440000002223")
    hosted = {"amount": 5, "currency": "eur" if classic else "EUR"}
    hosted["redirect_url" if classic else "return_url"] = "https://shop.test/"
    create = {201: one, **refusing(409, 422)}
    rows = [
        Row("POST", "/v1/payments", create, [direct_body(card) for card in cards]),
        Row("POST", "/v1/payments/hpp", create, [hosted]),
        Row("GET", "/v1/payments", {200: listed, **refusing()}),
        Row("GET", "/v1/payments/{id}", {200: one, **refusing(404)}),
    ]
    refund: dict[str, Any] = {"amount": 5, "reason": "requested_by_customer"}
    if classic:
        refused = refusing(404, 409, 422)
        path = "/v1/payments/{id}/refund"
        return [*rows, Row("POST", path, {200: one, **refused}, [refund, {"reason": "r"}])]
    made = {201: flowlix.FLOWLIX_REFUND, **refusing(404, 409, 422)}
    return [*rows, Row("POST", "/v1/refunds", made, [{"payment_id": "{id}", **refund}])]


FLOWLIX_ROWS = _flowlix_rows(flowlix.FLOWLIX_PAYMENT, flowlix.FLOWLIX_LIST, classic=False)
CLASSIC_ROWS = _flowlix_rows(flowlix.CLASSIC_PAYMENT, flowlix.CLASSIC_LIST, classic=True)

_TOLD: Answers = {200: members, 400: shape({"error": text})}
_FAULT: dict[str, Any] = {"kind": "drop_before", "point": "payfac.capture", "times": 1, "skip": 0}
ADMIN_ROWS = [
    Row("GET", "/clock", _TOLD),
    Row("POST", "/clock", _TOLD, [{"advance_seconds": 5}]),
    Row("GET", "/settings", _TOLD),
    Row("PATCH", "/settings", _TOLD, [{"list_lag_seconds": 5, "payfac_refund_unit": "major"}]),
    Row("GET", "/faults", _TOLD),
    Row("POST", "/faults", {201: members, 400: _TOLD[400]}, [_FAULT]),
    Row("DELETE", "/faults", {204: None}),
    Row("GET", "/calls", _TOLD),
    Row("GET", "/dump", _TOLD),
]
