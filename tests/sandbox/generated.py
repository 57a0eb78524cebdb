"""Generated and hand-picked input for the training gateway: values, spoiled bodies, raw bytes."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 1, 999_999_999, 2**31, 2**63, 10**39, 1e308, 0.1, -0.0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "4242424242424242", "0" * 300, "\u202e", "\x00", "Test_A", "USD", "EUR"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
HOSTILE_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"NaN",
    b'{"amount": NaN}',
    b'{"amount": Infinity}',
    b'{"amount": 1e999}',
    b'{"amount": ' + b"9" * 5000 + b"}",
    b'{"amount": 1, "amount": 2}',
    b"[" * 10_000 + b"]" * 10_000,
    b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    b'{"reference": "\\ud800"}',
    b'{"\\udfff": 1}',
    b"\xff\xfe\x00{",
    b'\xef\xbb\xbf{"amount": 1}',
    b'{"reference": "\x01"}',
    b'{"reference": "' + b"x" * 300_000 + b'"}',
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += _places(inner, (*path, name))
    return found


@st.composite
def nearly(draw: st.DrawFn, bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """A good body with up to three members replaced, removed or added."""
    body: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(_places(body) or [("x",)]))
        part: Any = body
        for name in way:
            part = part[name] if isinstance(part, dict) and name in part else {}
        if not isinstance(part, dict):
            continue
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                part[last] = draw(VALUES)
            case "remove":
                part.pop(last, None)
            case _:
                part[draw(st.text(max_size=8))] = draw(VALUES)
    return body
