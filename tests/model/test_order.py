"""An order adds up, counts the same article up, and says why it cannot be charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.money import LARGEST_MINOR, Money, MoneyProblem, tax_included
from posapp.model.order import (
    LARGEST_QUANTITY,
    Customer,
    Line,
    Order,
    OrderState,
    Product,
    charge_problem,
)

EMPTY = Order(id="o1", number=1043, currency="EUR", created_at=datetime(2025, 11, 21, tzinfo=UTC))
MUG = Line("Ceramic mug, blue", Money(1290, "EUR"), 1, Decimal(19), sku="1180")
BOOK = Line("Cookbook", Money(2495, "EUR"), 1, Decimal(7), sku="2001")
WRAPPING = Line("Gift wrapping", Money(200, "EUR"), 1, Decimal(19))

lines = st.builds(
    Line,
    name=st.sampled_from(["Mug", "Book", "Wrapping"]),
    unit_price=st.integers(0, 10**6).map(lambda minor: Money(minor, "EUR")),
    quantity=st.integers(1, LARGEST_QUANTITY),
    tax_percent=st.sampled_from([Decimal(0), Decimal(7), Decimal(19), Decimal("5.5")]),
    sku=st.sampled_from(["", "1180", "2001"]),
)


def test_a_new_order_is_open_and_empty() -> None:
    assert EMPTY.state is OrderState.OPEN
    assert EMPTY.total == Money(0, "EUR")
    assert EMPTY.taxes() == ()
    assert EMPTY.customer.is_empty


def test_a_product_has_a_price_with_its_tax() -> None:
    product = Product("1180", "Ceramic mug, blue", Money(1290, "EUR"), Decimal(19))
    assert product.barcode == ""
    assert product.price == Money(1290, "EUR")


@pytest.mark.parametrize(
    ("customer", "empty"),
    [
        (Customer(), True),
        (Customer(address="Hauptstr. 5", city="Bremen", country="DE"), True),
        (Customer(name="Ada Muster"), False),
        (Customer(phone="+49 30 111222"), False),
        (Customer(email="ada@example.com"), False),
    ],
)
def test_a_customer_is_someone_who_can_be_named_or_reached(customer: Customer, empty: bool) -> None:
    assert customer.is_empty is empty


def test_the_same_article_at_the_same_price_counts_up() -> None:
    order = EMPTY.add(MUG).add(BOOK).add(replace(MUG, quantity=2))
    assert order.lines == (replace(MUG, quantity=3), BOOK)
    assert order.total == Money(3 * 1290 + 2495, "EUR")
    assert EMPTY.lines == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(MUG, unit_price=Money(1190, "EUR")),
        replace(MUG, tax_percent=Decimal(7)),
        replace(MUG, name="Ceramic mug, red"),
        replace(MUG, sku="1181"),
        replace(MUG, sku=""),
    ],
)
def test_anything_else_is_a_line_of_its_own(other: Line) -> None:
    assert EMPTY.add(MUG).add(other).lines == (MUG, other)


def test_custom_lines_never_count_up() -> None:
    assert EMPTY.add(WRAPPING).add(WRAPPING).lines == (WRAPPING, WRAPPING)


def test_what_one_line_cannot_count_goes_on_a_further_line() -> None:
    full = EMPTY.add(replace(MUG, quantity=LARGEST_QUANTITY - 1))
    assert full.add(MUG).lines == (replace(MUG, quantity=LARGEST_QUANTITY),)
    assert full.add(MUG).add(MUG).lines == (replace(MUG, quantity=LARGEST_QUANTITY), MUG)


@given(st.lists(lines, max_size=8))
def test_adding_a_line_adds_exactly_its_total(added: list[Line]) -> None:
    order = EMPTY
    for line in added:
        bigger = order.add(line)
        assert bigger.total == order.total + line.total
        assert all(present.quantity <= LARGEST_QUANTITY for present in bigger.lines)
        order = bigger
    assert sum(line.quantity for line in order.lines) == sum(line.quantity for line in added)


def test_a_line_in_another_currency_never_enters_a_total() -> None:
    order = EMPTY.add(MUG).add(replace(BOOK, unit_price=Money(2495, "USD")))
    with pytest.raises(MoneyProblem, match="cannot be mixed"):
        _ = order.total
    with pytest.raises(MoneyProblem, match="cannot be mixed"):
        order.taxes()


def test_a_quantity_can_be_changed_and_zero_takes_the_line_out() -> None:
    order = EMPTY.add(MUG).add(BOOK)
    assert order.with_quantity(1, 5).lines == (MUG, replace(BOOK, quantity=5))
    assert order.with_quantity(0, LARGEST_QUANTITY).lines[0].quantity == LARGEST_QUANTITY
    assert order.with_quantity(0, 0).lines == (BOOK,)
    assert order.with_quantity(0, 0).with_quantity(0, 0) == EMPTY


@pytest.mark.parametrize("quantity", [-1, LARGEST_QUANTITY + 1])
def test_an_impossible_quantity_is_refused(quantity: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 9999"):
        EMPTY.add(MUG).with_quantity(0, quantity)


def test_a_line_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(IndexError):
        EMPTY.add(MUG).with_quantity(1, 2)


def test_tax_is_worked_out_once_for_each_rate_lowest_first() -> None:
    order = EMPTY.add(MUG).add(BOOK).add(WRAPPING)
    assert order.taxes() == (
        (Decimal(7), Money(163, "EUR")),
        (Decimal(19), Money(238, "EUR")),
    )


def test_the_same_rate_written_differently_is_one_rate() -> None:
    order = EMPTY.add(MUG).add(replace(WRAPPING, tax_percent=Decimal("19.00")))
    assert order.taxes() == ((Decimal(19), Money(238, "EUR")),)


@given(st.lists(lines, max_size=8))
def test_the_tax_of_each_rate_is_that_of_its_lines_together(added: list[Line]) -> None:
    order = EMPTY
    for line in added:
        order = order.add(line)
    for rate, tax in order.taxes():
        gross = sum(line.total.minor for line in added if line.tax_percent == rate)
        assert tax == tax_included(Money(gross, "EUR"), rate)
    assert {rate for rate, _ in order.taxes()} == {line.tax_percent for line in added}


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (EMPTY, "The order is empty. Add a line first."),
        (
            EMPTY.add(replace(MUG, unit_price=Money(0, "EUR"))),
            "The total is zero. There is nothing to charge.",
        ),
        (
            EMPTY.add(replace(MUG, unit_price=Money(-1, "EUR"))),
            "The total is zero. There is nothing to charge.",
        ),
        (
            EMPTY.add(replace(MUG, unit_price=Money(LARGEST_MINOR, "EUR"), quantity=2)),
            "The total is too large. Check prices and quantities.",
        ),
        (
            replace(EMPTY.add(MUG), state=OrderState.PAID),
            "This order is paid. Start the next order.",
        ),
        (
            replace(EMPTY.add(MUG), state=OrderState.LOCKED),
            "A payment for this order is being checked. It cannot be charged again until then.",
        ),
        (EMPTY.add(MUG), None),
        (EMPTY.add(replace(MUG, unit_price=Money(LARGEST_MINOR, "EUR"))), None),
    ],
)
def test_why_an_order_cannot_be_charged(order: Order, problem: str | None) -> None:
    assert charge_problem(order) == problem
