"""Money is whole minor units of one currency, typed and shown without loss."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from posapp.model.money import (
    ISO_EXPONENT,
    LARGEST_MINOR,
    Money,
    MoneyProblem,
    parse_amount,
    plain_decimal,
    tax_included,
)

currencies = st.sampled_from(sorted(ISO_EXPONENT))
minors = st.integers(-LARGEST_MINOR, LARGEST_MINOR)
typed_minors = st.integers(0, LARGEST_MINOR)


def test_the_currencies_are_those_of_iso_4217() -> None:
    published = {money.code: money.exponent for money in Currency if money.exponent is not None}
    assert len(published) > 150
    assert published == ISO_EXPONENT


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XYZ", "€", "XAU"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(MoneyProblem, match="is not a currency this program knows"):
        Money(1, currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_anything_but_whole_minor_units_is_refused(minor: object) -> None:
    with pytest.raises(TypeError, match="integer minor units"):
        Money(minor, "EUR")  # type: ignore[arg-type]


@given(currency=currencies, a=minors, b=minors)
def test_sums_are_exact_in_every_currency(currency: str, a: int, b: int) -> None:
    left, right = Money(a, currency), Money(b, currency)
    assert left + right == Money(a + b, currency)
    assert left - right == Money(a - b, currency)
    assert left + right - right == left
    assert -left == Money(-a, currency)
    assert (left < right, left <= right) == (a < b, a <= b)
    assert (left > right, left >= right) == (a > b, a >= b)
    assert bool(left) is (a != 0)
    assert left.times(7) == Money(7 * a, currency)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_two_currencies_never_mix(operation: str) -> None:
    with pytest.raises(MoneyProblem, match="EUR and USD cannot be mixed"):
        getattr(Money(1, "EUR"), operation)(Money(1, "USD"))


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1290, "EUR", "12.90"),
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (-1290, "EUR", "-12.90"),
        (1290, "JPY", "1290"),
        (-3, "JPY", "-3"),
        (1290, "KWD", "1.290"),
        (7, "KWD", "0.007"),
        (12345, "CLF", "1.2345"),
        (LARGEST_MINOR, "EUR", "9999999999.99"),
    ],
)
def test_the_plain_form_has_the_currencys_decimals(minor: int, currency: str, shown: str) -> None:
    assert Money(minor, currency).plain() == shown
    assert plain_decimal(minor, ISO_EXPONENT[currency]) == shown


@given(currency=currencies, minor=minors)
def test_the_plain_form_is_the_exact_value(currency: str, minor: int) -> None:
    money = Money(minor, currency)
    assert Decimal(money.plain()).scaleb(money.exponent) == minor
    assert Decimal(money.plain()).as_tuple().exponent == -money.exponent


@given(
    currency=currencies,
    minor=typed_minors,
    marks=st.sampled_from([(".", ","), (",", "."), (",", "'"), (".", "_")]),
)
def test_what_is_shown_can_be_typed_again(
    currency: str, minor: int, marks: tuple[str, str]
) -> None:
    decimal, group = marks
    money = Money(minor, currency)
    whole, mark, fraction = money.plain().partition(".")
    grouped = f"{int(whole):,}".replace(",", group)
    for text in (whole, grouped):
        typed = f"{text}{decimal}{fraction}" if mark else text
        assert parse_amount(typed, currency, decimal=decimal, group=group) == money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.90", "EUR", 1290),
        ("12.9", "EUR", 1290),
        ("12", "EUR", 1200),
        (" 1 2 . 9 0 ", "EUR", 1290),
        ("1\u00a0234\u202f567.5", "EUR", 123456750),
        ("1,234.5", "EUR", 123450),
        ("1,234,567", "EUR", 123456700),
        (".5", "EUR", 50),
        ("007", "EUR", 700),
        ("0", "EUR", 0),
        ("1290", "JPY", 1290),
        ("1,290", "JPY", 1290),
        ("1.29", "KWD", 1290),
        ("0.0001", "UYW", 1),
        ("9999999999.99", "EUR", LARGEST_MINOR),
    ],
)
def test_usual_ways_to_type_an_amount(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("", "EUR", r"Type an amount, for example 12\.90\."),
        ("  \t", "EUR", r"Type an amount, for example 12\.90\."),
        ("", "JPY", r"Type an amount, for example 12\."),
        ("", "KWD", r"Type an amount, for example 1\.290\."),
        ("twelve", "EUR", r"not an amount. Type it like 12\.90\."),
        ("12.", "EUR", "not an amount"),
        (".", "EUR", "not an amount"),
        ("-5", "EUR", "not an amount"),
        ("+5", "EUR", "not an amount"),
        ("1e3", "EUR", "not an amount"),
        ("1_000", "EUR", "not an amount"),
        ("12.9.0", "EUR", "not an amount"),
        ("1,23", "EUR", "not an amount"),
        ("1,2345", "EUR", "not an amount"),
        ("1234,567", "EUR", "not an amount"),
        (",123", "EUR", "not an amount"),
        ("1,,234", "EUR", "not an amount"),
        ("1.234,5", "EUR", "not an amount"),
        ("\u0661\u0662", "EUR", "not an amount"),
        ("1\u00b2", "EUR", "not an amount"),
        ("€ 5", "EUR", "not an amount"),
        ("5\u202e", "EUR", "not an amount"),
        ("12.905", "EUR", "EUR has 2 decimals"),
        ("12.0", "JPY", r"JPY has no decimals. Type the amount like 12\."),
        ("1.2345", "KWD", "KWD has 3 decimals"),
        ("10000000000.00", "EUR", "too large. Check the number of digits"),
        ("1" * 16, "JPY", "too large"),
        ("9" * 5000, "JPY", "too large"),
    ],
)
def test_what_is_no_amount_gets_a_sentence(text: str, currency: str, sentence: str) -> None:
    with pytest.raises(MoneyProblem, match=sentence):
        parse_amount(text, currency)


def test_the_sentence_shows_the_mark_of_the_locale() -> None:
    with pytest.raises(MoneyProblem, match="like 12,90"):
        parse_amount("x", "EUR", decimal=",", group=".")


def test_an_amount_in_no_currency_is_refused() -> None:
    with pytest.raises(MoneyProblem, match="not a currency"):
        parse_amount("5", "XYZ")


@given(
    text=st.text(alphabet="0123456789.,' \u00a0-+e", max_size=24) | st.text(max_size=12),
    currency=currencies,
    marks=st.sampled_from([(".", ","), (",", "."), (".", "'"), (".", " ")]),
)
def test_nothing_is_accepted_that_cannot_be_shown_again(
    text: str, currency: str, marks: tuple[str, str]
) -> None:
    decimal, group = marks
    try:
        money = parse_amount(text, currency, decimal=decimal, group=group)
    except MoneyProblem:
        return
    assert 0 <= money.minor <= LARGEST_MINOR
    again = money.plain().replace(".", decimal)
    assert parse_amount(again, currency, decimal=decimal, group=group) == money


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (11900, "19", 1900),
        (2780, "19", 444),
        (2495, "7", 163),
        (100, "0", 0),
        (0, "19", 0),
        (1, "19", 0),
        (-11900, "19", -1900),
        (105, "5", 5),
        (3, "100", 2),  # 1.5 goes to the even neighbour
        (1, "100", 0),  # and so does 0.5
        (10000, "7.7", 715),
    ],
)
def test_the_tax_in_a_price_is_rounded_half_to_even(gross: int, rate: str, tax: int) -> None:
    assert tax_included(Money(gross, "EUR"), Decimal(rate)) == Money(tax, "EUR")


@given(gross=minors, rate=st.decimals("0", "99.99", places=2))
def test_the_tax_is_never_off_by_more_than_half_a_unit(gross: int, rate: Decimal) -> None:
    tax = tax_included(Money(gross, "EUR"), rate)
    exact = Fraction(gross) * Fraction(rate) / (100 + Fraction(rate))
    assert abs(tax.minor - exact) <= Fraction(1, 2)
    assert tax_included(Money(-gross, "EUR"), rate) == -tax
