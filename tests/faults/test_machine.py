"""Faults of machine and network that no other package is about."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.desk.till import Till
from posapp.gateways.port import OutcomeUnknown, Unauthorised
from posapp.gateways.transport import Transport
from posapp.ledger import encrypted
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State
from posapp.model.history import PaymentFilter
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, WHO, Shop
from tests.fakes.accounts import GivenAccounts
from tests.fakes.clock import MovableClock
from tests.fakes.gateway import FakeGateway, Twist
from tests.gateways import samples

pytestmark = pytest.mark.asyncio


class Breaking(httpx.AsyncBaseTransport):
    """A network that takes a part of the request and then breaks."""

    def __init__(self, fault: httpx.TransportError) -> None:
        self._fault = fault
        self.taken = b""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            self.taken += piece[: len(piece) // 2]
        raise self._fault


@pytest.mark.parametrize("fault", [httpx.WriteTimeout("slow"), httpx.WriteError("broken")])
async def test_a_request_that_left_in_part_is_unknown(fault: httpx.TransportError) -> None:
    network = Breaking(fault)
    transport = Transport(network=network, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with pytest.raises(OutcomeUnknown):
        await transport.money(samples.request("http://127.0.0.1:9"))
    assert network.taken
    await transport.close()


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> Shop:
    clock = MovableClock()
    ledger = await Ledger.open(
        tmp_path / "ledger.db", key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=clock, till="T1"
    )
    bank = FakeGateway(clock)
    accounts = GivenAccounts(bank)
    till = Till(name="T1", ledger=ledger, accounts=accounts, sleep=clock.sleep)
    return Shop(till, bank, clock)


async def test_nothing_is_sent_while_another_program_holds_the_ledger(
    shop: Shop, tmp_path: Path
) -> None:
    await _impatient(shop)
    order = await shop.order()
    other = encrypted.engine_of(tmp_path / "ledger.db", LEDGER_KEY)
    try:
        with other.connect() as holding:
            holding.exec_driver_sql("BEGIN IMMEDIATE")
            with pytest.raises(Refused, match="held by another program"):
                await shop.charge(order)
            with pytest.raises(Refused, match="held by another program"):
                await shop.links.create(order, account="main", who=WHO)
            assert shop.gateway.calls == []
            holding.exec_driver_sql("ROLLBACK")
        assert (await shop.charge(order)).result is Result.APPROVED
    finally:
        other.dispose()
        await shop.ledger.close()


async def test_open_attempts_of_a_revoked_key_stay_with_their_owner(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=OutcomeUnknown("No answer.")))
    sale = await shop.charge()
    shop.gateway.finds.append(Twist(raises=Unauthorised("The key is not accepted.")))
    with pytest.raises(Refused, match="key is not accepted"):
        await shop.recovery.check(sale.attempt)
    [row] = (await shop.ledger.payments.page(PaymentFilter())).rows
    assert row.attempt_state is State.UNKNOWN
    left = await shop.again(sale.attempt)
    assert (left.intent.who, left.note) == (WHO, "The key is not accepted.")
    with pytest.raises(Refused):
        await shop.refund(sale, 100)
    await shop.recovery.check(left)
    assert (await shop.sales.outcome(sale.attempt.id)).result is Result.APPROVED
    await shop.ledger.close()


async def _impatient(shop: Shop) -> None:
    """Wait a moment for another program instead of seconds."""
    await shop.ledger._database.read(lambda each: each.exec_driver_sql("PRAGMA busy_timeout = 50"))
