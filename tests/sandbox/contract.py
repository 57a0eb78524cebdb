"""What the three contracts allow as an answer: statuses and bodies, written down by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

Check = Callable[[Any], bool]
Members = Mapping[str, Check]


def text(value: Any) -> bool:
    return isinstance(value, str)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def members(value: Any) -> bool:
    return isinstance(value, dict)


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def like(pattern: str) -> Check:
    found = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and found.fullmatch(value) is not None


def among(words: str) -> Check:
    allowed = set(words.split("|"))
    return lambda value: value in allowed


def many(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def shape(required: Members, optional: Members | None = None) -> Check:
    """An object with all of the one, any of the other, and nothing else."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> bool:
        assert isinstance(value, dict), value
        assert required.keys() <= value.keys(), required.keys() - value.keys()
        assert value.keys() <= known.keys(), value.keys() - known.keys()
        for name, found in value.items():
            assert known[name](found), (name, found)
        return True

    return check


MOMENT = like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
ACTION_ID = like(r"act_\w{26}")
CODE = like(r"[0-9A-Z]{5}")
LINK = shape({"href": like(r"http://.+")})


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
        "source": card_source,
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
        "source": card_source,
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

_DECLINE: Members = {"decline_code": maybe(text), "decline_message": maybe(text)}
FLOWLIX_REFUND = shape(
    {
        "id": like(r"ref_[A-Za-z0-9]{24}"),
        "payment_id": like(r"pay_[A-Za-z0-9]{24}"),
        "amount": whole,
        "currency": among("EUR"),
        "reason": maybe(text),
        "status": among("PENDING|SUCCEEDED|FAILED"),
        "created_at": whole,
        "updated_at": whole,
        "livemode": flag,
        "metadata": members,
        "completed_at": maybe(whole),
        **_DECLINE,
    }
)
FLOWLIX_CARD = shape(
    {
        "brand": maybe(text),
        "last4": like(r"\d{4}"),
        "exp_month": maybe(whole),
        "exp_year": maybe(whole),
        "country": maybe(like("[A-Z]{2}")),
    }
)
NEXT = shape({"redirect_url": like(r"http://.+")})
FLOWLIX_PAYMENT = shape(
    {
        "id": like(r"pay_[A-Za-z0-9]{24}"),
        "amount": whole,
        "currency": among("EUR"),
        "status": among("PENDING|REQUIRES_ACTION|PROCESSING|SUCCEEDED|FAILED|CANCELED|EXPIRED"),
        "integration_type": among("DIRECT|HOSTED_PAYMENT_PAGE"),
        "amount_refunded": whole,
        "amount_refundable": whole,
        "created_at": whole,
        "livemode": lambda value: value is False,
        "merchant_reference": maybe(text),
        "description": maybe(text),
        "card": maybe(FLOWLIX_CARD),
        "billing_details": maybe(members),
        "metadata": members,
        "hosted_payment_url": maybe(like(r"http://.+")),
        "refunds": many(FLOWLIX_REFUND),
        "status_transitions": shape(
            dict.fromkeys(
                (
                    f"{word}_at"
                    for word in (
                        "requires_action", "processing", "succeeded", "failed", "canceled",
                        "expired",
                    )
                ),
                maybe(whole),
            )
        ),
        "next_action": maybe(NEXT),
        **_DECLINE,
    }
)  # fmt: skip
CLASSIC_PAYMENT = shape(
    {
        "id": like(r"pay_[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        "object": among("payment"),
        "amount": whole,
        "currency": among("eur|usd|gbp"),
        "status": among("pending|succeeded|failed|requires_action|expired|canceled"),
        "description": maybe(text),
        "card": maybe(FLOWLIX_CARD),
        "customer": maybe(shape({"email": maybe(text), "name": maybe(text)})),
        "metadata": members,
        "redirect_url": maybe(like(r"http://.+")),
        "refunded_at": maybe(whole),
        "succeeded_at": maybe(whole),
        "failed_at": maybe(whole),
        "created": whole,
        "livemode": lambda value: value is False,
        "refunded_amount": whole,
        "refunds": many(
            shape(
                {
                    "id": like(r"[0-9a-z]{26}"),
                    "amount": whole,
                    "currency": among("eur|usd|gbp"),
                    "reason": maybe(text),
                    "status": among("pending|succeeded|failed"),
                    "created_at": whole,
                    "updated_at": whole,
                    "completed_at": maybe(whole),
                    "provider_refund_id": maybe(text),
                    **_DECLINE,
                }
            )
        ),
        "next_action": maybe(NEXT),
        **_DECLINE,
    }
)
FLOWLIX_LIST = shape({"data": many(FLOWLIX_PAYMENT), "has_more": flag})
CLASSIC_LIST = shape(
    {
        "object": among("list"),
        "url": among("/v1/payments"),
        "data": many(CLASSIC_PAYMENT),
        "has_more": flag,
    }
)
_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "card_error",
    404: "invalid_request_error",
    409: "idempotency_error",
    422: "invalid_request_error|card_error",
}


def flowlix_error(status: int) -> Check:
    kind = among(_ERROR_TYPES[status])
    told = {"type": kind, "code": text, "message": text, "doc_url": text}
    more = {"param": maybe(text), "decline_code": maybe(text)}
    return shape({"error": shape({**told, "request_id": like(r"req_\w+")}, more)})


Answers = Mapping[int, Check | None]
"""Status -> what its body is; None for no body at all."""


def judge(answer: httpx.Response, allowed: Answers) -> None:
    """Fails unless the contract knows this answer."""
    assert answer.status_code in allowed, (answer.status_code, answer.text)
    check = allowed[answer.status_code]
    if check is None:
        assert answer.content == b"", answer.text
    else:
        assert answer.headers["content-type"].startswith("application/json")
        assert check(answer.json()), answer.text
