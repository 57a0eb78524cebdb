"""Cards, charges and accounts for the tests of the gateways."""

from __future__ import annotations

from datetime import UTC, datetime

from posapp.gateways.call import Request
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.port import Charge, Refund
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import Payment, PaymentStatus
from posapp.model.secret import Secret

NUMBER = "4242424242424242"
CODE = "737"
KEY = "the-key-nobody-may-see"
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ADA = Customer(
    name="Ada Muster",
    phone="+4930111222",
    email="ada@shop.test",
    address="Hauptstr. 5",
    city="Bremen",
    postcode="28195",
    country="DE",
)


def clock() -> datetime:
    return NOW


def present() -> datetime:
    return datetime.now(UTC)


def card(
    number: str = NUMBER,
    *,
    code: str = CODE,
    name: str = "Ada Muster",
    postcode: str = "",
) -> Card:
    return Card(
        number=Digits(number.encode()),
        expiry=Expiry(12, 2030),
        code=Digits(code.encode()),
        name=name,
        postcode=postcode,
    )


def charge(
    amount: Money | None = None,
    *,
    reference: str = "T1-1043-1-K7QX",
    key: str = "key-1",
    description: str = "",
    customer: Customer | None = None,
) -> Charge:
    return Charge(
        amount=Money(1290, "EUR") if amount is None else amount,
        reference=reference,
        key=key,
        description=description,
        customer=customer or Customer(),
    )


def payment(
    *,
    payment_id: str = "pay_mbabizu24mvu3mela5njyhpit4",
    amount: Money | None = None,
    captured: int = 1290,
    refundable: int = 1290,
    created_at: datetime = NOW,
) -> Payment:
    return Payment(
        account="till",
        id=payment_id,
        reference="T1-1043-1-K7QX",
        amount=Money(1290, "EUR") if amount is None else amount,
        status=PaymentStatus.CAPTURED,
        status_said="Captured",
        created_at=created_at,
        captured=captured,
        refunded=captured - refundable,
        refundable=refundable,
    )


def refund(
    of: Payment, amount: Money, *, reason: str = "Mug arrived broken", key: str = "refund-1"
) -> Refund:
    return Refund(payment=of, amount=amount, reason=reason, key=key, reference="R1-1043-1-K7QX")


def payfac(
    base_url: str = "https://payfac.test", *, refund_unit: str | None = "minor", keyed: bool = True
) -> PayfacConnection:
    return PayfacConnection(
        account="payfac",
        label="PayFac",
        live=False,
        currencies=("EUR", "USD", "JPY", "KWD", "CLP"),
        base_url=base_url,
        token_url=f"{base_url}/connect/token",
        client_id="ack_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        client_secret=Secret(KEY),
        api_key=Secret(KEY) if keyed else None,
        site_identifier="S2155373459",
        signing_secret=Secret("ab7b539ea1317cca67c63c552"),
        refund_unit="minor" if refund_unit == "minor" else "major" if refund_unit else None,
    )


def flowlix(base_url: str = "https://flowlix.test") -> FlowlixConnection:
    return FlowlixConnection(
        account="flowlix",
        label="Flowlix",
        live=False,
        currencies=("EUR",),
        base_url=base_url,
        api_key=Secret(KEY),
        return_url="https://shop.test/back",
    )


def flowlix_classic(base_url: str = "https://flowlix.test") -> FlowlixClassicConnection:
    return FlowlixClassicConnection(
        account="classic",
        label="Flowlix Classic",
        live=False,
        currencies=("EUR", "USD"),
        base_url=base_url,
        api_key=Secret(KEY),
        return_url="https://shop.test/back",
    )


def request(base_url: str, *, method: str = "POST", body: bytes | None = None) -> Request:
    return Request(
        peer="Training",
        method=method,
        base_url=base_url,
        path="/payments",
        template="/payments",
        authorization=Secret(f"Bearer {KEY}"),
        body=body if body is not None else f'{{"number":"{NUMBER}","cvv":"{CODE}"}}'.encode(),
        reference="T1-1043-1-K7QX",
    )
