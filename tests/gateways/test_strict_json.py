"""An answer is read strictly or not at all."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.gateways.strict_json import Unreadable, parse

REFUSED = {
    "nothing": b"",
    "blanks": b"  ",
    "web page": b"<html><body>Sign in</body></html>",
    "cut": b'{"id": "pay_1"',
    "two documents": b"{}{}",
    "name twice": b'{"status":"Declined","status":"Authorized"}',
    "name twice, deep": b'[{"a":{"amount":1,"amount":2}}]',
    "not a number": b'{"amount": NaN}',
    "infinity": b'{"amount": -Infinity}',
    "too large for a float": b'{"amount": 1e999}',
    "endless digits": b'{"amount": ' + b"9" * 100_000 + b"}",
    "endless fraction": b'{"amount": 0.' + b"9" * 100_000 + b"}",
    "endless exponent": b'{"amount": 1e999999999}',
    "too deep": b"[" * 33 + b"]" * 33,
    "much too deep": b"[" * 100_000 + b"]" * 100_000,
    "half a character": b'{"a": "\\ud800"}',
    "half a character in a name": b'{"\\ud800": 1}',
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_this_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        parse(body)
    assert raised.value.args == ()
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"amount": 6540}', {"amount": 6540}),
        (b'{"amount": 65.40}', {"amount": Decimal("65.40")}),
        (b'\xef\xbb\xbf{"a": null}', {"a": None}),
        ('{"name": "Ada Mußter"}'.encode(), {"name": "Ada Mußter"}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"[" * 31 + b"]" * 31, None),
    ],
)
def test_this_is_read(body: bytes, document: object) -> None:
    found = parse(body)
    assert document is None or found == document


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_no_bytes_do_anything_but_be_refused(body: bytes) -> None:
    with suppress(Unreadable):
        parse(body)
