"""Whether this till can be relied on now, and what people have to know where it cannot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from posapp.desk.clock import SteadyClock
from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.till import Till
from posapp.ledger.errors import LedgerError
from posapp.model.access import Role, supervision_problem

_log = logging.getLogger(__name__)
_AGAIN = 2.0  # seconds until an answer that could not be saved is saved again


class Trouble(StrEnum):
    """What is wrong, the worst first."""

    UNSAVED = "unsaved"
    STOPPED = "stopped"
    OLDER = "older"
    PAUSED = "paused"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Notice:
    """``words`` say what is wrong, where and what next; ``account`` is set where one is paused."""

    trouble: Trouble
    words: str
    account: str = ""


class Soundness:
    """Runs as one task for as long as the desk is open."""

    def __init__(
        self, till: Till, *, role: Callable[[], Role | None], clock: SteadyClock | None = None
    ) -> None:
        """Args:
        role: what the person at the till is; None while nobody is signed in.
        clock: compared with what gateways say; None where it cannot be wrong.
        """
        self._till = till
        self._role = role
        self._clock = clock
        self._ledger = till.ledger
        self._wake = asyncio.Event()
        till.bell.listen(self._wake.set)

    async def run(self) -> None:
        """Examine the ledger once, then save what could not be saved until it is; for ever."""
        try:
            await self._ledger.examine()
        except LedgerError:
            _log.exception("the ledger cannot be examined")
        if self._ledger.stopped:
            self._till.news.tell()
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.all_saved()

    @property
    def unsaved(self) -> int:
        """How many answers of gateways are in memory only."""
        return len(self._ledger.journal.unsaved.waiting)

    @property
    def is_saving(self) -> bool:
        """Whether something is in memory only that may still be saved."""
        return bool(self.unsaved) and not self._ledger.stopped

    async def all_saved(self) -> None:
        """Save what could not be saved, until it is, or until nothing can be saved any more."""
        while self.is_saving:
            await self._till.sleep(_AGAIN)
            before = self.unsaved
            with suppress(LedgerError):
                await self._ledger.journal.unsaved.save()
            if self.unsaved < before or self._ledger.stopped:
                self._till.changed()

    async def notices(self) -> tuple[Notice, ...]:
        """What people have to know now, the worst first."""
        found = [*self._about_the_ledger()]
        with suppress(LedgerError):
            for pause in await self._ledger.pauses.all():
                label = self._till.accounts.label(pause.account)
                words = (
                    f"{label} is paused: an answer did not fit what was asked. {pause.why} No "
                    "money is moved through it until a supervisor has looked at that payment in "
                    "the gateway's own list and resumes the account."
                )
                found.append(Notice(Trouble.PAUSED, words, pause.account))
        if self._clock is not None and self._clock.differs:
            found.append(Notice(Trouble.CLOCK, _clock_words(self._clock.ahead)))
        return tuple(found)

    async def resume(self, account: str, *, who: str) -> None:
        """Somebody looked at what did not fit: let payments go on.

        Raises:
            Refused: it takes a supervisor, or it cannot be written down.
        """
        self._supervised()
        with ledger_refusals():
            await self._ledger.pauses.resume(account, who=who)
        self._till.changed()

    async def accept_copy(self, *, who: str) -> None:
        """Go on with an older copy of the ledger.

        Raises:
            Refused: it takes a supervisor, or it is read only for another reason.
        """
        self._supervised()
        with ledger_refusals():
            await self._ledger.accept(who)
        self._till.changed()

    def _supervised(self) -> None:
        if problem := supervision_problem(self._role()):
            raise Refused(problem)

    def _about_the_ledger(self) -> list[Notice]:
        found = []
        if self.unsaved:
            one = self.unsaved == 1
            what = "The result of a payment is" if one else "Results of payments are"
            then = (
                f"Nobody but the gateway knows {'it' if one else 'them'}. Close the program and "
                f"check the disk; at the next start the {'payment is' if one else 'payments are'} "
                "looked up."
                if self._ledger.stopped
                else "Free some space on the disk and leave the program open: "
                f"{'it is' if one else 'they are'} saved as soon as that is possible. Do not "
                "charge again."
            )
            found.append(Notice(Trouble.UNSAVED, f"{what} not saved. {then}"))
        if self._ledger.stopped:
            older = self._ledger.may_be_accepted
            trouble = Trouble.OLDER if older else Trouble.STOPPED
            found.append(Notice(trouble, self._ledger.stopped))
        return found


def _clock_words(ahead: timedelta) -> str:
    minutes = round(abs(ahead) / timedelta(minutes=1))
    span = f"{minutes} minutes" if minutes < 180 else f"{round(minutes / 60)} hours"
    return (
        f"This computer's clock is {span} {'ahead of' if ahead > timedelta(0) else 'behind'} the "
        "gateway's. Set it right and start the program again. Until then unknown payments are "
        "judged by whichever clock is safer."
    )
