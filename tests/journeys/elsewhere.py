"""What happens at the gateway without this program: another till, the gateway's own site."""

from __future__ import annotations

import itertools

from posapp.gateways.port import Charge, Gateway, Refund
from posapp.model.card import Card, Digits, Expiry
from posapp.model.money import Money
from posapp.model.payment import Payment
from posapp.ui.main_window import MainWindow
from tests.journeys.places import SUCCESS
from tests.journeys.till import Till

_numbers = itertools.count(1)


async def charge_elsewhere(till: Till, account: str, minor: int) -> Payment:
    """Somebody takes a card over the same account.

    Args:
        account: its id in the settings.
    """
    gateway = _gateway(till, account)
    reference = f"SITE-{next(_numbers)}"
    card = Card(
        number=Digits(SUCCESS.encode()), expiry=Expiry(12, 2040), code=Digits(b"123"),
        name="B. Lindqvist",
    )  # fmt: skip
    charge = Charge(amount=Money(minor, "EUR"), reference=reference, key=reference)
    return await gateway.send_charge(gateway.prepare_charge(charge, card))


async def refund_elsewhere(till: Till, account: str, payment_id: str, minor: int) -> None:
    """Somebody gives money back on the gateway's own site."""
    gateway = _gateway(till, account)
    payment = await gateway.read(payment_id)
    key = f"site-{next(_numbers)}"
    asked = Refund(payment, Money(minor, "EUR"), reason="requested", key=key, reference=key)
    await gateway.send_refund(gateway.prepare_refund(asked))


def _gateway(till: Till, account: str) -> Gateway:
    window = till.window
    assert isinstance(window, MainWindow)
    assert window.desk is not None
    return window.desk.accounts.gateway(account)
