"""What is typed at the counter: lines that are not in the catalogue, and expiry dates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from posapp.model.card import Expiry, parse_expiry
from posapp.model.display import AmountStyle
from posapp.model.order import Product
from posapp.ui.counter.expiry import spread
from posapp.ui.counter.typed_line import custom_line, product_line
from tests.ui.samples import NOON, euros

STYLE = AmountStyle()
GERMAN = AmountStyle(decimal=",", group=".", symbol_first=False)
VAT = Decimal(19)


@pytest.mark.parametrize(
    ("typed", "name", "minor"),
    [
        ("Gift box 4.50", "Gift box", 450),
        ("  Gift   box   4.50 ", "Gift box", 450),
        ("4.50", "Amount", 450),
        ("12", "Amount", 1200),
        ("Gift box €4.50", "Gift box", 450),
        ("Gift box € 4.50", "Gift box", 450),
        ("Gift box 4.50 €", "Gift box", 450),
        ("Gift box EUR 4.50", "Gift box", 450),
        ("€ 4.50", "Amount", 450),
        ("EUR 4.50", "Amount", 450),
        ("Phone 12 499", "Phone 12", 49900),
        ("Sofa 1,299.00", "Sofa", 129900),
        ("Big box 4.50", "Big box", 450),
    ],
)
def test_a_name_and_a_price_make_a_line(typed: str, name: str, minor: int) -> None:
    line = custom_line(typed, STYLE, currency="EUR", tax_percent=VAT)
    assert line is not None
    assert (line.name, line.unit_price, line.quantity) == (name, euros(minor), 1)
    assert (line.tax_percent, line.sku) == (VAT, "")


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("Schachtel 4,50", 450), ("Sofa 1.299,00 €", 129900), ("Schachtel 4.50", 450)],
)
def test_prices_are_read_as_the_locale_writes_them(typed: str, minor: int) -> None:
    line = custom_line(typed, GERMAN, currency="EUR", tax_percent=VAT)
    assert line is not None
    assert line.unit_price == euros(minor)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "Gift box", "Gift box free", "Gift box 0", "0.00", "4.50 box", "1.2.3", "4.505",
     "-4.50", "99999999999999"],
)  # fmt: skip
def test_what_has_no_price_makes_no_line(typed: str) -> None:
    assert custom_line(typed, STYLE, currency="EUR", tax_percent=VAT) is None


def test_a_product_makes_a_line_of_one() -> None:
    line = product_line(Product("MUG-1", "Mug", euros(1290), VAT, "4006381333931"))
    assert (line.name, line.sku, line.quantity) == ("Mug", "MUG-1", 1)
    assert (line.unit_price, line.tax_percent) == (euros(1290), VAT)


def typed(keys: str) -> list[str]:
    """What the field shows after each key."""
    shown, steps = "", []
    for key in keys:
        shown = spread(shown + key, before=shown)
        steps.append(shown)
    return steps


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("1230", "12 / 30"),
        ("12/30", "12 / 30"),
        ("12 30", "12 / 30"),
        ("12-2030", "12 / 2030"),
        ("122030", "12 / 2030"),
        ("1/30", "01 / 30"),
        ("1/2030", "01 / 2030"),
        ("0130", "01 / 30"),
        ("530", "05 / 30"),
        ("9/29", "09 / 29"),
    ],
)
def test_month_and_year_are_told_apart_however_they_are_typed(keys: str, shown: str) -> None:
    assert typed(keys)[-1] == shown
    assert spread(keys, before="") == shown  # pasted at once
    year = int(shown[5:]) + (0 if len(shown) == 9 else 2000)
    assert parse_expiry(shown, NOON.date()) == Expiry(int(shown[:2]), year)


def test_the_year_comes_up_as_soon_as_the_month_is_complete() -> None:
    assert typed("1230") == ["1", "12 / ", "12 / 3", "12 / 30"]
    assert typed("530") == ["05 / ", "05 / 3", "05 / 30"]


@pytest.mark.parametrize("keys", ["1230", "122030", "530", "1/30"])
def test_every_figure_can_be_taken_back(keys: str) -> None:
    shown = typed(keys)[-1]
    for _ in range(20):
        if not shown:
            break
        shorter = spread(shown[:-1], before=shown)
        assert len(shorter) < len(shown)
        shown = shorter
    assert shown == ""


def test_no_more_is_taken_than_a_date_has() -> None:
    assert typed("12305")[-1] == "12 / 30"
    assert typed("1220301")[-1] == "12 / 2030"


@pytest.mark.parametrize("text", ["", "abc", "/", " - "])
def test_what_holds_no_figure_shows_nothing(text: str) -> None:
    assert spread(text, before="") == ""


@pytest.mark.parametrize("text", ["12 / 30", "01 / 2030", "12 / ", "1", "0"])
def test_what_is_spread_already_stays_as_it_is(text: str) -> None:
    assert spread(text, before="") == text
