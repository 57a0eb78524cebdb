"""An answer about something else than was asked stops its account until somebody has looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.desk.errors import Refused
from posapp.desk.outcome import Result
from posapp.gateways.port import OutcomeUnknown
from posapp.model.attempt import State
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus, RefundRecord
from tests.desk.shop import WHO, Shop, card, euros
from tests.fakes.accounts import GivenAccounts
from tests.fakes.gateway import FakeGateway, Twist

pytestmark = pytest.mark.asyncio


def _said(**change: object) -> Twist:
    def answer(payment: Payment) -> Payment:
        return replace(payment, **change)  # type: ignore[arg-type]  # one field of a payment

    return Twist(answer=answer)


FOREIGN = {
    "another amount": _said(amount=Money(1, "EUR")),
    "another currency": _said(amount=Money(1290, "USD")),
    "another reference": _said(reference="T1-1-1-AAAAA"),
    "the other mode": _said(live=True),
}


@pytest.mark.parametrize("twist", FOREIGN.values(), ids=FOREIGN.keys())
async def test_an_answer_about_something_else_pauses_its_account(
    shop: Shop, accounts: GivenAccounts, twist: Twist
) -> None:
    shop.gateway.charges.append(twist)
    sale = await shop.charge()
    assert sale.attempt.state is State.UNKNOWN
    [pause] = await shop.ledger.pauses.all()
    assert (pause.account, pause.attempt, pause.at) == ("main", sale.attempt.id, shop.clock())
    assert pause.why == sale.attempt.note
    assert accounts.dropped == 1


async def test_no_balance_is_believed_that_is_about_another_payment(shop: Shop) -> None:
    sale = await shop.charge()
    payment = shop.gateway.payments["pay_1"]
    shop.gateway.payments["pay_1"] = replace(
        payment, amount=euros(99_00), captured=99_00, refundable=99_00
    )
    with pytest.raises(Refused, match=r"another amount.* Nothing was refunded, .* paused"):
        await shop.refund(sale, 50_00)
    assert shop.gateway.count("refund") == 0
    assert [pause.attempt for pause in await shop.ledger.pauses.all()] == [sale.attempt.id]
    assert (await shop.book.detail(sale.attempt.id)).payment == payment


async def test_nothing_is_begun_through_a_paused_account_but_look_ups_go_on(shop: Shop) -> None:
    earlier = await shop.charge()
    shop.gateway.charges.append(FOREIGN["another amount"])
    sale = await shop.charge()
    sent = shop.gateway.sent_keys[:]
    for refused in (shop.charge(), shop.refund(earlier, 500)):
        with pytest.raises(Refused, match="A supervisor looks at that payment"):
            await refused
    with pytest.raises(Refused, match="supervisor"):
        await shop.links.create(await shop.order(), account="main", who=WHO)
    assert shop.gateway.sent_keys == sent
    await shop.passes(timedelta(seconds=6))
    assert (await shop.again(sale.attempt)).state is State.SETTLED
    assert len(await shop.ledger.pauses.all()) == 1


async def test_a_paused_account_goes_on_when_it_is_resumed(shop: Shop) -> None:
    shop.gateway.charges.append(FOREIGN["the other mode"])
    await shop.charge()
    await shop.ledger.pauses.resume("main", who=WHO)
    await shop.ledger.pauses.resume("main", who=WHO)
    assert await shop.ledger.pauses.all() == ()
    assert (await shop.charge()).result is Result.APPROVED
    assert await shop.ledger.check() == ()


async def test_other_accounts_are_not_paused(shop: Shop, accounts: GivenAccounts) -> None:
    other = FakeGateway(shop.clock, account="other", label="Other")
    accounts.gateways["other"] = other
    shop.gateway.charges.append(FOREIGN["another amount"])
    await shop.charge()
    sale = await shop.sales.charge(await shop.order(), card(), account="other", who=WHO)
    assert sale.result is Result.APPROVED


async def test_a_refund_that_is_answered_with_another_amount_pauses_the_account(
    shop: Shop,
) -> None:
    def dearer(record: RefundRecord) -> RefundRecord:
        return replace(record, amount=Money(501, "EUR"))

    sale = await shop.charge()
    shop.gateway.refunds.append(Twist(refund=dearer))
    refund = await shop.refund(sale, 500)
    assert refund.attempt.state is State.UNKNOWN
    [pause] = await shop.ledger.pauses.all()
    assert pause.attempt == refund.attempt.id


async def test_a_found_payment_that_does_not_fit_pauses_the_account_once(shop: Shop) -> None:
    shop.gateway.charges.append(FOREIGN["another amount"])
    sale = await shop.charge()
    shop.gateway.finds.append(FOREIGN["another currency"])
    await shop.passes(timedelta(seconds=3))
    [pause] = await shop.ledger.pauses.all()
    assert "amount" in pause.why
    assert (await shop.again(sale.attempt)).state is State.UNKNOWN


async def test_a_word_nobody_knows_and_a_lost_answer_pause_nothing(shop: Shop) -> None:

    shop.gateway.charges.append(_said(status=PaymentStatus.UNKNOWN, status_said="Frobbed"))
    shop.gateway.charges.append(Twist(raises=OutcomeUnknown("No answer.")))
    await shop.charge()
    await shop.charge()
    assert await shop.ledger.pauses.all() == ()
