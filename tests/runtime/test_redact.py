"""Nothing that looks like card data or a key is written down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.runtime.log import looks_secret
from posapp.runtime.redact import CARD, KEY, LONGEST_TEXT, passes_luhn, redact

REDACTED = [
    ("4242424242424242", CARD),
    ("4242 4242 4242 4242", CARD),
    ("4242-4242-4242-4242", CARD),
    ("4242.4242.4242.4242", CARD),
    ("4242 - 4242 - 4242 - 4242", CARD),
    ("4242\u00a04242\u202f42424242", CARD),
    ("4242%204242%204242%204242", CARD),
    ("4242\n4242\n4242\n4242", CARD),
    ("pan=4242424242424242;", f"pan={CARD};"),
    ("x4242424242424242y", f"x{CARD}y"),
    ("378282246310005", CARD),
    ("3782 822463 10005", CARD),
    ("30123456789019", CARD),
    ("6011111111111117", CARD),
    ("676770000005", CARD),  # 12 digits
    ("4242424242424242 12/34", CARD),
    ("00 4242424242424242 99", CARD),
    ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", CARD),
    ("key sk_sbox_abcdefgh1234", f"key {KEY}"),
    ("api_test_sk_0123456789abcdef", KEY),
    ("API_LIVE_SK_0123456789ABCDEF", KEY),
    ("fl_live_sk_abc", KEY),
    ("rk_live_123", KEY),
    ("whsec_c2VjcmV0", KEY),
    ('{"k":"sk_test_1"}', f'{{"k":"{KEY}"}}'),
    ("Authorization: Bearer abc.def-ghi", f"Authorization: {KEY}"),
    ("authorization=Basic YWJjOmRlZg==", f"authorization={KEY}"),
    ("sent Bearer abcdefgh12345", f"sent {KEY}"),
    ("eyJhbGciOi.eyJzdWIi.c2lnbmF0", KEY),
    ("password=hunter2 next", f"password={KEY} next"),
    ('"passphrase": "two words", "a": 1', f'"passphrase": {KEY}, "a": 1'),
    ("client_secret: s3cr3t", f"client_secret: {KEY}"),
    ("cvv=123&x=1", f"cvv={KEY}&x=1"),
    ("security code: 123", f"security code: {KEY}"),
    ("pin = 2468", f"pin = {KEY}"),
]

KEPT = [
    "",
    "nothing to see",
    "4242424242424241",
    "676770000006",
    "2026-11-21T02:00:00.123456+00:00",
    "pay_mbabizu24mvu3mela5njyhpit4",
    "550e8400-e29b-41d4-a716-446655440000",
    "task_name disk_full mask_1 risk_check",
    "payments.sqlite: 12 rows in 3.25 ms",
    "shipping: 12",
    "the bearer of news",
    "Order 1042 for 129.90 EUR",
    "424242******4242",
]


@pytest.mark.parametrize(("text", "expected"), REDACTED)
def test_secrets_are_taken_out(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def card(begin: str, length: int) -> str:
    """A made-up number of that length with a valid check digit."""
    body = begin.ljust(length - 1, "0")
    (digit,) = [d for d in range(10) if passes_luhn([int(c) for c in f"{body}{d}"])]
    return f"{body}{digit}"


@pytest.mark.parametrize(
    ("begin", "length"),
    [("4", 13), ("6759", 12), ("2223", 16), ("2720", 16), ("5018", 17), ("6", 19), ("9792", 16)],
)
def test_every_length_and_range_of_card_number_is_taken_out(begin: str, length: int) -> None:
    assert redact(f"said {card(begin, length)}.") == f"said {CARD}."


@pytest.mark.parametrize(
    ("begin", "length"),
    [("4", 16), ("4", 19), ("2223", 16), ("5100", 16), ("34", 15), ("36", 14), ("35", 16)],
)
def test_a_card_number_inside_a_longer_run_of_digits_is_found_by_both(
    begin: str, length: int
) -> None:
    longer = f"1 {card(begin, length)} 07"
    assert redact(longer) == CARD
    assert looks_secret(longer)


@pytest.mark.parametrize(("number", "valid"), [("79927398713", True), ("79927398710", False)])
def test_the_check_digit_is_the_one_of_the_standard(number: str, valid: bool) -> None:
    assert passes_luhn([int(digit) for digit in number]) is valid


def test_a_long_text_is_cut_and_never_in_the_middle_of_a_card_number() -> None:
    for overlap in range(1, 16):
        text = redact("x" * (LONGEST_TEXT - overlap) + "4242424242424242")
        assert text.endswith("x [cut]")
        assert "42" not in text


pieces = st.lists(
    st.sampled_from(
        [
            "4242424242424242",
            "4242",
            "378282246310005",
            "5",
            "0",
            "12",
            " ",
            "-",
            ".",
            "/",
            ",",
            '"',
            "\n",
            "sk_",
            "sk_live_1",
            "Bearer ",
            "abcdefgh",
            "password=",
            "[",
            "x_",
            "eyJ",
            "pin:",
            "\u00a0",
        ]
    ),
    max_size=12,
).map("".join)


@given(pieces)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(pieces, pieces)
def test_what_the_redactor_lets_through_passes_the_second_gate(first: str, second: str) -> None:
    line = json.dumps({"event": redact(first), "said": redact(second)}, ensure_ascii=False)
    assert not looks_secret(line)


@given(st.text(alphabet=" -", max_size=2), st.text(max_size=10), st.text(max_size=10))
def test_no_card_number_survives_whatever_stands_around_it(
    separator: str, before: str, after: str
) -> None:
    number = separator.join(["4242", "4242", "4242", "4242"])
    assert number not in redact(f"{before}{number}{after}")


@pytest.mark.parametrize(
    "line",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "x 378282246310005 y",
        '{"said": "sk_test_1"}',
        "api_live_sk_1",
        "Bearer eyJhbGciOi",
    ],
)
def test_the_second_gate_finds_secrets_without_the_redactor(line: str) -> None:
    assert looks_secret(line)


@pytest.mark.parametrize("line", KEPT)
def test_the_second_gate_lets_harmless_lines_through(line: str) -> None:
    assert not looks_secret(line)
