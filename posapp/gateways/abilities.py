"""What only some payment APIs can do; each ability has a small protocol of its own.

An account has an ability when it fulfils the protocol (``isinstance``). The money rules are those
of ``posapp.gateways.port.Gateway``: prepare sends nothing, send sends once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from posapp.gateways.port import Charge, Prepared
from posapp.model.money import Money
from posapp.model.payment import ActionKind, ActionRecord, Payment, PaymentStatus
from posapp.model.payment_session import PaymentSession, SessionRequest, Submission
from posapp.model.payout import AccountHolder, Destination, Payout


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


@dataclass(frozen=True, slots=True)
class Again:
    """A request that was sent before: the very same bytes, under the same key and reference."""

    kind: ActionKind
    payment_id: str
    body: bytes
    key: str
    reference: str
    amount: Money


@runtime_checkable
class PaymentActions(Protocol):
    """A gateway whose payments can be captured, voided, increased, reversed after the charge."""

    def action_problem(self, asked: ActionRequest) -> str | None:
        """Why this cannot be asked of this payment, as a sentence, or None."""

    def prepare_action(self, asked: ActionRequest) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    def prepare_again(self, asked: Again) -> Prepared:
        """The same request once more, for one that is proved not to have arrived."""

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

    ``payouts`` are what was sent out and stood among them; ``unreadable`` counts entries that
    are nothing this program can read. Where the payments are not ``whole``, their refunds and
    history are missing: only ``Gateway.read`` tells those.
    """

    payments: tuple[Payment, ...]
    next_page: str = ""
    unreadable: int = 0
    payouts: tuple[Payout, ...] = ()
    whole: bool = True


@runtime_checkable
class History(Protocol):
    """A gateway that can show all its payments of a span of time."""

    async def history(self, *, since: datetime, until: datetime, page: str = "") -> HistoryPage:
        """One page of the payments created from ``since`` to before ``until``.

        Args:
            page: ``next_page`` of the page before; empty for the first.

        Raises as ``Gateway.read``; the same page can then be asked for again.
        """


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What a payment must match, all of it; what is empty or None asks for nothing."""

    payment_id: str = ""
    reference: str = ""
    last4: str = ""
    email: str = ""
    amount: Money | None = None
    status: PaymentStatus | None = None


@runtime_checkable
class PaymentSearch(Protocol):
    """A gateway that finds payments by more than their reference. It may lag behind a little."""

    def search_problem(self, terms: SearchTerms) -> str | None:
        """Why this cannot be searched for, as a sentence, or None."""

    async def search(
        self, terms: SearchTerms, *, since: datetime, until: datetime, page: str = ""
    ) -> HistoryPage:
        """One page of what matches; ``since``, ``until``, ``page`` and errors as ``history``.

        Raises:
            Rejected: there is a ``search_problem``.
        """


@runtime_checkable
class PaymentSessions(Protocol):
    """A gateway whose own form, shown to the customer, takes the card for a payment session."""

    def prepare_session(self, asked: SessionRequest) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_session(self, prepared: Prepared) -> PaymentSession:
        """Open the session; only this answer holds its token and secret. Moves no money.

        Raises as ``Gateway.send_charge``; a session of which nothing is known is just left alone.
        """

    def prepare_submission(self, asked: Submission) -> Prepared:
        """Build the payment of a session; sends nothing. Raises Rejected at a broken limit."""

    async def send_submission(self, prepared: Prepared) -> Payment:
        """Send it once; raises as ``Gateway.send_charge``. Wipes ``prepared``.

        The API knows no idempotency key here: what had no answer is found by ``read_session``
        or by its reference.
        """

    async def read_session(self, session_id: str) -> PaymentSession:
        """The session as of now, without token and secret; raises as ``Gateway.read``."""


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """Money to send out. ``holder`` owns the card or account, ``sender`` is who pays where that
    is not the shop; ``statement`` is what the payee's bank shows, which a bank account needs.

    For banks, ``scheme`` is swift, local, instant or empty; ``charge_bearer`` says who pays them:
    OUR, SHA (shared) or empty; ``quote_id`` holds an exchange rate that was agreed before. For
    cards, ``transfer_type`` is the card network's code for this kind of transfer.
    """

    amount: Money
    destination: Destination
    reference: str
    key: str
    holder: AccountHolder | None = None
    sender: AccountHolder | None = None
    purpose: str = ""
    statement: str = ""
    scheme: str = ""
    charge_bearer: str = ""
    quote_id: str = ""
    transfer_type: str = ""


@runtime_checkable
class Payouts(Protocol):
    """A gateway that sends money out, to cards or to bank accounts."""

    def payout_problem(self, asked: PayoutRequest) -> str | None:
        """Why this cannot be paid out, naming field and limit, or None."""

    def prepare_payout(self, asked: PayoutRequest) -> Prepared:
        """Build the request; sends nothing. Raises Rejected when a limit is broken."""

    async def send_payout(self, prepared: Prepared) -> Payout:
        """Send it once; raises as ``Gateway.send_charge``. Accepted is PENDING, never paid."""

    async def read_payout(self, payout_id: str) -> Payout:
        """The payout with its history, as of now; raises as ``Gateway.read``."""

    async def find_payouts(self, reference: str) -> Sequence[Payout]:
        """Every payout with this reference, without history; all pages read."""


@runtime_checkable
class PaymentContexts(Protocol):
    """A gateway that charges what the customer agreed to elsewhere, such as at PayPal."""

    def prepare_context_charge(self, charge: Charge, context_id: str) -> Prepared:
        """Build the request for ``Gateway.send_charge``; sends nothing, and holds no card.

        Raises:
            Rejected: a limit is broken.
        """
