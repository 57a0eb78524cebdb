"""Whatever is asked of the journal, in whatever order: it agrees with its model, on both engines.

``--histories`` says how many histories are tried; a failing one is made as short as possible.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, select

from posapp.ledger.codec import attempt_from
from posapp.ledger.errors import LedgerError
from posapp.ledger.ledger import Ledger
from posapp.ledger.tables import attempts
from posapp.model.attempt import Attempt, BrokenRule, Intent, Kind, State, Verdict
from posapp.model.money import Money
from posapp.model.order import Order, OrderState
from posapp.model.payment import ActionState, Payment, RefundRecord
from tests.ledger import journal_model
from tests.ledger.acting import act, alone
from tests.ledger.journal_model import ALL, Entry, Model, given_back
from tests.ledger.places import Place
from tests.ledger.samples import Clock, charge, new_order, payment_of, refund

Answer = TypeVar("Answer")
TILLS = ("T1", "T2")
ENDS = (
    *((State.SETTLED, verdict) for verdict in Verdict),
    *((state, None) for state in State if state not in (State.PREPARED, State.SENDING)),
    (State.UNKNOWN, Verdict.APPROVED),
)
"""What can be said about an attempt; some of it no gateway may be believed."""

BEGINNINGS = ("prepared", "sending", "sending", "unknown", "pending", "settled", "not_charged")
_keys = itertools.count(1)

taking = st.sampled_from((Kind.CHARGE, Kind.CHARGE, Kind.HOSTED, Kind.VERIFY, Kind.PAYOUT))
giving = st.sampled_from((Kind.REFUND, Kind.REFUND, Kind.REVERSAL))
beginnings = st.sampled_from(BEGINNINGS)
tills = st.sampled_from(TILLS)
sums = st.sampled_from((1, 996, 1000, 1496, 1497, ALL))


class Shop:
    """Two tills on one ledger, with a loop of their own; outlives a history."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self._place = place
        self.clock = clock
        self._loop = asyncio.new_event_loop()
        self.ledgers: dict[str, Ledger] = {}
        for till in TILLS:
            self.open(till)

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)

    def open(self, till: str) -> None:
        self.ledgers[till] = self.run(self._place.open(self.clock, till))

    def restart(self, till: str) -> None:
        self.run(self.ledgers[till].close())
        self.open(till)
        self.run(self.ledgers[till].journal.recover())

    def close(self) -> None:
        for ledger in self.ledgers.values():
            self.run(ledger.close())
        self._loop.close()


