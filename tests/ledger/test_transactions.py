"""One step of the journal is one transaction: it fails at any statement, and nothing is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from posapp.ledger.errors import OrderBusy
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State, Verdict
from tests.ledger.places import Place
from tests.ledger.samples import charge, new_order, paid, payment_of, refund, sent

pytestmark = pytest.mark.asyncio


class Failure(Exception):
    """A statement did not get through."""


@contextmanager
def before_each_statement(ledger: Ledger, act: Callable[[Any, str], None]) -> Iterator[None]:
    def hook(_connection: Any, cursor: Any, statement: str, *_rest: object) -> None:
        act(cursor, statement)

    engine = ledger._database._engine
    event.listen(engine, "before_cursor_execute", hook)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hook)


async def fails_at_every_statement(
    ledger: Ledger, place: Place, work: Callable[[], Awaitable[object]]
) -> int:
    """Let ``work`` fail before its first statement, then before its second, and so on; nothing is
    ever changed. At last it gets through. The number of its statements."""
    before = place.everything()
    for last in range(1000):
        passed = 0

        def act(_cursor: Any, _statement: str, last: int = last) -> None:
            nonlocal passed
            if passed == last:
                raise Failure
            passed += 1

        with before_each_statement(ledger, act):
            try:
                await work()
            except Failure:
                assert place.everything() == before
                continue
        assert place.everything() != before
        return passed
    raise AssertionError("it never ends")


async def test_settling_a_charge_happens_whole_or_not_at_all(ledger: Ledger, place: Place) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))

    async def settle() -> None:
        await ledger.journal.settle(
            attempt.id,
            state=State.SETTLED,
            verdict=Verdict.APPROVED,
            payment=payment_of(attempt),
            said="captured",
        )

    assert await fails_at_every_statement(ledger, place, settle) > 8
    assert await ledger.check() == ()


async def test_beginning_a_charge_happens_whole_or_not_at_all(ledger: Ledger, place: Place) -> None:
    intent = charge(await new_order(ledger))
    assert await fails_at_every_statement(ledger, place, lambda: ledger.journal.begin(intent)) > 6


async def test_beginning_a_refund_happens_whole_or_not_at_all(ledger: Ledger, place: Place) -> None:
    _, payment = await paid(ledger)
    intent = refund(payment, 100)
    assert await fails_at_every_statement(ledger, place, lambda: ledger.journal.begin(intent)) > 5


async def test_recovery_happens_whole_or_not_at_all(ledger: Ledger, place: Place) -> None:
    await sent(ledger, charge(await new_order(ledger)))
    await ledger.journal.begin(charge(await new_order(ledger)))
    assert await fails_at_every_statement(ledger, place, ledger.journal.recover) > 10


async def test_the_database_itself_refuses_a_second_open_payment(ledger: Ledger) -> None:
    """As if another program had written it after we looked."""
    order = await new_order(ledger)
    rival = charge(order)

    def act(cursor: Any, statement: str) -> None:
        if statement.startswith("UPDATE orders"):  # the last step before our own row
            cursor.connection.execute(
                "INSERT INTO attempts (kind, state, account, minor, currency, reference, key, "  # noqa: S608 - ids of our own
                "fingerprint, body, who, till, order_id, reason, card_brand, card_last4, "
                "prepared_at) VALUES ('hosted', 'sending', 'x', 1, 'EUR', "
                f"'{rival.reference}', 'k', '', '', '', '', '{order.id}', '', '', '', 1)"
            )

    with before_each_statement(ledger, act), pytest.raises(OrderBusy) as busy:
        await ledger.journal.begin(charge(order))
    assert busy.value.attempt == 1
    assert await ledger.journal.open_attempts() == ()
