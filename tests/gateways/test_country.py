"""A customer's country as the gateways take it."""

from __future__ import annotations

import pytest

from posapp.gateways.country import country_code


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("DE", "DE"), (" gb ", "GB"), ("", ""), ("Germany", ""), ("D1", ""), ("ÄÖ", "")],
)
def test_a_country_is_two_letters_or_left_out(typed: str, sent: str) -> None:
    assert country_code(typed) == sent
