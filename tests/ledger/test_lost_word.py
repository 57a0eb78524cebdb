"""The word of the server about a step is lost: what was kept is read back, never guessed."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from posapp.ledger.errors import LedgerAway, LedgerBusy
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import State, Verdict
from posapp.model.order import OrderState
from posapp.model.payment import PaymentStatus
from tests.ledger.places import ServerPlace
from tests.ledger.samples import charge, new_order, payment_of, sent

pytest.importorskip("psycopg", exc_type=ImportError)

pytestmark = pytest.mark.asyncio

APPROVED, DECLINED = Verdict.APPROVED, Verdict.DECLINED


@pytest.fixture
def place(server_place: ServerPlace) -> ServerPlace:
    return server_place


def cut_off(monkeypatch: pytest.MonkeyPatch, *, kept: bool) -> None:
    """The answer to each COMMIT is lost; ``kept`` says whether it had arrived."""
    commit, psycopg = Connection.commit, pytest.importorskip("psycopg")

    def and_cut_off(connection: Connection) -> None:
        if connection.dialect.name != "postgresql":
            return commit(connection)
        if kept:
            commit(connection)
        raise OperationalError("COMMIT", {}, psycopg.OperationalError("cut off"))

    monkeypatch.setattr(Connection, "commit", and_cut_off)


async def test_an_answer_that_was_kept_though_nobody_said_so_is_not_kept_twice(
    ledger: Ledger, place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))
    cut_off(monkeypatch, kept=True)
    settled = await ledger.journal.settle(
        attempt.id, state=State.SETTLED, verdict=APPROVED, payment=payment_of(attempt)
    )
    monkeypatch.undo()
    assert settled.verdict is APPROVED
    assert len(place.held()) == 1
    newer = payment_of(attempt, status=PaymentStatus.PARTLY_REFUNDED, refunded=500)
    await ledger.payments.store(newer)
    before = place.everything()
    await ledger.journal.recover()
    assert place.held() == []
    assert place.everything() == before  # the older picture of the payment is not put back


async def test_a_step_that_was_cut_off_at_its_end_says_that_it_may_be_kept(
    ledger: Ledger, place: ServerPlace
) -> None:
    order = await new_order(ledger)

    def end_it(_connection: Connection) -> None:
        place.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'SELECT pg_notify%'"
        )

    event.listen(ledger._database._engine, "commit", end_it)
    try:
        with pytest.raises(LedgerAway, match="Whether the last step was kept is not certain"):
            await ledger.journal.begin(charge(order))
    finally:
        event.remove(ledger._database._engine, "commit", end_it)
    await ledger.journal.begin(charge(order))


@pytest.mark.parametrize("kept", [True, False])
async def test_that_nothing_was_sent_is_known_whether_or_not_the_last_step_was_kept(
    ledger: Ledger, place: ServerPlace, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    order = await new_order(ledger)
    attempt = await ledger.journal.begin(charge(order))
    cut_off(monkeypatch, kept=kept)
    with pytest.raises(LedgerAway, match=r"not certain.*Nothing was sent to the gateway"):
        await ledger.journal.sending(attempt.id)
    monkeypatch.undo()
    state = State.SENDING if kept else State.PREPARED
    assert (await ledger.journal.read(attempt.id)).state is state
    assert await ledger.journal.deliver()
    assert (await ledger.journal.read(attempt.id)).state is State.NOT_SENT
    assert (await ledger.orders.read(order.id)).state is OrderState.OPEN
    assert place.held() == []
    assert not await ledger.journal.deliver()


async def test_an_attempt_whose_beginning_was_kept_though_nobody_said_so_never_leaves(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await new_order(ledger)
    cut_off(monkeypatch, kept=True)
    with pytest.raises(LedgerAway, match="Nothing was sent to the gateway"):
        await ledger.journal.begin(charge(order))
    monkeypatch.undo()
    (begun,) = await ledger.journal.open_attempts()
    assert begun.state is State.PREPARED
    await ledger.journal.recover()
    assert (await ledger.journal.read(begun.id)).state is State.NOT_SENT
    await sent(ledger, charge(order))


async def test_an_answer_that_another_till_keeps_from_being_written_is_held(
    ledger: Ledger, place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = await sent(ledger, charge(await new_order(ledger)))

    async def busy(_work: object) -> None:
        raise LedgerBusy("Another till is writing.")

    monkeypatch.setattr(vars(ledger)["_database"], "write", busy)
    settled = await ledger.journal.settle(attempt.id, state=State.SETTLED, verdict=DECLINED)
    assert settled.verdict is DECLINED
    monkeypatch.undo()
    assert place.held() == [(attempt.intent.reference,)]
    assert await ledger.journal.deliver()
    assert (await ledger.journal.read(attempt.id)).verdict is DECLINED
