"""What the order and customer panels show, worked out from what is true. No Qt here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from posapp.model.display import AmountStyle
from posapp.model.order import Customer, Order, OrderState


class LineView(NamedTuple):
    quantity: str
    name: str
    detail: str
    unit_price: str
    total: str
    spoken: str


class OrderView(NamedTuple):
    """Everything the order panel paints."""

    title: str
    lines: tuple[LineView, ...]
    taxes: tuple[tuple[str, str], ...]
    total: str
    charge: str
    locked: str
    paid: bool


def derive_order(order: Order | None, style: AmountStyle, *, currency: str) -> OrderView:
    """The order in words; before the ledger is open there is an empty one."""
    if order is None:
        order = _nothing(currency)
        title = "New order"
    else:
        title = f"Order {order.number}"
    total = style.money(order.total)
    locked = {
        "locked": "A payment for this order is being checked. It is locked until then.",
        "paid": "This order is paid.",
    }.get(order.state.value, "")
    return OrderView(
        title=title,
        lines=tuple(
            LineView(
                quantity=str(line.quantity),
                name=line.name,
                detail=_detail(line.sku, f"{line.tax_percent.normalize():f}"),
                unit_price=style.number(line.unit_price),
                total=style.number(line.total),
                spoken=f"{line.quantity} times {line.name}, {style.money(line.total)}",
            )
            for line in order.lines
        ),
        taxes=tuple(
            (f"VAT {rate.normalize():f} % included", style.number(tax))
            for rate, tax in order.taxes()
            if rate
        ),
        total=total,
        charge=f"Charge {total}" if order.total.minor else "Charge",
        locked=locked,
        paid=order.state is OrderState.PAID,
    )


class CustomerView(NamedTuple):
    name: str
    detail: str


def derive_customer(customer: Customer) -> CustomerView:
    """The customer panel: the best name there is, then the rest in one line."""
    name = customer.name or customer.phone or customer.email
    street = " ".join(part for part in (customer.postcode, customer.city) if part)
    rest = [
        part
        for part in (customer.phone, customer.email, customer.address, street)
        if part and part != name
    ]
    known = " · ".join(rest)
    return CustomerView(name=name, detail=known or "No phone or address yet" * bool(customer.name))


def read_customer(text: str, known: Customer) -> Customer:
    """Sort what was typed into name, phone or e-mail.

    It completes what is known of the caller. Where it contradicts that, it is somebody else, and
    nothing of the one before is kept: a receipt must not go to the wrong person.
    """
    cleaned = " ".join(text.split())
    digits = [c for c in cleaned if c.isdigit()]
    if "@" in cleaned and " " not in cleaned:
        field = "email"
    elif len(digits) >= 5 and all(c.isdigit() or c in "+()-/. " for c in cleaned):
        field = "phone"
    else:
        field = "name"
    if getattr(known, field) in ("", cleaned):
        return replace(known, **{field: cleaned})
    return Customer(**{field: cleaned})


def _detail(sku: str, rate: str) -> str:
    parts = [f"SKU {sku}" if sku else "", f"VAT {rate} %" if rate != "0" else "No VAT"]
    return " · ".join(part for part in parts if part)


def _nothing(currency: str) -> Order:
    return Order(id="", number=0, currency=currency, created_at=datetime.min.replace(tzinfo=UTC))
