"""Money sent out through PayFac, from our words to the training gateway and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from posapp.gateways.payfac.gateway import PayfacGateway
from posapp.gateways.port import NotFound, Prepared, Rejected
from posapp.model.payout import BankAccount, PayoutStatus, PostalAddress
from posapp.model.secret import Secret
from tests.gateways import samples
from tests.gateways.payfac.payouts import ADA, AMOUNT, CHANNEL, SAVED, SOURCE, to_bank, to_card
from tests.gateways.payfac.shop import Shop
from tests.sandbox.payouts import IBAN, NOT_PERMITTED_CARD, PAID_CARD, QUOTE, REFUSED_CARD

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def payer(shop: Shop) -> AsyncIterator[PayfacGateway]:
    """An account that pays out, at the training gateway."""
    connection = replace(shop.connection, payout_source=SOURCE, processing_channel_id=CHANNEL)
    yield PayfacGateway(connection, shop.transport, clock=samples.present)


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (PAID_CARD, PayoutStatus.PAID, None),
        (REFUSED_CARD, PayoutStatus.DECLINED, "20005"),
        (NOT_PERMITTED_CARD, PayoutStatus.DECLINED, "20057"),
    ],
)
@pytest.mark.parametrize("form", ["by_kind", "classic"])
async def test_a_card_is_paid_or_refused(
    shop: Shop,
    payer: PayfacGateway,
    form: str,
    number: str,
    status: PayoutStatus,
    code: str | None,
) -> None:
    await shop.admin.set(payfac_payout_shape=form)
    first = await payer.send_payout(payer.prepare_payout(to_card(number)))
    assert (await payer.read_payout(first.id)).status is PayoutStatus.PENDING
    await shop.admin.settle()
    payout = await payer.read_payout(first.id)
    assert (payout.status, payout.amount, payout.reference) == (status, AMOUNT, "PO-1")
    assert payout.to == f"Visa …{number[-4:]}"
    assert (payout.decline and payout.decline.code) == code
    [found] = await payer.find_payouts("PO-1")
    assert (found.id, found.status) == (first.id, status)
    assert await payer.find("PO-1", since=samples.present()) == ()
    with pytest.raises(NotFound, match="payout"):
        await payer.read(first.id)


@pytest.mark.parametrize("form", ["by_kind", "newer"])
async def test_a_bank_account_is_paid(shop: Shop, payer: PayfacGateway, form: str) -> None:
    await shop.admin.set(payfac_payout_shape=form)
    first = await payer.send_payout(payer.prepare_payout(to_bank()))
    await shop.admin.settle()
    payout = await payer.read_payout(first.id)
    assert (payout.status, payout.reference) == (PayoutStatus.PAID, "PO-2")
    assert payout.to == "GB …6819"
    assert IBAN not in str(await shop.admin.dump())


async def test_what_payfac_keeps_is_paid_once_under_one_key(
    payer: PayfacGateway,
) -> None:
    prepared = payer.prepare_payout(SAVED)
    ids = set()
    for _ in range(2):
        again: Prepared = replace(prepared, body=bytearray(prepared.body))
        ids.add((await payer.send_payout(again)).id)
    assert len(ids) == 1
    assert len(await payer.find_payouts("PO-3")) == 1


async def test_a_payout_that_was_taken_in_can_still_fail(shop: Shop, payer: PayfacGateway) -> None:
    await shop.admin.fault("fail_later", "payfac.payment", code="50003")
    first = await payer.send_payout(payer.prepare_payout(to_bank()))
    await shop.admin.settle()
    payout = await payer.read_payout(first.id)
    assert payout.status is PayoutStatus.DECLINED
    assert payout.decline is not None
    assert payout.decline.code == "50003"


async def test_payouts_are_no_part_of_the_history_of_payments(
    shop: Shop, payer: PayfacGateway
) -> None:
    payment = await shop.charge()
    await payer.send_payout(payer.prepare_payout(to_bank()))
    until = payment.created_at + timedelta(hours=1)
    reader = PayfacGateway(
        replace(shop.connection, scope="gateway payments:search"),
        shop.transport,
        clock=samples.present,
    )
    page = await reader.history(since=payment.created_at, until=until)
    assert [one.id for one in page.payments] == [payment.id]
    assert [one.reference for one in page.payouts] == ["PO-2"]
    assert page.unreadable == 0


async def test_money_that_comes_back_says_why(shop: Shop, payer: PayfacGateway) -> None:
    await shop.admin.fault("fail_later", "payfac.payment", code="50260")
    first = await payer.send_payout(payer.prepare_payout(to_bank()))
    await shop.admin.settle()
    assert (await payer.read_payout(first.id)).status is PayoutStatus.PAID
    await shop.admin.settle()
    payout = await payer.read_payout(first.id)
    assert payout.status is PayoutStatus.RETURNED
    assert payout.decline is not None
    assert payout.decline.code == "50260"


@pytest.mark.parametrize("kind", ["card", "bank", "saved"])
async def test_all_that_can_be_said_of_a_payout_is_understood(
    shop: Shop, payer: PayfacGateway, kind: str
) -> None:
    """The training gateway refuses what it does not know when it is told to."""
    await shop.admin.set(payfac_refuse_unknown_members=True)
    address = PostalAddress("1 High Street", "2nd floor", "London", "", "W1T 4TJ", "GB")
    account = BankAccount(
        country="GB",
        number=Secret("31926819"),
        bban=Secret("NWBK 6016 1331 9268 19"),
        bank_code="NWBK",
        branch_code="60-16-13",
        swift_bic="NWBKGB2L",
        kind="savings",
    )
    asked = {
        "card": replace(to_card(), transfer_type="PP", statement="Refund"),
        "bank": to_bank(destination=account, scheme="swift", charge_bearer="OUR", quote_id=QUOTE),
        "saved": replace(SAVED, purpose="pension"),
    }[kind]
    if asked.holder:
        asked = replace(asked, holder=replace(asked.holder, address=address))
    asked = replace(asked, sender=replace(ADA, address=address))
    payout = await payer.send_payout(payer.prepare_payout(asked))
    assert payout.status is PayoutStatus.PENDING


async def test_a_number_that_is_none_is_refused_beside_its_field(payer: PayfacGateway) -> None:
    with pytest.raises(Rejected, match="Nothing was paid out") as raised:
        await payer.send_payout(payer.prepare_payout(to_card("4242424242424241")))
    assert set(raised.value.fields) == {"number"}
    assert await payer.find_payouts("PO-1") == ()
