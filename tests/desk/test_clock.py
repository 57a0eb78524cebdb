"""Ages do not depend on who sets the clock of this computer, or how wrong it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from posapp.desk.clock import MOST_APART, SteadyClock
from posapp.desk.recovery import Recovery
from posapp.desk.soundness import Soundness, Trouble
from posapp.gateways.port import OutcomeUnknown
from posapp.model.access import Role
from posapp.model.attempt import ABSENT_AFTER, KEY_LIFETIME, State
from tests.desk.shop import Shop
from tests.fakes.clock import NOON, MovableClock
from tests.fakes.gateway import Twist

TWO_DAYS = timedelta(hours=48)
LOST = Twist(raises=OutcomeUnknown("No answer."), lost=True)


class Computer:
    """A computer whose clock can be set, and that counts seconds all the same."""

    def __init__(self) -> None:
        self.wall = MovableClock()
        self.seconds = 50.0

    def steady(self) -> float:
        return self.seconds

    def passes(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()
        self.wall.move(time)


@pytest.fixture
def computer() -> Computer:
    return Computer()


@pytest.fixture
def steady(computer: Computer) -> SteadyClock:
    return SteadyClock(computer.wall, computer.steady)


@pytest.mark.parametrize("jump", [TWO_DAYS, -TWO_DAYS, timedelta(hours=1), -timedelta(hours=1)])
def test_a_clock_that_is_set_while_the_program_runs_changes_nothing(
    computer: Computer, steady: SteadyClock, jump: timedelta
) -> None:
    assert steady() == NOON
    computer.wall.move(jump)
    computer.passes(timedelta(minutes=3))
    assert steady() == steady.earliest() == steady.latest() == NOON + timedelta(minutes=3)


@pytest.mark.parametrize("ahead", [TWO_DAYS, -TWO_DAYS])
def test_where_clocks_differ_each_rule_takes_the_safe_side(
    steady: SteadyClock, ahead: timedelta
) -> None:
    steady.hear(NOON - ahead)
    assert steady.differs
    assert steady() == NOON
    assert steady.earliest() == min(NOON, NOON - ahead)
    assert steady.latest() == max(NOON, NOON - ahead)


def test_what_may_be_the_way_of_the_answer_is_no_difference(steady: SteadyClock) -> None:
    steady.hear(NOON - MOST_APART)
    assert not steady.differs
    assert steady.earliest() == steady.latest() == NOON


def test_the_age_of_a_key_is_the_older_estimate(steady: SteadyClock) -> None:
    written = NOON - timedelta(hours=1)
    steady.hear(NOON + KEY_LIFETIME)
    assert steady.latest() - written > KEY_LIFETIME


@pytest.mark.asyncio
async def test_absence_is_never_proved_by_a_clock_that_was_set_forward(
    shop: Shop, computer: Computer
) -> None:
    shop.gateway.charges.append(LOST)
    sale = await shop.charge()
    shop.clock.move(TWO_DAYS)  # the program was started again, on a clock that is two days ahead
    await shop.charge()  # by which the search shows that it finds ours
    shop.clock.move(timedelta(hours=1))
    ahead = SteadyClock(shop.clock, computer.steady)
    ahead.hear(NOON + timedelta(minutes=1))
    careful = Recovery(
        shop.till,
        sales=shop.sales,
        refunds=shop.refunds,
        clock=shop.clock,
        actions=shop.actions,
        payouts=shop.payouts,
        between=ahead.between,
    )
    for _ in range(3):
        asked = await careful.check(await shop.again(sale.attempt))
        assert asked.state in (State.UNKNOWN, State.OPEN_CASE)
    computer.seconds += ABSENT_AFTER.total_seconds()
    shop.clock.move(ABSENT_AFTER)
    assert (await careful.check(await shop.again(sale.attempt))).state is State.NOT_CHARGED


@pytest.mark.asyncio
async def test_people_are_told_when_the_clocks_differ(shop: Shop, steady: SteadyClock) -> None:
    soundness = Soundness(shop.till, role=lambda: Role.MANAGER, clock=steady)
    assert await soundness.notices() == ()
    steady.hear(NOON + timedelta(minutes=7))
    [notice] = await soundness.notices()
    assert notice.trouble is Trouble.CLOCK
    assert "7 minutes behind" in notice.words
    steady.hear(NOON - timedelta(hours=50))
    [notice] = await soundness.notices()
    assert "50 hours ahead" in notice.words
    steady.hear(NOON)
    assert await soundness.notices() == ()
