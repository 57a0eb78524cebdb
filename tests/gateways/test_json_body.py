"""Card digits reach the request and nothing else."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.gateways import json_body
from posapp.model.card import Digits
from posapp.model.secret import Secret, SecretWiped

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=3))
def test_what_is_built_is_the_json_of_the_document(document: dict[str, object]) -> None:
    assert json.loads(bytes(json_body.build(document).body)) == document


def test_digits_become_a_string_of_digits() -> None:
    built = json_body.build(
        {"card": {"number": Digits(b"4242424242424242"), "cvc": Digits(b"100")}}
    )
    assert bytes(built.body) == b'{"card":{"number":"4242424242424242","cvc":"100"}}'


def test_the_fingerprint_is_that_of_the_body_with_the_digits_left_out() -> None:
    built = json_body.build({"number": Digits(b"4242424242424242"), "amount": 5})
    other = json_body.build({"number": Digits(b"5555555555554444"), "amount": 5})
    assert built.fingerprint == hashlib.sha256(b'{"number":"","amount":5}').hexdigest()
    assert built.fingerprint == other.fingerprint
    assert built.fingerprint != json_body.build({"number": Digits(), "amount": 6}).fingerprint


def test_a_literal_number_keeps_its_characters() -> None:
    built = json_body.build({"refund_amount": json_body.Literal("5.00")})
    assert bytes(built.body) == b'{"refund_amount":5.00}'


def test_building_leaves_the_digits_wipeable() -> None:
    digits = Digits(b"4242424242424242")
    built = json_body.build({"number": digits})
    digits.wipe()
    built.body.clear()
    assert len(digits) == 0


def test_what_is_built_does_not_show_itself() -> None:
    assert "4242" not in repr(json_body.build({"number": Digits(b"4242424242424242")}))


@pytest.mark.parametrize("value", [1.5, b"bytes", object()])
def test_what_has_no_place_in_a_request_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        json_body.build({"a": value})


@pytest.mark.parametrize(
    "text", ["plain", 'with "quotes"', "back\\slash", "a\nb\tc\x00", "Ä€😀", ""]
)
def test_a_secret_is_written_in_and_left_out_of_the_fingerprint(text: str) -> None:
    hidden = json_body.build({"data": Secret(text), "amount": 5})
    assert json.loads(bytes(hidden.body)) == {"data": text, "amount": 5}
    assert hidden.fingerprint == json_body.build({"data": Secret(""), "amount": 5}).fingerprint


def test_a_wiped_secret_is_not_sent() -> None:
    gone = Secret("something")
    gone.wipe()
    with pytest.raises(SecretWiped):
        json_body.build({"data": gone})
