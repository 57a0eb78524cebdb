"""PayFac's refusals: 422 with every code at once; 401, 403, 404 and 5xx without a body."""

from __future__ import annotations

from posapp.sandbox.http import Call, Reply, json_reply


class Refused(Exception):
    """Ends a call with ``reply``."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def unprocessable(call: Call, codes: list[str], *, status: int = 422) -> Reply:
    """The error body; ``codes`` in the order of the checks, each once."""
    return json_reply(
        status,
        {
            "request_id": call.request_id,
            "error_type": "request_invalid",
            "error_codes": list(dict.fromkeys(codes)),
        },
    )


UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
TOO_MANY = 429


def empty(status: int) -> Reply:
    return Reply(status)
