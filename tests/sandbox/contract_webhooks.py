"""What the admin answers to the calls for webhooks."""

from __future__ import annotations

from typing import Any

from tests.sandbox.contract import like, many, maybe, shape, text, whole


def number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and value >= 0


WEBHOOKS = shape(
    {
        "endpoint": maybe(shape({"url": text, "events": many(text), "since": number})),
        "deliveries": many(
            shape(
                {
                    "event_id": like(r"evt_[A-Za-z0-9]{24}"),
                    "type": like(r"(payment|refund)\.(succeeded|failed|canceled|expired)"),
                    "subject": like(r"(pay|ref)_[A-Za-z0-9]{24}"),
                    "created_at": number,
                    "tries": whole,
                    "last_try": maybe(number),
                    "last_status": maybe(whole),
                    "last_problem": maybe(text),
                    "next_try": maybe(number),
                    "delivered_at": maybe(number),
                }
            )
        ),
    }
)
WEBHOOK_ENDPOINT = shape(
    {
        "url": text,
        "events": many(text),
        "since": number,
        "secret": like(r"whsec_[A-Za-z0-9]{32}"),
    }
)
