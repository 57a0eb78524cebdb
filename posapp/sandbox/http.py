"""One request as the emulated APIs see it, one answer, and strict JSON in between."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from posapp.sandbox.page_style import POLICY

MAX_BODY = 256 * 1024
_MAX_DEPTH = 32


class BadJson(Exception):
    """The body is not JSON that can be accepted; the text says why, without its content."""


@dataclass(slots=True)
class Call:
    """A request that was read completely. ``body`` is never logged."""

    point: str
    method: str
    path: str
    parameters: dict[str, str]
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes = field(repr=False)
    oversize: bool
    now: float
    request_id: str
    credential: str = ""
    scopes: frozenset[str] = frozenset()
    fail_later: str | None = None
    reference: str | None = None
    extra_headers: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())

    def json(self) -> object:
        """The parsed body.

        Raises:
            BadJson: empty, too large, not declared as JSON, or not strict JSON.
        """
        if self.oversize:
            raise BadJson(f"The body is larger than {MAX_BODY // 1024} KiB.")
        if not self.body.strip():
            raise BadJson("The body is empty.")
        kind = (self.header("content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise BadJson("The Content-Type is not application/json.")
        return parse_json(self.body)

    def form_of_json(self) -> dict[str, object] | None:
        """The parsed body if it is an object, else None.

        Raises:
            BadJson: as :meth:`json`.
        """
        value = self.json()
        return value if isinstance(value, dict) else None


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(status: int, value: object, headers: dict[str, str] | None = None) -> Reply:
    body = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Reply(status, body.encode(), "application/json", dict(headers or {}))


def html_reply(status: int, page: str) -> Reply:
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Reply(status, page.encode(), "text/html; charset=utf-8", headers)


def redirect_reply(address: str) -> Reply:
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Reply(303, headers=headers)


class RawNumber(str):
    """A JSON number as the characters that stood on the wire."""

    __slots__ = ()


def parse_json(body: bytes) -> object:
    """Strict JSON: UTF-8, no NaN, no duplicate names, no lone surrogates, not too deep.

    Raises:
        BadJson: with the reason.
    """
    return _parse(body, raw_numbers=False)


def parse_json_raw(body: bytes) -> object:
    """As :func:`parse_json`, with every number left as a :class:`RawNumber`."""
    return _parse(body, raw_numbers=True)


def _parse(body: bytes, *, raw_numbers: bool) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("The body is not UTF-8.") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_int=RawNumber if raw_numbers else _whole,
            parse_float=RawNumber if raw_numbers else _finite,
        )
    except (ValueError, RecursionError):
        raise BadJson("The body is not valid JSON.") from None
    _check(value, 0)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("A name appears twice in one JSON object.")
    return members


def _no_constant(_name: str) -> object:
    raise BadJson("NaN and Infinity are not JSON.")


def _whole(text: str) -> int:
    if len(text) > 40:
        raise BadJson("A number is too long.")
    return int(text)


def _finite(text: str) -> float:
    value = float(text) if len(text) <= 40 else float("inf")
    if value in (float("inf"), float("-inf")):
        raise BadJson("A number is too large.")
    return value


def _check(value: object, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise BadJson("The JSON is nested too deeply.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("A text holds half of a surrogate pair.") from None


def canonical(value: object) -> str:
    """The same text for the same JSON value, whatever the order of its names."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
