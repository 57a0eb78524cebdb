"""Every answer that the contracts of the older Flowlix and of its forerunner show."""

from __future__ import annotations

PAYMENT_ID = "pay_0f8fad5b-d9cb-469f-a165-70867728950e"

Document = dict[str, object]

CREATED: Document = {
    "id": PAYMENT_ID,
    "object": "payment",
    "amount": 1290,
    "currency": "eur",
    "status": "pending",
    "description": "Two mugs",
    "card": {"brand": None, "last4": "2223", "exp_month": None, "exp_year": None, "country": None},
    "customer": {"email": "ada@shop.test", "name": "Ada Muster"},
    "metadata": {"cart": "77"},
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

CHALLENGED: Document = CREATED | {
    "status": "requires_action",
    "next_action": {"redirect_url": "https://acs.sandbox.test/challenge/1"},
}

HOSTED: Document = {
    "id": "pay_7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "object": "payment",
    "amount": 4500,
    "currency": "eur",
    "status": "pending",
    "description": "Cart 78",
    "card": None,
    "customer": None,
    "metadata": {"cart": "78"},
    "decline_code": None,
    "decline_message": None,
    "redirect_url": "https://pay.flowlix.dev/hpp/pay_7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "refunded_at": None,
    "succeeded_at": None,
    "failed_at": None,
    "created": 1760000100,
    "livemode": False,
    "refunded_amount": 0,
    "refunds": [],
    "next_action": None,
}

REFUND_ACCEPTED: Document = CREATED | {
    "status": "succeeded",
    "succeeded_at": 1760000004,
    "refunds": [
        {
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
    ],
}

LISTED: Document = {"object": "list", "url": "/v1/payments", "data": [], "has_more": False}

TOO_SMALL: Document = {
    "error": {
        "type": "invalid_request_error",
        "code": "parameter_invalid",
        "message": "amount is too small",
        "param": "amount",
        "decline_code": None,
        "doc_url": "https://docs.flowlix.dev/api-reference/errors",
        "request_id": "req_7f3a91c2d4e7",
    }
}

FORERUNNER_PAID: Document = {
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

FORERUNNER_REFUNDED: Document = FORERUNNER_PAID | {
    "status": "refunded",
    "refunded_at": 1760000600,
}

FORERUNNER_DECLINED: Document = {
    "error": {
        "type": "card_error",
        "code": "card_declined",
        "message": "Card refused.",
        "param": None,
        "decline_code": "insufficient_funds",
        "doc_url": "https://docs.flowlix.eu/api-reference/errors",
        "request_id": "req_7f3a91c2d4e8",
    }
}

# The source text gives one example for each member; the provider's reference has no name there.
DESCRIBED: Document = {
    "id": "pay_a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "object": "payment",
    "amount": 4999,
    "currency": "eur",
    "status": "succeeded",
    "created": 1719792000,
    "livemode": False,
    "description": "Order #1234",
    "card": None,
    "customer": None,
    "metadata": {"order_id": "ord_1234"},
    "decline_code": None,
    "decline_message": None,
    "redirect_url": None,
    "refunded_at": None,
    "succeeded_at": 1719792000,
    "failed_at": None,
    "next_action": None,
    "refunded_amount": 0,
    "refunds": [],
}
