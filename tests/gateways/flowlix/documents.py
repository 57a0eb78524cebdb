"""Flowlix' documents, as the API describes them."""

from __future__ import annotations

PAYMENT_ID = "pay_Aq1Ws2Ed3Rf4Tg5Yh6Uj7Ik8"
REFERENCE = "T1-1043-1-K7QX"

_MOMENTS: dict[str, object] = {
    "requires_action_at": None,
    "processing_at": 1760000001,
    "succeeded_at": None,
    "failed_at": None,
    "canceled_at": None,
    "expired_at": None,
}

PROCESSING: dict[str, object] = {
    "id": PAYMENT_ID,
    "amount": 1290,
    "currency": "EUR",
    "status": "PROCESSING",
    "integration_type": "DIRECT",
    "amount_refunded": 0,
    "amount_refundable": 0,
    "created_at": 1760000000,
    "livemode": False,
    "merchant_reference": REFERENCE,
    "description": "Two mugs",
    "card": {
        "brand": "visa",
        "last4": "1111",
        "exp_month": 9,
        "exp_year": 2031,
        "country": "DE",
    },
    "billing_details": {"email": "ada@shop.test", "first_name": "Ada", "last_name": "Muster"},
    "metadata": {"reference": REFERENCE, "gift": False},
    "decline_code": None,
    "decline_message": None,
    "hosted_payment_url": None,
    "refunds": [],
    "status_transitions": _MOMENTS,
    "next_action": None,
}

ACTION_NEEDED = PROCESSING | {
    "status": "REQUIRES_ACTION",
    "next_action": {"redirect_url": f"https://pay.flowlix.test/3ds/{PAYMENT_ID}"},
}

DECLINED = PROCESSING | {
    "status": "FAILED",
    "decline_code": "insufficient_funds",
    "decline_message": "Not enough money on the card.",
    "status_transitions": _MOMENTS | {"failed_at": 1760000003},
}

REFUND: dict[str, object] = {
    "id": "ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8",
    "payment_id": PAYMENT_ID,
    "amount": 290,
    "currency": "EUR",
    "reason": "requested_by_customer",
    "status": "PENDING",
    "created_at": 1760000500,
    "updated_at": 1760000500,
    "livemode": False,
    "metadata": {"reference": "R1-1043-1-K7QX", "reason": "Mug arrived broken"},
    "decline_code": None,
    "decline_message": None,
    "completed_at": None,
}

REFUND_DONE = REFUND | {"status": "SUCCEEDED", "completed_at": 1760000510}

SUCCEEDED = PROCESSING | {
    "status": "SUCCEEDED",
    "amount_refundable": 1290,
    "status_transitions": _MOMENTS | {"succeeded_at": 1760000004},
}

PARTLY_REFUNDED = SUCCEEDED | {
    "amount_refunded": 290,
    "amount_refundable": 1000,
    "refunds": [REFUND_DONE],
}

HOSTED: dict[str, object] = PROCESSING | {
    "id": "pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8",
    "amount": 4500,
    "status": "REQUIRES_ACTION",
    "integration_type": "HOSTED_PAYMENT_PAGE",
    "card": None,
    "billing_details": None,
    "description": None,
    "metadata": {},
    "hosted_payment_url": "https://pay.flowlix.test/hpp/pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8",
    "next_action": {"redirect_url": "https://pay.flowlix.test/hpp/pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8"},
}

SHORT = {
    "id": PAYMENT_ID,
    "amount": 1290,
    "currency": "EUR",
    "status": "SUCCEEDED",
    "integration_type": "DIRECT",
    "amount_refunded": 290,
    "amount_refundable": 1000,
    "created_at": 1760000000,
    "livemode": False,
}


def error(kind: str, *, code: str = "parameter_missing", param: str | None = None) -> object:
    told: dict[str, object] = {
        "type": kind,
        "code": code,
        "message": "4242424242424242 is not good",
        "doc_url": "https://docs.flowlix.test/guides/errors",
        "request_id": "req_7f3a91c2d4e5",
    }
    return {"error": told if param is None else told | {"param": param}}


def page(*entries: dict[str, object], more: bool = False) -> dict[str, object]:
    return {"data": list(entries), "has_more": more}
