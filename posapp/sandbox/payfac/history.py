"""Payments and payouts together, as the list by reference and the search go through them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from posapp.sandbox.payfac import payout_views, payouts, settling, views
from posapp.sandbox.payfac.query import Facts
from posapp.sandbox.records import PayfacPayment, PayfacPayout
from posapp.sandbox.world import World

Record = PayfacPayment | PayfacPayout


class History:
    """Everything that was requested, the newest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._base = world.base("payfac")

    def newest_first(self, now: float) -> Iterator[Record]:
        """What the lists know at ``now``; they may lag behind the details."""
        store = self._world.store
        payments: Iterator[Record] = store.payfac.newest_first()
        sent: Iterator[Record] = store.payfac_payouts.newest_first()
        seen_by = now - self._world.settings.list_lag_seconds
        for record in heapq.merge(payments, sent, key=_requested_on, reverse=True):
            if record.requested_on <= seen_by:
                yield record

    def settle(self, record: Record, now: float) -> None:
        store = self._world.store
        if isinstance(record, PayfacPayout):
            payouts.settle(store.payfac_payouts, record, now)
        else:
            settling.settle(store.payfac, record, now)

    def details(self, record: Record) -> dict[str, Any]:
        if isinstance(record, PayfacPayout):
            return payout_views.details(record, self._base, self._shape())
        return views.details(record, self._base)

    def found(self, record: Record) -> dict[str, Any]:
        """As a search shows it."""
        if isinstance(record, PayfacPayout):
            return payout_views.found(record, self._shape())
        return views.details(record, self._base)

    def facts(self, record: Record) -> Facts:
        if isinstance(record, PayfacPayout):
            return _facts_of_payout(record, payout_views.status(record, self._shape()))
        return _facts_of_payment(record)

    def _shape(self) -> payout_views.Shape:
        return self._world.settings.payfac_payout_shape


def _requested_on(record: Record) -> float:
    return record.requested_on


def _facts_of_payment(payment: PayfacPayment) -> Facts:
    customer = payment.customer or {}
    arns = [action.processing.get("acquirer_reference_number") for action in payment.actions]
    return Facts(
        amount=payment.amount,
        metadata=payment.metadata,
        texts={
            "id": [payment.id],
            "reference": [payment.reference],
            "bin": [payment.card and payment.card.first6],
            "last4": [payment.card and payment.card.last4],
            "email": [customer.get("email")],
            "customer_name": [customer.get("name")],
            "arn": [*arns],
            "amount": [str(payment.amount)],
        },
        words={
            "status": settling.status(payment),
            "currency": payment.currency,
            "payment_type": payment.payment_type,
            "payment_method": payment.partner or "card",
            "scheme": payment.brand,
            "issuing_country": "GB" if payment.card else "",
        },
    )


def _facts_of_payout(payout: PayfacPayout, status: str) -> Facts:
    told = payout.destination
    return Facts(
        amount=payout.amount,
        metadata=payout.metadata,
        texts={
            "id": [payout.id],
            "reference": [payout.reference],
            "bin": [told.get("bin")],
            "last4": [told.get("last4")],
            "amount": [str(payout.amount)],
        },
        words={
            "status": status,
            "currency": payout.currency,
            "payment_method": str(told["type"]),
            "scheme": str(told.get("scheme", "")),
        },
    )
