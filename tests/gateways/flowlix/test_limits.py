"""What Flowlix cannot be asked is refused before it is sent, naming field and limit."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from posapp.gateways.flowlix.gateway import FlowlixGateway
from posapp.gateways.port import Charge, Refund, Rejected
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from tests.gateways import samples
from tests.gateways.flowlix.documents import PAYMENT_ID

PAID = samples.payment(payment_id=PAYMENT_ID)
PARTIAL = Money(290, "EUR")
ASKED = samples.refund(PAID, PARTIAL)


def gateway(transport: Transport) -> FlowlixGateway:
    return FlowlixGateway(samples.flowlix(), transport, clock=samples.clock)


@pytest.mark.parametrize(
    ("name", "code", "number", "field"),
    [("", "737", "4242424242424242", "name"), ("Ada", "", "4242424242424242", "code"),
     ("Ada", "737", "", "number")],
)  # fmt: skip
def test_what_the_api_insists_on_is_asked_for_before_sending(
    transport: Transport, name: str, code: str, number: str, field: str
) -> None:
    with pytest.raises(Rejected) as raised:
        gateway(transport).prepare_charge(
            samples.charge(), samples.card(number, name=name, code=code)
        )
    assert set(raised.value.fields) == {field}


@pytest.mark.parametrize(
    ("charge", "word"),
    [
        (samples.charge(Money(1290, "USD")), "EUR only"),
        (samples.charge(Money(0, "EUR")), "cannot verify a card without charging it"),
        (replace(samples.charge(), capture=False), "takes the money at once"),
        (replace(samples.charge(), capture_at=samples.NOW), "takes the money at once"),
        (replace(samples.charge(), estimated=True), "takes the final amount only"),
        (samples.charge(reference="x" * 256), "reference"),
        (samples.charge(reference=""), "reference"),
        (samples.charge(description="x" * 501), "description has more than 500"),
        (samples.charge(key="x" * 256), "key has"),
        (samples.charge(key=""), "key has"),
    ],
)
def test_a_broken_limit_is_named(transport: Transport, charge: Charge, word: str) -> None:
    shop = gateway(transport)
    assert word in (shop.charge_problem(charge) or "")
    with pytest.raises(Rejected, match=word):
        shop.prepare_charge(charge, samples.card())


def test_what_the_api_cannot_take_is_refused_though_the_account_names_it(
    transport: Transport,
) -> None:
    wide = replace(samples.flowlix(), currencies=("USD", "EUR"))
    shop = FlowlixGateway(wide, transport, clock=samples.clock)
    assert shop.currencies == ("EUR",)
    assert "EUR only" in (shop.charge_problem(samples.charge(Money(1290, "USD"))) or "")


def test_without_a_return_address_nothing_is_charged(transport: Transport) -> None:
    bare = replace(samples.flowlix(), return_url="")
    shop = FlowlixGateway(bare, transport, clock=samples.clock)
    assert "settings" in (shop.charge_problem(samples.charge()) or "")


@pytest.mark.parametrize(
    ("amount", "word"),
    [(Money(0, "EUR"), "above zero"), (Money(1291, "EUR"), "12.90 is left"),
     (Money(100, "USD"), "in EUR")],
)  # fmt: skip
def test_a_refund_that_is_impossible_is_refused_here(
    transport: Transport, amount: Money, word: str
) -> None:
    shop = gateway(transport)
    assert word in (shop.refund_problem(PAID, amount) or "")
    with pytest.raises(Rejected, match=word):
        shop.prepare_refund(samples.refund(PAID, amount))


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (replace(ASKED, reason="x" * 501), "reason", "reason has more than 500 characters"),
        (replace(ASKED, reference="x" * 501), "reference", "1 to 500 characters"),
        (replace(ASKED, key="x" * 256), "key", "1 to 255 characters"),
        (replace(ASKED, key=""), "key", "1 to 255 characters"),
    ],
)
def test_a_broken_limit_of_a_refund_is_named(
    transport: Transport, asked: Refund, field: str, words: str
) -> None:
    with pytest.raises(Rejected, match=words) as raised:
        gateway(transport).prepare_refund(asked)
    assert set(raised.value.fields) == {field}


def test_the_longest_that_is_allowed_is_sent_whole(transport: Transport) -> None:
    asked = replace(ASKED, reason="x" * 500, key="k" * 255)
    prepared = gateway(transport).prepare_refund(asked)
    assert json.loads(bytes(prepared.body))["metadata"]["reason"] == "x" * 500
    charge = samples.charge(reference="r" * 255, description="d" * 500, key="k" * 255)
    assert gateway(transport).charge_problem(charge) is None
