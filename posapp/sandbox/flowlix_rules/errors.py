"""The Flowlix error envelope, one problem an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from posapp.sandbox.http import Call, Reply, json_reply

_DEFAULT_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "idempotency_error": 409,
    "rate_limit_error": 429,
    "api_error": 500,
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a generation prints its errors."""

    doc_url: str
    nulls: bool  # the older generations print every member, null when there is nothing to say


class Refused(Exception):
    """Ends a call with an error envelope."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        kind: str = "invalid_request_error",
        status: int | None = None,
        decline_code: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.param = param
        self.kind = kind
        self.status = status or _DEFAULT_STATUS[kind]
        self.decline_code = decline_code


def missing(param: str) -> Refused:
    return Refused("parameter_missing", f"{param} is required.", param=param)


def invalid(param: str | None, message: str) -> Refused:
    return Refused("parameter_invalid", message, param=param)


def not_found(what: str = "There is no such object.") -> Refused:
    return Refused("resource_missing", what, status=404)


def unfit(code: str, message: str) -> Refused:
    return Refused(code, message, status=422)


def envelope(call: Call, refused: Refused, style: Style) -> Reply:
    error: dict[str, Any] = {
        "type": refused.kind,
        "code": refused.code,
        "message": refused.message,
    }
    if refused.param is not None or style.nulls:
        error["param"] = refused.param
    if refused.decline_code is not None or style.nulls:
        error["decline_code"] = refused.decline_code
    error["doc_url"] = style.doc_url
    error["request_id"] = call.request_id
    return json_reply(refused.status, {"error": error})
