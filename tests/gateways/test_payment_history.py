"""The payments of a span of time, page by page: nothing twice, nothing silently left out."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from posapp.gateways.abilities import History, HistoryPage
from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.port import (
    DeadEnd,
    GatewayDown,
    GatewayError,
    RateLimited,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from tests.gateways import samples
from tests.gateways.flowlix import documents as current
from tests.gateways.flowlix_classic import documents as older
from tests.gateways.peers import Act, Received, in_turn, peer, saying

pytestmark = pytest.mark.asyncio

SINCE = datetime(2025, 10, 9, 0, 0, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
NOON = SINCE + timedelta(hours=12)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """One generation: how to reach it, and how it writes a payment and a page."""

    build: Callable[[str, Transport], FlowlixGateway | FlowlixClassicGateway]
    good: Mapping[str, object]
    created: str
    page: Callable[..., dict[str, object]]

    def entry(
        self, number: int, at: datetime | None = None, **changed: object
    ) -> dict[str, object]:
        moment = NOON if at is None else at
        made = {"id": f"pay_{number:024d}", self.created: int(moment.timestamp())}
        return {**self.good, **made, **changed}


KINDS = {
    "flowlix": Kind(
        lambda url, way: FlowlixGateway(samples.flowlix(url), way, clock=samples.clock),
        current.SUCCEEDED, "created_at", current.page,
    ),
    "classic": Kind(
        lambda url, way: FlowlixClassicGateway(
            samples.flowlix_classic(url), way, clock=samples.clock
        ),
        older.SUCCEEDED, "created", older.page,
    ),
}  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def ids(page: HistoryPage) -> list[str]:
    return [payment.id for payment in page.payments]


def name(number: int) -> str:
    return f"pay_{number:024d}"


async def to_the_end(shop: History) -> list[str]:
    page = await shop.history(since=SINCE, until=UNTIL)
    found = ids(page)
    while page.next_page:
        assert len(found) < 100, "this goes on for ever"
        page = await shop.history(since=SINCE, until=UNTIL, page=page.next_page)
        found += ids(page)
    return found


@each_kind
async def test_both_generations_can_show_their_history(kind: Kind, transport: Transport) -> None:
    shop: History = kind.build("https://flowlix.test", transport)
    assert isinstance(shop, History)


@each_kind
async def test_the_span_is_asked_for_and_checked_again_here(
    kind: Kind, transport: Transport
) -> None:
    """The first moment counts and the last does not, whether or not the gateway filters."""
    entries = [
        kind.entry(1, UNTIL),
        kind.entry(2, UNTIL - SECOND),
        kind.entry(3, SINCE),
        kind.entry(4, SINCE - SECOND),
    ]
    async with peer(saying(200, kind.page(*entries))) as other:
        page = await kind.build(other.url, transport).history(since=SINCE, until=UNTIL)
        [asked] = other.received
    assert (asked.method, asked.path) == ("GET", "/v1/payments")
    assert asked.query == {
        "limit": "100",
        "created[gte]": str(int(SINCE.timestamp())),
        "created[lt]": str(int(UNTIL.timestamp())),
    }
    assert (ids(page), page.next_page, page.unreadable) == ([name(2), name(3)], "", 0)


@each_kind
async def test_a_span_between_two_seconds_is_asked_for_in_whole_ones(
    kind: Kind, transport: Transport
) -> None:
    """A payment belongs to one of two neighbouring spans, never to none and never to both."""
    half = NOON + timedelta(milliseconds=500)
    act = saying(200, kind.page(kind.entry(1, NOON + SECOND), kind.entry(2, NOON)))
    async with peer(act) as other:
        shop = kind.build(other.url, transport)
        before = await shop.history(since=SINCE, until=half)
        after = await shop.history(since=half, until=UNTIL)
        first, second = (one.query for one in other.received)
    assert first["created[lt]"] == second["created[gte]"] == str(int(NOON.timestamp()) + 1)
    assert (ids(before), ids(after)) == ([name(2)], [name(1)])


@each_kind
async def test_one_page_leads_to_the_next_until_the_list_says_that_it_ends(
    kind: Kind, transport: Transport
) -> None:
    pages = [
        kind.page(kind.entry(9), kind.entry(8), more=True),
        kind.page(kind.entry(7), more=True),
        kind.page(kind.entry(6)),
    ]
    async with peer(in_turn(*(saying(200, one) for one in pages))) as other:
        shop = kind.build(other.url, transport)
        found, page = [], HistoryPage((), next_page="")
        for _ in pages:
            page = await shop.history(since=SINCE, until=UNTIL, page=page.next_page)
            found.append(ids(page))
        asked = [one.query.get("starting_after") for one in other.received]
    assert found == [[name(9), name(8)], [name(7)], [name(6)]]
    assert asked == [None, name(8), name(7)]
    assert page.next_page == ""


@each_kind
async def test_a_page_that_failed_can_be_asked_for_again(kind: Kind, transport: Transport) -> None:
    first = saying(200, kind.page(kind.entry(9), more=True))
    bad, good = saying(400), saying(200, kind.page(kind.entry(8)))
    async with peer(in_turn(first, bad, good)) as other:
        shop = kind.build(other.url, transport)
        after = (await shop.history(since=SINCE, until=UNTIL)).next_page
        with pytest.raises(GatewayDown):
            await shop.history(since=SINCE, until=UNTIL, page=after)
        assert ids(await shop.history(since=SINCE, until=UNTIL, page=after)) == [name(8)]


@each_kind
async def test_entries_that_cannot_be_read_are_counted_and_the_rest_is_shown(
    kind: Kind, transport: Transport
) -> None:
    odd = [
        kind.entry(1, amount="a lot"),
        kind.entry(2, currency="ZZZ"),
        kind.entry(3, status=None),
        kind.entry(4) | {kind.created: "yesterday"},
        kind.entry(5, UNTIL, amount="a lot"),  # outside the span
        kind.entry(6, SINCE - SECOND, amount="a lot"),
        kind.entry(7),
        {},
    ]
    async with peer(saying(200, kind.page(*odd))) as other:
        page = await kind.build(other.url, transport).history(since=SINCE, until=UNTIL)
    assert (ids(page), page.unreadable) == ([name(7)], 5)


@each_kind
async def test_a_gateway_that_ignores_the_span_is_not_read_to_its_beginning(
    kind: Kind, transport: Transport
) -> None:
    newer = kind.page(kind.entry(9, UNTIL), kind.entry(8, UNTIL), more=True)
    mixed = kind.page(kind.entry(7), kind.entry(6, SINCE - SECOND), more=True)
    too_old = kind.page(kind.entry(5, SINCE - SECOND), more=True)
    async with peer(in_turn(*(saying(200, one) for one in (newer, mixed, too_old)))) as other:
        shop = kind.build(other.url, transport)
        first = await shop.history(since=SINCE, until=UNTIL)
        second = await shop.history(since=SINCE, until=UNTIL, page=first.next_page)
        third = await shop.history(since=SINCE, until=UNTIL, page=second.next_page)
    assert (first.payments, bool(first.next_page)) == ((), True)
    assert (ids(second), bool(second.next_page)) == ([name(7)], True)
    assert (third.payments, third.next_page) == ((), "")


@each_kind
@pytest.mark.parametrize("circle", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("way_in", [0, 1, 4])
async def test_a_list_that_goes_in_circles_ends_with_an_error(
    kind: Kind, transport: Transport, circle: int, way_in: int
) -> None:
    """Whatever the length of the circle, and wherever it is entered."""
    step = itertools.count()

    async def around(_: Received, writer: asyncio.StreamWriter) -> None:
        number = next(step)
        if number >= way_in:
            number = way_in + (number - way_in) % circle
        await saying(200, kind.page(kind.entry(number), more=True))(_, writer)

    async with peer(around) as other:
        with pytest.raises(DeadEnd, match="some of them may be missing"):
            await to_the_end(kind.build(other.url, transport))
        assert len(other.received) <= 3 * (way_in + circle) + 1


@each_kind
async def test_a_page_that_leads_to_itself_is_noticed_at_once(
    kind: Kind, transport: Transport
) -> None:
    pages = [kind.page(kind.entry(number), more=True) for number in range(3)]
    async with peer(in_turn(*(saying(200, one) for one in pages))) as other:
        with pytest.raises(DeadEnd, match="some of them may be missing"):
            await to_the_end(kind.build(other.url, transport))
        assert len(other.received) == 4


@each_kind
async def test_a_page_of_the_very_first_second_may_have_more_of_it_after(
    kind: Kind, transport: Transport
) -> None:
    act = saying(200, kind.page(kind.entry(1, SINCE), more=True))
    async with peer(act) as other:
        page = await kind.build(other.url, transport).history(since=SINCE, until=UNTIL)
    assert (ids(page), bool(page.next_page)) == ([name(1)], True)


@each_kind
async def test_a_long_list_is_no_circle(kind: Kind, transport: Transport) -> None:
    async def on(one: Received, writer: asyncio.StreamWriter) -> None:
        last = int(one.query.get("starting_after", "pay_0").removeprefix("pay_"))
        more = last < 40
        await saying(200, kind.page(kind.entry(last + 1), more=more))(one, writer)

    async with peer(on) as other:
        found = await to_the_end(kind.build(other.url, transport))
    assert found == [name(number) for number in range(1, 42)]


UNFINISHED: dict[str, tuple[Act, type[GatewayError]]] = {
    "the key is refused": (saying(401), Unauthorised),
    "the key may not": (saying(403), Unauthorised),
    "too many requests": (saying(429, headers={"Retry-After": "3600"}), RateLimited),
    "a fault": (saying(500), GatewayDown),
    "a bad question": (saying(400), DeadEnd),
    "no such address": (saying(404), DeadEnd),
    "a web page": (saying(200, body=b"<html>"), GatewayDown),
    "no list": (saying(200, {"data": {}, "has_more": False}), GatewayDown),
    "no word on more": (saying(200, {"data": []}), GatewayDown),
    "an entry that is none": (saying(200, {"data": [1], "has_more": False}), GatewayDown),
    "more, but nothing to go on from": (saying(200, current.page(more=True)), DeadEnd),
    "an id that is none": (saying(200, current.page({"id": 7}, more=True)), DeadEnd),
    "an id that leads elsewhere": (
        saying(200, current.page({"id": "../1"}, more=True)),
        DeadEnd,
    ),
}


@each_kind
@pytest.mark.parametrize(("act", "error"), UNFINISHED.values(), ids=UNFINISHED.keys())
async def test_a_page_that_was_not_told_is_an_error_and_never_an_empty_one(
    kind: Kind, transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        with pytest.raises(error) as raised:
            await kind.build(other.url, transport).history(since=SINCE, until=UNTIL)
    assert type(raised.value) is error


@each_kind
@pytest.mark.parametrize("page", ["pay_1", "1..", "x.a.b", "1.a/b.c", "1.a.b.c", " "])
async def test_only_what_a_page_said_leads_to_the_next(
    kind: Kind, transport: Transport, page: str
) -> None:
    with pytest.raises(ValueError, match="what the page before said"):
        await kind.build("https://flowlix.test", transport).history(
            since=SINCE, until=UNTIL, page=page
        )
