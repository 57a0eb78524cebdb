"""Several tills may find out about the same attempt at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.desk.following import conclude
from posapp.model.attempt import BrokenRule, State, Verdict
from posapp.model.judge import Finding
from tests.desk.shop import Shop

pytestmark = pytest.mark.asyncio


async def test_what_another_till_has_proved_stays_where_a_read_proves_nothing(shop: Shop) -> None:
    sale = await shop.charge()
    seen_before = replace(sale.attempt, state=State.PENDING, verdict=None)
    for seen in (seen_before, sale.attempt):
        kept = await conclude(shop.till, seen, Finding(State.UNKNOWN))
        assert (kept.state, kept.verdict) == (State.SETTLED, Verdict.APPROVED)


async def test_another_end_than_the_one_that_was_proved_is_a_mistake_of_ours(shop: Shop) -> None:
    sale = await shop.charge()
    seen_before = replace(sale.attempt, state=State.PENDING, verdict=None)
    with pytest.raises(BrokenRule):
        await conclude(shop.till, seen_before, Finding(State.SETTLED, Verdict.DECLINED))
