"""Amounts are shown and read in the style of the person's locale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.display import AmountStyle
from posapp.model.money import ISO_EXPONENT, LARGEST_MINOR, Money, MoneyProblem

ENGLISH = AmountStyle()
GERMAN = AmountStyle(decimal=",", group=".", symbol_first=False)
SWISS = AmountStyle(decimal=".", group="’")
FRENCH = AmountStyle(decimal=",", group="\u202f", symbol_first=False)
STYLES = (ENGLISH, GERMAN, SWISS, FRENCH)


@pytest.mark.parametrize(
    ("style", "minor", "currency", "number", "money"),
    [
        (ENGLISH, 1290, "EUR", "12.90", "€\u00a012.90"),
        (GERMAN, 1290, "EUR", "12,90", "12,90\u00a0€"),
        (ENGLISH, 0, "USD", "0.00", "$\u00a00.00"),
        (ENGLISH, 123456789, "GBP", "1,234,567.89", "£\u00a01,234,567.89"),
        (GERMAN, 100000, "EUR", "1.000,00", "1.000,00\u00a0€"),
        (SWISS, 99999900, "CHF", "999’999.00", "CHF\u00a0999’999.00"),
        (FRENCH, 123456, "EUR", "1\u202f234,56", "1\u202f234,56\u00a0€"),
        (ENGLISH, 1290, "JPY", "1,290", "¥\u00a01,290"),
        (ENGLISH, 1290, "KWD", "1.290", "KWD\u00a01.290"),
        (ENGLISH, -278, "EUR", "−2.78", "−€\u00a02.78"),
        (GERMAN, -278, "EUR", "−2,78", "−2,78\u00a0€"),
        (ENGLISH, 99900, "EUR", "999.00", "€\u00a0999.00"),
    ],
)
def test_an_amount_in_each_style(
    style: AmountStyle, minor: int, currency: str, number: str, money: str
) -> None:
    assert style.number(Money(minor, currency)) == number
    assert style.money(Money(minor, currency)) == money


@given(
    style=st.sampled_from(STYLES),
    currency=st.sampled_from(sorted(ISO_EXPONENT)),
    minor=st.integers(0, LARGEST_MINOR),
)
def test_what_is_shown_can_be_typed_again(style: AmountStyle, currency: str, minor: int) -> None:
    money = Money(minor, currency)
    assert style.parse(style.number(money), currency) == money
    assert style.parse(style.money(money), currency) == money


@given(
    style=st.sampled_from(STYLES),
    currency=st.sampled_from([code for code, exponent in ISO_EXPONENT.items() if exponent == 2]),
    minor=st.integers(0, LARGEST_MINOR),
)
def test_the_plain_form_with_its_code_is_understood_everywhere(
    style: AmountStyle, currency: str, minor: int
) -> None:
    money = Money(minor, currency)
    assert style.parse(f"{money.plain()} {currency}", currency) == money
    assert style.parse(f"{currency}{money.plain()}", currency) == money


@pytest.mark.parametrize(
    ("style", "text", "minor"),
    [
        (ENGLISH, "€12.90", 1290),
        (ENGLISH, "12.90€", 1290),
        (ENGLISH, "EUR 12.90", 1290),
        (ENGLISH, "eur12.90", 1290),
        (ENGLISH, " 12.90 eur ", 1290),
        (ENGLISH, "€ 12.90 EUR", 1290),
        (ENGLISH, "12,90", 1290),
        (ENGLISH, "12,9", 1290),
        (ENGLISH, "1,234", 123400),
        (GERMAN, "12.90", 1290),
        (GERMAN, "12.9", 1290),
        (GERMAN, "1.234", 123400),
        (GERMAN, "1.234,5", 123450),
        (GERMAN, ",5", 50),
        (FRENCH, "1 234,5", 123450),
        (FRENCH, "12.90", 1290),
        (SWISS, "1’234.50", 123450),
        (SWISS, "12,90", 1290),
    ],
)
def test_both_marks_are_understood_where_they_can_mean_one_thing_only(
    style: AmountStyle, text: str, minor: int
) -> None:
    assert style.parse(text, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("style", "text", "currency"),
    [
        (ENGLISH, "", "EUR"),
        (ENGLISH, "€", "EUR"),
        (ENGLISH, "$12.90", "EUR"),
        (ENGLISH, "USD 12.90", "EUR"),
        (ENGLISH, "−2.78", "EUR"),
        (ENGLISH, "1.234,50", "EUR"),
        (ENGLISH, "1,2,3", "EUR"),
        (GERMAN, "1,234.50", "EUR"),
        (GERMAN, "1,234", "EUR"),
        (GERMAN, "12.9", "JPY"),
        (GERMAN, "\u0661\u0662.\u0669\u0660", "EUR"),
        (SWISS, "1,234", "EUR"),
        (ENGLISH, "5", "XYZ"),
    ],
)
def test_what_could_mean_two_things_is_refused(
    style: AmountStyle, text: str, currency: str
) -> None:
    with pytest.raises(MoneyProblem):
        style.parse(text, currency)


@given(
    style=st.sampled_from(STYLES),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF", "CHF"]),
    text=st.text(alphabet="0123456789.,’ €EURCHF\u00a0\u202f−-", max_size=20) | st.text(),
)
def test_nothing_is_accepted_that_cannot_be_shown_again(
    style: AmountStyle, currency: str, text: str
) -> None:
    try:
        money = style.parse(text, currency)
    except MoneyProblem:
        return
    assert 0 <= money.minor <= LARGEST_MINOR
    assert style.parse(style.money(money), currency) == money
