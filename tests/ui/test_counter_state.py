"""What the counter says about orders and customers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from posapp.model.display import AmountStyle
from posapp.model.order import Customer, Line, Order, OrderState
from posapp.ui.counter.state import derive_customer, derive_order, read_customer
from tests.ui.samples import NOON, euros

STYLE = AmountStyle()
GERMAN = AmountStyle(decimal=",", group=".", symbol_first=False)
ORDER = Order(
    id="order",
    number=1043,
    currency="EUR",
    created_at=NOON,
    lines=(
        Line("Mug", euros(1290), 2, Decimal("19"), "MUG-1"),
        Line("Book", euros(100000), 1, Decimal("7.0")),
        Line("Stamp", euros(95), 1, Decimal("0")),
    ),
)


def test_before_the_ledger_is_open_there_is_an_empty_order() -> None:
    view = derive_order(None, STYLE, currency="USD")
    assert (view.title, view.lines, view.taxes) == ("New order", (), ())
    assert view.charge == "Charge"
    assert (view.locked, view.paid) == ("", False)


def test_an_order_shows_its_lines_and_its_total() -> None:
    view = derive_order(ORDER, STYLE, currency="EUR")
    assert view.title == "Order 1043"
    assert view.total == "€\u00a01,026.75"
    assert view.charge == f"Charge {view.total}"
    mug = view.lines[0]
    assert (mug.quantity, mug.name, mug.unit_price, mug.total) == ("2", "Mug", "12.90", "25.80")
    assert mug.spoken == "2 times Mug, €\u00a025.80"


def test_a_line_tells_its_article_and_its_tax() -> None:
    details = [line.detail for line in derive_order(ORDER, STYLE, currency="EUR").lines]
    assert details == ["SKU MUG-1 · VAT 19 %", "VAT 7 %", "No VAT"]


def test_the_tax_of_each_rate_is_shown_once_and_none_where_there_is_none() -> None:
    view = derive_order(ORDER, GERMAN, currency="EUR")
    assert view.taxes == (("VAT 7 % included", "65,42"), ("VAT 19 % included", "4,12"))
    assert view.total == "1.026,75\u00a0€"


@pytest.mark.parametrize(
    ("state", "words", "paid"),
    [
        (OrderState.OPEN, "", False),
        (OrderState.LOCKED, "is being checked", False),
        (OrderState.PAID, "is paid", True),
    ],
)
def test_an_order_that_cannot_be_changed_says_why(
    state: OrderState, words: str, paid: bool
) -> None:
    view = derive_order(replace(ORDER, state=state), STYLE, currency="EUR")
    assert words in view.locked
    assert bool(view.locked) is (state is not OrderState.OPEN)
    assert view.paid is paid


@pytest.mark.parametrize(
    ("customer", "name", "detail"),
    [
        (Customer(), "", ""),
        (Customer(name="Ada Muster"), "Ada Muster", "No phone or address yet"),
        (Customer(phone="030 111222"), "030 111222", ""),
        (Customer(email="ada@shop.test"), "ada@shop.test", ""),
        (Customer(name="Ada", phone="030 1", email="a@b"), "Ada", "030 1 · a@b"),
        (Customer(name="Ada", postcode="28195", city="Bremen"), "Ada", "28195 Bremen"),
        (Customer(phone="030 1", email="a@b"), "030 1", "a@b"),
    ],
)
def test_a_customer_is_called_by_the_best_name_there_is(
    customer: Customer, name: str, detail: str
) -> None:
    view = derive_customer(customer)
    assert (view.name, view.detail) == (name, detail)


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("Ada Muster", "name", "Ada Muster"),
        ("  Ada   Muster ", "name", "Ada Muster"),
        ("B. Lindqvist 3", "name", "B. Lindqvist 3"),
        ("1234", "name", "1234"),
        ("ada@shop.test", "email", "ada@shop.test"),
        ("ada @ shop", "name", "ada @ shop"),
        ("030 111222", "phone", "030 111222"),
        ("+49 (30) 111-222", "phone", "+49 (30) 111-222"),
        ("12345", "phone", "12345"),
        ("030 111222 ext", "name", "030 111222 ext"),
    ],
)
def test_what_is_typed_is_sorted_into_name_phone_or_mail(
    typed: str, field: str, value: str
) -> None:
    assert read_customer(typed, Customer()) == Customer(**{field: value})


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("Ada Muster", {"name": "Ada Muster"}),
        ("ada@shop.test", {"email": "ada@shop.test"}),
        ("030 111222", {"phone": "030 111222"}),
    ],
)
def test_what_is_typed_completes_what_is_known(typed: str, completed: dict[str, str]) -> None:
    known = Customer(city="Bremen", id="7")
    assert read_customer(typed, known) == replace(known, **completed)


@pytest.mark.parametrize(
    ("typed", "alone"),
    [
        ("B. Lindqvist", Customer(name="B. Lindqvist")),
        ("other@shop.test", Customer(email="other@shop.test")),
        ("040 333444", Customer(phone="040 333444")),
    ],
)
def test_somebody_else_takes_nothing_of_the_caller_before(typed: str, alone: Customer) -> None:
    known = Customer(name="Ada Muster", phone="030 111222", email="ada@shop.test", id="7")
    assert read_customer(typed, known) == alone
