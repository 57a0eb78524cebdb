"""PayFac's refusals: 422 with every code at once; the others without a body, almost all."""

from __future__ import annotations

from posapp.sandbox.http import Call, Reply, json_reply


class Refused(Exception):
    """Ends a call with ``reply``."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def unprocessable(call: Call, codes: list[str], *, status: int = 422) -> Reply:
    """The error body; ``codes`` in the order of the checks, each once."""
    return _told(call, status, "request_invalid", list(dict.fromkeys(codes)))


def told_too_many(call: Call, code: str) -> Reply:
    """A 429 with an error body, as payment sessions have it."""
    return _told(call, TOO_MANY, "processing_error", [code])


def _told(call: Call, status: int, kind: str, codes: list[str]) -> Reply:
    body = {"request_id": call.request_id, "error_type": kind, "error_codes": codes}
    return json_reply(status, body)


UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
TOO_MANY = 429


def empty(status: int) -> Reply:
    return Reply(status)
