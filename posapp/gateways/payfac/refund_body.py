"""The signed body of a PayFac refund, and when there cannot be one."""

from __future__ import annotations

from datetime import datetime

from posapp.gateways import json_body
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.minor_units import amount_problem, refund_characters
from posapp.gateways.payfac.signed_body import signed_body, signing_problem
from posapp.gateways.port import Refund
from posapp.model.money import Money
from posapp.model.payment import Payment
from posapp.model.payment import refund_problem as general_problem


def refund_problem(connection: PayfacConnection, payment: Payment, amount: Money) -> str | None:
    """Why this amount cannot be given back, as a sentence, or None."""
    if problem := general_problem(payment, amount):
        return problem
    if problem := signing_problem(connection, what="refund"):
        return problem
    if not _is_whole(payment, amount) and connection.refund_unit is None:
        return (
            f"{connection.label} can only give back the whole payment until the settings say in "
            "which unit it reads refund amounts."
        )
    return amount_problem(amount)


def refund_body(connection: PayfacConnection, refund: Refund, *, now: datetime) -> json_body.Built:
    """The body; the amount is left out when all is given back, so that no unit can be mistaken.

    Raises:
        ValueError: there is a ``refund_problem``.
    """
    unit = connection.refund_unit
    if refund_problem(connection, refund.payment, refund.amount):
        raise ValueError("This refund cannot be built.")
    more: dict[str, str | json_body.Literal] = {}
    if not refund.full and unit is not None:
        characters = refund_characters(refund.amount, unit)
        more["refund_amount"] = json_body.Literal(characters)
        more["refund_currency"] = refund.amount.currency
    return signed_body(connection, refund.payment.id, more, now=now)


def _is_whole(payment: Payment, amount: Money) -> bool:
    return amount.minor == payment.captured == payment.refundable
