"""What the contracts of both Flowlix generations allow as an answer."""

from __future__ import annotations

from tests.sandbox.contract import (
    Check,
    Members,
    among,
    flag,
    like,
    many,
    maybe,
    members,
    shape,
    text,
    whole,
)

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
