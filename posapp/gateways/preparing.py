"""Requests that are built but not sent, and the refusal of those that break a limit."""

from __future__ import annotations

import hashlib
from typing import Protocol

from posapp.gateways.abilities import Again, PayoutRequest
from posapp.gateways.json_body import Built
from posapp.gateways.port import Charge, Prepared, Refund, Rejected
from posapp.model.money import Money

Problem = tuple[str, str]
"""A field of ours and a sentence about it."""


def reject_if(problem: Problem | None) -> None:
    """Raise Rejected when there is a problem."""
    if problem:
        raise Rejected(problem[1], fields=dict((problem,)))


def prepared_charge(charge: Charge, built: Built, *, path: str) -> Prepared:
    """A charge whose body holds the card: it is wiped after sending and never journalled."""
    return _prepared("charge", charge, built, path=path, keeps=False)


def prepared_page(charge: Charge, built: Built, *, path: str) -> Prepared:
    """A page on which the customer types the card: the body holds none."""
    return _prepared("page", charge, built, path=path, keeps=True)


def prepared_context(charge: Charge, built: Built, *, path: str) -> Prepared:
    """A charge of what the customer agreed to elsewhere: the body holds no card."""
    return _prepared("charge", charge, built, path=path, keeps=True)


def prepared_payout(asked: PayoutRequest, built: Built, *, path: str, keeps: bool) -> Prepared:
    """Money to send out; with a card or account number in it, it is wiped after sending."""
    made = prepared_action("payout", asked, built, path=path, amount=asked.amount)
    made.keeps = keeps
    return made


def prepared_refund(refund: Refund, built: Built, *, path: str) -> Prepared:
    """A refund: no card is needed for one."""
    return prepared_action("refund", refund, built, path=path, amount=refund.amount)


def prepared_action(
    operation: str, asked: Keyed, built: Built, *, path: str, amount: Money
) -> Prepared:
    """Something asked of a payment that is there already: no card is needed for it.

    Args:
        amount: what it is about; what is reserved where it is about all of it.
    """
    return Prepared(
        operation=operation,
        path=path,
        body=built.body,
        key=asked.key,
        fingerprint=built.fingerprint,
        keeps=True,
        reference=asked.reference,
        amount=amount,
    )


def prepared_again(asked: Again, *, path: str) -> Prepared:
    """The same bytes as before; their fingerprint tells whether they are."""
    return Prepared(
        operation=asked.kind,
        path=path,
        body=bytearray(asked.body),
        key=asked.key,
        fingerprint=hashlib.sha256(asked.body).hexdigest(),
        keeps=True,
        reference=asked.reference,
        amount=asked.amount,
    )


def prepared_form(
    operation: str, built: Built, *, path: str, reference: str, amount: Money
) -> Prepared:
    """A request around the gateway's own form: it takes no key and is never journalled."""
    return Prepared(
        operation=operation,
        path=path,
        body=built.body,
        key="",
        fingerprint=built.fingerprint,
        keeps=False,
        reference=reference,
        amount=amount,
    )


class Keyed(Protocol):
    """The part of a request that says which one it is."""

    @property
    def key(self) -> str: ...
    @property
    def reference(self) -> str: ...


def _prepared(operation: str, charge: Charge, built: Built, *, path: str, keeps: bool) -> Prepared:
    made = prepared_action(operation, charge, built, path=path, amount=charge.amount)
    made.keeps = keeps
    return made
