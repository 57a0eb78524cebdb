"""PayFac's decimals are its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.gateways.payfac.minor_units import (
    LISTED,
    amount_problem,
    from_wire,
    refund_characters,
    to_wire,
)
from posapp.gateways.strict_json import Unreadable
from posapp.model.money import ISO_EXPONENT, Money


@pytest.mark.parametrize(
    ("amount", "wire"),
    [
        (Money(1290, "EUR"), 1290),
        (Money(1290, "JPY"), 1290),
        (Money(1290, "ISK"), 1290),
        (Money(1290, "UGX"), 1290),
        (Money(1290, "CLP"), 129_000),
        (Money(1310, "KWD"), 1310),
        (Money(1310, "IQD"), 1310),
        (Money(999_999_999, "USD"), 999_999_999),
    ],
)
def test_an_amount_is_written_as_payfac_reads_it(amount: Money, wire: int) -> None:
    assert amount_problem(amount) is None
    assert to_wire(amount) == wire
    assert from_wire(wire, amount.currency) == amount


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        (Money(1312, "KWD"), "third must be 0"),
        (Money(1_000_000_000, "USD"), "nine digits"),
        (Money(10_000_000, "CLP"), "nine digits"),
        (Money(100, "CLF"), "no rule"),
        (Money(100, "UYI"), "no rule"),
        (Money(100, "UYW"), "no rule"),
        (Money(100, "CHE"), "no rule"),
    ],
)
def test_an_amount_that_cannot_be_written_is_explained(amount: Money, word: str) -> None:
    assert word in (amount_problem(amount) or "")


@pytest.mark.parametrize(("wire", "currency"), [(12_950, "CLP"), (100, "CLF"), (100, "XYZ")])
def test_an_amount_that_cannot_be_understood_is_not_guessed(wire: int, currency: str) -> None:
    with pytest.raises(Unreadable):
        from_wire(wire, currency)


@pytest.mark.parametrize(
    ("amount", "minor", "major"),
    [
        (Money(500, "USD"), "500", "5.00"),
        (Money(505, "USD"), "505", "5.05"),
        (Money(500, "JPY"), "500", "500"),
        (Money(500, "CLP"), "50000", "500"),
        (Money(1310, "KWD"), "1310", "1.310"),
    ],
)
def test_a_refund_is_written_in_either_unit(amount: Money, minor: str, major: str) -> None:
    assert refund_characters(amount, "minor") == minor
    assert refund_characters(amount, "major") == major


def test_every_listed_currency_exists() -> None:
    assert set(ISO_EXPONENT) >= LISTED
    assert len(LISTED) > 140


@given(st.sampled_from(sorted(LISTED)), st.integers(0, 9_999_990))
def test_what_is_written_reads_back_the_same(currency: str, minor: int) -> None:
    amount = Money(minor, currency)
    if amount_problem(amount) is None:
        assert from_wire(to_wire(amount), currency) == amount
