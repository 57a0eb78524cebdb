"""What PayFac's contract allows as an answer."""

from __future__ import annotations

from typing import Any

from tests.sandbox.contract import (
    MOMENT,
    Members,
    among,
    flag,
    like,
    many,
    members,
    shape,
    text,
    whole,
)

LINK = shape({"href": like(r"http://.+")})
ACTION_ID = like(r"act_\w{26}")
CODE = like(r"[0-9A-Z]{5}")


def payfac_links(value: Any) -> bool:
    return (
        isinstance(value, dict) and len(value) >= 2 and all(LINK(link) for link in value.values())
    )


def balances(value: Any) -> bool:
    names = "total_authorized total_voided total_captured total_refunded"
    left = "available_to_void available_to_capture available_to_refund"
    shape(dict.fromkeys(f"{names} {left}".split(), whole))(value)
    authorized, voided, captured, refunded = (value[name] for name in names.split())
    outstanding = authorized - voided - captured
    assert value["available_to_void"] == value["available_to_capture"] == outstanding
    assert value["available_to_refund"] == captured - refunded
    return True


def card_source(value: Any) -> bool:
    """The masked card; the number and the security code never come back."""
    assert value["type"] == "card"
    assert {"expiry_month", "expiry_year", "last4", "fingerprint", "bin"} <= value.keys()
    assert not {"number", "cvv"} & value.keys()
    return len(value["last4"]) == 4 and len(value["bin"]) <= 8


_PARTNER = shape({"type": among("paypal|klarna"), "account_holder": members})


def source(value: Any) -> bool:
    """Who paid: a card, or the partner of a payment context."""
    return card_source(value) if value.get("type") == "card" else _PARTNER(value)


STATUS = among(
    "Pending|Authorized|Card Verified|Voided|Partially Captured|Captured|Partially Refunded"
    "|Refunded|Declined|Canceled|Expired|Paid|Retry Scheduled"
)
_COMMON: Members = {
    "reference": text,
    "description": text,
    "customer": members,
    "billing_descriptor": members,
    "expires_on": MOMENT,
    "retry": members,
    "3ds": members,
    "processing": members,
    "scheme_id": text,
    "eci": text,
}
PAYMENT_ID = like(r"pay_\w{26}")
PAYFAC_CREATED = shape(
    {
        "id": PAYMENT_ID,
        "action_id": ACTION_ID,
        "amount": whole,
        "currency": like("[A-Z]{3}"),
        "approved": flag,
        "status": among("Authorized|Pending|Card Verified|Captured|Declined|Paid|Retry Scheduled"),
        "response_code": CODE,
        "processed_on": MOMENT,
        "_links": payfac_links,
    },
    {
        **_COMMON,
        "response_summary": text,
        "auth_code": text,
        "risk": members,
        "source": source,
        "balances": balances,
    },
)
PAYFAC_PENDING = shape(
    {"id": PAYMENT_ID, "status": among("Pending"), "_links": payfac_links},
    {**_COMMON, "approved": flag, "instruction": members},
)
PAYFAC_DETAILS = shape(
    {
        "id": PAYMENT_ID,
        "requested_on": MOMENT,
        "amount": whole,
        "currency": like("[A-Z]{3}"),
        "status": STATUS,
        "approved": flag,
        "_links": payfac_links,
    },
    {
        **_COMMON,
        "source": source,
        "payment_type": text,
        "balances": balances,
        "risk": members,
        "metadata": members,
        "actions": many(
            shape({"id": ACTION_ID, "type": text, "response_code": CODE, "response_summary": text})
        ),
    },
)
PAYFAC_ACTIONS = many(
    shape(
        {
            "id": ACTION_ID,
            "type": among("Authorization|Card Verification|Void|Capture|Refund|Payout|Return"),
            "amount": whole,
            "response_code": CODE,
            "processed_on": MOMENT,
            "approved": flag,
        },
        {
            "auth_code": text,
            "response_summary": text,
            "authorization_type": among("Final|Estimated|Incremental"),
            "reference": text,
            "processing": members,
            "metadata": members,
        },
    )
)
PAYFAC_ACCEPTED = shape({"action_id": ACTION_ID, "reference": text, "_links": payfac_links})
PAYFAC_INCREMENTED = shape(
    {
        "action_id": ACTION_ID,
        "amount": whole,
        "currency": text,
        "approved": flag,
        "status": among("Authorized|Declined"),
        "response_code": CODE,
        "processed_on": MOMENT,
        "_links": payfac_links,
    },
    {**_COMMON, "auth_code": text, "response_summary": text, "balances": balances},
)
PAYFAC_LIST = shape(
    {"limit": whole, "skip": whole, "total_count": whole, "data": many(PAYFAC_DETAILS)}
)
PAYFAC_FOUND = shape(
    {"data": many(PAYFAC_DETAILS), "_links": shape({"self": LINK}, {"next": LINK})}
)
SESSION_ID = like(r"ps_[0-9A-Za-z]{27}")
_SESSION: Members = {"id": SESSION_ID, "_links": shape({"self": LINK})}
SESSION_CREATED = shape(
    _SESSION,
    {
        "payment_session_token": like(r"YmFzZTY0:[0-9A-Za-z+/]+={0,2}"),
        "payment_session_secret": like(r"pss_[0-9a-f-]{36}"),
    },
)
# The contract would have the token and the secret here too; they are told once only.
SESSION_DETAILS = shape(
    _SESSION,
    {
        "payment_id": PAYMENT_ID,
        "amount": whole,
        "currency": like("[A-Z]{3}"),
        "reference": text,
        "description": text,
        "expires_on": MOMENT,
        "customer": members,
        "billing": members,
        "products": many(members),
    },
)
SESSION_SUBMITTED = shape(
    {"id": PAYMENT_ID, "status": among("Approved|Declined"), "type": many(text)},
    {"decline_reason": text},
)
SESSION_CHALLENGED = shape(
    {
        "id": PAYMENT_ID,
        "status": among("Action Required"),
        "type": text,
        "action": shape({"type": among("redirect"), "url": like(r"http://.+")}),
    }
)
TOKEN = shape({"access_token": text, "token_type": among("Bearer"), "expires_in": whole})
TOKEN_ERROR = shape(
    {
        "error": among(
            "invalid_request|invalid_client|invalid_grant|unauthorized_client"
            "|unsupported_grant_type|invalid_scope"
        )
    }
)
PAYFAC_ERROR = shape(
    {
        "request_id": text,
        "error_type": text,
        "error_codes": lambda value: bool(value) and many(like(r"[a-z0-9_]+"))(value),
    }
)
EMPTY = dict.fromkeys((401, 403, 404))
