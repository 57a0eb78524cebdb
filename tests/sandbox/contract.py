"""How an answer is judged by a contract that was written down by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

Check = Callable[[Any], bool]
Members = Mapping[str, Check]


def text(value: Any) -> bool:
    return isinstance(value, str)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def members(value: Any) -> bool:
    return isinstance(value, dict)


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def like(pattern: str) -> Check:
    found = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and found.fullmatch(value) is not None


def among(words: str) -> Check:
    allowed = set(words.split("|"))
    return lambda value: value in allowed


def many(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def shape(required: Members, optional: Members | None = None) -> Check:
    """An object with all of the one, any of the other, and nothing else."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> bool:
        assert isinstance(value, dict), value
        assert required.keys() <= value.keys(), required.keys() - value.keys()
        assert value.keys() <= known.keys(), value.keys() - known.keys()
        for name, found in value.items():
            assert known[name](found), (name, found)
        return True

    return check


MOMENT = like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")


Answers = Mapping[int, Check | None]
"""Status -> what its body is; None for no body at all."""


def judge(answer: httpx.Response, allowed: Answers) -> None:
    """Fails unless the contract knows this answer."""
    assert answer.status_code in allowed, (answer.status_code, answer.text)
    check = allowed[answer.status_code]
    if check is None:
        assert answer.content == b"", answer.text
    else:
        assert answer.headers["content-type"].startswith("application/json")
        assert check(answer.json()), answer.text
