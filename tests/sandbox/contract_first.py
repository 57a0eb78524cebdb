"""What the contract of the first generation of Flowlix classic allows as an answer."""

from __future__ import annotations

from tests.sandbox.contract import (
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
from tests.sandbox.contract_flowlix import FLOWLIX_CARD

FIRST_PAYMENT = shape(
    {
        "id": like(r"pay_[a-zA-Z0-9-]+"),
        "object": among("payment"),
        "amount": whole,
        "currency": like("[a-z]{3}"),
        "status": among("pending|succeeded|failed|refunded"),
        "description": maybe(text),
        "card": maybe(FLOWLIX_CARD),
        "customer": maybe(shape({"email": text, "name": text})),
        "metadata": members,
        "redirect_url": maybe(like(r"http://.+")),
        "refunded_at": maybe(whole),
        "succeeded_at": maybe(whole),
        "failed_at": maybe(whole),
        "created": whole,
        "livemode": lambda value: value is False,
        "decline_code": maybe(text),
        "decline_message": maybe(text),
    }
)
FIRST_LIST = shape(
    {
        "object": among("list"),
        "url": among("/v1/payments"),
        "data": many(FIRST_PAYMENT),
        "has_more": flag,
    }
)
