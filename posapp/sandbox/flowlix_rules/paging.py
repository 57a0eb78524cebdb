"""Lists of Flowlix payments: filters first, then the cursor, newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from posapp.sandbox.flowlix_rules.errors import invalid
from posapp.sandbox.flowlix_rules.lifecycle import settle
from posapp.sandbox.http import Call
from posapp.sandbox.records import FlowlixPayment
from posapp.sandbox.store import Table


@dataclass(frozen=True, slots=True)
class Page:
    payments: list[FlowlixPayment]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a generation's list takes. ``word`` is how it prints the status of a payment."""

    statuses: Collection[str]
    word: Callable[[FlowlixPayment], str]
    created: tuple[str, ...]
    backwards: bool


def page_of(
    table: Table[FlowlixPayment], call: Call, rules: ListRules, *, lag_seconds: float
) -> Page:
    """The page the query asks for; 400 ``parameter_invalid`` for a query that makes no sense."""
    query = _query(call)
    limit = _whole(query, "limit", 1, 100)
    after, before = query.get("starting_after"), query.get("ending_before")
    if not rules.backwards:
        before = None
    if after is not None and before is not None:
        raise invalid("ending_before", "starting_after and ending_before exclude each other.")
    payments = []
    for payment in list(table.newest_first()):
        if payment.created_at <= call.now - lag_seconds:
            settle(table, payment, call.now)
            payments.append(payment)
    place = _place(payments, after, "starting_after")
    place = _place(payments, before, "ending_before") if place is None else place
    wanted = _filter(query, rules)
    count = 10 if limit is None else limit
    if before is not None and place is not None:
        newer = [payment for payment in payments[:place] if wanted(payment)]
        return Page(newer[-count:], len(newer) > count)
    start = 0 if place is None else place + 1
    older = [payment for payment in payments[start:] if wanted(payment)]
    return Page(older[:count], len(older) > count)


def _query(call: Call) -> dict[str, str]:
    query = dict(call.query)
    if len(query) != len(call.query):
        raise invalid(None, "A query parameter is given twice.")
    return query


def _place(payments: list[FlowlixPayment], cursor: str | None, name: str) -> int | None:
    if cursor is None:
        return None
    for place, payment in enumerate(payments):
        if payment.id == cursor:
            return place
    raise invalid(name, f"{name} is not a payment that can be seen.")


class _Filter:
    def __init__(
        self,
        status: str | None,
        word: Callable[[FlowlixPayment], str],
        low: int | None,
        high: int | None,
    ) -> None:
        self._status = status
        self._word = word
        self._low = low
        self._high = high

    def __call__(self, payment: FlowlixPayment) -> bool:
        created = int(payment.created_at)
        return (
            (self._status is None or self._word(payment) == self._status)
            and (self._low is None or created >= self._low)
            and (self._high is None or created < self._high)
        )


def _filter(query: dict[str, str], rules: ListRules) -> _Filter:
    status = query.get("status")
    if status is not None and status not in rules.statuses:
        raise invalid("status", f"status must be one of {', '.join(rules.statuses)}.")
    low = high = None
    for name in rules.created:
        low = _whole(query, f"{name}[gte]", 0, 10**12) if low is None else low
        high = _whole(query, f"{name}[lt]", 0, 10**12) if high is None else high
    return _Filter(status, rules.word, low, high)


def _whole(query: dict[str, str], name: str, low: int, high: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,13}", text) or not low <= int(text) <= high:
        raise invalid(name, f"{name} must be a whole number from {low} to {high}.")
    return int(text)
