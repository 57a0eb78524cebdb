"""Requests to send money out, to a card, to a bank and to what PayFac keeps."""

from __future__ import annotations

from dataclasses import replace

from posapp.gateways.abilities import PayoutRequest
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payout import AccountHolder, BankAccount, HolderKind, SavedInstrument
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.sandbox.payouts import IBAN, PAID_CARD, STORED

SOURCE = "ca_y3oqhf46pyzuxjbcn2giaqnb44"
CHANNEL = "pc_hpswyyx23geezflc2ocz3exn4y"
ADA = AccountHolder(HolderKind.INDIVIDUAL, first_name="Ada", last_name="Muster")
FIRM = AccountHolder(HolderKind.CORPORATE, company_name="Muster Shop")
AMOUNT = Money(1500, "EUR")


def to_card(number: str = PAID_CARD) -> PayoutRequest:
    """A request of its own each time: the card in it is wiped."""
    return PayoutRequest(
        amount=AMOUNT,
        destination=samples.card(number, code=""),
        reference="PO-1",
        key=f"payout-{number}",
        holder=ADA,
        purpose="pension",
    )


def to_bank(**changes: object) -> PayoutRequest:
    asked = PayoutRequest(
        amount=AMOUNT,
        destination=BankAccount(country="GB", iban=Secret(IBAN), kind="current"),
        reference="PO-2",
        key="payout-bank",
        holder=FIRM,
        statement="Withdrawal",
        scheme="local",
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


SAVED = PayoutRequest(
    amount=AMOUNT,
    destination=SavedInstrument(STORED),
    reference="PO-3",
    key="payout-saved",
    statement="Withdrawal",
)


def account_at(transport: Transport, url: str = "https://payfac.test") -> PayfacGateway:
    connection = replace(samples.payfac(url), payout_source=SOURCE, processing_channel_id=CHANNEL)
    return PayfacGateway(connection, transport, clock=samples.clock)
