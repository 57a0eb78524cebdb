"""Reads what was typed into the search field as a line that is not in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from posapp.model.display import AmountStyle
from posapp.model.money import MoneyProblem
from posapp.model.order import Line, Product

if TYPE_CHECKING:
    from decimal import Decimal

_BARCODE = 5  # figures without a decimal mark


def custom_line(
    text: str, style: AmountStyle, *, currency: str, tax_percent: Decimal
) -> Line | None:
    """``Gift box 4.50`` as a line of one, ``4.50`` as a plain amount; None where no price is."""
    words = text.split()
    for width in (2, 1):  # the currency may stand apart from the figure
        if len(words) < width:
            continue
        tail, name = " ".join(words[-width:]), " ".join(words[:-width])
        if not any(c.isdigit() for c in tail) or (width == 2 and not _has_sign(words[-2:])):
            continue
        try:
            price = style.parse(tail, currency)
        except MoneyProblem:
            continue
        if not name and tail.isdigit() and len(tail) >= _BARCODE:
            return None  # a barcode or a number that nobody knows, not a price
        if price.minor > 0:
            return Line(name or "Amount", price, 1, tax_percent)
    return None


def product_line(product: Product) -> Line:
    return Line(product.name, product.price, 1, product.tax_percent, product.sku)


def _has_sign(words: list[str]) -> bool:
    return any(not any(c.isdigit() for c in word) and len(word) <= 3 for word in words)
