"""Every answer that the contract of the newest Flowlix generation shows, and its notice."""

from __future__ import annotations

PAYMENT_ID = "pay_Aq1Ws2Ed3Rf4Tg5Yh6Uj7Ik8"
REFUND_ID = "ref_Qa1Wz2Sx3Ed4Cr5Fv6Tg7By8"

Document = dict[str, object]


def moments(**reached: int) -> dict[str, int | None]:
    """When each status was reached; null for those that were not."""
    names = ("requires_action", "processing", "succeeded", "failed", "canceled", "expired")
    return {f"{name}_at": reached.get(name) for name in names}


CREATED: Document = {
    "id": PAYMENT_ID,
    "amount": 1290,
    "currency": "EUR",
    "status": "PROCESSING",
    "integration_type": "DIRECT",
    "amount_refunded": 0,
    "amount_refundable": 0,
    "created_at": 1760000000,
    "livemode": False,
    "merchant_reference": "cart-77",
    "description": "Two mugs",
    "card": {"brand": "visa", "last4": "1111", "exp_month": 9, "exp_year": 2031, "country": "DE"},
    "billing_details": {
        "email": "ada@shop.test",
        "first_name": "Ada",
        "last_name": "Muster",
        "phone": "+4930111222",
        "address": {
            "line1": "Hauptstr. 5",
            "line2": None,
            "city": "Bremen",
            "state": None,
            "postal_code": "28195",
            "country": "DE",
        },
    },
    "metadata": {"cart": 77, "gift": False},
    "decline_code": None,
    "decline_message": None,
    "hosted_payment_url": None,
    "refunds": [],
    "status_transitions": moments(processing=1760000001),
    "next_action": None,
}

CHALLENGED: Document = CREATED | {
    "status": "REQUIRES_ACTION",
    "next_action": {"redirect_url": f"https://pay.flowlix.dev/3ds/{PAYMENT_ID}"},
    "status_transitions": moments(requires_action=1760000002),
}

DECLINED: Document = CREATED | {
    "status": "FAILED",
    "decline_code": "insufficient_funds",
    "decline_message": "Not enough money on the card.",
    "amount_refundable": 0,
    "status_transitions": moments(processing=1760000001, failed=1760000003),
}

HOSTED: Document = {
    "id": "pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8",
    "amount": 4500,
    "currency": "EUR",
    "status": "REQUIRES_ACTION",
    "integration_type": "HOSTED_PAYMENT_PAGE",
    "amount_refunded": 0,
    "amount_refundable": 0,
    "created_at": 1760000100,
    "livemode": False,
    "merchant_reference": "cart-78",
    "description": None,
    "card": None,
    "billing_details": None,
    "metadata": {},
    "decline_code": None,
    "decline_message": None,
    "hosted_payment_url": "https://pay.flowlix.dev/hpp/pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8",
    "refunds": [],
    "status_transitions": moments(requires_action=1760000100),
    "next_action": {"redirect_url": "https://pay.flowlix.dev/hpp/pay_Zx1Cv2Bn3Ma4Sd5Fg6Hj7Kl8"},
}

REFUND_ACCEPTED: Document = {
    "id": REFUND_ID,
    "payment_id": PAYMENT_ID,
    "amount": 290,
    "currency": "EUR",
    "reason": "requested_by_customer",
    "status": "PENDING",
    "created_at": 1760000500,
    "updated_at": 1760000500,
    "livemode": False,
    "metadata": {"item": "mug"},
    "decline_code": None,
    "decline_message": None,
    "completed_at": None,
}

READ: Document = CREATED | {
    "status": "SUCCEEDED",
    "amount_refunded": 290,
    "amount_refundable": 1000,
    "refunds": [
        REFUND_ACCEPTED
        | {
            "status": "SUCCEEDED",
            "updated_at": 1760000510,
            "metadata": {},
            "completed_at": 1760000510,
        }
    ],
    "status_transitions": moments(processing=1760000001, succeeded=1760000004),
}

LISTED: Document = {
    "data": [
        {
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
    ],
    "has_more": False,
}

NO_KEY: Document = {
    "error": {
        "type": "invalid_request_error",
        "code": "parameter_missing",
        "message": "No Idempotency-Key header.",
        "param": "Idempotency-Key",
        "doc_url": "https://docs.flowlix.dev/guides/errors",
        "request_id": "req_7f3a91c2d4e5",
    }
}

KEY_IN_USE: Document = {
    "error": {
        "type": "idempotency_error",
        "code": "idempotency_key_in_use",
        "message": "This key was used with another body.",
        "doc_url": "https://docs.flowlix.dev/guides/errors",
        "request_id": "req_7f3a91c2d4e6",
    }
}

NOTICE: Document = {
    "id": "evt_Pl1Ok2Ij3Uh4Yg5Tf6Rd7Es8",
    "type": "refund.succeeded",
    "created_at": 1760000599,
    "livemode": False,
    "data": {
        "refund": {
            "id": REFUND_ID,
            "payment_id": PAYMENT_ID,
            "amount": 290,
            "currency": "EUR",
            "status": "SUCCEEDED",
        }
    },
}

# The source text gives one example for each member: together they are a payment that cannot be,
# paid and declined at once, direct and with a page.
DESCRIBED: Document = {
    "id": "pay_q7Mk2Np8Vr4Xt6Yz9Ab3Cd5E",
    "amount": 4999,
    "currency": "EUR",
    "status": "SUCCEEDED",
    "integration_type": "DIRECT",
    "amount_refunded": 0,
    "amount_refundable": 4999,
    "created_at": 1719792000,
    "livemode": False,
    "merchant_reference": "ord_1234",
    "description": "Order #1234",
    "card": None,
    "billing_details": None,
    "metadata": {"order_id": "ord_1234"},
    "decline_code": "insufficient_funds",
    "decline_message": "The card has insufficient funds.",
    "hosted_payment_url": "https://pay.flowlix.dev/hpp/pay_q7Mk2Np8Vr4Xt6Yz9Ab3Cd5E",
    "refunds": [],
    "status_transitions": moments(succeeded=1719792000),
    "next_action": None,
}
