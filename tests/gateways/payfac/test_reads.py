"""Reading, finding and checking at PayFac."""

from __future__ import annotations

from datetime import timedelta

import pytest

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    DeadEnd,
    GatewayDown,
    GatewayError,
    NotFound,
    RateLimited,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.payfac.documents import ACTIONS, DETAILS, PAYMENT_ID, page
from tests.gateways.peers import Act, by_path, in_turn, peer, saying

pytestmark = pytest.mark.asyncio

HISTORY = f"GET /payments/{PAYMENT_ID}/actions"
READ = f"GET /payments/{PAYMENT_ID}"
REFERENCE = "T1-1043-1-K7QX"


def gateway(url: str, transport: Transport) -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=samples.clock)


def entry(number: int, **changed: object) -> dict[str, object]:
    return DETAILS | {"id": f"pay_{number:026d}"} | changed


async def test_a_payment_is_read_with_its_history_first(transport: Transport) -> None:
    async with peer(by_path({READ: saying(200, DETAILS), HISTORY: saying(200, ACTIONS)})) as other:
        payment = await gateway(other.url, transport).read(PAYMENT_ID)
        assert [one.path for one in other.received] == [HISTORY[4:], READ[4:]]
    assert payment.refundable == 1000
    assert len(payment.refunds) == 2


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (saying(401), Unauthorised),
        (saying(403), Unauthorised),
        (saying(404), NotFound),
        (saying(400), NotFound),
        (saying(429), RateLimited),
        (saying(500), GatewayDown),
        (saying(302), GatewayDown),
        (saying(405), DeadEnd),
        (saying(200), GatewayDown),
        (saying(200, body=b"<html>"), GatewayDown),
        (saying(200, {"id": "x"}), GatewayDown),
    ],
)
@pytest.mark.parametrize("where", [READ, HISTORY])
async def test_a_read_that_fails_says_how(
    transport: Transport, act: Act, error: type[GatewayError], where: str
) -> None:
    acts = {READ: saying(200, DETAILS), HISTORY: saying(200, ACTIONS), where: act}
    async with peer(by_path(acts)) as other:
        with pytest.raises(error) as raised:
            await gateway(other.url, transport).read(PAYMENT_ID)
    assert type(raised.value) is error


async def test_an_id_that_means_another_path_is_not_asked_for(transport: Transport) -> None:
    async with peer(saying(200, DETAILS)) as other:
        with pytest.raises(NotFound):
            await gateway(other.url, transport).read("../payments")
        assert other.received == []


@pytest.mark.parametrize("status", [200, 202])
async def test_a_payment_is_found_by_its_reference(transport: Transport, status: int) -> None:
    async with peer(saying(status, page(entry(1)))) as other:
        found = await gateway(other.url, transport).find(REFERENCE, since=samples.NOW)
        [asked] = other.received
    assert asked.query == {"reference": REFERENCE, "limit": "100", "skip": "0"}
    assert [payment.id for payment in found] == [f"pay_{1:026d}"]
    assert found[0].status is PaymentStatus.PARTLY_REFUNDED


async def test_a_completed_search_that_finds_nothing_is_empty(transport: Transport) -> None:
    async with peer(saying(202, page())) as other:
        assert await gateway(other.url, transport).find("absent", since=samples.NOW) == ()


async def test_all_pages_are_read_and_no_payment_counts_twice(transport: Transport) -> None:
    first = page(*(entry(n) for n in range(100)), total=150)
    second = page(*(entry(n) for n in range(99, 150)), total=150)
    async with peer(in_turn(saying(202, first), saying(202, second))) as other:
        found = await gateway(other.url, transport).find(REFERENCE, since=samples.NOW)
        assert [one.query["skip"] for one in other.received] == ["0", "100"]
    assert len(found) == 150


async def test_without_a_total_a_page_that_is_not_full_is_the_last(transport: Transport) -> None:
    told = {"data": [entry(1), entry(2)], "limit": 2}
    last = {"data": [entry(3)], "limit": 2}
    async with peer(in_turn(saying(200, told), saying(200, last))) as other:
        found = await gateway(other.url, transport).find(REFERENCE, since=samples.NOW)
        assert len(other.received) == 2
    assert len(found) == 3


async def test_payments_of_another_reference_are_left_out(transport: Transport) -> None:
    told = page(entry(1, reference="T1-1043-1"), entry(2), entry(3, reference=None))
    async with peer(saying(202, told)) as other:
        found = await gateway(other.url, transport).find(REFERENCE, since=samples.NOW)
    assert [payment.reference for payment in found] == [REFERENCE, ""]


async def test_a_clock_that_runs_ahead_hides_no_payment(transport: Transport) -> None:
    async with peer(saying(202, page(entry(1)))) as other:
        later = samples.NOW + timedelta(days=400)
        assert len(await gateway(other.url, transport).find(REFERENCE, since=later)) == 1


UNFINISHED = {
    "down": saying(500),
    "web page": saying(200, body=b"<html>"),
    "not allowed": saying(403),
    "no such address": saying(404),
    "bad question": saying(422, documents.refused("paging_limit_invalid")),
    "no list": saying(200, {"total_count": 0}),
    "more than it shows": saying(202, page(total=3)),
    "never ends": saying(202, page(entry(1), total=10**6)),
    "an entry that cannot be read": saying(202, page(entry(1, amount="12.90"))),
}


@pytest.mark.parametrize("act", UNFINISHED.values(), ids=UNFINISHED.keys())
async def test_a_search_that_was_not_finished_is_never_an_empty_answer(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        with pytest.raises((GatewayDown, Unauthorised)):
            await gateway(other.url, transport).find(REFERENCE, since=samples.NOW)


async def test_the_check_says_what_it_found(transport: Transport) -> None:
    async with peer(saying(202, page())) as other:
        said = await gateway(other.url, transport).check()
        assert len(other.money) == 0
    assert "PayFac answered" in said
    assert "training" in said


@pytest.mark.parametrize(
    ("act", "error"),
    [(saying(401), Unauthorised), (saying(200, body=b"<html>"), GatewayDown)],
)
async def test_the_check_fails_when_the_gateway_did_not_really_answer(
    transport: Transport, act: Act, error: type[GatewayError]
) -> None:
    async with peer(act) as other:
        with pytest.raises(error):
            await gateway(other.url, transport).check()


async def test_an_account_tells_what_it_is(transport: Transport) -> None:
    shop = gateway("https://payfac.test", transport)
    assert (shop.account, shop.label, shop.live) == ("payfac", "PayFac", False)
    assert shop.currencies[0] == "EUR"
    await shop.close()
