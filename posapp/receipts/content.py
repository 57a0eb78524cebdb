"""What a receipt says, in order, before anything is drawn. No Qt here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from posapp.model.display import AmountStyle
from posapp.model.money import Money, tax_included
from posapp.model.order import Line, Order
from posapp.model.payment import ActionState, Payment, RefundRecord
from posapp.model.shop import Shop
from posapp.receipts.wording import (
    REFUND_RESULT,
    SALE_RESULT,
    TAX,
    TRAINING,
    Tone,
    card_line,
    day_and_time,
    from_outside,
    identifier,
    percent,
    printable,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing with its name: ``Auth code  643381``."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the order. ``price`` and ``total`` are amounts without currency.

    ``rate`` (``19 %``) is empty where all lines of the order have the same.
    """

    name: str
    quantity: str
    price: str
    total: str
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How the payment or refund stands, in words; ``advice`` is a further sentence or empty."""

    words: str
    tone: Tone
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything a receipt shows, from top to bottom, each text ready to print.

    ``mark`` is empty on real sales. ``file_name`` is a proposal without folder or suffix.
    """

    shop: str
    shop_lines: tuple[str, ...]
    title: str
    mark: str
    result: Result
    total: Fact
    about: tuple[Fact, ...]
    items: tuple[Item, ...]
    taxes: tuple[Fact, ...]
    payment_heading: str
    payment: tuple[Fact, ...]
    footer: tuple[str, ...]
    file_name: str

    def plain(self) -> str:
        """All of it as one thing a line, to be read aloud; ``text.as_text`` is for paper."""
        result = (self.result.words, self.result.advice)
        items = (f"{i.quantity} × {i.name}, {i.price}: {i.total} {i.rate}" for i in self.items)
        lines = (
            self.shop,
            *self.shop_lines,
            self.mark,
            self.title,
            *result,
            *_spoken(self.about),
            *items,
            *_spoken((self.total, *self.taxes)),
            self.payment_heading,
            *_spoken(self.payment),
            *self.footer,
        )
        return "\n".join(line.strip() for line in lines if line)


def for_sale(
    shop: Shop,
    order: Order,
    payment: Payment,
    *,
    till: str,
    who: str,
    style: AmountStyle,
    at: datetime,
    account_live: bool | None = None,
) -> Receipt:
    """The receipt of one payment of an order.

    Args:
        till: short name of the till.
        who: the person who took the payment.
        at: the moment of issue; its time zone is the one every time is shown in.
        account_live: whether the gateway account moves real money; used where the payment itself
            does not say.

    Raises:
        ValueError: a time has no time zone.
    """
    words, tone = SALE_RESULT[payment.status]
    advice = from_outside(payment.decline.caller) if payment.decline else ""
    rates = {line.tax_percent for line in order.lines}
    return Receipt(
        shop=printable(shop.name),
        shop_lines=_shop_lines(shop),
        title="Receipt" if payment.status.is_success else "Payment notice",
        mark=_mark(payment, account_live),
        result=Result(words, tone, advice),
        total=Fact("Total", style.money(order.total)),
        about=_about(order, payment.created_at, till, who, at),
        items=tuple(_item(line, style, show_rate=len(rates) > 1) for line in order.lines),
        taxes=_taxes(order.taxes(), style),
        payment_heading="Payment",
        payment=_facts(
            ("Amount", style.money(payment.amount)),
            *_balances(payment, style),
            ("Card", card_line(payment.card) if payment.card else ""),
            ("Auth code", identifier(payment.auth_code)),
            ("Reference", identifier(payment.reference)),
        ),
        footer=_footer(shop, at),
        file_name=f"receipt-{order.number}",
    )


