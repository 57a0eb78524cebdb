"""Taking a payment: what is written down when, what staff are told, and that cards are wiped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from posapp.desk.errors import NothingMoved, Refused
from posapp.desk.outcome import Result
from posapp.gateways.port import NotSent, Prepared
from posapp.ledger.errors import LedgerFull
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Attempt, Kind, State, Verdict
from posapp.model.payment import PaymentStatus
from posapp.runtime.tasks import spawn
from tests.desk.shop import AUDIT_KEY, LEDGER_KEY, NUMBER, WHO, Shop, card, euros, is_wiped
from tests.fakes.gateway import Twist
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_the_attempt_is_on_the_disk_before_the_gateway_is_called(
    shop: Shop, ledger_path: Path
) -> None:
    seen: list[Attempt] = []

    async def look(_prepared: Prepared) -> None:
        other = await Ledger.open(
            ledger_path, key=LEDGER_KEY, audit_key=AUDIT_KEY, clock=shop.clock, till="T2"
        )
        seen.extend(await other.journal.open_attempts())
        await other.close()

    shop.gateway.watch = look
    await shop.charge(await shop.order(4990))
    [attempt] = seen
    [prepared] = shop.gateway.prepared
    assert attempt.state is State.SENDING
    assert attempt.intent.kind is Kind.CHARGE
    assert attempt.intent.amount == euros(4990)
    assert attempt.intent.reference == prepared.reference
    assert attempt.intent.key == prepared.key
    assert attempt.intent.fingerprint == prepared.fingerprint
    assert (attempt.intent.who, attempt.intent.till) == (WHO, "T1")
    assert (attempt.intent.card_brand, attempt.intent.card_last4) == ("Visa", NUMBER[-4:])


async def test_the_journal_keeps_only_the_last_four_of_a_card(
    shop: Shop, ledger_path: Path
) -> None:
    sale = await shop.charge()
    kept = repr(await shop.ledger.payments.detail(sale.attempt.id)) + repr(sale)
    assert NUMBER not in kept
    assert NUMBER[:12] not in kept
    assert NUMBER[-5:] not in kept
    assert sale.attempt.intent.body == b""
    for file in ledger_path.parent.iterdir():
        assert NUMBER.encode() not in file.read_bytes()


async def test_an_approval_pays_the_order(shop: Shop) -> None:
    order = await shop.order()
    sale = await shop.charge(order)
    assert sale.result is Result.APPROVED
    assert sale.is_final
    assert sale.payment == shop.gateway.payments["pay_1"]
    assert (sale.attempt.state, sale.attempt.verdict) == (State.SETTLED, Verdict.APPROVED)
    assert sale.attempt.ended_at is not None
    assert await shop.order_state(order) == "paid"


async def test_a_decline_opens_the_order_again(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(status=PaymentStatus.DECLINED))
    sale = await shop.charge(order)
    assert sale.result is Result.DECLINED
    assert sale.payment is not None
    assert sale.payment.decline is not None
    assert await shop.order_state(order) == "open"


async def test_after_a_decline_the_next_try_is_an_attempt_of_its_own(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(status=PaymentStatus.DECLINED))
    first = await shop.charge(order)
    second = await shop.charge(order)
    assert second.result is Result.APPROVED
    assert first.attempt.id != second.attempt.id
    assert first.attempt.intent.key != second.attempt.intent.key
    assert first.attempt.intent.reference != second.attempt.intent.reference
    assert first.attempt.intent.reference.startswith(f"T1-{order.number}-1-")
    assert second.attempt.intent.reference.startswith(f"T1-{order.number}-2-")


async def test_a_paid_order_is_not_charged_again(shop: Shop) -> None:
    order = await shop.order()
    await shop.charge(order)
    with pytest.raises(Refused, match="paid already"):
        await shop.charge(order)  # the caller's order still says that it is open
    assert shop.gateway.count("charge") == 1


async def test_of_two_charges_at_once_one_goes_and_the_other_is_refused(shop: Shop) -> None:
    order = await shop.order()
    results = await asyncio.gather(shop.charge(order), shop.charge(order), return_exceptions=True)
    refused = [each for each in results if isinstance(each, Refused)]
    assert len(refused) == 1
    assert shop.gateway.count("charge") == 1
    assert len(shop.gateway.payments) == 1


async def test_an_order_that_is_being_checked_is_not_charged(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(raises=RuntimeError("cut off")))
    await shop.charge(order)
    assert await shop.order_state(order) == "locked"
    with pytest.raises(Refused, match="still open"):
        await shop.charge(order)
    assert shop.gateway.count("charge") == 1


async def test_a_pending_charge_is_followed_to_its_approval(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(status=PaymentStatus.PENDING))
    shop.gateway.reads.extend((Twist(), Twist(status=PaymentStatus.CAPTURED)))
    sale = await shop.charge(order)
    assert sale.result is Result.APPROVED
    assert shop.gateway.count("read") == 2
    assert await shop.order_state(order) == "paid"


async def test_a_pending_charge_is_followed_to_its_decline(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(status=PaymentStatus.PENDING))
    shop.gateway.reads.append(Twist(status=PaymentStatus.DECLINED))
    assert (await shop.charge()).result is Result.DECLINED


async def test_a_charge_that_stays_pending_is_not_known_and_locks_the_order(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(status=PaymentStatus.PENDING))
    sale = await shop.charge(order)
    assert (sale.result, sale.attempt.state) == (Result.UNKNOWN, State.PENDING)
    assert await shop.order_state(order) == "locked"


async def test_a_read_that_fails_while_following_ends_nothing(shop: Shop) -> None:
    shop.gateway.charges.append(Twist(status=PaymentStatus.PENDING))
    shop.gateway.reads.extend(
        (
            Twist(raises=NotSent("The gateway cannot be reached.")),
            Twist(raises=ValueError("not understood")),
            Twist(status=PaymentStatus.CAPTURED),
        )
    )
    assert (await shop.charge()).result is Result.APPROVED


async def test_a_payment_that_needs_the_customer_is_not_polled(shop: Shop) -> None:
    order = await shop.order()
    shop.gateway.charges.append(Twist(status=PaymentStatus.ACTION_NEEDED))
    sale = await shop.charge(order)
    assert (sale.result, sale.attempt.state) == (Result.ACTION_NEEDED, State.PENDING)
    assert shop.gateway.count("read") == 0
    assert await shop.order_state(order) == "locked"


async def test_the_outcome_can_be_asked_for_again(shop: Shop) -> None:
    sale = await shop.charge()
    assert await shop.sales.outcome(sale.attempt.id) == sale


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lines": ()}, "The order is empty"),
        ({"lines": "free"}, "The total is zero"),
    ],
)
async def test_nothing_is_sent_for_an_order_without_a_price(
    shop: Shop, change: dict[str, object], sentence: str
) -> None:
    order = await shop.order()
    if change["lines"] == "free":
        order = replace(order, lines=(replace(order.lines[0], unit_price=euros(0)),))
    else:
        order = replace(order, lines=())
    with pytest.raises(Refused, match=sentence):
        await shop.charge(order)
    assert await shop.ledger.journal.open_attempts() == ()
    assert shop.gateway.calls == []


async def test_what_the_gateway_cannot_take_is_refused_before_it_is_written(shop: Shop) -> None:
    shop.gateway.limit = "Main takes at most 5.00."
    with pytest.raises(Refused, match=r"at most 5.00") as refusal:
        await shop.charge()
    assert not isinstance(refusal.value, NothingMoved)
    assert await shop.ledger.journal.open_attempts() == ()


async def test_an_account_that_is_not_set_up_is_refused(shop: Shop) -> None:
    keyed = card()
    with pytest.raises(Refused, match="no longer set up"):
        await shop.sales.charge(await shop.order(), keyed, account="gone", who=WHO)
    assert shop.gateway.calls == []


async def test_staff_hear_of_every_charge_and_the_recovery_is_woken(shop: Shop) -> None:
    heard: list[str] = []
    shop.till.news.listen(lambda: heard.append("news"))
    shop.till.bell.listen(lambda: heard.append("bell"))
    await shop.charge()
    assert heard == ["news", "bell"]
    shop.gateway.limit = "No."
    with pytest.raises(Refused):
        await shop.charge()
    assert heard == ["news", "bell"] * 2


# The card dies early.

Break = Callable[[Shop, pytest.MonkeyPatch], None]


def _nothing(_shop: Shop, _patch: pytest.MonkeyPatch) -> None:
    """The charge goes through."""


def _not_sent(shop: Shop, _patch: pytest.MonkeyPatch) -> None:
    shop.gateway.charges.append(Twist(raises=NotSent("No network."), lost=True))


def _ours(shop: Shop, _patch: pytest.MonkeyPatch) -> None:
    shop.gateway.charges.append(Twist(raises=KeyError("amount")))


def _declined(shop: Shop, _patch: pytest.MonkeyPatch) -> None:
    shop.gateway.charges.append(Twist(status=PaymentStatus.DECLINED))


def _full_disk(shop: Shop, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shop.ledger.journal, "begin", _raises_full)


def _full_disk_later(shop: Shop, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shop.ledger.journal, "settle", _raises_full)


def _cannot_build(shop: Shop, patch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> Prepared:
        raise ZeroDivisionError

    patch.setattr(shop.gateway, "prepare_charge", broken)


async def _raises_full(*_given: object, **_named: object) -> Attempt:
    raise LedgerFull("The disk is full.")


@pytest.mark.parametrize(
    "breaks",
    [
        _nothing, _not_sent, _ours, _declined, _full_disk, _full_disk_later, _cannot_build
    ],
)  # fmt: skip
async def test_once_its_request_is_built_the_card_is_wiped_on_every_path(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, breaks: Break
) -> None:
    order, keyed = await shop.order(), card()
    number, code = keyed.number.view(), keyed.code.view()
    breaks(shop, monkeypatch)
    await asyncio.gather(shop.charge(order, keyed), return_exceptions=True)
    assert is_wiped(keyed, number, code)
    assert all(not any(prepared.body) for prepared in shop.gateway.prepared)


async def test_a_card_that_is_refused_before_that_can_be_mended(shop: Shop) -> None:
    keyed = card()
    shop.gateway.limit = "Main takes at most 5.00."
    with pytest.raises(Refused):
        await shop.charge(keyed=keyed)
    assert shop.gateway.prepared == []
    shop.gateway.limit = None
    assert (await shop.charge(keyed=keyed)).result is Result.APPROVED
    assert not len(keyed.number)


async def test_the_card_is_wiped_before_the_first_byte_leaves(shop: Shop) -> None:
    keyed, found = card(), []

    async def look(_prepared: Prepared) -> None:
        found.append((len(keyed.number), len(keyed.code)))

    shop.gateway.watch = look
    await shop.charge(keyed=keyed)
    assert found == [(0, 0)]


async def test_the_card_is_wiped_when_the_charge_is_cancelled(shop: Shop) -> None:
    order, keyed = await shop.order(), card()
    number, code = keyed.number.view(), keyed.code.view()
    reached, never = asyncio.Event(), asyncio.Event()

    async def hang(_prepared: Prepared) -> None:
        reached.set()
        await never.wait()

    shop.gateway.watch = hang
    task = spawn(shop.charge(order, keyed), name="charge")
    await reached.wait()
    task.cancel()
    await until(task.done)
    assert task.cancelled()
    assert is_wiped(keyed, number, code)
    [prepared] = shop.gateway.prepared
    assert not any(prepared.body)
    assert not shop.till.under_way.busy


async def test_a_cancelled_charge_is_unknown_at_the_next_look(shop: Shop) -> None:
    order = await shop.order()
    reached, never = asyncio.Event(), asyncio.Event()

    async def hang(_prepared: Prepared) -> None:
        reached.set()
        await never.wait()

    shop.gateway.watch = hang
    task = spawn(shop.charge(order), name="charge")
    await reached.wait()
    task.cancel()
    await until(task.done)
    [attempt] = await shop.ledger.journal.open_attempts()
    assert (await shop.recovery.check(attempt)).state is State.UNKNOWN
    assert await shop.order_state(order) == "locked"
