"""A payment session: a payment that the customer makes in the gateway's own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.secret import Secret


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a session is opened for; an ``amount`` of zero only verifies a card.

    ``country`` is that of the bill, two letters. The two addresses are where the customer goes
    after a payment that led through another page. ``metadata`` are notes that stay with it.
    """

    amount: Money
    reference: str
    country: str
    success_url: str
    failure_url: str
    description: str = ""
    customer: Customer = field(default_factory=Customer)
    capture: bool = True
    expires_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentSession:
    """A session as the gateway describes it.

    ``token`` and ``secret`` open the form; they are told once, when the session is made, and must
    never be stored. ``payment_id`` is empty until a payment was made.
    """

    account: str
    id: str
    amount: Money | None = None
    reference: str = ""
    payment_id: str = ""
    status_said: str = ""
    expires_at: datetime | None = None
    token: Secret | None = None
    secret: Secret | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """The payment of a session. ``data`` is what the form handed over; it is never stored."""

    session_id: str
    data: Secret
    amount: Money
    reference: str
    ip_address: str = ""
