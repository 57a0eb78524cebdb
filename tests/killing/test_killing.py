"""Wherever a till is killed or falls asleep: nothing without a journal entry, twice, or unseen.

Two hundred rounds in every test run; any number with ``python3 dev.py killing``.
"""

from __future__ import annotations

import os

import pytest

from tests.killing.job import Job, Kill, Sale, planned
from tests.killing.rounds import Reckoning, killing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks, and kills with SIGKILL")

_SHARE = 50  # rounds in one test, so that several processes can share them
_ROUNDS = 200
_ENOUGH = 60  # rounds in which a rule that is switched off has to be missed


@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(1, _ROUNDS + 1, _SHARE))
def test_a_killed_till_loses_nothing_and_does_nothing_twice(first: int) -> None:
    total = Reckoning()
    with killing() as loop:
        for seed in range(first, first + _SHARE):
            found = loop.round(seed)
            assert not found.broken, (seed, found)
            total.add(found)
    assert total.kills > _SHARE // 2
    assert total.sleeps > _SHARE // 10
    assert total.kills_with_open_attempts  # it was worth killing
    assert total.charges >= 2 * _SHARE
    assert total.refunds > _SHARE // 2


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rule", ["journal_after_sending", "what_was_being_sent_is_not_sent"])
def test_without_this_rule_killing_is_noticed(rule: str) -> None:
    with killing(without=rule) as loop:
        assert any(loop.round(seed).broken for seed in range(1, _ENOUGH + 1))


def test_a_seed_plans_the_same_round_and_another_one_not() -> None:
    assert planned(7) == planned(7)
    assert len({planned(seed).sales for seed in range(50)}) == 50
    kills = [kill for seed in range(50) for kill in planned(seed).kills]
    assert any(kill.after for kill in kills)
    assert any(kill.at_call for kill in kills)
    assert any(kill.frozen for kill in kills)


def test_a_job_arrives_as_it_was_told() -> None:
    sale = Sale("payfac", 1500, True, (300, 500))
    job = Job("folder", {"admin": {}}, (sale,), Kill(at_call=5), without="no_echo_check")
    assert Job.from_json(job.as_json()) == job
