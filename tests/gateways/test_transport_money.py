"""A money call is sent once at most, and its failure is never taken for a refusal."""

from __future__ import annotations

import asyncio
import gzip
import logging
import traceback

import pytest

from posapp.gateways.call import Request
from posapp.gateways.port import GatewayError, NotSent, OutcomeUnknown
from posapp.gateways.transport import LARGEST_ANSWER, Patience, Transport
from tests.gateways import samples
from tests.gateways.peers import (
    Act,
    bytes_then_close,
    close,
    closed_port,
    dribble,
    never,
    peer,
    raw_answer,
    reset,
    saying,
)
from tests.waiting import until

pytestmark = pytest.mark.asyncio

GOOD = {"id": "pay_1", "status": "Authorized"}

BROKEN: dict[str, Act] = {
    "reset after reading": reset,
    "closed after reading": close,
    "body cut short": saying(201, body=b'{"id":"pay_1"', length=500),
    "half a status line": bytes_then_close(b"HTTP/1.1 20"),
    "half a head": bytes_then_close(b"HTTP/1.1 201 Created\r\nContent-Ty"),
    "no HTTP at all": bytes_then_close(b"\x00\x01\x02 hello \r\n\r\n"),
    "damaged gzip": saying(201, body=b"\x1f\x8b\x08nonsense", headers={"Content-Encoding": "gzip"}),
    "gzip cut short": saying(
        201,
        body=gzip.compress(b'{"id":"pay_1"}' * 100)[:-12],
        headers={"Content-Encoding": "gzip"},
    ),
    "unknown encoding": saying(201, body=b"xx", headers={"Content-Encoding": "br"}),
    "gzip bomb": saying(
        201,
        body=gzip.compress(b" " * (LARGEST_ANSWER + 10)),
        headers={"Content-Encoding": "gzip"},
    ),
    "huge body": saying(201, body=b" " * (LARGEST_ANSWER + 10)),
    "301": saying(301, headers={"Location": "https://elsewhere.test/"}),
    "302": saying(302, headers={"Location": "/sign-in"}),
    "307": saying(307, headers={"Location": "/payments"}),
    "308": saying(308, headers={"Location": "::::not an address"}),
    "304": saying(304),
    "408": saying(408),
    "409": saying(409, {"error": {"type": "idempotency_error"}}),
    "410": saying(410),
    "425": saying(425),
    "429": saying(429, headers={"Retry-After": "1"}),
    "500": saying(500),
    "502": saying(502, body=b"<html>Bad gateway</html>", kind="text/html"),
    "503": saying(503),
    "504": saying(504),
    "599": saying(599),
}


@pytest.mark.parametrize("act", BROKEN.values(), ids=BROKEN.keys())
async def test_after_this_the_outcome_is_unknown_and_nothing_was_sent_twice(
    transport: Transport, act: Act
) -> None:
    async with peer(act) as other:
        with pytest.raises(OutcomeUnknown) as raised:
            await transport.money(samples.request(other.url))
        assert len(other.received) == 1
    assert "Training" in str(raised.value)
    assert "looked up" in str(raised.value)


@pytest.mark.parametrize("act", [never, dribble], ids=["silent", "one byte at a time"])
async def test_without_an_answer_in_time_the_outcome_is_unknown(
    impatient: Transport, act: Act
) -> None:
    async with peer(act) as other:
        with pytest.raises(OutcomeUnknown, match="did not answer in time"):
            await impatient.money(samples.request(other.url))
        assert len(other.received) == 1


async def test_a_peer_that_hangs_up_at_once_leaves_the_outcome_unknown(
    transport: Transport,
) -> None:
    """The same fault as one that read everything: the two cannot be told apart."""
    lines = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(OutcomeUnknown):
        await transport.money(samples.request(f"http://127.0.0.1:{port}"))
    assert len(lines) == 1
    server.close()
    await server.wait_closed()


async def test_a_closed_port_proves_that_nothing_was_sent(transport: Transport) -> None:
    with pytest.raises(NotSent, match="nothing was sent") as raised:
        await transport.money(samples.request(f"http://127.0.0.1:{closed_port()}"))
    assert raised.value.may_retry


async def test_a_name_that_does_not_exist_proves_that_nothing_was_sent(
    transport: Transport,
) -> None:
    with pytest.raises(NotSent) as raised:
        await transport.money(samples.request("https://gateway.invalid"))
    assert raised.value.may_retry


@pytest.mark.parametrize(
    "status", [200, 201, 202, 204, 400, 401, 402, 403, 404, 405, 413, 415, 422]
)
async def test_a_definite_answer_comes_back_as_it_is(transport: Transport, status: int) -> None:
    body = b"" if status == 204 else b'{"a":1}'
    async with peer(saying(status, body=body, headers={"Cko-Request-Id": "4f0e-77"})) as other:
        answer = await transport.money(samples.request(other.url))
    assert (answer.status, answer.body, answer.request_id) == (status, body, "4f0e-77")
    assert answer.accepted == (status < 300)


async def test_a_packed_answer_is_unpacked(transport: Transport) -> None:
    packed = saying(201, body=gzip.compress(b'{"a":1}'), headers={"Content-Encoding": "gzip"})
    async with peer(packed) as other:
        answer = await transport.money(samples.request(other.url))
    assert answer.body == b'{"a":1}'


