"""Searching PayFac: by what is known of a payment, and through all payments of a span of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from posapp.gateways.abilities import History, PaymentSearch, SearchTerms
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.payfac.search import query_for
from posapp.gateways.port import DeadEnd, GatewayDown, Rejected, Unauthorised
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.payment import PaymentStatus
from tests.gateways import samples
from tests.gateways.payfac import documents
from tests.gateways.peers import Act, in_turn, peer, saying

SINCE = datetime(2026, 1, 1, 10, 11, 11, 473766, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=1)
TERMS = SearchTerms(reference="T1-1043-1-K7QX")


def shop(transport: Transport, url: str = "https://payfac.test") -> PayfacGateway:
    return PayfacGateway(samples.payfac(url), transport, clock=samples.clock)


def found(*entries: object, following: str = "") -> dict[str, object]:
    links = {"self": {"href": "x"}} | ({"next": {"href": following}} if following else {})
    return {"data": list(entries), "_links": links}


def test_payfac_searches_and_shows_its_history(transport: Transport) -> None:
    assert isinstance(shop(transport), PaymentSearch)
    assert isinstance(shop(transport), History)


@pytest.mark.parametrize(
    ("terms", "query"),
    [
        (SearchTerms(payment_id="pay_1"), "id:'pay_1'"),
        (SearchTerms(reference="T1-1"), "reference:'T1-1'"),
        (SearchTerms(last4="4242"), "last4:'4242'"),
        (SearchTerms(email="ada@shop.test"), "email:'ada@shop.test'"),
        (SearchTerms(amount=Money(1290, "EUR")), "amount:'1290' AND currency:'EUR'"),
        (SearchTerms(amount=Money(500, "CLP")), "amount:'50000' AND currency:'CLP'"),
        (
            SearchTerms(reference="a", status=PaymentStatus.PARTLY_REFUNDED),
            "reference:'a' AND status:'Partially Refunded'",
        ),
        (SearchTerms(reference="x' OR id:'y"), "reference:'x\\' OR id:\\'y'"),
        (SearchTerms(reference="a\\"), "reference:'a\\\\'"),
    ],
)
def test_a_search_is_written_so_that_no_value_can_leave_its_quotes(
    terms: SearchTerms, query: str
) -> None:
    assert query_for(terms) == query


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (SearchTerms(), "what to search for"),
        (SearchTerms(last4="42"), "last four digits"),
        (SearchTerms(last4="42a2"), "last four digits"),
        (SearchTerms(payment_id="../x"), "payment ids"),
        (SearchTerms(amount=Money(-1, "EUR")), "below zero"),
        (SearchTerms(amount=Money(1, "CLF")), "no rule"),
        (SearchTerms(status=PaymentStatus.UNKNOWN), "no such status"),
        (SearchTerms(reference="a\nb"), "nobody can type"),
        (SearchTerms(reference="x" * 1100), "too long"),
    ],
)
@pytest.mark.asyncio
async def test_a_search_that_makes_no_sense_is_refused_here(
    transport: Transport, terms: SearchTerms, words: str
) -> None:
    assert words in (shop(transport).search_problem(terms) or "")
    with pytest.raises(Rejected, match=words):
        await shop(transport).search(terms, since=SINCE, until=UNTIL)


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.asyncio
async def test_a_search_says_what_and_when(transport: Transport, status: int) -> None:
    async with peer(saying(status, found(documents.DETAILS))) as other:
        page = await shop(transport, other.url).search(TERMS, since=SINCE, until=UNTIL)
        [received] = other.received
    assert (received.method, received.target) == ("POST", "/payments/search")
    assert "cko-idempotency-key" not in received.headers
    assert received.document == {
        "query": "reference:'T1-1043-1-K7QX'",
        "limit": 100,
        "from": "2026-01-01T10:11:11Z",
        "to": "2026-01-01T11:11:12Z",
    }
    assert [(one.id, one.captured) for one in page.payments] == [(documents.PAYMENT_ID, 1290)]
    assert (page.next_page, page.unreadable) == ("", 0)


@pytest.mark.asyncio
async def test_only_what_lies_in_the_span_is_shown_and_payouts_apart(transport: Transport) -> None:
    late = documents.DETAILS | {"id": "pay_late", "requested_on": "2026-01-01T11:11:11.473766Z"}
    early = documents.DETAILS | {"id": "pay_early", "requested_on": "2026-01-01T10:11:11.473765Z"}
    broken = documents.DETAILS | {"amount": "much"}
    sent_out = {**documents.PAYOUT, "destination": {"type": "card"}, "amount": 5, "currency": "EUR"}
    in_time = sent_out | {"id": "pay_out", "requested_on": "2026-01-01T10:12:00Z"}
    sent_late = sent_out | {"requested_on": "2026-01-01T11:12:00Z"}
    odd = sent_out | {"amount": "5"}
    answer = found(late, documents.DETAILS, early, broken, in_time, sent_late, odd)
    async with peer(saying(202, answer)) as other:
        page = await shop(transport, other.url).history(since=SINCE, until=UNTIL)
        assert other.received[0].document["query"] == "amount:>=0"
    assert [one.id for one in page.payments] == [documents.PAYMENT_ID]
    assert [(one.id, one.amount) for one in page.payouts] == [("pay_out", Money(5, "EUR"))]
    assert page.unreadable == 2


@pytest.mark.parametrize(
    "following",
    [
        "{base}/payments/search?cursor=abc%3D",
        "/payments/search?cursor=abc%3D",
        "https://api.elsewhere.test/payments/search?cursor=abc%3D",
    ],
)
@pytest.mark.asyncio
async def test_the_next_page_is_asked_of_our_own_address_only(
    transport: Transport, following: str
) -> None:
    async def first(one: object, writer: object) -> None:
        link = following.replace("{base}", other.url)
        await saying(202, found(documents.DETAILS, following=link))(one, writer)  # type: ignore[arg-type]

    async with peer(in_turn(first, saying(202, found()))) as other:
        account = shop(transport, other.url)
        page = await account.history(since=SINCE, until=UNTIL)
        last = await account.history(since=SINCE, until=UNTIL, page=page.next_page)
        assert (other.received[1].method, other.received[1].target) == (
            "GET",
            "/payments/search?cursor=abc%3D",
        )
    assert last.payments == ()
    assert last.next_page == ""


@pytest.mark.asyncio
async def test_a_gateway_that_takes_no_get_is_asked_again_with_the_search(
    transport: Transport,
) -> None:
    async with peer(in_turn(saying(405), saying(202, found(documents.DETAILS)))) as other:
        account = shop(transport, other.url)
        page = await account.history(since=SINCE, until=UNTIL, page="cursor=abc")
        assert [one.method for one in other.received] == ["GET", "POST"]
        assert other.received[1].target == "/payments/search?cursor=abc"
        assert other.received[1].document["query"] == "amount:>=0"
    assert len(page.payments) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": {}},
        {"data": [1]},
        {"data": [], "_links": {"next": {"href": "https://x.test/accounts?cursor=a"}}},
        {"data": [], "_links": {"next": {"href": "/payments/search"}}},
        {"data": [], "_links": {"next": {"href": "/payments/search?cursor=same"}}},
        {"data": [], "_links": {"next": {"href": "http://[x/payments/search?cursor=a"}}},
        {"data": [], "_links": {"next": {"href": "/payments/search?c=" + "x" * 9000}}},
        {"data": [], "_links": {"next": "y"}},
    ],
)
@pytest.mark.asyncio
async def test_a_page_that_leads_nowhere_is_no_page(transport: Transport, answer: object) -> None:
    body = json.dumps(answer).encode()
    async with peer(saying(202, body=body)) as other:
        with pytest.raises(GatewayDown):
            await shop(transport, other.url).history(since=SINCE, until=UNTIL, page="cursor=same")


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (saying(400, documents.refused("request_invalid")), DeadEnd, "refused the search"),
        (saying(422, documents.refused("paging_limit_invalid")), DeadEnd, "its first page"),
        (saying(400, body=b"<html>"), DeadEnd, "refused the search"),
        (saying(401), Unauthorised, "does not accept the key"),
        (saying(403), Unauthorised, "payments:search"),
        (saying(404), DeadEnd, "Check the address"),
        (saying(502), GatewayDown, "a fault of its own"),
    ],
)
@pytest.mark.asyncio
async def test_a_refused_search_says_what_to_do(
    transport: Transport, act: Act, error: type[Exception], words: str
) -> None:
    async with peer(act) as other:
        with pytest.raises(error, match=words):
            await shop(transport, other.url).search(TERMS, since=SINCE, until=UNTIL)
