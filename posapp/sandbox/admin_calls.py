"""What all calls of the admin address have in common: a JSON object in, a sentence out."""

from __future__ import annotations

from typing import Any

from posapp.sandbox.http import BadJson, Call, Reply, json_reply


class Wrong(Exception):
    """A request to the admin that cannot be followed; the text says why."""


def object_of(call: Call) -> dict[str, Any]:
    """The body as an object.

    Raises:
        Wrong: if it is not one.
    """
    try:
        value = call.json()
    except BadJson as error:
        raise Wrong(str(error)) from None
    if not isinstance(value, dict):
        raise Wrong("The body must be a JSON object.")
    return value


def refused(status: int, message: str) -> Reply:
    return json_reply(status, {"error": message})
