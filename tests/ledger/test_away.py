"""The server goes away in the middle: nothing new begins, and no answer is lost or kept twice."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from posapp.ledger.errors import (
    LedgerAway,
    LedgerError,
    LedgerFull,
    WrongPayment,
)
from posapp.ledger.held import Answer, Held, contradicts, still_to_write
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import NEXT, Attempt, BrokenRule, State, Verdict
from posapp.model.order import OrderState
from posapp.model.payment import PaymentStatus
from tests.ledger.conftest import Opener
from tests.ledger.places import ServerPlace
from tests.ledger.samples import (
    ADA,
    KEY,
    Clock,
    charge,
    new_order,
    paid,
    payment_of,
    payout,
    refund,
    sent,
)
from tests.waiting import until

hearing = pytest.importorskip("posapp.ledger.hearing", exc_type=ImportError)

pytestmark = pytest.mark.asyncio

APPROVED, DECLINED = Verdict.APPROVED, Verdict.DECLINED
ENDS = [
    (State.SETTLED, APPROVED, OrderState.PAID),
    (State.SETTLED, DECLINED, OrderState.OPEN),
    (State.REFUSED, None, OrderState.OPEN),
    (State.NOT_SENT, None, OrderState.OPEN),
    (State.PENDING, None, OrderState.LOCKED),
]


@pytest.fixture
def place(server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch) -> ServerPlace:
    monkeypatch.setattr(hearing, "PAUSE", 0.05)
    return server_place


@asynccontextmanager
async def away(ledger: Ledger, place: ServerPlace) -> AsyncIterator[None]:
    """The server is not there; it is again afterwards."""
    place.server.crash()
    try:
        await until(lambda: ledger.is_away, what="the till notices")
        yield
    finally:
        place.server.start()


async def back(ledger: Ledger) -> None:
    await until(lambda: not ledger.is_away, what="the till has found the server again")


def told(place: ServerPlace, attempt: Attempt) -> list[tuple[Any, ...]]:
    """The audit entries of an attempt."""
    return place.rows(
        f"SELECT detail::json->>'state', detail::json->>'verdict' FROM audit "  # noqa: S608
        f"WHERE subject = 'attempt:{attempt.id}' ORDER BY id"
    )


async def test_nothing_new_begins_while_the_server_is_away(
    ledger: Ledger, place: ServerPlace
) -> None:
    order, (_, payment) = await new_order(ledger), await paid(ledger)
    async with away(ledger, place):
        for intent in (charge(order), refund(payment, 1)):
            with pytest.raises(LedgerAway, match=r"Nothing was written\. Payments can be taken"):
                await ledger.journal.begin(intent)
    await back(ledger)
    assert await ledger.journal.recover() == ()
    assert await ledger.check() == ()


@pytest.mark.parametrize(("state", "verdict", "order_state"), ENDS)
async def test_an_answer_that_comes_while_the_server_is_away_is_kept_once_when_it_is_back(
    ledger: Ledger,
    place: ServerPlace,
    state: State,
    verdict: Verdict | None,
    order_state: OrderState,
) -> None:
    order = await new_order(ledger)
    attempt = await sent(ledger, charge(order))
    payment = payment_of(attempt) if verdict is APPROVED else None
    async with away(ledger, place):
        settled = await ledger.journal.settle(
            attempt.id, state=state, verdict=verdict, payment=payment, note="n", request_id="req-9"
        )
        assert (settled.state, settled.verdict) == (state, verdict)
        assert place.held() == [(attempt.intent.reference,)]
        with pytest.raises(LedgerAway):
            await ledger.journal.recover()
    await back(ledger)
    for _ in range(2):
        await ledger.journal.recover()
        kept = await ledger.journal.read(attempt.id)
        assert (kept.state, kept.verdict, kept.request_id) == (state, verdict, "req-9")
        assert kept.payment_id == settled.payment_id
    assert (await ledger.orders.read(order.id)).state is order_state
    assert place.held() == []
    said = (state.value, verdict.value if verdict else None)
    assert told(place, attempt) == [("prepared", None), ("sending", None), said]
    if payment:
        assert await ledger.payments.by_gateway_id(payment.account, payment.id) == payment
    assert await ledger.check() == ()


async def test_an_answer_outlives_the_program_and_comes_before_any_conclusion(
    opened: Opener, place: ServerPlace
) -> None:
    ledger = await opened()
    attempt = await sent(ledger, charge(await new_order(ledger)))
    async with away(ledger, place):
        await ledger.journal.settle(
            attempt.id, state=State.SETTLED, verdict=APPROVED, payment=payment_of(attempt)
        )
        await ledger.close()
        with pytest.raises(LedgerAway):
            await opened()
    ledger = await opened()
    assert await ledger.check() != ()
    assert await ledger.journal.recover() == ()
    assert (await ledger.journal.read(attempt.id)).verdict is APPROVED
    assert told(place, attempt) == [
        ("prepared", None), ("sending", None), ("settled", "approved"),
    ]  # fmt: skip
    assert await ledger.check() == ()


async def test_a_payment_can_go_on_step_by_step_while_the_server_is_away(
    ledger: Ledger, place: ServerPlace
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    waiting = payment_of(attempt, status=PaymentStatus.PENDING)
    async with away(ledger, place):
        settled = await ledger.journal.settle(attempt.id, state=State.PENDING, payment=waiting)
        assert settled.payment_id == waiting.id
        with pytest.raises(LedgerError):  # the same rules as ever
            await ledger.journal.settle(
                attempt.id,
                state=State.SETTLED,
                verdict=APPROVED,
                payment=payment_of(attempt, payment_id="pay_of_somebody"),
            )
        await ledger.journal.settle(
            attempt.id, state=State.SETTLED, verdict=APPROVED, payment=payment_of(attempt)
        )
    await back(ledger)
    await ledger.journal.recover()
    assert [row[0] for row in told(place, attempt)] == [
        "prepared", "sending", "pending", "settled",
    ]  # fmt: skip
    assert place.held() == []


async def test_a_refund_that_is_answered_while_the_server_is_away_stays_counted(
    ledger: Ledger, place: ServerPlace
) -> None:
    _, payment = await paid(ledger)
    attempt = await sent(ledger, refund(payment, 2900))
    async with away(ledger, place):
        await ledger.journal.settle(
            attempt.id, state=State.SETTLED, verdict=APPROVED, action_id="re_1"
        )
    await back(ledger)
    for _ in range(2):
        with pytest.raises(LedgerError, match=r"At most EUR 0\.92 is left"):
            await ledger.journal.begin(refund(payment, 100))
        await ledger.journal.recover()
    assert (await ledger.journal.read(attempt.id)).action_id == "re_1"


async def test_a_payout_that_is_answered_while_the_server_is_away_keeps_its_id(
    ledger: Ledger, place: ServerPlace
) -> None:
    attempt = await sent(ledger, payout())
    async with away(ledger, place):
        held = await ledger.journal.settle(attempt.id, state=State.PENDING, payout_id="po_1")
        assert (held.state, held.payment_id) == (State.PENDING, "po_1")
        with pytest.raises(WrongPayment):
            await ledger.journal.settle(attempt.id, state=State.PENDING, payout_id="po_2")
        with pytest.raises(BrokenRule):
            await ledger.journal.settle(attempt.id, state=State.PENDING, action_id="act_1")
    await back(ledger)
    await ledger.journal.recover()
    assert (await ledger.journal.read(attempt.id)).payment_id == "po_1"


async def test_what_a_look_up_found_is_not_held_but_found_again(
    opened: Opener, place: ServerPlace
) -> None:
    ledger = await opened()
    attempt = await sent(ledger, charge(await new_order(ledger)))
    await ledger.close()
    ledger = await opened()
    await ledger.journal.recover()
    async with away(ledger, place):
        with pytest.raises(LedgerAway):
            await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=DECLINED)
    await back(ledger)
    await ledger.journal.recover()
    assert (await ledger.journal.read(attempt.id)).state is State.UNKNOWN


async def test_an_answer_that_contradicts_what_is_proved_is_told_to_people_and_changes_nothing(
    ledger: Ledger, place: ServerPlace
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    async with away(ledger, place):
        await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=DECLINED)
    await back(ledger)
    place.run("UPDATE attempts SET state = 'settled', verdict = 'approved'")
    await ledger.journal.recover()
    assert (await ledger.journal.read(attempt.id)).verdict is APPROVED
    detail = await ledger.payments.detail(attempt.id)
    assert detail.timeline[0].event == "answer_contradicts"
    assert detail.timeline[0].detail["verdict"] == "declined"
    assert place.held() == []


async def test_an_answer_is_never_given_to_another_ledger(
    opened: Opener, place: ServerPlace
) -> None:
    ledger = await opened()
    attempt = await sent(ledger, charge(await new_order(ledger)))
    async with away(ledger, place):
        await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=DECLINED)
        await ledger.close()
    place.server.empty()
    ledger = await opened()
    assert await ledger.journal.recover() == ()  # no such attempt here
    other = await sent(ledger, charge(await new_order(ledger)))
    assert other.id == attempt.id
    await ledger.journal.recover()
    assert (await ledger.journal.read(other.id)).state is State.UNKNOWN
    assert place.held() == [(attempt.intent.reference,)]
    assert "1 answer waits" in (await ledger.check())[0]


async def test_what_is_held_cannot_be_read_without_the_key(
    ledger: Ledger, place: ServerPlace
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    async with away(ledger, place):
        await ledger.journal.settle(attempt.id, state=State.UNKNOWN, note=f"for {ADA.name}")
    files = b"".join(file.read_bytes() for file in place.folder.iterdir())
    assert len(files) > 10_000
    for word in (ADA.name, attempt.intent.reference, "SQLite format"):
        assert word.encode() not in files


async def test_an_answer_that_can_be_kept_nowhere_is_said_to_be_unkept(
    ledger: Ledger, place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))

    async def full(_attempt: Attempt, _answer: Answer) -> None:
        raise LedgerFull("The disk is full.")

    monkeypatch.setattr(vars(ledger)["_held"], "keep", full)
    async with away(ledger, place):
        with pytest.raises(LedgerFull):
            await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=DECLINED)
    await back(ledger)
    await ledger.journal.recover()
    assert (await ledger.journal.read(attempt.id)).state is State.UNKNOWN


async def test_answers_are_held_in_their_order(tmp_path: Path, ledger: Ledger) -> None:
    held = await Held.open(tmp_path / "held.db", KEY, Clock())
    try:
        attempts = [await sent(ledger, charge(await new_order(ledger))) for _ in range(3)]
        answers = [
            Answer(State.SETTLED, APPROVED, payment=payment_of(each), said="s", who="Ada")
            for each in attempts
        ]
        for attempt, answer in zip(attempts, answers, strict=True):
            await held.keep(attempt, answer)
        assert [each.answer for each in await held.all()] == answers
        await held.drop((await held.all())[1].number)
        assert [each.attempt_id for each in await held.all()] == [attempts[0].id, attempts[2].id]
        assert await held.count() == 2
    finally:
        await held.close()


async def test_what_was_held_is_compared_before_it_is_written(ledger: Ledger) -> None:
    """Whatever the ledger says by now: a change it allows, or nothing at all."""
    attempt = await sent(ledger, charge(await new_order(ledger)))
    states = [(s, None) for s in State if s is not State.SETTLED]
    ends = [*states, (State.SETTLED, APPROVED), (State.SETTLED, DECLINED)]
    for (now, verdict), (state, wanted) in itertools.product(ends, ends):
        current = replace(attempt, state=now, verdict=verdict)
        answer = Answer(state, wanted)
        found = still_to_write(current, answer)
        if (now, verdict) == (state, wanted):
            assert found is None
        elif found is not None:
            assert found.state in NEXT[now]
            assert found.verdict is wanted
        if wanted is APPROVED and now.is_open and now is not State.PREPARED:
            assert found == answer
        assert contradicts(current, answer) is (
            wanted is not None and now is State.SETTLED and verdict is not wanted
        ) or (wanted is APPROVED and now in (State.REFUSED, State.NOT_SENT))
        assert not (found and contradicts(current, answer))
