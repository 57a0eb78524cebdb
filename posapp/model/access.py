"""Who may do what, and the rules about signing in: good PINs, and the wait after wrong ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from posapp.model.attempt import Kind
from posapp.model.secret import Secret

SHORTEST_PIN = 6
LONGEST_PIN = 12
SHORTEST_PASSPHRASE = 15

FREE_TRIES = 5
"""Wrong tries in a row before the first wait."""

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""The wait after the last free try, after the next wrong one, and after every one that follows.

Together: at most seven guesses in the first 36 minutes, then two an hour.
"""


class Role(StrEnum):
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"


_EVERYBODY = frozenset(Role)
_SUPERVISORS = frozenset({Role.SUPERVISOR, Role.MANAGER})

MAY: dict[Kind, frozenset[Role]] = {
    Kind.CHARGE: _EVERYBODY,
    Kind.VERIFY: _EVERYBODY,
    Kind.HOSTED: _EVERYBODY,
    Kind.CAPTURE: _EVERYBODY,
    Kind.VOID: _EVERYBODY,
    Kind.INCREMENT: _EVERYBODY,
    Kind.REVERSAL: _SUPERVISORS,
    Kind.RETRY_CANCELLATION: _EVERYBODY,
    Kind.REFUND: _EVERYBODY,
    Kind.PAYOUT: _SUPERVISORS,
}
"""Who may ask for what; who is not in here may not."""


def permission_problem(role: Role | None, kind: Kind) -> str | None:
    """Why this person may not ask for this, as a sentence, or None.

    Args:
        role: None where nobody is signed in.
    """
    return _problem(role, MAY.get(kind, frozenset()))


def supervision_problem(role: Role | None) -> str | None:
    """The same for what is decided over money without moving any."""
    return _problem(role, _SUPERVISORS)


def _problem(role: Role | None, may: frozenset[Role]) -> str | None:
    if role is None:
        return "Nobody is signed in. Sign in first."
    if role not in may:
        return "This needs a supervisor or a manager. Ask one of them to sign in."
    return None


def pin_problem(pin: Secret) -> str | None:
    """What is wrong with a new PIN, as a sentence, or None."""
    digits = pin.reveal()
    if not digits.isascii() or not digits.isdigit():
        return f"Use digits only: {SHORTEST_PIN} to {LONGEST_PIN} of them."
    if not SHORTEST_PIN <= len(digits) <= LONGEST_PIN:
        return f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits."
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    if steps == {0}:
        return "Do not repeat one digit. Choose a PIN that is harder to guess."
    if steps in ({1}, {9}):
        return "Do not count up or down. Choose a PIN that is harder to guess."
    return None


def passphrase_problem(passphrase: Secret) -> str | None:
    """What is wrong with a new passphrase for the vault, as a sentence, or None."""
    text = passphrase.reveal()
    if len(text) < SHORTEST_PASSPHRASE:
        return f"Use at least {SHORTEST_PASSPHRASE} characters; a short sentence works well."
    if not text.isprintable():
        return "Use letters, digits, signs and blanks only."
    if len(set(text.casefold())) < 6:
        return "Use more different characters; a short sentence works well."
    return None


class Try(NamedTuple):
    """Whether a PIN may be tried now, and how many whole seconds to wait where it may not."""

    allowed: bool
    wait_seconds: int


@dataclass(frozen=True, slots=True)
class Lockout:
    """Wrong tries of one person in a row. Instants are aware.

    The order of a sign-in: ``try_now``; store ``failed``; only then check the PIN; store
    ``succeeded`` when it was right. A program that dies during the check has then used up a try.

    The wait counts from the latest instant ever seen in ``failed``. A clock that was set back
    does not shorten it: ``clock_checked`` starts the whole wait again from the new time, so that
    nobody waits for a date that was wrong. A clock that was set forward cannot be told from
    waiting; pass instants from a clock that a clerk cannot set.
    """

    failures: int = 0
    last_failure: datetime | None = None

    @property
    def tries_left(self) -> int:
        """Tries before a wait begins; 0 while every wrong one brings a wait."""
        return max(0, FREE_TRIES - self.failures)

    def try_now(self, at: datetime) -> Try:
        """Whether a PIN may be tried at this instant."""
        wait = self._wait()
        if self.last_failure is None or not wait:
            return Try(True, 0)
        waited = max(timedelta(0), at - self.last_failure)
        left = wait - waited
        return Try(left <= timedelta(0), max(0, ceil(left.total_seconds())))

    def failed(self, at: datetime) -> Lockout:
        """One more wrong try; to be stored before the PIN is checked."""
        latest = at if self.last_failure is None else max(at, self.last_failure)
        return Lockout(failures=self.failures + 1, last_failure=latest)

    def clock_checked(self, at: datetime) -> Lockout:
        """The same, with the whole wait begun anew where the clock stands before the last try."""
        if self.last_failure is None or at >= self.last_failure:
            return self
        return Lockout(failures=self.failures, last_failure=at)

    def succeeded(self) -> Lockout:
        """After a right PIN, or when a supervisor lets the person in again."""
        return Lockout()

    def _wait(self) -> timedelta:
        beyond = self.failures - FREE_TRIES
        if beyond < 0:
            return timedelta(0)
        return WAITS[min(beyond, len(WAITS) - 1)]
