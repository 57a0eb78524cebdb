"""The three accounts against the training gateway, over real HTTP: two readings of one contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from posapp.gateways.abilities import PaymentPages
from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import (
    Charge,
    Gateway,
    NotAllowed,
    NotFound,
    Prepared,
    Rejected,
    Unauthorised,
)
from posapp.gateways.transport import Transport
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import ActionState, Check, Payment, PaymentStatus, RefundRecord
from posapp.model.secret import Secret
from posapp.sandbox.endpoints import Endpoints
from posapp.sandbox.server import start
from tests.gateways import samples
from tests.gateways.training import KINDS, PAYFAC, WRONG, Kind, payfac, payfac_connection

pytestmark = pytest.mark.asyncio

TOTAL = Money(1290, "EUR")
PARTIAL = Money(290, "EUR")
each_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
each_flowlix = pytest.mark.parametrize("kind", KINDS[1:], ids=[kind.name for kind in KINDS[1:]])


@pytest_asyncio.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    sandbox = await start()
    yield sandbox.endpoints
    await sandbox.stop()


async def charged(
    shop: Gateway, number: str, *, amount: Money = TOTAL, reference: str = "T1-1043-1-K7QX"
) -> Payment:
    asked = samples.charge(
        amount, reference=reference, key=f"key-{reference}", customer=samples.ADA
    )
    return await shop.send_charge(shop.prepare_charge(asked, samples.card(number)))


async def settled(
    shop: Gateway, payment: Payment, done: Callable[[Payment], bool] | None = None
) -> Payment:
    """Read until the payment is what is waited for; by default neither pending nor authorised."""
    moving = (PaymentStatus.PENDING, PaymentStatus.AUTHORISED)
    async with asyncio.timeout(30):
        while not (done(payment) if done else payment.status not in moving):
            await asyncio.sleep(0.1)
            payment = await shop.read(payment.id)
    return payment


async def paid(kind: Kind, made: Endpoints, transport: Transport) -> tuple[Gateway, Payment]:
    shop = kind.build(made, transport, False)
    return shop, await settled(shop, await charged(shop, kind.approved))


@each_kind
async def test_an_approved_charge_echoes_what_was_asked_and_is_captured(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    first = await charged(shop, kind.approved)
    assert first.status in (PaymentStatus.AUTHORISED, PaymentStatus.PENDING)
    payment = await settled(shop, first)
    for told in (first, payment):
        assert (told.id, told.reference, told.amount) == (first.id, "T1-1043-1-K7QX", TOTAL)
        assert told.live in (False, None)
        assert told.card is not None
        assert told.card.last4 == kind.approved[-4:]
        assert abs(told.created_at - samples.present()) < timedelta(minutes=5)
    assert payment.status is PaymentStatus.CAPTURED
    assert (payment.captured, payment.refunded, payment.refundable) == (1290, 0, 1290)
    assert payment.card is not None
    assert payment.card.brand == "Visa"


@each_kind
async def test_a_declined_charge_is_a_result_with_a_reason(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    payment = await settled(shop, await charged(shop, kind.declined))
    assert payment.status is PaymentStatus.DECLINED
    assert payment.decline is not None
    assert payment.decline.code == kind.decline_code
    assert (payment.captured, payment.refundable) == (0, 0)
    again = await shop.read(payment.id)
    assert again.decline is not None
    assert again.decline.code == kind.decline_code


@each_flowlix
async def test_a_card_that_needs_the_bank_leads_to_an_address(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    payment = await settled(shop, await charged(shop, "4635440000002223"))
    assert payment.status is PaymentStatus.ACTION_NEEDED
    assert payment.action_url.startswith("http://127.0.0.1:")


@each_flowlix
async def test_a_page_for_the_customer_is_made_once_and_found_again(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    assert isinstance(shop, PaymentPages)
    began = samples.present()
    prepared = shop.prepare_page(samples.charge(TOTAL, description="Order 1043"))
    payment = await shop.send_page(prepared)
    assert (await shop.send_page(prepared)).id == payment.id
    assert (payment.reference, payment.amount) == ("T1-1043-1-K7QX", TOTAL)
    [found] = await shop.find(payment.reference, since=began)
    for told in (payment, found, await shop.read(payment.id)):
        assert told.status is PaymentStatus.ACTION_NEEDED
        assert told.action_url.startswith("http://127.0.0.1:")


async def test_a_phone_order_at_payfac_that_needs_the_bank_is_declined(
    endpoints: Endpoints, transport: Transport
) -> None:
    shop = payfac(endpoints, transport, False)
    payment = await charged(shop, "4500622868341387")
    assert payment.decline is not None
    assert payment.decline.code == "20154"
    assert not payment.decline.same_card_sensible


@each_kind
async def test_a_payment_is_found_by_its_reference_and_no_other(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    began = samples.present()
    payment = await charged(shop, kind.approved)
    await charged(shop, kind.approved, reference="T1-1044-1-K7QX")
    found = await shop.find(payment.reference, since=began)
    assert [(one.id, one.amount) for one in found] == [(payment.id, TOTAL)]
    assert await shop.find("T1-1043-1", since=began) == ()
    assert await shop.find("T1-9999-1-K7QX", since=began) == ()


@each_kind
async def test_a_payment_that_is_not_there_is_not_found(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    payment = await charged(shop, kind.approved)
    with pytest.raises(NotFound):
        await shop.read(payment.id[:-1] + ("a" if payment.id[-1] != "a" else "b"))


@each_kind
async def test_part_of_a_payment_is_refunded_and_then_the_rest(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop, payment = await paid(kind, endpoints, transport)
    for amount, left in ((PARTIAL, 1000), (Money(1000, "EUR"), 0)):
        refund = samples.refund(payment, amount, key=f"refund-{left}")
        record = await shop.send_refund(shop.prepare_refund(refund))
        assert (record.amount, record.state) == (amount, ActionState.PENDING)
        payment = await settled(shop, payment, is_done(record.id))
        assert (payment.refundable, payment.refund_pending) == (left, 0)
    assert payment.status is PaymentStatus.REFUNDED
    assert [one.amount.minor for one in payment.refunds] == [290, 1000]
    assert await shop.find(payment.reference, since=payment.created_at) != ()


@each_kind
async def test_a_payment_is_refunded_as_a_whole(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop, payment = await paid(kind, endpoints, transport)
    record = await shop.send_refund(shop.prepare_refund(samples.refund(payment, TOTAL)))
    payment = await settled(shop, payment, is_done(record.id))
    assert payment.status is PaymentStatus.REFUNDED
    assert (payment.refunded, payment.refundable) == (1290, 0)


@each_kind
async def test_more_than_was_paid_is_not_refunded(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop, payment = await paid(kind, endpoints, transport)
    mistaken = replace(payment, captured=9000, refundable=9000)
    prepared = shop.prepare_refund(samples.refund(mistaken, Money(1291, "EUR")))
    with pytest.raises(Rejected, match="Nothing was refunded"):
        await shop.send_refund(prepared)
    assert (await shop.read(payment.id)).refundable == 1290


@each_kind
async def test_a_declined_payment_cannot_be_refunded(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    payment = await settled(shop, await charged(shop, kind.declined))
    mistaken = replace(payment, captured=1290, refundable=1290)
    with pytest.raises((Rejected, NotAllowed), match=r"Nothing was refunded"):
        await shop.send_refund(shop.prepare_refund(samples.refund(mistaken, TOTAL)))


@each_kind
async def test_a_wrong_key_is_refused_and_nothing_is_charged(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    stranger = kind.build(endpoints, transport, True)
    with pytest.raises(Unauthorised):
        await stranger.check()
    with pytest.raises(Unauthorised):
        await charged(stranger, kind.approved)
    with pytest.raises(Unauthorised):
        await stranger.find("T1-1043-1-K7QX", since=samples.NOW)
    shop = kind.build(endpoints, transport, False)
    assert await shop.find("T1-1043-1-K7QX", since=samples.present()) == ()


@each_kind
async def test_the_same_key_never_charges_twice(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop = kind.build(endpoints, transport, False)
    asked = samples.charge(customer=samples.ADA)
    began = samples.present()
    ids = set()
    for _ in range(2):
        prepared = shop.prepare_charge(asked, samples.card(kind.approved))
        ids.add((await shop.send_charge(prepared)).id)
    assert len(ids) == 1
    assert len(await shop.find(asked.reference, since=began)) == 1


@each_kind
async def test_the_same_key_never_refunds_twice(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    shop, payment = await paid(kind, endpoints, transport)
    prepared = shop.prepare_refund(samples.refund(payment, PARTIAL))
    records: list[RefundRecord] = []
    for body in (bytearray(prepared.body), bytearray(prepared.body)):
        again = Prepared(
            operation=prepared.operation,
            path=prepared.path,
            body=body,
            key=prepared.key,
            fingerprint=prepared.fingerprint,
            keeps=prepared.keeps,
            reference=prepared.reference,
            amount=prepared.amount,
        )
        records.append(await shop.send_refund(again))
    assert records[0].id == records[1].id
    payment = await settled(shop, payment, is_done(records[0].id))
    assert payment.refundable == 1000


@each_kind
async def test_the_check_proves_address_and_key(
    kind: Kind, endpoints: Endpoints, transport: Transport
) -> None:
    assert "training" in await kind.build(endpoints, transport, False).check()


@each_kind
async def test_all_of_it_works_on_the_loop_of_the_windows(
    kind: Kind, qapp: object, endpoints: Endpoints, transport: Transport
) -> None:
    assert qapp is not None
    shop, payment = await paid(kind, endpoints, transport)
    assert len(await shop.find(payment.reference, since=payment.created_at)) == 1


async def test_a_number_that_is_none_is_refused_by_payfac_beside_its_field(
    endpoints: Endpoints, transport: Transport
) -> None:
    shop = payfac(endpoints, transport, False)
    with pytest.raises(Rejected) as raised:
        await charged(shop, "4242424242424241")
    assert set(raised.value.fields) == {"number"}


@pytest.mark.parametrize("way", ["json", "form", "key"])
async def test_payfac_lets_us_in_by_every_way_there_is(
    endpoints: Endpoints, transport: Transport, way: str
) -> None:
    connection = payfac_connection(endpoints)
    if way == "form":
        connection = replace(connection, token_body="form")
    if way == "key":
        connection = replace(connection, api_key=Secret(endpoints.payfac.api_key))
    shop = PayfacGateway(connection, transport, clock=samples.present)
    assert (await charged(shop, PAYFAC.approved)).status is PaymentStatus.AUTHORISED


@pytest.mark.parametrize(
    ("street", "code", "address", "security"),
    [
        ("Test_Y", "100", Check.MATCH, Check.MATCH),
        ("Test_Z", "100", Check.PARTIAL, Check.MATCH),
        ("Test_N", "204", Check.NO_MATCH, Check.NO_MATCH),
        ("Hauptstr. 5", "202", Check.NOT_CHECKED, Check.NOT_CHECKED),
    ],
)
async def test_payfac_compares_address_and_security_code(
    endpoints: Endpoints,
    transport: Transport,
    street: str,
    code: str,
    address: Check,
    security: Check,
) -> None:
    shop = payfac(endpoints, transport, False)
    asked: Charge = samples.charge(
        customer=Customer(address=street, postcode="W1T 4TJ", city="London", country="GB")
    )
    card = samples.card("4659105569051157", code=code)
    payment = await shop.send_charge(shop.prepare_charge(asked, card))
    assert (payment.address_check, payment.code_check) == (address, security)


async def test_payfac_verifies_the_signature_of_a_refund(
    endpoints: Endpoints, transport: Transport
) -> None:
    _, payment = await paid(PAYFAC, endpoints, transport)
    connection = replace(payfac_connection(endpoints), signing_secret=WRONG)
    forger = PayfacGateway(connection, transport, clock=samples.present)
    with pytest.raises(Rejected, match="signing secret"):
        await forger.send_refund(forger.prepare_refund(samples.refund(payment, PARTIAL)))


def is_done(refund_id: str) -> Callable[[Payment], bool]:
    def done(payment: Payment) -> bool:
        states = {one.id: one.state for one in payment.refunds}
        return states.get(refund_id) is ActionState.DONE

    return done
