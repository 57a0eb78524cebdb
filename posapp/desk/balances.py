"""A payment as the gateway shows it now: nothing is asked of one on old balances."""

from __future__ import annotations

from posapp.desk.errors import Refused
from posapp.desk.till import Till
from posapp.gateways.port import Gateway, GatewayError
from posapp.model.attempt import Attempt
from posapp.model.payment import Payment, echo_problem


async def fresh_payment(
    till: Till, gateway: Gateway, known: Payment, *, of: Attempt, nothing: str
) -> Payment:
    """Read the payment and keep what is shown.

    Args:
        of: our attempt under whose reference the gateway shows it.
        nothing: what is true when it cannot be read, such as "Nothing was refunded".

    Raises:
        Refused: it cannot be read, or what was read is about another payment.
    """
    try:
        payment = await gateway.read(known.id)
    except GatewayError as silent:
        raise Refused(f"{silent} {nothing}; try again when the gateway answers.") from silent
    amount = of.intent.amount if known.id == of.payment_id else known.amount
    problem = echo_problem(payment, reference=of.intent.reference, amount=amount, live=gateway.live)
    if problem:
        await till.distrust(of, problem)
        raise Refused(
            f"{problem} {nothing}, and the account is paused until a supervisor has looked."
        )
    await till.ledger.payments.store(payment)
    return payment
