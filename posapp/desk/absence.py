"""What it takes to say that something never happened.

Two complete searches that found nothing, the later one a quarter of an hour after the last byte by
the clock of whoever sent it, and after nearly as long by our own clock; over days around it, for
the clock that sent it may have been wrong; by a search that is known to find what is there. Where
that cannot be had, a person has to find out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from posapp.desk.actions import Actions
from posapp.desk.canary import Canary
from posapp.desk.errors import Refused
from posapp.desk.overdue import case_when_old
from posapp.desk.till import Till
from posapp.desk.turns import Turns
from posapp.gateways.port import GatewayError, RateLimited
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import (
    ABSENT_AFTER,
    CASE_AFTER,
    CLOCKS_DIFFER,
    LEAVING,
    SWEPT,
    Attempt,
    Kind,
    State,
    absence_is_proved,
    may_repeat,
)

_log = logging.getLogger(__name__)
_WATCHED = ABSENT_AFTER - timedelta(minutes=1)  # the look-up at its end is a little early for us
_CLOCKS_BEHIND = timedelta(minutes=5)
_CLOCKS_WRONG = timedelta(days=2)  # a wrong zone, a wrong day


class Absence:
    """``watch`` is told of everything that is open, as often as it is read."""

    def __init__(
        self,
        till: Till,
        *,
        actions: Actions,
        canary: Canary,
        turns: Turns,
        clock: Callable[[], datetime],
        between: Callable[[], tuple[datetime, datetime]],
    ) -> None:
        self._till = till
        self._ledger = till.ledger
        self._actions = actions
        self._canary = canary
        self._turns = turns
        self._clock = clock
        self._between = between
        self._since: dict[tuple[int, int, bool], datetime] = {}

    def watch(self, waiting: Iterable[Attempt]) -> None:
        """Remember since when each of these stands as it does, as far as this program saw."""
        now = self._clock()
        keys = [_as_it_stands(attempt) for attempt in waiting if attempt.state.is_open]
        self._since = {key: self._since.get(key, now) for key in keys}

    def is_provable(self, attempt: Attempt) -> bool:
        """Whether one more complete search that begins now and finds nothing proves it."""
        watched = self._watched_for(attempt)
        earliest, _ = self._between()
        return absence_is_proved(attempt, earliest) and watched >= _WATCHED

    def asked_at(self, attempt: Attempt, due: datetime) -> datetime:
        """When to ask next, where it would otherwise be ``due``: what was unknown before this
        program saw it is asked about once it was watched for long enough."""
        since = self._since.get(_as_it_stands(attempt))
        if attempt.state is not State.UNKNOWN or since is None:
            return due
        looked = attempt.looked_up_at
        is_decided = looked is not None and looked >= since + _WATCHED
        return due if is_decided else min(due, since + ABSENT_AFTER)

    def search_from(self, attempt: Attempt, *, provable: bool) -> datetime:
        """Since when to search. What proves something looks days around: the clock that wrote the
        time down may have been ahead, as it surely was where that time is still to come."""
        sent, now = attempt.sent_at or attempt.prepared_at, self._clock()
        if provable or attempt.state in SWEPT or sent > now + CLOCKS_DIFFER:
            return min(sent, now) - _CLOCKS_WRONG
        return sent - _CLOCKS_BEHIND

    def is_abandoned(self, attempt: Attempt) -> bool:
        """Whether the till that was sending this has not come back: for hours by its own word,
        and for as long as we watch."""
        old = self._clock() - (attempt.sent_at or attempt.prepared_at) >= CASE_AFTER
        elsewhere = attempt.state in LEAVING and attempt.intent.till != self._till.name
        return elsewhere and old and self._watched_for(attempt) >= _WATCHED

    async def weigh(self, attempt: Attempt, *, provable: bool) -> Attempt:
        """Write down a complete search that found nothing, and what that proves.

        Args:
            attempt: as it was when the search began; where it was sent again or ended meanwhile,
                the search says nothing.
            provable: of ``is_provable`` when the search began.
        """
        journal = self._ledger.journal
        if attempt.state in SWEPT:
            return await journal.looked_up(attempt.id, absent=True, seen=attempt)
        if attempt.state is State.PENDING:
            # The gateway accepted it once: absent now means lagging, not undone.
            await journal.looked_up(attempt.id, absent=False)
            return await self._case_when_old(attempt)
        if provable and all(may_repeat(attempt, at) for at in self._between()):
            gateway = self._till.accounts.gateway(attempt.intent.account)
            again = await self._actions.repeat(attempt, gateway)
            if again is not None:
                return again
        looked = await journal.looked_up(attempt.id, absent=True, seen=attempt)
        if not attempt.is_same_sending(looked):
            return looked
        if not provable:
            return await self._case_when_old(looked)
        try:
            believed = await self._search_is_believed(attempt)
        except (GatewayError, Refused) as problem:
            if isinstance(problem, RateLimited):
                self._turns.leave_alone(attempt.intent.account, problem.retry_after)
            return await self._case_when_old(looked)
        except LedgerError:
            raise
        except Exception:
            _log.exception("the answer to a search was not understood")
            return await self._case_when_old(looked)
        if believed:
            return await journal.settle(
                attempt.id,
                state=State.NOT_CHARGED,
                note="The gateway was searched completely, twice, and has no such payment.",
                seen=looked,
            )
        if looked.state is State.OPEN_CASE:
            return looked
        return await journal.settle(
            attempt.id,
            state=State.OPEN_CASE,
            note="The gateway's search found no such payment, but it is not proved that it finds "
            "payments of ours. A person has to find out.",
            seen=looked,
        )

    async def _search_is_believed(self, attempt: Attempt) -> bool:
        """Whether what this gateway does not find is not there. What is asked of a payment is
        looked for in that payment, which was read: that is proof enough. A card check moves
        nothing. Nothing but a payout that was found shows that payouts are."""
        account, kind = attempt.intent.account, attempt.intent.kind
        if kind.acts_on_payment or kind is Kind.VERIFY or self._canary.alive(account, kind):
            return True
        if kind is Kind.PAYOUT:
            return False
        await self._turns.pace(account)
        return await self._canary.ask(self._till.accounts.gateway(account))

    async def _case_when_old(self, attempt: Attempt) -> Attempt:
        return await case_when_old(self._ledger, attempt, at=self._clock())

    def _watched_for(self, attempt: Attempt) -> timedelta:
        now = self._clock()
        return now - self._since.setdefault(_as_it_stands(attempt), now)


def _as_it_stands(attempt: Attempt) -> tuple[int, int, bool]:
    return attempt.id, attempt.repeats, attempt.state in LEAVING
