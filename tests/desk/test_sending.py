"""Several tills may find out about the same attempt at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posapp.desk.sending import write_down
from posapp.model.attempt import BrokenRule, State, Verdict
from tests.desk.shop import Shop

pytestmark = pytest.mark.asyncio


async def test_what_another_till_has_proved_stays_where_a_read_proves_nothing(shop: Shop) -> None:
    sale = await shop.charge()
    journal = shop.till.ledger.journal
    seen_before = replace(sale.attempt, state=State.PENDING, verdict=None)
    kept = await write_down(journal, seen_before, state=State.UNKNOWN, verdict=None)
    assert (kept.state, kept.verdict) == (State.SETTLED, Verdict.APPROVED)


async def test_a_change_that_nobody_else_explains_is_still_a_mistake(shop: Shop) -> None:
    sale = await shop.charge()
    journal = shop.till.ledger.journal
    with pytest.raises(BrokenRule):
        await write_down(journal, sale.attempt, state=State.UNKNOWN, verdict=None)
    seen_before = replace(sale.attempt, state=State.PENDING, verdict=None)
    with pytest.raises(BrokenRule):
        await write_down(journal, seen_before, state=State.SETTLED, verdict=Verdict.DECLINED)
