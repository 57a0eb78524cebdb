"""What a charge may become when something goes wrong: unknown, unless something is proved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.outcome import Outcome, Result
from posapp.gateways.port import (
    GatewayError,
    NotAllowed,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorised,
)
from posapp.ledger.errors import LedgerFull
from posapp.model.attempt import Attempt, State
from posapp.model.history import PaymentFilter
from posapp.model.money import Money
from posapp.model.payment import Payment, PaymentStatus
from tests.desk.shop import Shop, euros
from tests.fakes.gateway import Twist

pytestmark = pytest.mark.asyncio

SECONDS = timedelta(seconds=6)
LOST = OutcomeUnknown("The gateway did not answer in time.", said="timeout", request_id="req_9")


def _another(**change: object) -> Twist:
    def answer(payment: Payment) -> Payment:
        return replace(payment, **change)  # type: ignore[arg-type]  # one field of a payment

    return Twist(answer=answer)


UNPROVED = {
    "no answer, and it never arrived": Twist(raises=LOST, lost=True),
    "no answer, though it was carried out": Twist(raises=LOST),
    "no answer, though it was declined": Twist(raises=LOST, status=PaymentStatus.DECLINED),
    "too many requests": Twist(raises=RateLimited("Too many.", retry_after=2), lost=True),
    "an error nobody knows": Twist(raises=GatewayError("Something else.")),
    "a mistake of ours": Twist(raises=KeyError("status")),
    "a mistake of ours before it arrived": Twist(raises=TypeError("None"), lost=True),
    "another amount": _another(amount=Money(1, "EUR")),
    "another currency": _another(amount=Money(1290, "USD")),
    "another reference": _another(reference="T1-1-1-AAAAA"),
    "no reference": _another(reference=""),
    "the other mode": _another(live=True),
    "a status nobody knows": _another(status=PaymentStatus.UNKNOWN, status_said="Frobbed"),
    "declined, for another reference": Twist(
        status=PaymentStatus.DECLINED, answer=lambda p: replace(p, reference="T1-1-1-AAAAA")
    ),
    "declined, for another amount": Twist(
        status=PaymentStatus.DECLINED, answer=lambda p: replace(p, amount=Money(1, "EUR"))
    ),
}


@pytest.mark.parametrize("twist", UNPROVED.values(), ids=UNPROVED.keys())
async def test_what_is_not_proved_is_unknown_and_never_declined(shop: Shop, twist: Twist) -> None:
    order = await shop.order()
    shop.gateway.charges.append(twist)
    sale = await shop.charge(order)
    assert (sale.result, sale.attempt.state) == (Result.UNKNOWN, State.UNKNOWN)
    assert sale.attempt.verdict is None
    assert sale.attempt.note
    assert sale.payment is None
    assert await shop.again(sale.attempt) == sale.attempt
    assert await shop.order_state(order) == "locked"
    with pytest.raises(Refused):
        await shop.charge(order)
    assert shop.gateway.count("charge") <= 1


async def test_an_answer_that_does_not_match_is_not_kept_as_the_payment(shop: Shop) -> None:
    shop.gateway.charges.append(_another(amount=Money(1, "EUR")))
    sale = await shop.charge()
    detail = await shop.ledger.payments.detail(sale.attempt.id)
    assert detail.payment is None
    assert "another amount" in detail.attempt.note


async def test_the_words_and_the_id_of_an_unknown_answer_are_kept(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(raises=LOST))
    attempt = (await shop.charge()).attempt
    assert (attempt.said, attempt.request_id, attempt.note) == ("timeout", "req_9", str(LOST))


DEFINITE: dict[str, tuple[GatewayError, State]] = {
    "it did not leave": (NotSent("The gateway cannot be reached."), State.NOT_SENT),
    "it was rejected": (Rejected("The expiry is wrong."), State.REFUSED),
    "the key is not accepted": (Unauthorised("The key is not accepted."), State.REFUSED),
    "the key lacks the right": (NotAllowed("The key may not charge."), State.REFUSED),
    "the address is wrong": (NotFound("There is no such address."), State.REFUSED),
}


@pytest.mark.parametrize(("problem", "state"), DEFINITE.values(), ids=DEFINITE.keys())
async def test_what_provably_moved_nothing_frees_the_order(
    shop: Shop, problem: GatewayError, state: State
) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=problem, lost=True))
    with pytest.raises(NothingMoved, match=str(problem)):
        await shop.charge(order)
    [row] = (await shop.ledger.payments.page(PaymentFilter())).rows
    assert row.attempt_state is state
    assert await shop.order_state(order) == "open"
    assert (await shop.charge(order)).result is Result.APPROVED


async def test_a_rejection_says_which_fields_to_mend(shop: Shop) -> None:
    fields = {"expiry": "This card has expired."}
    shop.gateway.charges.append(Twist(raises=Rejected("Not accepted.", fields=fields), lost=True))
    with pytest.raises(NothingMoved) as refusal:
        await shop.charge()
    assert refusal.value.fields == fields


class _Disk:
    """A journal that cannot be written for a while."""

    def __init__(self, shop: Shop, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._journal = shop.ledger.journal

    def fills(self, method: str) -> None:
        async def full(*_given: object, **_named: object) -> Attempt:
            raise LedgerFull("The disk is full. Nothing was written and nothing was sent.")

        self._patch.setattr(self._journal, method, full)

    def has_room(self) -> None:
        self._patch.undo()


@pytest.mark.parametrize("method", ["begin", "sending"])
async def test_nothing_is_sent_when_the_disk_is_full(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    order, disk = await shop.order(), _Disk(shop, monkeypatch)
    disk.fills(method)
    with pytest.raises(Refused, match="disk is full"):
        await shop.charge(order)
    assert shop.gateway.calls == []
    disk.has_room()
    await shop.recovery.look_at_what_is_due()
    assert (await shop.charge(order)).result is Result.APPROVED


async def test_a_disk_that_is_full_after_the_answer_never_says_that_nothing_was_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, disk = await shop.order(), _Disk(shop, monkeypatch)
    disk.fills("settle")
    sale = await shop.charge(order)
    assert sale.result is Result.UNKNOWN
    assert "could not be saved" in sale.attempt.note
    assert shop.gateway.count("charge") == 1
    with pytest.raises(Refused):
        await shop.charge(order)
    disk.has_room()
    await shop.passes(SECONDS)
    assert await _found_by_looking(shop, sale) is Result.APPROVED
    assert await shop.order_state(order) == "paid"
    assert shop.gateway.count("charge") == 1


async def test_a_refund_whose_answer_cannot_be_saved_is_looked_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale, disk = await shop.charge(), _Disk(shop, monkeypatch)
    disk.fills("settle")
    refund = await shop.refund(sale, 500)
    assert refund.result is Result.UNKNOWN
    disk.has_room()
    await shop.passes(SECONDS)
    assert (await shop.again(refund.attempt)).state is State.PENDING
    assert shop.gateway.payments["pay_1"].refund_pending == 500
    assert await shop.refunds.left(shop.gateway.payments["pay_1"]) == euros(790)


async def _found_by_looking(shop: Shop, sale: Outcome) -> Result:
    return (await shop.sales.outcome(sale.attempt.id)).result
