"""What every payment API can do for us, and the one family of errors it may raise.

What only some can do stands in ``posapp.gateways.abilities``. A decline is a result (a ``Payment``
with status DECLINED), never an error. An error is raised by the adapter that met it; nothing above
this package sees an HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import Payment, RefundRecord


class GatewayError(Exception):
    """Base of all. ``str()`` is a sentence for people; ``said`` the gateway's own words or codes.

    ``request_id`` is the gateway's id of the call, empty where it gave none.
    """

    def __init__(self, sentence: str, *, said: str = "", request_id: str = "") -> None:
        super().__init__(sentence)
        self.said = said
        self.request_id = request_id


class NotSent(GatewayError):
    """Proved: no byte of the request left. ``may_retry`` is False for certificate trouble."""

    def __init__(self, sentence: str, *, may_retry: bool = True) -> None:
        super().__init__(sentence)
        self.may_retry = may_retry


class OutcomeUnknown(GatewayError):
    """The request may have been carried out. The only honest next step is a look-up."""


class Rejected(GatewayError):
    """A definite refusal of the request itself. ``fields`` maps our field names to sentences."""

    def __init__(
        self,
        sentence: str,
        *,
        fields: Mapping[str, str] | None = None,
        said: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(sentence, said=said, request_id=request_id)
        self.fields = dict(fields or {})


class NotAllowed(GatewayError):
    """The gateway will not do this in the payment's present state, or the key lacks the right."""


class NotFound(GatewayError):
    """The gateway knows no such payment."""


class Unauthorised(GatewayError):
    """The key or token is not accepted."""


class RateLimited(GatewayError):
    """Too many requests. ``retry_after`` in seconds, None where the gateway did not say."""

    def __init__(
        self, sentence: str, *, retry_after: float | None = None, request_id: str = ""
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.retry_after = retry_after


class GatewayDown(GatewayError):
    """A read failed: the gateway did not answer, or not usefully. Never raised by a money call."""


class DeadEnd(GatewayDown):
    """A read that leads nowhere however often it is asked for: it was refused as such, or its
    pages go in circles."""


class NotGenuine(GatewayError):
    """A notice that reached us does not prove that it comes from the gateway, and now."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge to ask for. ``reference`` is unique to the attempt, at most 30 characters.

    An ``amount`` of zero only verifies the card. Without ``capture`` the amount is reserved and
    captured later by hand, or by itself at ``capture_at``; ``estimated`` reserves an amount that
    may still grow. Not every API can do the last four: ``charge_problem`` says so.
    """

    amount: Money
    reference: str
    key: str
    description: str = ""
    customer: Customer = field(default_factory=Customer)
    capture: bool = True
    capture_at: datetime | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund to ask for. ``amount`` in the payment's currency; ``full`` when it is all."""

    payment: Payment
    amount: Money
    reason: str
    key: str
    reference: str

    @property
    def full(self) -> bool:
        """Whether this gives back the whole of a payment that was never refunded."""
        return self.amount.minor == self.payment.captured == self.payment.refundable


@dataclass(slots=True)
class Prepared:
    """A request that is built but not sent.

    ``body`` are the exact bytes; for a charge they hold the card and are wiped after sending.
    ``fingerprint`` is the hex SHA-256 of the body with card number and code left out.
    ``keeps`` tells whether the body is free of card data and may be journalled for a repeat.
    """

    operation: str
    path: str
    body: bytearray
    key: str
    fingerprint: str
    keeps: bool
    reference: str
    amount: Money

    def __repr__(self) -> str:
        return f"Prepared({self.operation} {self.reference})"

    def wipe(self) -> None:
        if not self.keeps:
            self.body[:] = bytes(len(self.body))
            self.body.clear()


class Gateway(Protocol):
    """One gateway account, ready to be used.

    Money calls (``send_charge``, ``send_refund``) send exactly once. They raise ``NotSent`` when
    no byte left, a definite error (``Rejected``, ``NotAllowed``, ``NotFound``, ``Unauthorised``,
    ``RateLimited`` proved to come before execution is *not* among them) for a definite refusal,
    and ``OutcomeUnknown`` for everything else.
    Reads may raise ``GatewayDown``, ``Unauthorised``, ``NotFound``, ``RateLimited``, ``NotSent``.
    """

    @property
    def account(self) -> str:
        """Id of the gateway account."""

    @property
    def label(self) -> str:
        """What people call this account."""

    @property
    def live(self) -> bool:
        """Whether this account moves real money."""

    @property
    def currencies(self) -> Sequence[str]:
        """Currencies this account takes, the preferred one first."""

    def charge_problem(self, charge: Charge) -> str | None:
        """Why this charge breaks a limit of this gateway, naming field and limit, or None."""

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        """Why this gateway cannot give back this amount, as a sentence, or None."""

    def prepare_charge(self, charge: Charge, card: Card) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_charge(self, prepared: Prepared) -> Payment:
        """Send it once and say what the gateway answered. Wipes ``prepared``."""

    def prepare_refund(self, refund: Refund) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        """Send it once; PENDING until the gateway shows otherwise."""

    async def read(self, payment_id: str) -> Payment:
        """The payment with its balances and refunds, as of now."""

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        """Every payment with this reference, created at or after ``since``; all pages read.

        An empty answer means: completely searched, and not there.
        """

    async def check(self) -> str:
        """One harmless call that proves address and key; a sentence on what was found."""

    async def close(self) -> None:
        """Close connections. Money calls under way must have ended."""
