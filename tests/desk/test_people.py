"""Who is at the till: the PIN, the wait after wrong ones, and the lock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from posapp.desk.errors import Refused
from posapp.desk.people import PRACTICE_PIN, People
from posapp.ledger.errors import LedgerFull
from posapp.ledger.ledger import Ledger
from posapp.model.access import FREE_TRIES, Lockout
from posapp.model.secret import Secret, SecretWiped
from posapp.vault.kdf import KdfCost
from posapp.vault.pin import hash_pin
from posapp.vault.settings import Owner
from tests.fakes.clock import MovableClock

pytestmark = pytest.mark.asyncio

PIN = "482915"
SUBJECT = "person:Ada Muster"
CHEAP = KdfCost(memory_kib=8, passes=1, lanes=1)


def owner() -> Owner:
    return Owner(name="Ada Muster", pin_hash=hash_pin(Secret(PIN), CHEAP))


@pytest.fixture
def people(ledger: Ledger, clock: MovableClock) -> People:
    return People(ledger=ledger, owner=owner(), clock=clock, training=False)


async def wrong(people: People, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Refused):
            await people.enter(Secret("111222"))


async def test_nobody_is_signed_in_at_first(people: People) -> None:
    assert people.who == ""
    assert people.name == "Ada Muster"
    assert people.training_pin == ""


async def test_the_right_pin_signs_the_owner_in(people: People, ledger: Ledger) -> None:
    await people.enter(Secret(PIN))
    assert people.who == "Ada Muster"
    assert await ledger.sign_ins.lockout(SUBJECT) == Lockout()


async def test_a_wrong_pin_signs_nobody_in_and_is_counted(people: People, ledger: Ledger) -> None:
    with pytest.raises(Refused, match=r"^This PIN is not right\.$"):
        await people.enter(Secret("111222"))
    assert people.who == ""
    assert (await ledger.sign_ins.lockout(SUBJECT)).failures == 1


@pytest.mark.parametrize("typed", [PIN, "111222"])
async def test_the_typed_pin_is_wiped(people: People, typed: str) -> None:
    pin = Secret(typed)
    await asyncio.gather(people.enter(pin), return_exceptions=True)
    with pytest.raises(SecretWiped):
        pin.reveal()


async def test_after_five_wrong_pins_even_the_right_one_has_to_wait(
    people: People, clock: MovableClock
) -> None:
    await wrong(people, FREE_TRIES - 1)
    with pytest.raises(Refused, match="Try again in 1 minute"):
        await people.enter(Secret("111222"))
    with pytest.raises(Refused, match=r"Too many wrong PINs. Try again in 1 minute"):
        await people.enter(Secret(PIN))
    clock.move(timedelta(seconds=30))
    with pytest.raises(Refused, match="30 seconds"):
        await people.enter(Secret(PIN))
    clock.move(timedelta(seconds=29))
    with pytest.raises(Refused, match="1 second"):
        await people.enter(Secret(PIN))
    clock.move(timedelta(seconds=1))
    await people.enter(Secret(PIN))
    assert people.who == "Ada Muster"


async def test_a_wait_is_not_made_longer_by_trying_during_it(
    people: People, ledger: Ledger, clock: MovableClock
) -> None:
    await wrong(people, FREE_TRIES)
    await wrong(people, 3)
    assert (await ledger.sign_ins.lockout(SUBJECT)).failures == FREE_TRIES
    clock.move(timedelta(minutes=1))
    with pytest.raises(Refused, match="Try again in 5 minutes"):
        await people.enter(Secret("111222"))


async def test_a_restart_forgets_no_wrong_pin(ledger: Ledger, clock: MovableClock) -> None:
    for _ in range(FREE_TRIES):
        restarted = People(ledger=ledger, owner=owner(), clock=clock, training=False)
        await wrong(restarted, 1)
    restarted = People(ledger=ledger, owner=owner(), clock=clock, training=False)
    with pytest.raises(Refused, match="Too many wrong PINs"):
        await restarted.enter(Secret(PIN))


async def test_the_try_is_on_the_disk_before_the_pin_is_compared(
    people: People, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_given: object) -> bool:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr("posapp.desk.people.asyncio.to_thread", dies)
        with pytest.raises(asyncio.CancelledError):
            await people.enter(Secret(PIN))
    assert (await ledger.sign_ins.lockout(SUBJECT)).failures == 1


async def test_a_clock_that_was_wrong_keeps_nobody_out_for_ever(
    people: People, clock: MovableClock
) -> None:
    clock.move(timedelta(days=400))
    await wrong(people, FREE_TRIES)
    clock.move(timedelta(days=-400))
    with pytest.raises(Refused, match=r"Too many wrong PINs. Try again in 1 minute"):
        await people.enter(Secret(PIN))
    clock.move(timedelta(seconds=61))
    await people.enter(Secret(PIN))


async def test_guesses_at_the_same_time_are_counted_one_by_one(
    people: People, ledger: Ledger
) -> None:
    guesses = [people.enter(Secret("111222")) for _ in range(FREE_TRIES + 3)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(each, Refused) for each in results)
    assert (await ledger.sign_ins.lockout(SUBJECT)).failures == FREE_TRIES


async def test_whoever_leaves_is_not_signed_in_any_more(people: People, ledger: Ledger) -> None:
    await people.enter(Secret(PIN))
    await people.leave()
    assert people.who == ""
    assert await ledger.audit.verify() == ()


async def test_a_full_disk_does_not_keep_the_till_open(
    people: People, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_given: object) -> None:
        raise LedgerFull("The disk is full.")

    await people.enter(Secret(PIN))
    monkeypatch.setattr(ledger.audit, "record", full)
    with pytest.raises(Refused):
        await people.leave()
    assert people.who == ""


async def test_a_full_disk_lets_nobody_in_and_says_so(
    people: People, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_given: object) -> None:
        raise LedgerFull("The disk is full.")

    monkeypatch.setattr(ledger.sign_ins, "keep", full)
    with pytest.raises(Refused, match="The disk is full"):
        await people.enter(Secret(PIN))
    assert people.who == ""


async def test_a_stored_pin_that_cannot_be_read_is_said_so(
    ledger: Ledger, clock: MovableClock
) -> None:
    damaged = Owner(name="Ada Muster", pin_hash="$argon2id$v=19$nothing")
    people = People(ledger=ledger, owner=damaged, clock=clock, training=False)
    with pytest.raises(Refused, match="Set a new PIN"):
        await people.enter(Secret(PIN))
    assert people.who == ""


async def test_training_is_open_and_shows_the_pin_to_practise_with(
    ledger: Ledger, clock: MovableClock
) -> None:
    people = People(ledger=ledger, owner=None, clock=clock, training=True)
    assert (people.who, people.name, people.training_pin) == ("Trainee", "Trainee", PRACTICE_PIN)
    await people.leave()
    assert people.who == ""
    with pytest.raises(Refused, match=f"To practise, it is {PRACTICE_PIN}"):
        await people.enter(Secret("111222"))
    assert people.who == ""
    await people.enter(Secret(PRACTICE_PIN))
    assert people.who == "Trainee"


async def test_without_an_owner_nobody_signs_in_outside_training(
    ledger: Ledger, clock: MovableClock
) -> None:
    people = People(ledger=ledger, owner=None, clock=clock, training=False)
    with pytest.raises(Refused, match="No PIN is set up"):
        await people.enter(Secret(PRACTICE_PIN))
    assert people.who == ""
