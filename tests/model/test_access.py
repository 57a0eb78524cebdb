"""What a good PIN is, and how wrong ones slow a person down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posapp.model.access import FREE_TRIES, Lockout, passphrase_problem, pin_problem
from posapp.model.secret import Secret

NOON = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("pin", ["482913", "112233", "123457", "135791", "482913765021"])
def test_a_good_pin_has_nothing_wrong_with_it(pin: str) -> None:
    assert pin_problem(Secret(pin)) is None


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("", "digits only"),
        ("48291", "6 to 12 digits"),
        ("4829137650218", "6 to 12 digits"),
        ("48 2913", "digits only"),
        ("48291a", "digits only"),
        ("٤٨٢٩١٣", "digits only"),
        ("48291³", "digits only"),
        ("000000", "repeat one digit"),
        ("777777777777", "repeat one digit"),
        ("123456", "count up or down"),
        ("987654", "count up or down"),
        ("567890", "count up or down"),
        ("321098", "count up or down"),
        ("0123456789", "count up or down"),
    ],
)
def test_a_bad_pin_is_refused_with_what_to_do(pin: str, said: str) -> None:
    problem = pin_problem(Secret(pin))
    assert problem is not None
    assert said in problem


@given(st.text(max_size=20))
def test_no_complaint_repeats_the_pin(pin: str) -> None:
    problem = pin_problem(Secret(pin))
    assert problem is None or len(pin.strip()) < 3 or pin not in problem


@pytest.mark.parametrize(
    ("passphrase", "fine"),
    [
        ("rain on the copper roof", True),
        ("Grüne Möhren im Wind", True),
        ("fourteen chars", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
        ("abababababababababab", False),
        ("a line\nand another line", False),
        ("", False),
    ],
)
def test_a_passphrase_is_long_and_varied(passphrase: str, fine: bool) -> None:
    assert fine == (passphrase_problem(Secret(passphrase)) is None)


def after(failures: int, at: datetime = NOON) -> Lockout:
    lockout = Lockout()
    for _ in range(failures):
        lockout = lockout.failed(at)
    return lockout


@pytest.mark.parametrize("failures", range(FREE_TRIES))
def test_the_first_tries_need_no_wait(failures: int) -> None:
    lockout = after(failures)
    assert lockout.try_now(NOON) == (True, 0)
    assert lockout.tries_left == FREE_TRIES - failures


@pytest.mark.parametrize(
    ("failures", "wait"), [(5, 60), (6, 300), (7, 1800), (8, 1800), (50, 1800)]
)
def test_then_the_waits_grow(failures: int, wait: int) -> None:
    lockout = after(failures)
    assert lockout.tries_left == 0
    assert lockout.try_now(NOON) == (False, wait)
    assert lockout.try_now(NOON + timedelta(seconds=wait - 0.001)) == (False, 1)
    assert lockout.try_now(NOON + timedelta(seconds=wait)) == (True, 0)


def test_a_right_pin_starts_afresh() -> None:
    assert after(6).succeeded() == Lockout()
    assert after(6).succeeded().try_now(NOON) == (True, 0)


def test_a_failure_leaves_the_state_before_it_unchanged() -> None:
    before = after(4)
    before.failed(NOON)
    assert before == after(4)


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_never_shortens_the_wait(back: timedelta) -> None:
    lockout = after(7)
    assert lockout.try_now(NOON - back) == (False, 1800)
    again = lockout.clock_checked(NOON - back)
    assert again.try_now(NOON - back) == (False, 1800)
    assert again.try_now(NOON - back + timedelta(seconds=1799)) == (False, 1)


def test_a_clock_corrected_by_years_does_not_lock_a_person_out_for_years() -> None:
    wrong_year = NOON.replace(year=2071)
    lockout = after(5, wrong_year).clock_checked(NOON)
    assert lockout.try_now(NOON + timedelta(seconds=60)) == (True, 0)


def test_a_failure_with_the_clock_set_back_counts_from_the_later_time() -> None:
    lockout = after(6).failed(NOON - timedelta(hours=2))
    assert lockout.last_failure == NOON
    assert lockout.try_now(NOON + timedelta(seconds=1799)) == (False, 1)


def test_a_clock_that_runs_as_it_should_changes_nothing() -> None:
    lockout = after(6)
    assert lockout.clock_checked(NOON + timedelta(seconds=5)) is lockout
    assert Lockout().clock_checked(NOON) == Lockout()


@given(
    moves=st.lists(st.integers(min_value=-7200, max_value=0), max_size=30),
    failures=st.integers(min_value=5, max_value=9),
)
def test_no_series_of_clocks_set_back_ever_opens_early(moves: list[int], failures: int) -> None:
    lockout, at = after(failures), NOON
    for move in moves:
        at += timedelta(seconds=move)
        lockout = lockout.clock_checked(at)
        assert not lockout.try_now(at).allowed


@given(pauses=st.lists(st.integers(min_value=0, max_value=900), min_size=60, max_size=120))
def test_nobody_guesses_more_than_ten_times_in_half_an_hour(pauses: list[int]) -> None:
    lockout, at = Lockout(), NOON
    guesses: list[datetime] = []
    for pause in pauses:
        at += timedelta(seconds=pause)
        if lockout.try_now(at).allowed:
            lockout = lockout.failed(at)
            guesses.append(at)
    for guess in guesses:
        within = [g for g in guesses if timedelta(0) <= g - guess < timedelta(minutes=30)]
        assert len(within) <= 10
