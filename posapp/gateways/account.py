"""What every gateway account is and does in the same way, whatever API stands behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from posapp.gateways.answers import (
    Explained,
    action_refused,
    charge_refused,
    outcome_of,
    read_refused,
)
from posapp.gateways.call import Answer
from posapp.gateways.outside_text import is_id
from posapp.gateways.port import Charge, NotFound, Refund, Rejected
from posapp.gateways.preparing import Problem
from posapp.model.money import Money
from posapp.model.payment import Payment

Thing = TypeVar("Thing")


class Identity(Protocol):
    """The part of a connection that says which account it is."""

    @property
    def account(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def live(self) -> bool: ...
    @property
    def currencies(self) -> tuple[str, ...]: ...


class Account(ABC):
    """The shared part of an adapter that fulfils ``posapp.gateways.port.Gateway``.

    Args:
        api: what the API itself is called in sentences.
        explain: what the body of a refusal says in this API.
    """

    def __init__(
        self, identity: Identity, *, api: str, explain: Callable[[Answer], Explained]
    ) -> None:
        self._identity = identity
        self._api = api
        self._explain = explain

    @property
    def account(self) -> str:
        return self._identity.account

    @property
    def label(self) -> str:
        return self._identity.label

    @property
    def live(self) -> bool:
        return self._identity.live

    @property
    def currencies(self) -> Sequence[str]:
        return self._identity.currencies

    def charge_problem(self, charge: Charge) -> str | None:
        problem = self._broken_limit(charge)
        return problem[1] if problem else None

    @abstractmethod
    def refund_problem(self, payment: Payment, amount: Money) -> str | None: ...

    async def close(self) -> None:  # noqa: B027 (complete as it is, not a hook)
        """Nothing to close: connections belong to the shared transport."""

    @abstractmethod
    def _broken_limit(self, charge: Charge) -> Problem | None:
        """The first limit that this charge breaks whatever the card."""

    def _check_refund(self, refund: Refund) -> None:
        """Raise Rejected when this account cannot give back this amount of this payment."""
        problem = self.refund_problem(refund.payment, refund.amount) or self._id_problem(
            refund.payment
        )
        if problem:
            raise Rejected(problem, fields={"amount": problem})

    def _id_problem(self, payment: Payment) -> str | None:
        """Why this payment's id cannot become part of a path, as a sentence, or None."""
        if is_id(payment.id):
            return None
        return f"This payment has an id that {self._api} does not give."

    def _check_id(self, payment_id: str) -> None:
        """Raise NotFound for what no payment is called, before it becomes part of a path."""
        if not is_id(payment_id):
            raise NotFound(f"{self.label} has no payment with such an id.")

    async def _charged(self, answer: Answer, understand: Callable[[object], Thing]) -> Thing:
        """What a charge, or a request for a page, was answered.

        Args:
            understand: reads the document; raises Unreadable when it proves nothing.

        Raises:
            GatewayError: a definite refusal, or OutcomeUnknown.
        """
        if not answer.accepted:
            raise charge_refused(answer, self._explain(answer), self.label)
        return await outcome_of(answer, understand, self.label)

    async def _acted(
        self, answer: Answer, understand: Callable[[object], Thing], *, nothing: str
    ) -> Thing:
        """What anything else that moves money was answered; as ``_charged``.

        Args:
            nothing: the sentence that is true when it was definitely refused.
        """
        if not answer.accepted:
            raise action_refused(answer, self._explain(answer), self.label, nothing=nothing)
        return await outcome_of(answer, understand, self.label)

    async def _refunded(self, answer: Answer, understand: Callable[[object], Thing]) -> Thing:
        """What a refund was answered; as ``_charged``."""
        return await self._acted(answer, understand, nothing="Nothing was refunded.")

    def _check_read(self, answer: Answer, *, by_id: bool) -> None:
        """Raise what a refused read means; ``by_id``: one payment was asked for."""
        if not answer.accepted:
            raise read_refused(answer, self._explain(answer), self.label, by_id=by_id)

    def _check_passed(self) -> str:
        """The sentence for an account whose address and key have just been proved."""
        mode = "real payments" if self.live else "training"
        return f"{self.label} answered; address and key are good. It is set up for {mode}."
