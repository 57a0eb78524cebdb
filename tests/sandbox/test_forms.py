"""What a person may type into the card form."""

from __future__ import annotations

import pytest

from posapp.sandbox.forms import TypedCard, read_card

TODAY = (2030, 6)
GOOD = {
    "number": "4242 4242 4242 4242",
    "expiry": "12/34",
    "code": "123",
    "holder": "Ada Muster",
}


def _read(**changes: str) -> TypedCard | dict[str, str]:
    return read_card({**GOOD, **changes}, today=TODAY)


@pytest.mark.parametrize(
    "typed", ["12/34", "12/2034", "12-34", "12.34", "12 / 34", "1234", "122034", " 12/34 "]
)
def test_an_expiry_date_is_read_however_it_is_written(typed: str) -> None:
    card = _read(expiry=typed)
    assert isinstance(card, TypedCard)
    assert (card.month, card.year) == (12, 2034)


@pytest.mark.parametrize(
    "typed", ["", "13/34", "0/34", "12", "12/3", "34/12", "1\uff12/34", "12/34/1"]
)
def test_an_expiry_date_that_is_none_is_marked(typed: str) -> None:
    assert _read(expiry=typed) == {"expiry": "Enter month and year, like 12/34."}


def test_a_card_is_good_to_the_end_of_its_month() -> None:
    assert isinstance(_read(expiry="06/30"), TypedCard)
    assert _read(expiry="05/30") == {"expiry": "This card has expired. Use another card."}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "12"}, "Enter 3 digits."),
        ({"code": "1234"}, "Enter 3 digits."),
        ({"code": "12a"}, "Enter 3 digits."),
        ({"number": "378282246310005", "code": "123"}, "Enter 4 digits."),
    ],
)
def test_the_security_code_is_as_long_as_the_card_says(changes: dict[str, str], words: str) -> None:
    assert _read(**changes) == {"code": words}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    problems = read_card({"number": "4242", "holder": "  "}, today=TODAY)
    assert isinstance(problems, dict)
    assert list(problems) == ["number", "expiry", "code", "holder"]
    assert problems["code"] == "Enter 3 or 4 digits."
    assert not any("4242" in words for words in problems.values())


def test_the_number_may_be_grouped() -> None:
    for typed in ("4242 4242 4242 4242", "4242-4242-4242-4242", "4242424242424242"):
        card = _read(number=typed)
        assert isinstance(card, TypedCard)
        assert card.number == "4242424242424242"
