"""Attempts of every kind in every state, as the rules want them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from posapp.model.attempt import Attempt, Intent, Kind, State, Verdict
from posapp.model.money import Money

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def intent(kind: Kind, **changes: Any) -> Intent:
    plain = Intent(
        kind=kind,
        account="main",
        amount=Money(0 if kind is Kind.VERIFY else 1290, "EUR"),
        reference="T1-1-1-K7QX",
        key="key-1",
        fingerprint="ab" * 32,
        who="Ada",
        till="T1",
        order_id="order-1" if kind.pays_order else "",
        payment_id="pay_1" if kind.acts_on_payment else "",
        body=b"{}" if kind.acts_on_payment else b"",
    )
    return replace(plain, **changes)


def attempt(kind: Kind, state: State, **changes: Any) -> Attempt:
    plain = Attempt(
        id=1,
        intent=intent(kind),
        state=state,
        prepared_at=NOON,
        sent_at=None if state is State.PREPARED else NOON,
        ended_at=None if state.is_open else NOON,
        verdict=Verdict.APPROVED if state is State.SETTLED else None,
        payment_id="pay_1" if kind.acts_on_payment else "",
    )
    return replace(plain, **changes)
