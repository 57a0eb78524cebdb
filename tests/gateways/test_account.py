"""What every account does alike, whatever API stands behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.flowlix_classic.gateway import FlowlixClassicGateway
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import Gateway, NotFound, Rejected
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from tests.gateways import samples

EUR = Money(1290, "EUR")


@pytest.fixture(params=["payfac", "flowlix", "classic"])
def account(request: pytest.FixtureRequest, transport: Transport) -> Gateway:
    """Each kind as nothing but a ``Gateway``: the type checker compares them with the port."""
    accounts: dict[str, Gateway] = {
        "payfac": PayfacGateway(samples.payfac(), transport, clock=samples.clock),
        "flowlix": FlowlixGateway(samples.flowlix(), transport, clock=samples.clock),
        "classic": FlowlixClassicGateway(samples.flowlix_classic(), transport, clock=samples.clock),
    }
    chosen = accounts[request.param]
    assert chosen.account == request.param
    return chosen


def test_an_account_says_who_it_is(account: Gateway) -> None:
    labels = {"payfac": "PayFac", "flowlix": "Flowlix", "classic": "Flowlix Classic"}
    assert account.label == labels[account.account]
    assert account.live is False
    assert account.currencies[0] == "EUR"


def test_a_flowlix_account_takes_no_currency_that_its_generation_does_not(
    transport: Transport,
) -> None:
    wishes = ("USD", "JPY", "EUR")
    current = replace(samples.flowlix(), currencies=wishes)
    older = replace(samples.flowlix_classic(), currencies=wishes)
    assert FlowlixGateway(current, transport, clock=samples.clock).currencies == ("EUR",)
    assert FlowlixClassicGateway(older, transport, clock=samples.clock).currencies == ("USD", "EUR")


def test_a_limit_that_is_asked_about_is_the_one_that_refuses(account: Gateway) -> None:
    nothing = samples.charge(Money(-1, "EUR"))
    said = account.charge_problem(nothing)
    with pytest.raises(Rejected) as raised:
        account.prepare_charge(nothing, samples.card())
    assert (raised.value.fields, str(raised.value)) == ({"amount": said}, said)
    assert account.charge_problem(samples.charge(EUR)) is None


def test_only_a_charge_holds_a_card_and_is_wiped(account: Gateway) -> None:
    charge = account.prepare_charge(samples.charge(EUR), samples.card())
    refund = account.prepare_refund(samples.refund(samples.payment(), EUR))
    assert (charge.operation, charge.keeps) == ("charge", False)
    assert (refund.operation, refund.keeps) == ("refund", True)
    assert samples.NUMBER.encode() in charge.body
    for prepared in (charge, refund):
        prepared.wipe()
    assert not charge.body
    assert refund.body


@pytest.mark.parametrize("odd", ["", "../disputes", "pay_1/refunds", "pay 1", "pay?x=1"])
@pytest.mark.asyncio
async def test_what_is_no_id_never_becomes_part_of_an_address(account: Gateway, odd: str) -> None:
    with pytest.raises(NotFound, match="no payment with such an id"):
        await account.read(odd)
    with pytest.raises(Rejected, match="has an id that") as raised:
        account.prepare_refund(samples.refund(samples.payment(payment_id=odd), EUR))
    assert set(raised.value.fields) == {"amount"}
