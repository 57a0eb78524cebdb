"""Whatever stands on the two sides of a comparison: nothing is lost, and no order shows through."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from posapp.model.money import Money
from posapp.model.reconcile import Entry, Match, Movement, Standing, pair, reconcile
from tests.model.test_reconcile import NOON, PART, TOTAL

amounts = st.sampled_from([PART, TOTAL, Money(290, "USD")])


def entries(ours: bool) -> st.SearchStrategy[list[Entry]]:
    """Few ids and references, so that many of them meet."""
    made = st.builds(
        Entry,
        movement=st.sampled_from(Movement),
        payment_id=st.sampled_from(["", "pay_1", "pay_2"]),
        amount=amounts,
        standing=st.sampled_from(Standing),
        at=st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
        reference=st.sampled_from(["", "T1-1", "T1-2"]),
        record_id=st.sampled_from(["", "r1", "r2"]),
        attempt_id=st.integers(1, 4) if ours else st.just(0),
    )
    return st.lists(made, max_size=8)


@given(entries(ours=True), entries(ours=False), st.sets(st.sampled_from(["", "pay_1", "pay_2"])))
def test_every_entry_stands_in_exactly_one_row(
    ours: list[Entry], theirs: list[Entry], absent: set[str]
) -> None:
    rows = reconcile(ours, theirs, absent=absent)
    assert Counter(row.ours for row in rows if row.ours) == Counter(ours)
    there = Counter(row.theirs for row in rows if row.theirs)
    there.update(part for row in rows for part in row.also)
    assert there == Counter(theirs)
    assert all(row.ours or row.theirs for row in rows)


@given(entries(ours=True), entries(ours=False), st.randoms())
def test_the_order_of_what_comes_in_changes_nothing(
    ours: list[Entry], theirs: list[Entry], chance: Random
) -> None:
    wanted = reconcile(ours, theirs, absent=())
    for side in (ours, theirs):
        chance.shuffle(side)
    assert reconcile(ours, theirs, absent=()) == wanted


@given(entries(ours=True), entries(ours=False))
def test_the_sides_can_be_exchanged(ours: list[Entry], theirs: list[Entry]) -> None:
    pairs, lone_ours, lone_theirs = pair(ours, theirs)
    turned, turned_theirs, turned_ours = pair(theirs, ours)
    assert Counter((b, a) for a, b in pairs) == Counter(turned)
    assert Counter(lone_ours) == Counter(turned_ours)
    assert Counter(lone_theirs) == Counter(turned_theirs)


@given(entries(ours=True), entries(ours=False))
def test_nothing_open_is_called_missing_and_nothing_agrees_while_one_side_is_open(
    ours: list[Entry], theirs: list[Entry]
) -> None:
    for row in reconcile(ours, theirs, absent=("", "pay_1", "pay_2")):
        if row.ours and row.ours.standing is Standing.OPEN:
            assert row.match is Match.NOT_KNOWN
        if row.match is Match.ONLY_HERE:
            assert row.ours
            assert row.theirs is None
            assert row.ours.standing is Standing.DONE
        if row.match is Match.ONLY_THERE:
            assert row.ours is None
        if row.match is Match.MATCHED and row.ours and row.theirs:
            assert row.ours.standing is row.theirs.standing is not Standing.OPEN
