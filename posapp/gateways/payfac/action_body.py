"""What PayFac is sent to capture, void, increase or reverse a payment, and when it is not."""

from __future__ import annotations

from datetime import datetime

from posapp.gateways import json_body
from posapp.gateways.abilities import (
    ActionRequest,
    Capture,
    Increment,
    RetryCancellation,
    Reversal,
    Void,
)
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.minor_units import amount_problem, to_wire
from posapp.gateways.payfac.signed_body import signed_body, signing_problem
from posapp.gateways.preparing import Problem
from posapp.model.allowed import (
    capture_problem,
    increment_problem,
    retry_cancellation_problem,
    reversal_problem,
    void_problem,
)
from posapp.model.money import Money
from posapp.model.payment import ActionKind, Payment

_LONGEST_REFERENCE = 80
_LONGEST_AMEX_REFERENCE = 30
_LONGEST_AGENT = 100  # the contract names no limit

KINDS: dict[type[ActionRequest], tuple[ActionKind, str]] = {
    Capture: (ActionKind.CAPTURE, "captures"),
    Void: (ActionKind.VOID, "voids"),
    Increment: (ActionKind.INCREMENT, "authorizations"),
    Reversal: (ActionKind.REVERSAL, "reversals"),
    RetryCancellation: (ActionKind.RETRY_CANCELLATION, "cancellations"),
}
"""What each request is called and the last part of its path."""

LAST: dict[ActionKind, str] = dict(KINDS.values())


def action_problem(connection: PayfacConnection, asked: ActionRequest) -> Problem | None:
    """The first reason why this cannot be asked of this payment."""
    payment = asked.payment
    problem = _not_allowed(payment, asked) or amount_problem(amount_of(asked))
    if problem:
        return "amount", problem
    if isinstance(asked, Reversal):
        if problem := signing_problem(connection, what="reverse a payment"):
            return "signing_secret", problem
        if len(asked.who) > _LONGEST_AGENT:
            return "who", f"The name of who asks has more than {_LONGEST_AGENT} characters."
        return None
    amex = payment.card is not None and payment.card.brand == "Amex"
    longest = _LONGEST_AMEX_REFERENCE if amex else _LONGEST_REFERENCE
    if len(asked.reference) > longest:
        return "reference", f"The reference has more than {longest} characters. Shorten it."
    return None


def amount_of(asked: ActionRequest) -> Money:
    """What is asked for; for what takes no amount, all that it is about."""
    if isinstance(asked, Capture | Increment):
        return asked.amount
    payment = asked.payment
    if isinstance(asked, Void):
        return payment.left_to_capture()
    if isinstance(asked, Reversal):
        left = payment.left_to_capture().minor + payment.left_to_refund().minor
        return Money(left, payment.amount.currency)
    return payment.amount


def action_body(
    connection: PayfacConnection, asked: ActionRequest, *, now: datetime
) -> json_body.Built:
    """The body of a request without an ``action_problem``.

    A void names no amount: where a gateway overlooks it, everything would be voided. A capture
    always does, and says whether more is to come.
    """
    if isinstance(asked, Reversal):
        more = {"void_if_not_settled": "true"}
        if asked.who:
            more["agent_identifier"] = asked.who
        return signed_body(connection, asked.payment.id, more, now=now)
    document: dict[str, object] = {"reference": asked.reference}
    if isinstance(asked, Capture | Increment):
        document["amount"] = to_wire(asked.amount)
    if isinstance(asked, Capture):
        document["capture_type"] = "Final" if asked.final else "NonFinal"
    return json_body.build(document)


def _not_allowed(payment: Payment, asked: ActionRequest) -> str | None:
    match asked:
        case Capture():
            return capture_problem(payment, asked.amount)
        case Increment():
            return increment_problem(payment, asked.amount)
        case Void():
            return void_problem(payment)
        case Reversal():
            return reversal_problem(payment)
        case RetryCancellation():
            return retry_cancellation_problem(payment)
