"""What PayFac says about a payment session."""

from __future__ import annotations

from dataclasses import dataclass

from posapp.gateways.moments import from_iso
from posapp.gateways.outside_text import is_id, plain, web_address
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.minor_units import from_wire
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment_session import PaymentSession
from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Submitted:
    """The payment that was made, and where the customer has to go on, or an empty text."""

    payment_id: str
    url: str


def session_from(document: object, *, account: str, request_id: str) -> PaymentSession:
    """The session in an answer.

    Raises:
        Unreadable: there is none, or its amount makes no sense.
    """
    said = wire.read(wire.SessionAnswer, document)
    if not is_id(said.id):
        raise Unreadable
    amount = None
    if said.amount is not None and said.currency is not None:
        amount = from_wire(said.amount, said.currency.upper())
    return PaymentSession(
        account=account,
        id=said.id,
        amount=amount,
        reference=plain(said.reference, 80),
        payment_id=said.payment_id if said.payment_id and is_id(said.payment_id) else "",
        status_said=plain(said.status, 40),
        expires_at=from_iso(said.expires_on) if said.expires_on else None,
        token=_secret(said.payment_session_token),
        secret=_secret(said.payment_session_secret),
        request_id=request_id,
    )


def submitted(document: object) -> Submitted:
    """The payment in the answer to a submission. What became of it is read from the payment.

    Raises:
        Unreadable: the answer names no payment.
    """
    said = wire.read(wire.SubmissionAnswer, document)
    if not is_id(said.id):
        raise Unreadable
    return Submitted(said.id, web_address(said.action.url) if said.action else "")


def _secret(text: str | None) -> Secret | None:
    return Secret(text) if text else None
