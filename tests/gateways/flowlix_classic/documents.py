"""The older Flowlix' documents, as that API and its forerunner describe them."""

from __future__ import annotations

PAYMENT_ID = "pay_0f8fad5b-d9cb-469f-a165-70867728950e"
REFERENCE = "T1-1043-1-K7QX"

PENDING: dict[str, object] = {
    "id": PAYMENT_ID,
    "object": "payment",
    "amount": 1290,
    "currency": "eur",
    "status": "pending",
    "description": "Two mugs",
    "card": {"brand": None, "last4": "2223", "exp_month": None, "exp_year": None, "country": None},
    "customer": {"email": "ada@shop.test", "name": "Ada Muster"},
    "metadata": {"reference": REFERENCE},
    "decline_code": None,
    "decline_message": None,
    "redirect_url": None,
    "refunded_at": None,
    "succeeded_at": None,
    "failed_at": None,
    "created": 1760000000,
    "livemode": False,
    "refunded_amount": 0,
    "refunds": [],
    "next_action": None,
}

ACTION_NEEDED = PENDING | {
    "status": "requires_action",
    "next_action": {"redirect_url": "https://acs.sandbox.test/challenge/1"},
}

DECLINED = PENDING | {
    "status": "failed",
    "decline_code": "do_not_honor",
    "decline_message": "The bank said no.",
    "failed_at": 1760000003,
}

SUCCEEDED = PENDING | {
    "status": "succeeded",
    "succeeded_at": 1760000004,
    "card": {
        "brand": "visa",
        "last4": "1111",
        "exp_month": 9,
        "exp_year": 2031,
        "country": "DE",
    },
}

REFUND: dict[str, object] = {
    "id": "01jb2m4k8w3x5y7z9a1c2d4e6f",
    "amount": 290,
    "currency": "eur",
    "reason": "Mug arrived broken",
    "status": "pending",
    "decline_code": None,
    "decline_message": None,
    "created_at": 1760000500,
    "updated_at": 1760000500,
    "completed_at": None,
    "provider_refund_id": None,
}

REFUND_DONE = REFUND | {"status": "succeeded", "completed_at": 1760000510}

PARTLY_REFUNDED = SUCCEEDED | {"refunded_amount": 290, "refunds": [REFUND_DONE]}

HOSTED: dict[str, object] = PENDING | {
    "id": "pay_7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "amount": 4500,
    "card": None,
    "customer": None,
    "redirect_url": "https://pay.flowlix.test/hpp/pay_7c9e6679-7425-40de-944b-e07fc1f90ae7",
}

REFUNDED_EARLY = PARTLY_REFUNDED | {
    "status": "refunded",
    "refunded_amount": 1290,
    "refunded_at": 1760000600,
    "refunds": [REFUND_DONE, REFUND_DONE | {"id": "01jb2m4k8w3x5y7z9a1c2d4e70", "amount": 1000}],
}

FORERUNNER: dict[str, object] = {
    "id": "pay_5tG7hJ9kL1mN3pQ5rS7tU9vW",
    "object": "payment",
    "amount": 1290,
    "currency": "eur",
    "status": "succeeded",
    "description": "Two mugs",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 9, "exp_year": 2031, "country": "US"},
    "customer": {"email": "ada@shop.test", "name": "Ada Muster"},
    "metadata": {},
    "decline_code": None,
    "decline_message": None,
    "redirect_url": None,
    "refunded_at": None,
    "succeeded_at": 1760000000,
    "failed_at": None,
    "created": 1760000000,
    "livemode": False,
}

FORERUNNER_REFUNDED = FORERUNNER | {"status": "refunded", "refunded_at": 1760000600}


def error(kind: str, *, param: str | None = None, decline: str | None = None) -> object:
    return {
        "error": {
            "type": kind,
            "code": "card_declined" if decline else "parameter_invalid",
            "message": "4242424242424242 is not good",
            "param": param,
            "decline_code": decline,
            "doc_url": "https://docs.flowlix.test/errors",
            "request_id": "req_7f3a91c2d4e8",
        }
    }


def page(*entries: dict[str, object], more: bool = False) -> dict[str, object]:
    return {"object": "list", "url": "/v1/payments", "data": list(entries), "has_more": more}
