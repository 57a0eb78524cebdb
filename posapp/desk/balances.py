"""A payment as the gateway shows it now: nothing is asked of one on old balances."""

from __future__ import annotations

from posapp.desk.errors import Refused
from posapp.desk.till import Till
from posapp.gateways.port import Gateway, GatewayError
from posapp.model.payment import Payment


async def fresh_payment(till: Till, gateway: Gateway, known: Payment, *, nothing: str) -> Payment:
    """Read the payment and keep what is shown.

    Args:
        nothing: what is true when it cannot be read, such as "Nothing was refunded".

    Raises:
        Refused: it cannot be read.
    """
    try:
        payment = await gateway.read(known.id)
    except GatewayError as problem:
        raise Refused(f"{problem} {nothing}; try again when the gateway answers.") from problem
    await till.ledger.payments.store(payment)
    return payment
