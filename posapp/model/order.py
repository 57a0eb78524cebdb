"""What is sold: lines, an order and its total."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from posapp.model.money import LARGEST_MINOR, Money, tax_included

if TYPE_CHECKING:
    from decimal import Decimal

LARGEST_QUANTITY = 9_999


@dataclass(frozen=True, slots=True)
class Product:
    """One item of the catalogue. The price includes tax."""

    sku: str
    name: str
    price: Money
    tax_percent: Decimal
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. The unit price includes tax; ``sku`` is empty for a custom line."""

    name: str
    unit_price: Money
    quantity: int
    tax_percent: Decimal
    sku: str = ""

    @property
    def total(self) -> Money:
        return self.unit_price.times(self.quantity)


@dataclass(frozen=True, slots=True)
class Customer:
    """The person on the line. Only the name is asked for; the rest helps bank and receipt."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    id: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.name, self.phone, self.email))


class OrderState(StrEnum):
    """Where an order stands. LOCKED: a payment may have moved money and is being looked up."""

    OPEN = "open"
    LOCKED = "locked"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer buys. ``number`` is what people say; ``id`` is unique for ever."""

    id: str
    number: int
    currency: str
    created_at: datetime
    lines: tuple[Line, ...] = ()
    customer: Customer = Customer()
    state: OrderState = OrderState.OPEN

    @property
    def total(self) -> Money:
        return sum((line.total for line in self.lines), Money(0, self.currency))

    def add(self, line: Line) -> Order:
        """The order with one more line; the same article at the same price counts up instead, as
        far as one line can count.
        """
        for index, present in enumerate(self.lines):
            quantity = present.quantity + line.quantity
            if (
                line.sku
                and replace(present, quantity=line.quantity) == line
                and (quantity <= LARGEST_QUANTITY)
            ):
                return self.with_quantity(index, quantity)
        return replace(self, lines=(*self.lines, line))

    def with_quantity(self, index: int, quantity: int) -> Order:
        """The order with another quantity on one line; zero takes the line out."""
        if not 0 <= quantity <= LARGEST_QUANTITY:
            raise ValueError(f"A quantity is between 0 and {LARGEST_QUANTITY}.")
        lines = list(self.lines)
        if quantity:
            lines[index] = replace(lines[index], quantity=quantity)
        else:
            del lines[index]
        return replace(self, lines=tuple(lines))

    def taxes(self) -> tuple[tuple[Decimal, Money], ...]:
        """Tax contained in the total, one entry for each rate, lowest rate first."""
        gross: dict[Decimal, Money] = {}
        for line in self.lines:
            sofar = gross.get(line.tax_percent, Money(0, self.currency))
            gross[line.tax_percent] = sofar + line.total
        return tuple((rate, tax_included(gross[rate], rate)) for rate in sorted(gross))


def charge_problem(order: Order) -> str | None:
    """Why this order cannot be charged now, as a sentence, or None."""
    if order.state is OrderState.PAID:
        return "This order is paid. Start the next order."
    if order.state is OrderState.LOCKED:
        return "A payment for this order is being checked. It cannot be charged again until then."
    if not order.lines:
        return "The order is empty. Add a line first."
    if order.total.minor <= 0:
        return "The total is zero. There is nothing to charge."
    if order.total.minor > LARGEST_MINOR:
        return "The total is too large. Check prices and quantities."
    return None
