"""What only some payment APIs can do; each ability has a small protocol of its own.

An account has an ability when it fulfils the protocol (``isinstance``). The money rules are those
of ``posapp.gateways.port.Gateway``: prepare sends nothing, send sends once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from posapp.gateways.port import Charge, Prepared
from posapp.model.money import Money
from posapp.model.payment import ActionRecord, Payment


@dataclass(frozen=True, slots=True)
class Capture:
    """Take what was reserved, or a part; ``final`` releases what is then left."""

    payment: Payment
    amount: Money
    key: str
    reference: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Void:
    """Release all that is reserved and not captured."""

    payment: Payment
    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Increment:
    """Let a reservation grow by ``amount``; zero only makes it last longer."""

    payment: Payment
    amount: Money
    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """Give everything back, whichever way is right; ``who`` is the person who asks for it."""

    payment: Payment
    key: str
    reference: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class RetryCancellation:
    """Call off the automatic further tries of a declined payment."""

    payment: Payment
    key: str
    reference: str


ActionRequest = Capture | Void | Increment | Reversal | RetryCancellation


@runtime_checkable
class PaymentActions(Protocol):
    """A gateway whose payments can be captured, voided, increased, reversed after the charge."""

    def action_problem(self, asked: ActionRequest) -> str | None:
        """Why this cannot be asked of this payment, as a sentence, or None."""

    def prepare_action(self, asked: ActionRequest) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_action(self, prepared: Prepared) -> ActionRecord:
        """Send it once; raises as ``Gateway.send_refund``.

        What the gateway only accepts is PENDING until ``Payment.state_of`` the id of the record
        says otherwise. An increment is DONE or FAILED at once. A reversal of what was already
        given back is DONE and may have no id.
        """


@runtime_checkable
class PaymentPages(Protocol):
    """A gateway that can make a page on which the customer pays without reading out a card."""

    def prepare_page(self, charge: Charge) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_page(self, prepared: Prepared) -> Payment:
        """Send it once; the payment has status ACTION_NEEDED and ``action_url``."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some payments, newest first; ``next_page`` leads on and is empty at the end.

    ``unreadable`` counts entries that are no payment this program can read.
    """

    payments: tuple[Payment, ...]
    next_page: str = ""
    unreadable: int = 0


@runtime_checkable
class History(Protocol):
    """A gateway that can show all its payments of a span of time."""

    async def history(self, *, since: datetime, until: datetime, page: str = "") -> HistoryPage:
        """One page of the payments created from ``since`` to before ``until``.

        Args:
            page: ``next_page`` of the page before; empty for the first.

        Raises as ``Gateway.read``; the same page can then be asked for again.
        """