def for_refund(
    shop: Shop,
    order: Order,
    payment: Payment,
    refund: RefundRecord,
    *,
    till: str,
    who: str,
    style: AmountStyle,
    at: datetime,
    account_live: bool | None = None,
) -> Receipt:
    """The receipt of one refund of a payment; arguments as in ``for_sale``.

    The shop's reason is not on it: it is written for the shop, not for the customer.

    Raises:
        ValueError: a time has no time zone.
    """
    words, tone = REFUND_RESULT[refund.state]
    done = refund.state is ActionState.DONE
    advice = (
        "It is complete only once it is confirmed." if refund.state is ActionState.PENDING else ""
    )
    return Receipt(
        shop=printable(shop.name),
        shop_lines=_shop_lines(shop),
        title="Refund receipt" if done else "Refund notice",
        mark=_mark(payment, account_live),
        result=Result(words, tone, advice),
        total=Fact("Refunded" if done else "Refund requested", style.money(refund.amount)),
        about=_about(order, refund.at or at, till, who, at),
        items=(),
        taxes=_refund_taxes(order, refund.amount, style) if done else (),
        payment_heading="Original payment",
        payment=_facts(
            ("Amount", style.money(payment.amount)),
            ("Date", day_and_time(_in_zone(payment.created_at, at))),
            ("Card", card_line(payment.card) if payment.card else ""),
            ("Auth code", identifier(payment.auth_code)),
            ("Reference", identifier(payment.reference)),
            ("Refund", identifier(refund.id)),
        ),
        footer=_footer(shop, at),
        file_name=f"refund-{order.number}",
    )


def _mark(payment: Payment, account_live: bool | None) -> str:
    live = account_live if payment.live is None else payment.live
    return TRAINING if live is False else ""


def _shop_lines(shop: Shop) -> tuple[str, ...]:
    tax = printable(shop.tax_number)
    lines = (*shop.address, shop.phone, shop.email, f"{TAX} no. {tax}" if tax else "")
    return tuple(line for part in lines if (line := printable(part)))


def _about(order: Order, happened: datetime, till: str, who: str, at: datetime) -> tuple[Fact, ...]:
    return _facts(
        ("Order", str(order.number)),
        ("Date", day_and_time(_in_zone(happened, at))),
        ("Customer", from_outside(order.customer.name)),
        ("Till", printable(till)),
        ("Served by", from_outside(who)),
    )


def _item(line: Line, style: AmountStyle, *, show_rate: bool) -> Item:
    return Item(
        name=from_outside(line.name) or "Item",
        quantity=str(line.quantity),
        price=style.number(line.unit_price),
        total=style.number(line.total),
        rate=percent(line.tax_percent, style) if show_rate else "",
    )


def _taxes(taxes: tuple[tuple[Decimal, Money], ...], style: AmountStyle) -> tuple[Fact, ...]:
    return tuple(
        Fact(f"{TAX} {percent(rate, style)} included", style.number(tax)) for rate, tax in taxes
    )


def _refund_taxes(order: Order, amount: Money, style: AmountStyle) -> tuple[Fact, ...]:
    """The tax in a refund: known for the whole order, and for a part when there is one rate."""
    if amount == order.total:
        return _taxes(order.taxes(), style)
    rates = {line.tax_percent for line in order.lines}
    if len(rates) != 1:
        return ()
    rate = rates.pop()
    return _taxes(((rate, tax_included(amount, rate)),), style)


def _balances(payment: Payment, style: AmountStyle) -> tuple[tuple[str, str], ...]:
    """What differs from the plain case: partly collected, given back, or being given back."""

    def shown(minor: int) -> str:
        return style.money(Money(minor, payment.amount.currency))

    balances = (
        ("Collected", payment.captured if payment.captured < payment.amount.minor else 0),
        ("Refunded", payment.refunded),
        ("Refund not yet confirmed", payment.refund_pending),
    )
    return tuple((label, shown(minor)) for label, minor in balances if minor > 0)


def _footer(shop: Shop, at: datetime) -> tuple[str, ...]:
    words = tuple(line for part in shop.footer.splitlines() if (line := printable(part)))
    return (*words, f"Issued {day_and_time(at)}")


def _spoken(facts: Iterable[Fact]) -> Iterator[str]:
    return (f"{fact.label}: {fact.value}" for fact in facts)


def _facts(*pairs: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in pairs if value)


def _in_zone(moment: datetime, at: datetime) -> datetime:
    if moment.utcoffset() is None or at.utcoffset() is None:
        raise ValueError("A time on a receipt needs its time zone.")
    return moment.astimezone(at.tzinfo)
