"""Finding payments by our reference in an API that only lists them, newest first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from posapp.gateways.call import Answer
from posapp.gateways.payment_list import page_of
from posapp.gateways.port import GatewayDown

_MARGIN = timedelta(hours=1)
_MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of the list that carries our reference, and the answer it stood in."""

    entry: dict[str, object]
    answer: Answer


async def search(
    fetch: Callable[[int, str], Awaitable[Answer]],
    *,
    references: Callable[[dict[str, object]], tuple[object, ...]],
    created: str,
    reference: str,
    since: datetime,
    clock: Callable[[], datetime],
    peer: str,
) -> list[Match]:
    """Every entry with this reference since an hour before ``since``, all pages read.

    The gateway's clock counts, not ours: when its answers show that ours runs ahead, the search
    starts earlier by as much. A filter that the gateway ignores does no harm; the search then ends
    at the first page that is altogether too old.

    Args:
        fetch: gets one page: the lower bound in Unix seconds and the id after which to go on.
        references: what an entry holds where our reference would stand.
        created: the member with an entry's time of creation, Unix seconds.

    Raises:
        GatewayDown: the search could not be finished; nothing is said about what is there.
    """
    start = since - _MARGIN
    answer = await fetch(_unix(start), "")
    if answer.date is not None and (ahead := clock() - answer.date) > _MARGIN / 2:
        start -= ahead
        answer = await fetch(_unix(start), "")
    matches: dict[object, Match] = {}
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        page = await page_of(answer, peer)
        for entry in page.data:
            if reference in references(entry):
                matches[entry.get("id")] = Match(entry, answer)
        if not page.has_more or page.ends_before(_unix(start), created=created):
            return list(matches.values())
        last = page.last_id
        if not last or last in seen:
            break
        seen.add(last)
        answer = await fetch(_unix(start), last)
    raise GatewayDown(
        f"{peer} did not show its payments to the end, so the search is not finished. "
        "Try again in a moment."
    )


def _unix(moment: datetime) -> int:
    return max(0, int(moment.timestamp()))
