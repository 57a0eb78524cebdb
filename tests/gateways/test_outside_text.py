"""Words from outside are shown only after they were made harmless."""

from __future__ import annotations

import pytest

from posapp.gateways.outside_text import code, is_id, plain, request_id, web_address


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Insufficient Funds", "Insufficient Funds"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("card 4242 4242 4242 4242 refused", "card … refused"),
        ("card 4242-4242-4242-4242", "card …"),
        ("4242424242424242", "…"),
        ("order 1043 of 2026", "order 1043 of 2026"),
        ("x" * 300, "x" * 200),
        (None, ""),
    ],
)
def test_a_sentence_is_one_line_without_card_numbers(said: str | None, shown: str) -> None:
    assert plain(said) == shown


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("insufficient_funds", "insufficient_funds"),
        ("billing_details[address][country]", "billing_details[address][country]"),
        ("200N7", "200N7"),
        ("Idempotency-Key", "Idempotency-Key"),
        ("4242424242424242", ""),
        ("two words", ""),
        ("<b>", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_machine_word_is_kept_only_when_it_is_one(said: str | None, kept: str) -> None:
    assert code(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0HL80RJLS76I7", True),
        ("e5a3ce6f-a4e9-4445-9ec7-e5975e9a6213", True),
        ("req_12345678901234567890", False),
        ("req_1234567890123456", True),
        ("req_4242424242424242", False),
        ("has blanks", False),
    ],
)
def test_a_request_id_is_kept_unless_it_could_be_a_card(said: str, kept: bool) -> None:
    assert request_id(said) == (said if kept else "")


@pytest.mark.parametrize("text", ["pay_abc", "0f8fad5b-d9cb", "01jb2m4k8w"])
def test_an_id_can_be_part_of_a_path(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "..", "a/b", "a?b", "a#b", "a%2f", "ä", "a b", "x" * 101])
def test_what_could_mean_another_path_is_no_id(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize("url", ["https://bank.test/3ds/1?x=2", "http://127.0.0.1:80/3ds/pay_1"])
def test_a_web_address_is_kept(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "https://", "https:///x", "data:text/html,x",
     "https://a b", "https://[::1", "https://x.test/\n", "x" * 3000, "", None],
)  # fmt: skip
def test_any_other_address_is_left_out(url: str | None) -> None:
    assert web_address(url) == ""