class JournalMachine(RuleBasedStateMachine):
    """Everything that can be asked of the journal, by two tills, in any order."""

    orders = Bundle("orders")
    payments = Bundle("payments")
    begun = Bundle("begun")

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self._shop = shop
        self._model = Model()
        self._orders: dict[str, Order] = {}
        self._payments: dict[str, Payment] = {}
        self._late: set[str] = set()  # orders and payments of which something turned up late

    @property
    def _now(self) -> float:
        return self._shop.clock.now.timestamp() / 60

    def _journal(self, till: str) -> Any:
        return self._shop.ledgers[till].journal

    @initialize(target=orders)
    def first_order(self) -> str:
        return self._order()

    @rule(target=payments)
    def new_payment(self) -> str:
        return self._payment()

    @initialize(target=payments)
    def first_payment(self) -> str:
        return self._payment()

    def _payment(self) -> str:
        number = self._begin(Kind.CHARGE, "T1", self._order())
        self.sending(number)
        self._settle(number, (State.SETTLED, Verdict.APPROVED))
        return f"pay_{number}"

    @rule(target=orders)
    def new_order(self) -> str:
        return self._order()

    def _order(self) -> str:
        order = self._shop.run(new_order(self._shop.ledgers["T1"]))
        self._orders[order.id] = order
        return order.id

    @rule(target=begun, kind=taking, till=tills, order=orders, up_to=beginnings)
    def take(self, kind: Kind, till: str, order: str, up_to: str) -> Any:
        target = order if kind.pays_order else f"alone-{next(_keys)}"
        return self._up_to(up_to, self._begin(kind, till, target))

    @rule(target=begun, kind=giving, till=tills, payment=payments, minor=sums, up_to=beginnings)
    def give_back(self, kind: Kind, till: str, payment: str, minor: int, up_to: str) -> Any:
        return self._up_to(up_to, self._begin(kind, till, payment, minor))

    @rule(target=begun, payment=payments, minors=st.lists(sums, min_size=2, max_size=4))
    def give_back_in_parts(self, payment: str, minors: list[int]) -> Any:
        parts = [self._begin(Kind.REFUND, "T2", payment, minor) for minor in minors]
        done = [self._up_to("settled", part) for part in parts if part]
        return multiple(*done)

    @rule(target=begun, till=tills, payment=payments, times=st.integers(1, 3))
    def reverse_in_doubt(self, till: str, payment: str, times: int) -> Any:
        number = self._up_to("unknown", self._begin(Kind.REVERSAL, till, payment))
        if isinstance(number, int):
            self.nothing_is_found_and_it_is_sent_again(number, times)
        return number

    @rule(target=begun, till=tills, number=begun, up_to=beginnings)
    def ask_again_with_the_same_key(self, till: str, number: int, up_to: str) -> Any:
        like = self._model.entries[number]
        again = self._begin(Kind(like.kind), till, like.target, like.minor, key=like.key)
        return self._up_to(up_to, again)

    def _up_to(self, state: str, number: int) -> Any:
        """Bring it so far, that histories get somewhere."""
        if not number:
            return multiple()
        if state != "prepared":
            self.sending(number)
        if state == "not_charged":
            self._settle(number, (State.UNKNOWN, None))
        if state not in ("prepared", "sending"):
            self._settle(number, (State(state), Verdict.APPROVED if state == "settled" else None))
        return number

    def _begin(self, kind: Kind, till: str, target: str, minor: int = ALL, *, key: str = "") -> int:
        """Its number, 0 where it was refused, as it had to be."""
        key = key or f"machine-{next(_keys)}"
        intent = replace(self._intent(kind, target, minor), key=key, till=till)
        entry = Entry(kind.value, till, key, target, minor, prepared=self._now)
        if refusal := self._model.refusal(entry):
            with pytest.raises(LedgerError) as refused:
                self._shop.run(self._journal(till).begin(intent))
            assert type(refused.value).__name__ == refusal
            return 0
        attempt = self._shop.run(self._journal(till).begin(intent))
        self._model.entries[attempt.id] = entry
        return int(attempt.id)

    def _intent(self, kind: Kind, target: str, minor: int) -> Intent:
        if kind in (Kind.VERIFY, Kind.PAYOUT):
            return alone(kind)
        if kind is Kind.REFUND:
            return refund(self._payments[target], minor)
        if kind is Kind.REVERSAL:
            return act(self._payments[target], kind, ALL)
        made = charge(self._orders[target], kind=kind)
        return replace(made, card_brand="", card_last4="") if kind is Kind.HOSTED else made

    def sending(self, number: int) -> None:
        entry = self._model.entries[number]
        work = self._journal(entry.till).sending(number)
        if entry.state != "prepared":
            with pytest.raises(BrokenRule):
                self._shop.run(work)
            return
        self._shop.run(work)
        entry.become("sending")
        entry.sent = self._now

    @rule(number=begun, end=st.sampled_from(ENDS))
    def settle(self, number: int, end: tuple[State, Verdict | None]) -> None:
        """Also what turns up late, what is said twice, and what contradicts itself."""
        self._settle(number, end)

    @rule(number=begun, ends=st.lists(st.sampled_from(ENDS), min_size=3, max_size=12))
    def settle_again_and_again(self, number: int, ends: list[tuple[State, Verdict | None]]) -> None:
        for end in ends:
            self._settle(number, end)
            self.both_agree()

    @rule(number=begun)
    def leave(self, number: int) -> None:
        self.sending(number)

    def _settle(self, number: int, end: tuple[State, Verdict | None]) -> None:
        entry, (state, verdict) = self._model.entries[number], end
        attempt = self._shop.run(self._journal("T1").read(number))
        ids = self._ids(attempt, verdict)
        work = self._journal("T2").settle(number, state=state, verdict=verdict, **ids)
        if not entry.may_become(state.value, verdict.value if verdict else None):
            with pytest.raises(BrokenRule):
                self._shop.run(work)
            return
        self._shop.run(work)
        if entry.state == "not_charged" and state is State.SETTLED:
            self._late.add(entry.target)
        entry.become(state.value, verdict.value if verdict else None)

    def _ids(self, attempt: Attempt, verdict: Verdict | None) -> dict[str, object]:
        kind = attempt.intent.kind
        if verdict is Verdict.APPROVED and kind.pays_order:
            payment = payment_of(attempt)
            self._payments[payment.id] = payment
            return {"payment": payment}
        if verdict is Verdict.APPROVED and kind.acts_on_payment:
            return {"action_id": f"ref_{attempt.id}"}
        return {}

    @rule(payment=payments)
    def the_gateway_shows_what_it_gave_back(self, payment: str) -> None:
        """Or a part of it: what it does not list yet is as reserved as before."""
        shown: list[RefundRecord] = []
        total = 0
        for number, entry in self._model.entries.items():
            mine = entry.target == payment and entry.kind == "refund" and entry.done
            if mine and total + entry.minor <= ALL:
                total += entry.minor
                money = Money(entry.minor, "EUR")
                shown.append(RefundRecord(f"ref_{number}", money, ActionState.DONE))
        seen = replace(
            self._payments[payment],
            refunded=total,
            refundable=ALL - total,
            refunds=tuple(shown),
        )
        self._shop.run(self._shop.ledgers["T1"].payments.store(seen))

    @rule(number=begun, absent=st.booleans())
    def look_up(self, number: int, absent: bool) -> None:
        entry = self._model.entries[number]
        self._shop.run(self._journal("T1").looked_up(number, absent=absent))
        entry.looks += 1
        entry.absent = entry.absent + 1 if absent else 0

    @rule(number=begun, times=st.integers(1, 3))
    def nothing_is_found_and_it_is_sent_again(self, number: int, times: int) -> None:
        """More than once: only the first may leave."""
        for _ in range(times):
            self.look_up(number, True)
            self.time_passes(16)
            self.send_again(number)
            self.send_again(number)

    def send_again(self, number: int) -> None:
        entry = self._model.entries[number]
        work = self._journal(entry.till).sending_again(number)
        if not entry.may_repeat(self._now):
            with pytest.raises(BrokenRule):
                self._shop.run(work)
            return
        self._shop.run(work)
        entry.repeats, entry.looks, entry.absent, entry.sent = 1, 0, 0, self._now

    @rule(minutes=st.sampled_from((1, 16, 600, 1380)))
    def time_passes(self, minutes: int) -> None:
        self._shop.clock.forward(60 * minutes)

    @rule(till=tills)
    def restart(self, till: str) -> None:
        self._shop.restart(till)
        for entry in self._model.entries.values():
            if entry.till == till and entry.state in ("prepared", "sending"):
                entry.become("unknown" if entry.state == "sending" else "not_sent")

    @invariant()
    def both_agree(self) -> None:
        entries = self._model.entries
        found = self._attempts()
        assert {a.id: _seen(a) for a in found} == {n: _told(e) for n, e in entries.items()}
        open_ones = {a.id for a in self._shop.run(self._journal("T2").open_attempts())}
        assert open_ones & entries.keys() == {n for n, e in entries.items() if e.open}

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        for order_id in self._orders:
            mine = [e for e in self._model.entries.values() if e.target == order_id]
            state = self._shop.run(self._shop.ledgers["T1"].orders.read(order_id)).state
            paid, busy = any(e.done for e in mine), any(e.open for e in mine)
            expected = OrderState.PAID if paid else OrderState.LOCKED if busy else OrderState.OPEN
            assert state is expected
            assert order_id in self._late or sum(e.done or e.open for e in mine) <= 1

    @invariant()
    def nothing_is_given_back_twice(self) -> None:
        for payment in self._payments:
            mine = [e for e in self._model.entries.values() if e.target == payment]
            assert payment in self._late or given_back(mine) <= ALL

    def _attempts(self) -> list[Attempt]:
        def work(connection: Connection) -> list[Attempt]:
            mine = attempts.c.id.in_(list(self._model.entries))
            rows = connection.execute(select(attempts).where(mine)).mappings()
            return [attempt_from(row) for row in rows]

        return self._shop.run(self._shop.ledgers["T1"]._database.read(work))


def _seen(attempt: Attempt) -> tuple[object, ...]:
    verdict = attempt.verdict.value if attempt.verdict else None
    counts = (attempt.look_ups, attempt.absent, attempt.repeats)
    return (attempt.state.value, verdict, *counts)


def _told(entry: Entry) -> tuple[object, ...]:
    return (entry.state, entry.verdict, entry.looks, entry.absent, entry.repeats)


@pytest.fixture
def shop(place: Place, clock: Clock) -> Iterator[Shop]:
    running = Shop(place, clock)
    yield running
    running.close()


@pytest.mark.timeout(900)
def test_the_journal_agrees_with_its_model(shop: Shop, pytestconfig: pytest.Config) -> None:
    run_state_machine_as_test(
        partial(JournalMachine, shop),  # type: ignore[arg-type]
        settings=settings(
            max_examples=pytestconfig.getoption("histories"),
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert shop.run(shop.ledgers["T1"].check()) == ()


def test_the_model_stays_small_enough_to_be_read_at_a_glance() -> None:
    assert len(Path(journal_model.__file__).read_text(encoding="utf-8").splitlines()) <= 100
