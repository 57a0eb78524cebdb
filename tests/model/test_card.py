"""A card while it is keyed: brands, checks, and what is said about it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.card import (
    LONGEST_NUMBER,
    Card,
    CardSummary,
    Digits,
    Expiry,
    brand_of,
    code_length,
    code_problem,
    grouping_of,
    luhn_holds,
    number_problem,
    parse_expiry,
)

TODAY = date(2025, 11, 21)
TRAINING_CARD = "4242424242424242"
AMEX = "378282246310005"

digit_text = st.text(alphabet="0123456789", max_size=40)


def digits(text: str) -> Digits:
    return Digits(text.encode("ascii"))


def complete(prefix: str, length: int) -> str:
    """A made-up number of that length whose check digit is right."""
    body = prefix.ljust(length - 1, "0")
    for check in "0123456789":
        if luhn_holds(memoryview((body + check).encode())):
            return body + check
    raise AssertionError(f"no check digit for {body}")


BRANDS = [
    ("Visa", "4", (13, 16, 19)),
    ("Mastercard", "51", (16,)),
    ("Mastercard", "55", (16,)),
    ("Mastercard", "2221", (16,)),
    ("Mastercard", "2300", (16,)),
    ("Mastercard", "2720", (16,)),
    ("Amex", "34", (15,)),
    ("Amex", "37", (15,)),
    ("Discover", "6011", (16, 19)),
    ("Discover", "644", (16, 19)),
    ("Discover", "649", (16, 19)),
    ("Discover", "65", (16, 19)),
    ("JCB", "3528", (16, 19)),
    ("JCB", "3589", (16, 19)),
    ("UnionPay", "62", (16, 17, 18, 19)),
    ("Diners Club", "300", (14, 16, 19)),
    ("Diners Club", "305", (14, 16, 19)),
    ("Diners Club", "3095", (14, 16, 19)),
    ("Diners Club", "36", (14, 16, 19)),
    ("Diners Club", "38", (14, 16, 19)),
    ("Diners Club", "39", (14, 16, 19)),
    ("Maestro", "50", (12, 19)),
    ("Maestro", "56", (12, 19)),
    ("Maestro", "58", (12, 19)),
    ("Maestro", "63", (12, 19)),
    ("Maestro", "67", (12, 19)),
]


@pytest.mark.parametrize(("brand", "prefix", "lengths"), BRANDS)
def test_a_brand_is_shown_as_soon_as_it_is_certain_and_not_before(
    brand: str, prefix: str, lengths: tuple[int, ...]
) -> None:
    for typed in range(len(prefix)):
        assert brand_of(digits(prefix[:typed])) is None
    assert brand_of(digits(prefix)) == brand
    for length in lengths:
        number = digits(complete(prefix, length))
        assert brand_of(number) == brand
        assert number_problem(number, finished=True) is None
        assert number_problem(number, finished=False) is None


@pytest.mark.parametrize("prefix", ["", "1", "2220", "2721", "3", "306", "3094", "3527", "3590"])
def test_other_leads_have_no_brand(prefix: str) -> None:
    assert brand_of(digits(prefix)) is None


@pytest.mark.parametrize("prefix", ["59", "60", "6012", "61", "640", "643", "66", "9"])
def test_leads_between_the_ranges_have_no_brand(prefix: str) -> None:
    assert brand_of(digits(prefix)) is None


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        (TRAINING_CARD, True),
        (AMEX, True),
        ("5555555555554444", True),
        ("4242424242424241", False),
        ("4224424242424242", False),
        ("18", True),
        ("19", False),
        ("0", True),
    ],
)
def test_the_check_digit(number: str, holds: bool) -> None:
    assert luhn_holds(digits(number).view()) is holds


@given(st.text(alphabet="0123456789", min_size=2, max_size=19), st.data())
def test_one_wrong_digit_is_always_noticed(body: str, data: st.DataObject) -> None:
    number = complete(body, len(body) + 1)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    wrong = number[:place] + other + number[place + 1 :]
    assert not luhn_holds(digits(wrong).view())


NOT_VALID = "This is not a valid card number. Ask the caller to read it again."
TOO_LONG = "This number has too many digits. Ask the caller to read it again."
NOT_COMPLETE = "The card number is not complete. Ask for the missing digits."


@pytest.mark.parametrize(
    ("number", "while_typing", "finished"),
    [
        ("", None, "Type the card number."),
        ("4", None, NOT_COMPLETE),
        (TRAINING_CARD[:15], None, NOT_COMPLETE),
        (TRAINING_CARD, None, None),
        (TRAINING_CARD[:-1] + "1", None, NOT_VALID),  # may still become a longer Visa
        ("5555555555554444", None, None),
        ("5555555555554445", NOT_VALID, NOT_VALID),  # no Mastercard is longer
        ("55555555555544441", TOO_LONG, TOO_LONG),
        (AMEX, None, None),
        (AMEX[:-1] + "6", NOT_VALID, NOT_VALID),
        (AMEX + "0", TOO_LONG, TOO_LONG),
        (complete("1", 11), None, NOT_COMPLETE),
        (complete("1", 12), None, None),
        (complete("1", LONGEST_NUMBER), None, None),
        ("1" * LONGEST_NUMBER, NOT_VALID, NOT_VALID),
        ("1" * (LONGEST_NUMBER + 1), TOO_LONG, TOO_LONG),
        (complete("36", 15), None, NOT_COMPLETE),  # no Diners Club number has 15
    ],
)
def test_a_number_is_judged_mildly_while_typing_and_fully_when_finished(
    number: str, while_typing: str | None, finished: str | None
) -> None:
    assert number_problem(digits(number), finished=False) == while_typing
    assert number_problem(digits(number), finished=True) == finished


@given(digit_text)
def test_a_problem_while_typing_is_never_mended_by_more_digits(text: str) -> None:
    if number_problem(digits(text), finished=False) is None:
        return
    assert number_problem(digits(text), finished=True) is not None
    for more in "0123456789":
        assert number_problem(digits(text + more), finished=True) is not None


@pytest.mark.parametrize(
    ("number", "grouping"),
    [
        ("", (4, 4, 4, 4, 3)),
        (TRAINING_CARD, (4, 4, 4, 4, 3)),
        ("37", (4, 6, 5)),
        ("36", (4, 6, 4)),
        (complete("36", 14), (4, 6, 4)),
        (complete("36", 16), (4, 4, 4, 4, 3)),
    ],
)
def test_digits_are_grouped_as_on_the_card(number: str, grouping: tuple[int, ...]) -> None:
    assert grouping_of(digits(number)) == grouping
    assert sum(grouping) >= len(number)


@pytest.mark.parametrize(
    ("code", "number", "problem"),
    [
        ("123", TRAINING_CARD, None),
        ("1234", AMEX, None),
        ("", TRAINING_CARD, "Ask for the 3 digits on the back of the card."),
        ("", AMEX, "Ask for the 4 digits on the front of the card."),
        ("12", TRAINING_CARD, "The security code has 3 digits, on the back of the card."),
        ("1234", TRAINING_CARD, "The security code has 3 digits, on the back of the card."),
        ("123", AMEX, "The security code has 4 digits, on the front of the card."),
        ("123", "", None),
    ],
)
def test_the_security_code_is_longer_on_amex(code: str, number: str, problem: str | None) -> None:
    assert code_problem(digits(code), digits(number)) == problem
    assert code_length(digits(number)) == (4 if number == AMEX else 3)


@pytest.mark.parametrize(
    "text",
    [
        "09/29", "9/29", "0929", "09-29", "09.29", "09 29", "09 / 29", " 09/29 ", "09\\29",
        "09/2029", "092029", "9/2029", "09–29", "09—29", "09\uff0f29", "09\u00a029", "09\t29",
        "09·29", "09,29", "09//29", "(09/29)",
    ],
)  # fmt: skip
def test_an_expiry_is_read_with_any_separator(text: str) -> None:
    assert parse_expiry(text, TODAY) == Expiry(9, 2029)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type month and year, for example 09/29."),
        ("  /  ", "Type month and year, for example 09/29."),
        ("soon", "Type month and year, for example 09/29."),
        ("\u0660\u0669/\u0662\u0669", "Type month and year, for example 09/29."),
        ("9", "Type month and year like 09/29."),
        ("929", "Type month and year like 09/29."),
        ("09292", "Type month and year like 09/29."),
        ("09/2", "Type month and year like 09/29."),
        ("09/292", "Type month and year like 09/29."),
        ("009/29", "Type month and year like 09/29."),
        ("01/09/29", "Type month and year like 09/29."),
        ("09/20299", "Type month and year like 09/29."),
        ("00/29", "The month is between 01 and 12."),
        ("13/29", "The month is between 01 and 12."),
        ("10/25", "This card has expired. Ask for another card."),
        ("12/24", "This card has expired. Ask for another card."),
        ("12/1999", "This card has expired. Ask for another card."),
        ("09/0029", "This card has expired. Ask for another card."),
        ("01/46", "This year is too far ahead. Check the year on the card."),
        ("09/9929", "This year is too far ahead. Check the year on the card."),
    ],
)
def test_what_is_no_expiry_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence.replace(".", r"\.") + "$"):
        parse_expiry(text, TODAY)


def test_a_card_is_good_until_the_end_of_its_month() -> None:
    assert parse_expiry("11/25", TODAY) == Expiry(11, 2025)
    assert parse_expiry("12/45", TODAY) == Expiry(12, 2045)


@given(month=st.integers(1, 12), year=st.integers(2026, 2045))
def test_a_shown_expiry_can_be_typed_again(month: int, year: int) -> None:
    expiry = Expiry(month, year)
    assert parse_expiry(str(expiry), TODAY) == expiry
    assert len(str(expiry)) == 5


@given(st.text(max_size=12))
def test_no_typing_makes_an_expiry_that_cannot_be(text: str) -> None:
    try:
        expiry = parse_expiry(text, TODAY)
    except ValueError:
        return
    assert 1 <= expiry.month <= 12
    assert (TODAY.year, TODAY.month) <= (expiry.year, expiry.month) <= (TODAY.year + 20, 12)


def test_a_card_gives_a_summary_and_nothing_else() -> None:
    card = Card(
        number=digits(TRAINING_CARD),
        expiry=Expiry(9, 2029),
        code=digits("987"),
        name="Ada Muster",
        postcode="28195",
    )
    assert card.summary() == CardSummary("Visa", "4242", "424242", Expiry(9, 2029))
    assert (card.name, card.postcode) == ("Ada Muster", "28195")
    nameless = Card(number=digits(complete("1", 12)), expiry=Expiry(9, 2029), code=digits("1"))
    assert nameless.summary().brand == "Card"
    assert nameless.name == nameless.postcode == ""