async def test_the_body_travels_byte_for_byte_with_its_length(transport: Transport) -> None:
    body = '{"z": 1,  "a":"ü"}'.encode()
    async with peer(saying(201, GOOD)) as other:
        await transport.money(samples.request(other.url, body=body))
        [received] = other.received
    assert received.body == body
    assert received.headers["content-length"] == str(len(body))
    assert received.headers["content-type"] == "application/json"
    assert received.headers["authorization"] == f"Bearer {samples.KEY}"
    assert "transfer-encoding" not in received.headers


async def test_every_money_call_has_a_connection_of_its_own(transport: Transport) -> None:
    async with peer(saying(201, GOOD)) as other:
        await transport.look(samples.request(other.url, method="GET", body=b""))
        for _ in range(3):
            await transport.money(samples.request(other.url))
        assert other.connections == 4
        assert [one.headers.get("connection") for one in other.money] == ["close"] * 3


async def test_a_pointer_to_another_address_is_not_followed(transport: Transport) -> None:
    async with peer(saying(201, GOOD)) as elsewhere:
        there = saying(307, headers={"Location": f"{elsewhere.url}/payments"})
        async with peer(there) as other:
            with pytest.raises(OutcomeUnknown, match="another address"):
                await transport.money(samples.request(other.url))
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.test",
        "http://localhost:9",
        "http://192.168.1.1",
        "http://127.0.0.1.gateway.test",
        "ftp://127.0.0.1",
        "gateway.test",
        "https://user:pass@gateway.test",
        "https://gateway.test?a=b",
        "https://",
        "https://[::1",
        "https://gateway.test:99999",
        "https://gate way.test",
        "",
    ],
)
async def test_cards_go_only_to_safe_addresses(transport: Transport, url: str) -> None:
    with pytest.raises(NotSent) as raised:
        await transport.money(samples.request(url))
    assert not raised.value.may_retry
    assert "pass" not in str(raised.value)


async def test_a_key_with_a_line_break_is_not_sent(transport: Transport) -> None:
    from posapp.model.secret import Secret

    asked = samples.request("http://127.0.0.1:9")
    bad = Request(
        peer=asked.peer,
        method="POST",
        base_url=asked.base_url,
        path="/payments",
        template="/payments",
        authorization=Secret("Bearer abc\r\nX-Evil: 1"),
        body=asked.body,
    )
    with pytest.raises(NotSent, match="key") as raised:
        await transport.money(bad)
    assert "Evil" not in str(raised.value)


async def test_a_call_that_was_wiped_cannot_be_sent_again(transport: Transport) -> None:
    async with peer(saying(201, GOOD)) as other:
        with pytest.raises(ValueError, match="sent once"):
            await transport.money(samples.request(other.url, body=b""))
        assert other.connections == 0


async def test_waiting_for_a_free_line_proves_that_nothing_was_sent() -> None:
    patience = Patience(pool=0.2)
    busy = Transport(patience=patience)
    async with peer(never) as other:
        calls = [asyncio.Task(busy.money(samples.request(other.url))) for _ in range(20)]
        await until(lambda: len(other.received) == 20, within=30)
        with pytest.raises(NotSent) as raised:
            await busy.money(samples.request(other.url))
        assert len(other.received) == 20
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    await busy.close()
    assert raised.value.may_retry


async def test_giving_up_while_waiting_is_passed_on_and_frees_the_line(
    transport: Transport,
) -> None:
    async with peer(never) as other:
        call = asyncio.Task(transport.money(samples.request(other.url)))
        await other.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert len(other.received) == 1


@pytest.mark.parametrize("act", BROKEN.values(), ids=BROKEN.keys())
async def test_neither_card_nor_key_is_told_to_anyone(
    transport: Transport, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with peer(act) as other:
        with pytest.raises(GatewayError) as raised:
            await transport.money(samples.request(other.url))
    told = caplog.text + "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    seen: BaseException | None = raised.value
    while seen is not None:
        told += repr(seen) + repr(vars(seen))
        seen = seen.__cause__ or seen.__context__
    for secret in (samples.NUMBER, samples.KEY, f'"{samples.CODE}"'):
        assert secret not in told


async def test_the_log_names_what_is_needed_to_find_the_call(
    transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with peer(saying(201, GOOD, headers={"Request-Id": "req_7f3a"})) as other:
        await transport.money(samples.request(other.url))
    [line] = [r.getMessage() for r in caplog.records if r.name.startswith("posapp")]
    assert line.startswith("POST 127.0.0.1/payments -> 201")
    assert "request req_7f3a" in line
    assert "reference T1-1043-1-K7QX" in line


@pytest.mark.parametrize(
    "said", ["4242424242424242", "req_4242424242424242", "a b", "x" * 81, "\xe9", "<b>"]
)
async def test_a_request_id_that_is_none_is_left_out(transport: Transport, said: str) -> None:
    told = raw_answer(201, b"{}").replace(
        b"\r\n\r\n", f"\r\nRequest-Id: {said}\r\n\r\n".encode("latin-1"), 1
    )
    async with peer(bytes_then_close(told)) as other:
        answer = await transport.money(samples.request(other.url))
    assert answer.request_id == ""
