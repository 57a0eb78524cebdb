"""All payments of a span of time, page by page, in an API that lists them, newest first."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from posapp.gateways.abilities import HistoryPage
from posapp.gateways.call import Answer
from posapp.gateways.outside_text import is_id
from posapp.gateways.payment_list import page_of
from posapp.gateways.port import DeadEnd
from posapp.gateways.strict_json import Unreadable
from posapp.model.payment import Payment

_PLACE = re.compile(r"([0-9]{1,9})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a list was read: to the payment ``last``, in so many ``steps``.

    ``met`` is where it stood after 1, 2, 4, 8, ... steps. A list that goes in circles comes back
    to it sooner or later, so one place is all that must be remembered between two pages.
    """

    last: str = ""
    met: str = ""
    steps: int = 0

    def __str__(self) -> str:
        return f"{self.steps}.{self.met}.{self.last}"

    def then(self, last: str) -> _Place | None:
        """The place at ``last``; None when the list was there before, or cannot be there."""
        if not is_id(last) or last in (self.last, self.met):
            return None
        steps = self.steps + 1
        power_of_two = steps & (steps - 1) == 0
        return _Place(last, last if power_of_two else self.met, steps)


async def history_page(
    fetch: Callable[[int, int, str], Awaitable[Answer]],
    *,
    payment: Callable[[object, Answer], Payment],
    created: str,
    since: datetime,
    until: datetime,
    page: str,
    peer: str,
) -> HistoryPage:
    """One page of the payments created from ``since`` to before ``until``.

    What lies outside is left out here too: a filter that the gateway ignores does no harm.

    Args:
        fetch: gets one page: the bounds in whole Unix seconds, the first included and the last
            not, and the id after which to go on.
        payment: reads one entry of the list; raises Unreadable when it is no payment.
        created: the member with an entry's time of creation, Unix seconds.
        page: ``next_page`` of the page before; empty for the first.

    Raises:
        GatewayDown: the answer is no page.
        DeadEnd: the list goes in circles.
        ValueError: ``page`` is none of ours.
    """
    place = _place_in(page)
    start, end = _unix(since), _unix(until)
    answer = await fetch(start, end, place.last)
    told = await page_of(answer, peer)
    payments: list[Payment] = []
    unreadable = 0
    for entry in told.data:
        try:
            one = payment(entry, answer)
        except Unreadable:
            moment = entry.get(created)
            unreadable += not isinstance(moment, int) or start <= moment < end
            continue
        if since <= one.created_at < until:
            payments.append(one)
    if not told.has_more or told.ends_before(start, created=created):
        return HistoryPage(tuple(payments), unreadable=unreadable)
    following = place.then(told.last_id)
    if following is None:
        raise DeadEnd(
            f"{peer} did not show its payments to the end, so some of them may be missing. "
            "Try again in a moment."
        )
    return HistoryPage(tuple(payments), next_page=str(following), unreadable=unreadable)


def _place_in(page: str) -> _Place:
    if not page:
        return _Place()
    found = _PLACE.fullmatch(page)
    if found is None:
        raise ValueError("A page of the history is asked for by what the page before said.")
    steps, met, last = found.groups()
    return _Place(last, met, int(steps))


def _unix(moment: datetime) -> int:
    """The first whole second that is not before ``moment``."""
    return max(0, ceil(moment.timestamp()))
