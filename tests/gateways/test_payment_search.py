"""A payment is found by our reference in a list, and 'not there' is said only after all of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.port import GatewayDown, Unauthorised
from posapp.gateways.transport import Transport
from tests.gateways import samples
from tests.gateways.flowlix import documents
from tests.gateways.flowlix.documents import REFERENCE, page
from tests.gateways.peers import Act, Received, in_turn, peer, saying

pytestmark = pytest.mark.asyncio

NOW = datetime(2025, 10, 9, 9, 0, tzinfo=UTC)
CREATED = int(NOW.timestamp())


def gateway(transport: Transport, url: str, now: datetime = NOW) -> FlowlixGateway:
    return FlowlixGateway(samples.flowlix(url), transport, clock=lambda: now)


def entry(number: int, **changed: object) -> dict[str, object]:
    other = {"id": f"pay_{number:024d}", "merchant_reference": f"other-{number}", "metadata": {},
             "created_at": CREATED}  # fmt: skip
    return documents.SUCCEEDED | other | changed


OURS = entry(500, merchant_reference=REFERENCE)


async def test_the_search_starts_shortly_before_the_attempt(transport: Transport) -> None:
    async with peer(saying(200, page(OURS))) as other:
        found = await gateway(transport, other.url).find(REFERENCE, since=NOW)
        [asked] = other.received
    assert asked.query == {"limit": "100", "created[gte]": str(CREATED - 3600)}
    assert [payment.id for payment in found] == [OURS["id"]]


async def test_the_metadata_are_searched_as_well(transport: Transport) -> None:
    hidden = entry(7, metadata={"reference": REFERENCE}, merchant_reference=None)
    async with peer(saying(200, page(entry(1), hidden))) as other:
        found = await gateway(transport, other.url).find(REFERENCE, since=NOW)
    assert [payment.id for payment in found] == [hidden["id"]]


async def test_nothing_in_a_complete_list_is_an_empty_answer(transport: Transport) -> None:
    async with peer(saying(200, page(entry(1), entry(2)))) as other:
        assert await gateway(transport, other.url).find(REFERENCE, since=NOW) == ()


async def test_every_page_is_read_even_when_one_is_short(transport: Transport) -> None:
    pages = [page(entry(1), entry(2), more=True), page(entry(3), more=True), page(OURS)]
    async with peer(in_turn(*(saying(200, one) for one in pages))) as other:
        found = await gateway(transport, other.url).find(REFERENCE, since=NOW)
        asked = [one.query.get("starting_after") for one in other.received]
    assert len(found) == 1
    assert asked == [None, entry(2)["id"], entry(3)["id"]]


async def test_two_charges_under_one_reference_are_both_told(transport: Transport) -> None:
    again = entry(501, merchant_reference=REFERENCE)
    pages = [page(OURS, more=True), page(OURS, again)]
    async with peer(in_turn(*(saying(200, one) for one in pages))) as other:
        found = await gateway(transport, other.url).find(REFERENCE, since=NOW)
    assert [payment.id for payment in found] == [OURS["id"], again["id"]]


async def test_an_ignored_filter_ends_the_search_at_the_first_old_page(
    transport: Transport,
) -> None:
    old = page(entry(9, created_at=CREATED - 90_000), more=True)
    async with peer(in_turn(saying(200, page(entry(1), more=True)), saying(200, old))) as other:
        assert await gateway(transport, other.url).find(REFERENCE, since=NOW) == ()
        assert len(other.received) == 2


async def test_an_odd_payment_of_someone_else_does_not_stop_the_search(
    transport: Transport,
) -> None:
    odd = entry(3, amount="a lot", currency="ZZZ", status=None)
    async with peer(saying(200, page(odd, OURS))) as other:
        assert len(await gateway(transport, other.url).find(REFERENCE, since=NOW)) == 1


async def test_a_clock_that_runs_ahead_is_noticed_and_allowed_for(transport: Transport) -> None:
    """Our clock says two days later than the gateway's: the payment is older than we think."""
    told = {"Date": format_datetime(NOW, usegmt=True)}
    ours = NOW + timedelta(days=2)
    async with peer(saying(200, page(OURS), headers=told)) as other:
        found = await gateway(transport, other.url, ours).find(REFERENCE, since=ours)
        bounds = [int(one.query["created[gte]"]) for one in other.received]
    assert bounds == [CREATED + 2 * 86_400 - 3600, CREATED - 3600]
    assert len(found) == 1


@pytest.mark.parametrize("off", [timedelta(minutes=20), timedelta(days=-2)])
async def test_a_clock_that_is_a_little_ahead_or_behind_needs_nothing(
    transport: Transport, off: timedelta
) -> None:
    told = {"Date": format_datetime(NOW, usegmt=True)}
    async with peer(saying(200, page(OURS), headers=told)) as other:
        await gateway(transport, other.url, NOW + off).find(REFERENCE, since=NOW + off)
        assert len(other.received) == 1


UNFINISHED: dict[str, Act] = {
    "down": saying(500),
    "web page": saying(200, body=b"<html>"),
    "no such address": saying(404),
    "bad question": saying(400),
    "forbidden": saying(403),
    "no word on more": saying(200, {"data": []}),
    "more, but nothing to go on from": saying(200, page(more=True)),
    "the same page for ever": saying(200, page(entry(1), more=True)),
    "an entry without id": saying(200, page(entry(1, id=None), more=True)),
    "ours cannot be read": saying(200, page(OURS | {"amount": "12.90"})),
    "fails on the second page": in_turn(saying(200, page(entry(1), more=True)), saying(500)),
}


@pytest.mark.parametrize("act", UNFINISHED.values(), ids=UNFINISHED.keys())
async def test_a_search_that_was_not_finished_is_never_an_empty_answer(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        with pytest.raises((GatewayDown, Unauthorised)):
            await gateway(transport, other.url).find(REFERENCE, since=NOW)


async def test_a_list_that_goes_in_circles_is_noticed_at_once(transport: Transport) -> None:
    async with peer(saying(200, page(entry(1), more=True))) as other:
        with pytest.raises(GatewayDown, match="not finished"):
            await gateway(transport, other.url).find(REFERENCE, since=NOW)
        assert len(other.received) == 2


async def test_a_list_without_end_is_given_up(transport: Transport) -> None:
    async def endless(one: Received, writer: asyncio.StreamWriter) -> None:
        last = int(one.query.get("starting_after", "pay_0").removeprefix("pay_"))
        await saying(200, page(entry(last + 1), more=True))(one, writer)

    async with peer(endless) as other:
        with pytest.raises(GatewayDown, match="not finished"):
            await gateway(transport, other.url).find(REFERENCE, since=NOW)
        assert len(other.received) > 100
