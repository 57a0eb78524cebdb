"""One shop, one order, one payment, to be varied by the tests with ``dataclasses.replace``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from posapp.model.card import CardSummary, Expiry
from posapp.model.display import AmountStyle
from posapp.model.money import Money
from posapp.model.order import Customer, Line, Order
from posapp.model.payment import ActionState, Payment, PaymentStatus, RefundRecord
from posapp.model.shop import Shop
from posapp.receipts.content import Receipt, for_refund, for_sale

CARD_NUMBER = "4242424242424242"
ZONE = timezone(timedelta(hours=1))
NOW = datetime(2025, 11, 21, 14, 2, tzinfo=ZONE)

SHOP = Shop(
    name="Muster & Co",
    address=("Hauptstr. 5", "28195 Bremen"),
    phone="+49 30 111222",
    tax_number="DE123456789",
    footer="Thank you for your order.\nGoods can be returned within 14 days.",
)


def line(name: str, minor: int, quantity: int = 1, rate: str = "19") -> Line:
    return Line(name, Money(minor, "EUR"), quantity, Decimal(rate))


ORDER = Order(
    id="order-1",
    number=1043,
    currency="EUR",
    created_at=datetime(2025, 11, 21, 13, 0, tzinfo=UTC),
    lines=(line("Ceramic mug, blue", 1290, 2), line("Gift wrapping", 200)),
    customer=Customer(name="Ada Muster", phone="+49 30 111222", email="ada@example.com"),
)
MIXED_ORDER = Order(
    id="order-2",
    number=1044,
    currency="EUR",
    created_at=ORDER.created_at,
    lines=(
        line("Ceramic mug, blue", 1290, 2),
        line("Cookbook “Winter evenings”, hard cover, second edition", 2495, rate="7"),
        line("Shipping, standard", 490),
    ),
    customer=ORDER.customer,
)
PAYMENT = Payment(
    account="account-1",
    id="pay_1",
    reference="T2-1043-1-K7QX",
    amount=ORDER.total,
    status=PaymentStatus.CAPTURED,
    status_said="Captured",
    created_at=datetime(2025, 11, 21, 13, 2, tzinfo=UTC),
    captured=ORDER.total.minor,
    refundable=ORDER.total.minor,
    live=True,
    card=CardSummary("Visa", "4242", first6="424242", expiry=Expiry(12, 2030)),
    auth_code="643381",
)
REFUND = RefundRecord(
    id="ref_8HHs72hsKKs8",
    amount=Money(1290, "EUR"),
    state=ActionState.PENDING,
    at=datetime(2025, 11, 22, 9, 0, tzinfo=UTC),
    reason="Handle broken, looks like customer misuse",
)


def sale(
    order: Order = ORDER,
    payment: Payment = PAYMENT,
    *,
    shop: Shop = SHOP,
    style: AmountStyle | None = None,
    who: str = "Ana",
    at: datetime = NOW,
    account_live: bool | None = None,
) -> Receipt:
    return for_sale(
        shop,
        order,
        payment,
        till="2",
        who=who,
        style=style or AmountStyle(),
        at=at,
        account_live=account_live,
    )


def refund(
    record: RefundRecord = REFUND,
    order: Order = ORDER,
    payment: Payment = PAYMENT,
    *,
    at: datetime = NOW,
) -> Receipt:
    return for_refund(SHOP, order, payment, record, till="2", who="Ana", style=AmountStyle(), at=at)
