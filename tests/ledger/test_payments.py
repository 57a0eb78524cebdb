"""The list of payments: its pages, its views, what is found in it, and one payment in full."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from posapp.ledger.errors import WrongPayment
from posapp.ledger.ledger import Ledger
from posapp.ledger.payments import _matching
from posapp.ledger.tables import attempts
from posapp.model.attempt import State, Verdict
from posapp.model.history import PaymentCounts, PaymentFilter, View
from posapp.model.money import Money
from posapp.model.order import Customer
from posapp.model.payment import (
    ActionState,
    Decline,
    DeclineClass,
    PaymentStatus,
    RefundRecord,
)
from tests.ledger.conftest import Opener
from tests.ledger.samples import ADA, Clock, charge, new_order, paid, payment_of, refund, sent

pytestmark = pytest.mark.asyncio

LINDQVIST = Customer(name="B. Lindqvist", phone="040 / 5556-77", email="b.lindqvist@post.example")
ACCENTS = Customer(name="Zoë Größe-Ångström", phone="+47 22 33 44 55", email="")


def bare(number: int, at: int, **more: object) -> Mapping[str, object]:
    """A charge as a row, without everything that belongs to it."""
    return {
        "kind": "charge", "state": "settled", "verdict": "approved", "account": "a",
        "minor": 100, "currency": "EUR", "reference": f"R{number}", "key": f"k{number}",
        "fingerprint": "", "body": b"", "who": "", "till": "T1", "order_id": f"o{number}",
        "reason": "", "card_brand": "Visa", "card_last4": "4242", "prepared_at": at,
        "sent_at": at, "payment_id": f"p{number}", **more,
    }  # fmt: skip


async def add(ledger: Ledger, rows: list[Mapping[str, object]]) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(attempts), rows)

    await ledger._database.write(work)


async def test_pages_hold_every_payment_once_in_order_while_new_ones_come_in(
    ledger: Ledger,
) -> None:
    chance = random.Random(5)  # noqa: S311 - test data, the same each time
    times = [chance.randrange(1_000, 2_000) for _ in range(5_000)]  # many at the same moment
    await add(ledger, [bare(number, at) for number, at in enumerate(times)])
    listed, after, newest = [], "", 10_000
    while True:
        page = await ledger.payments.page(PaymentFilter(), after=after, limit=173)
        listed += [(row.at, row.attempt_id) for row in page.rows]
        if not page.next:
            break
        after = page.next
        newest += 1
        await add(ledger, [bare(newest, 3_000)])
    assert len(listed) == 5_000
    assert listed == sorted(set(listed), reverse=True)


async def plan(ledger: Ledger, wanted: PaymentFilter) -> str:
    """How the database goes about it."""

    def work(connection: Connection) -> str:
        query = _matching(connection, wanted).order_by(
            attempts.c.prepared_at.desc(), attempts.c.id.desc()
        )
        compiled = query.compile(
            connection.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
        return " | ".join(row.detail for row in rows)

    return await ledger._database.read(work)


@pytest.mark.parametrize("place", ["file"], indirect=True)
async def test_no_list_reads_the_whole_history(ledger: Ledger) -> None:
    everything = await plan(ledger, PaymentFilter())
    assert "USING INDEX attempts_by_time" in everything
    assert "TEMP B-TREE" not in everything
    for view in ("unknown", "action_needed"):
        assert "SCAN attempts USING INDEX attempts_open" in await plan(
            ledger, PaymentFilter(view=view)
        )
    pending = await plan(ledger, PaymentFilter(view="refund_pending"))
    assert "SCAN payments USING INDEX payments_with_refunds_on_their_way" in pending
    assert "SCAN refund USING INDEX attempts_open" in pending
    assert "SEARCH attempts USING INTEGER PRIMARY KEY" in pending
    assert "SEARCH attempts USING INTEGER PRIMARY KEY" in await plan(
        ledger, PaymentFilter(text="ada")
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("29.92", "both"),
        ("29,92", "both"),
        ("2992", "both"),
        ("€29.92", "both"),
        ("EUR 29.92", "both"),
        ("29.9", "both"),
        ("29.93", ""),
        ("99.2", ""),
        ("4242", "both"),
        ("242", ""),
        ("visa", "both"),
        ("1001", "first"),
        ("Zoë", "first"),
        ("zoe", "first"),
        ("GROSSE", "first"),
        ("größe ang", "first"),
        ("angstrom", "first"),
        ("lindqvist", "second"),
        ("b. lind", "second"),
        ("lindqvist zoe", ""),
        ("post.example", "second"),
        ("b.lindqvist@post", "second"),
        ("040 5556", "second"),
        ("040/5556", "second"),
        ("0405556", "second"),
        ("555677", "second"),
        ("+47 22 33", "first"),
        ("022334455", "first"),
        ("0047 22", "first"),
        ("22334455", "first"),
        ("T1-1001-1-", "first"),
        ("t1-1002", "second"),
        ("A1B2C3", "both"),
        ("", "both"),
        ("   ", "both"),
        ("nobody", ""),
        ("🙂", ""),
        ("!!!", ""),
    ],
)
async def test_payments_are_found_by_what_people_type(
    ledger: Ledger, text: str, found: str
) -> None:
    first, _ = await paid(ledger, await new_order(ledger, ACCENTS))
    second, _ = await paid(ledger, await new_order(ledger, LINDQVIST))
    page = await ledger.payments.page(PaymentFilter(text=text))
    expected = {"first": [first.id], "second": [second.id], "both": [second.id, first.id]}
    assert [row.attempt_id for row in page.rows] == expected.get(found, [])


HOSTILE = (
    "' OR 1=1 --", '"', '"" AND ""', "NEAR(a b)", "a* OR b*", "words:ada", "NOT ada", "-ada", "^a",
    "(", ")", "{a b}", "a + b", "🙂🙂", "\0", "\ud800", "%_%", "ada\\", "; DROP TABLE orders;",
    "a" * 10_000, "a " * 5_000, "1." * 5_000, "-" * 10_000, "٣٤٥", "\uff11\uff12", "a\u0301" * 500,
)  # fmt: skip


async def test_any_text_can_be_typed(ledger: Ledger) -> None:
    await paid(ledger)
    for text in HOSTILE:
        await ledger.payments.page(PaymentFilter(text=text))
        await ledger.customers.search(text)
        await ledger.catalogue.search(text)
    assert await ledger.check() == ()


async def test_a_charge_is_found_as_soon_as_it_is_being_sent_and_not_before(
    ledger: Ledger,
) -> None:
    attempt = await ledger.journal.begin(charge(await new_order(ledger)))
    assert (await ledger.payments.page(PaymentFilter())).rows == ()
    await ledger.journal.sending(attempt.id)
    (row,) = (await ledger.payments.page(PaymentFilter(text="muster"))).rows
    assert (row.attempt_id, row.customer, row.attempt_state) == (
        attempt.id,
        "Ada Muster",
        State.SENDING,
    )


async def test_a_corrected_name_is_what_a_declined_charge_is_found_by(ledger: Ledger) -> None:
    order = await new_order(ledger)
    attempt = await sent(ledger, charge(order))
    await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=Verdict.DECLINED)
    await ledger.orders.save(replace(order, customer=LINDQVIST))
    (row,) = (await ledger.payments.page(PaymentFilter(text="lindqvist"))).rows
    assert row.customer == "B. Lindqvist"
    assert (await ledger.payments.page(PaymentFilter(text="muster"))).rows == ()


async def test_a_code_that_comes_later_is_found_too(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    await ledger.payments.store(replace(payment, auth_code="LATER9"))
    assert len((await ledger.payments.page(PaymentFilter(text="later9"))).rows) == 1


async def test_the_pinned_views_and_their_counts(ledger: Ledger) -> None:
    async def pending(status: PaymentStatus) -> int:
        attempt = await sent(ledger, charge(await new_order(ledger)))
        payment = payment_of(attempt, status=status)
        await ledger.journal.settle(attempt.id, state=State.PENDING, payment=payment)
        return attempt.id

    unknown = await sent(ledger, charge(await new_order(ledger)))
    await ledger.journal.settle(unknown.id, state=State.UNKNOWN)
    working = await pending(PaymentStatus.PENDING)
    waiting = await pending(PaymentStatus.ACTION_NEEDED)
    await paid(ledger)
    ours, payment = await paid(ledger)
    await sent(ledger, refund(payment, 100))
    theirs, payment = await paid(ledger)
    await ledger.payments.store(replace(payment, refund_pending=50, refundable=2942))
    expected: dict[View, list[int]] = {
        "unknown": [working, unknown.id],
        "action_needed": [waiting],
        "refund_pending": [theirs.id, ours.id],
    }
    for view, ids in expected.items():
        page = await ledger.payments.page(PaymentFilter(view=view))
        assert [row.attempt_id for row in page.rows] == ids, view
        found = await ledger.payments.page(PaymentFilter(view=view, text="muster"))
        assert [row.attempt_id for row in found.rows] == ids, view
    assert await ledger.payments.counts() == PaymentCounts(
        unknown=2, refund_pending=2, action_needed=1
    )


async def test_a_row_shows_refunds_under_way_once(ledger: Ledger) -> None:
    _, payment = await paid(ledger)
    attempt = await sent(ledger, refund(payment, 700))

    async def shown() -> tuple[int, int]:
        (row,) = (await ledger.payments.page(PaymentFilter())).rows
        return row.refunded, row.refund_pending

    assert await shown() == (0, 700)
    await ledger.journal.settle(attempt.id, state=State.PENDING, action_id="re_1")
    listed = RefundRecord("re_1", Money(700, "EUR"), ActionState.PENDING)
    await ledger.payments.store(
        replace(payment, refund_pending=700, refundable=2292, refunds=(listed,))
    )
    assert await shown() == (0, 700)


async def test_one_payment_in_full(ledger: Ledger, clock: Clock) -> None:
    charged, payment = await paid(ledger)
    clock.forward()
    given = await sent(ledger, refund(payment, 700))
    clock.forward()
    await ledger.payments.store(payment, who="Ada")
    detail = await ledger.payments.detail(charged.id)
    assert (detail.attempt, detail.payment, detail.refunds) == (charged, payment, (given,))
    assert detail.order is not None
    assert detail.order.customer == ADA
    told = [(entry.event, entry.detail.get("state", "")) for entry in detail.timeline]
    assert told == [
        ("payment_refreshed", ""),
        ("attempt", "sending"),
        ("attempt", "prepared"),
        ("attempt", "settled"),
        ("attempt", "sending"),
        ("attempt", "prepared"),
    ]
    refreshed, first = detail.timeline[0], detail.timeline[-1]
    assert (refreshed.at, refreshed.who, refreshed.till) == (clock.now, "Ada", "T1")
    assert refreshed.request_id == "req-1"
    assert first.detail == {
        "kind": "charge", "state": "prepared", "minor": "2992", "currency": "EUR",
    }  # fmt: skip
    settled = detail.timeline[3]
    assert (settled.detail["verdict"], settled.detail["auth_code"]) == ("approved", "A1B2C3")
    of_refund = await ledger.payments.detail(given.id)
    assert (of_refund.attempt, of_refund.refunds) == (given, ())


async def test_what_became_of_refunds_and_how_they_are_given_is_kept(ledger: Ledger) -> None:
    charged, payment = await paid(ledger)
    why = Decline("generic_decline", DeclineClass.TECHNICAL, "caller", "next", False, said="No.")
    failed = RefundRecord(
        "re_1", Money(700, "EUR"), ActionState.FAILED, payment.created_at, "Broken", why
    )
    told = replace(payment, refund_whole_only=True, refunds=(failed,))
    await ledger.payments.store(told)
    assert (await ledger.payments.detail(charged.id)).payment == told


async def test_looking_again_without_a_person_is_not_noted(ledger: Ledger) -> None:
    attempt, payment = await paid(ledger)
    before = (await ledger.payments.detail(attempt.id)).timeline
    await ledger.payments.store(payment)
    assert (await ledger.payments.detail(attempt.id)).timeline == before


@pytest.mark.parametrize(
    "change",
    [{"amount": Money(5984, "EUR")}, {"amount": Money(2992, "USD")}, {"reference": "T9-1-1-OTHER"}],
    ids=["another amount", "another currency", "another reference"],
)
async def test_what_is_about_another_payment_does_not_take_the_place_of_one_of_ours(
    ledger: Ledger, change: dict[str, Any]
) -> None:
    attempt, payment = await paid(ledger)
    other = replace(payment, **change)
    with pytest.raises(WrongPayment):
        await ledger.payments.store(other)
    asked = await sent(ledger, refund(payment, 100))
    with pytest.raises(WrongPayment):
        await ledger.journal.settle(asked.id, state=State.PENDING, payment=other)
    assert (await ledger.payments.detail(attempt.id)).payment == payment


async def test_another_till_sees_the_same_payments(opened: Opener) -> None:
    one, two = await opened("T1"), await opened("T2")
    await paid(one)
    assert await two.payments.page(PaymentFilter()) == await one.payments.page(PaymentFilter())
