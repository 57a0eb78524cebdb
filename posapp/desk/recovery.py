"""Finding out what happened to every attempt whose end is not known.

Look up, never resend. A look-up that fails proves nothing; absence needs two complete searches,
the later one a quarter of an hour after the last byte, by a search that is known to find what is
there. What stays unknown becomes an open case. Every step can be repeated: it may end anywhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from posapp.desk.absence import Absence
from posapp.desk.actions import Actions
from posapp.desk.canary import Canary
from posapp.desk.captures import Captures
from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.overdue import case_when_old
from posapp.desk.payouts import Payouts
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.desk.turns import Turns
from posapp.gateways.port import Gateway, GatewayError, RateLimited
from posapp.ledger.errors import LedgerError, WrongPayment
from posapp.model.attempt import (
    ACTIONS,
    LEAVING,
    SWEEPS,
    SWEPT,
    Attempt,
    BrokenRule,
    Kind,
    State,
    Verdict,
    next_question,
)
from posapp.model.case import AlarmKind
from posapp.model.judge import first_that_fits
from posapp.runtime.together import Together

Look = Callable[[Attempt, Gateway], Awaitable[Outcome | None]]
"""Asks the gateway about one attempt and writes down what it shows; None where it is absent."""

_log = logging.getLogger(__name__)
_IDLE = timedelta(minutes=5)
_SHORTEST = timedelta(seconds=0.2)
_DISK_PAUSE = timedelta(seconds=30)
_SWEEP_ROOM = timedelta(days=7)  # a till that was off for a week still makes its last sweep
_SWEEP_AGAIN = timedelta(minutes=30)  # after one that brought no answer
_ROUND = 30  # look-ups at one account before it is worked out anew which come first
_LEDGER_FAILED = "The ledger failed"


class Recovery:
    """Runs as one task for as long as the desk is open; every gateway account has its own round,
    so that one that does not answer holds up no other."""

    def __init__(
        self,
        till: Till,
        *,
        sales: Sales,
        refunds: Refunds,
        actions: Actions,
        payouts: Payouts,
        clock: Callable[[], datetime],
        between: Callable[[], tuple[datetime, datetime]] | None = None,
    ) -> None:
        """Args: between: the earliest and the latest that it can be now, where that is not sure:
        patience is judged by the one, a key by the other."""
        self._till = till
        self._ledger = till.ledger
        self._sales = sales
        self._actions = actions
        self._looks: dict[Kind, Look] = {
            **dict.fromkeys(ACTIONS, actions.look),
            Kind.REFUND: refunds.look,
            Kind.PAYOUT: payouts.look,
        }
        self._clock = clock
        till.bell.listen(self.recheck)
        self._wake = asyncio.Event()
        self._turns = Turns(clock, till.sleep)
        self._canary = Canary(till.ledger, clock)
        self._absence = Absence(
            till,
            actions=actions,
            canary=self._canary,
            turns=self._turns,
            clock=clock,
            between=between or (lambda: (clock(), clock())),
        )
        self._captures = Captures(till)
        self._on_round: set[str] = set()
        self._latest: tuple[Attempt, ...] = ()  # what was waiting when it was last read
        self._disk_failed: datetime | None = None
        self._again_at: dict[int, datetime] = {}  # sweeps that brought no answer

    def recheck(self) -> None:
        """Something changed: work out anew when to look next, and try the disk again."""
        self._disk_failed = None
        self._wake.set()

    async def run(self) -> None:
        """Look up whatever is due, for ever; ends only by being cancelled."""
        async with Together() as rounds:
            while True:
                self._wake.clear()
                waiting = await self._waiting()
                for account in self._due_accounts(waiting):
                    if account in self._on_round:
                        continue
                    self._on_round.add(account)
                    rounds.start(self._round(account), name=f"look-ups {account}")
                if self._captures.wanted:
                    rounds.start(self._captures.read(), name="look for captures")
                pause = self._until_next(waiting)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause.total_seconds()):
                        await self._wake.wait()

    async def look_at_what_is_due(self) -> timedelta:
        """Look up every open attempt that is due; how long until the next one is."""
        due = self._due_accounts(await self._waiting())
        await asyncio.gather(*(self._look_up_due(each) for each in due))
        return self._until_next(await self._waiting())

    async def check(self, attempt: Attempt) -> Attempt:
        """Ask the gateway about one attempt now.

        Raises:
            Refused: it could not be asked; the attempt is as open as before.
        """
        account = attempt.intent.account
        async with self._turns.of(account):
            if (until := self._turns.alone_until(account)) is not None:
                seconds = max(1, round((until - self._clock()).total_seconds()))
                raise Refused(
                    f"The gateway asked not to be called for {seconds} more seconds. "
                    "It is looked up by itself after that."
                )
            await self._deliver()
            current = await self._ledger.journal.read(attempt.id)
            if self._broken_off((current,)):
                await self._ledger.journal.recover(why=_LEDGER_FAILED)
                current = await self._ledger.journal.read(attempt.id)
            leaving = current.state in LEAVING
            followed = self._till.under_way.is_followed(attempt.id)
            if not await self._is_looked_for(current) or leaving or followed:
                return current
            try:
                return await self._look(current)
            except BrokenRule:
                latest = await self._ledger.journal.read(attempt.id)
                if latest.state is current.state:
                    raise
                return latest  # another till has found out meanwhile
            finally:
                self._till.news.tell()

    def asked_next(self, attempt: Attempt) -> datetime | None:
        """When the gateway is asked about it by itself; None when that is not planned."""
        due = self._due(attempt)
        alone = self._turns.alone_until(attempt.intent.account)
        return max(due, alone) if due and alone else due

    async def _is_looked_for(self, attempt: Attempt) -> bool:
        if attempt.state.is_open or attempt.state is State.NOT_CHARGED:
            return True
        if attempt.intent.kind is Kind.PAYOUT and attempt.verdict is Verdict.APPROVED:
            return True  # the payee's bank may send it back
        return await self._ledger.cases.was_closed(attempt.id)

    async def _round(self, account: str) -> None:
        try:
            await self._look_up_due(account)
        finally:
            self._on_round.discard(account)
            self._wake.set()

    async def _look_up_due(self, account: str) -> None:
        """Look up what is due at this account, the newest first, each once. A round is short, so
        that after it the newest come first again."""
        seen: set[int] = set()
        while len(seen) < _ROUND:
            attempt = self._newest_due(account, seen)
            if attempt is None:
                return
            seen.add(attempt.id)
            try:
                await self.check(attempt)
            except Refused:
                _log.warning("look-up did not succeed")
            except LedgerError:
                _log.exception("a look-up cannot be written down")
                self._disk_failed = self._clock()
                return

    def _newest_due(self, account: str, seen: set[int]) -> Attempt | None:
        if self._turns.alone_until(account) is not None or self._disk_rests():
            return None
        due = (
            attempt
            for attempt in self._latest
            if attempt.intent.account == account and attempt.id not in seen
        )
        return next((attempt for attempt in due if self._is_due(attempt)), None)

    def _due_accounts(self, waiting: Iterable[Attempt]) -> list[str]:
        """The accounts at which something is due now and that may be asked, always in one order."""
        due = {attempt.intent.account for attempt in waiting if self._is_due(attempt)}
        return [each for each in sorted(due) if self._turns.alone_until(each) is None]

    def _is_due(self, attempt: Attempt) -> bool:
        due = self._due(attempt)
        followed = self._till.under_way.is_followed(attempt.id)
        return due is not None and due <= self._clock() and not followed

    def _due(self, attempt: Attempt) -> datetime | None:
        due = next_question(attempt, self._clock())
        if due is None:
            return None
        asked, again = self._absence.asked_at(attempt, due), self._again_at.get(attempt.id)
        return max(asked, again) if again else asked

    def _until_next(self, waiting: Iterable[Attempt]) -> timedelta:
        """How long until something is due at an account that is not on its round."""
        now = self._clock()
        pause = _IDLE
        for attempt in waiting:
            due = self.asked_next(attempt)
            elsewhere = attempt.intent.account in self._on_round
            if due is None or elsewhere or self._till.under_way.is_followed(attempt.id):
                continue
            pause = min(pause, due - now)
        return max(self._disk_rests() or pause, _SHORTEST)

    async def _waiting(self) -> tuple[Attempt, ...]:
        """Everything a gateway is asked about, newest first; nothing while the disk rests. Rounds
        that are under way go on with it."""
        self._latest = () if self._disk_rests() else await self._read_waiting()
        return self._latest

    async def _read_waiting(self) -> tuple[Attempt, ...]:
        try:
            await self._deliver()  # what was answered comes before any conclusion
            since = self._clock() - SWEEPS[-1] - _SWEEP_ROOM
            found = await self._ledger.journal.looked_for(since)
            if self._broken_off(found):
                await self._ledger.journal.recover(why=_LEDGER_FAILED)
                found = await self._ledger.journal.looked_for(since)
            self._absence.watch(found)
            for attempt in found:
                if self._absence.is_abandoned(attempt):
                    await self._ledger.journal.take_over(attempt)
                    self._till.changed()
            return found
        except LedgerError:
            _log.exception("open attempts cannot be read")
            self._disk_failed = self._clock()
            return ()

    def _disk_rests(self) -> timedelta:
        """How long the ledger is still left alone after it failed; zero when it is asked."""
        if self._disk_failed is None:
            return timedelta(0)
        passed = self._clock() - self._disk_failed
        return max(timedelta(0), _DISK_PAUSE - passed) if passed >= timedelta(0) else timedelta(0)

    async def _deliver(self) -> None:
        if await self._ledger.journal.deliver():
            self._till.news.tell()

    def _broken_off(self, found: Iterable[Attempt]) -> bool:
        """Whether the answer to one of these could not be saved: it is unknown from now on.

        While no money is under way here, nothing of this till can still be on its way.
        """
        return not self._till.under_way.busy and any(
            attempt.state in LEAVING and attempt.intent.till == self._till.name for attempt in found
        )

    async def _look(self, attempt: Attempt) -> Attempt:
        provable = self._absence.is_provable(attempt)
        try:
            gateway = self._till.accounts.gateway(attempt.intent.account)
            if look := self._looks.get(attempt.intent.kind):
                outcome = await look(attempt, gateway)
                found = outcome.attempt if outcome else None
                if outcome and attempt.intent.kind is Kind.PAYOUT and not attempt.payment_id:
                    self._canary.found(attempt.intent.account, Kind.PAYOUT)
            else:
                found = await self._look_for_charge(attempt, gateway, provable=provable)
        except (GatewayError, Refused) as problem:
            if isinstance(problem, RateLimited):
                self._turns.leave_alone(attempt.intent.account, problem.retry_after)
            await self._not_answered(attempt, problem)
            raise Refused(str(problem)) from problem
        except WrongPayment as problem:
            await self._not_answered(attempt, Refused(str(problem)))
            raise Refused(str(problem)) from problem
        except LedgerError:
            raise
        except Exception as problem:
            _log.exception("the answer to a look-up was not understood")
            sentence = "The gateway answered, but the answer could not be understood."
            await self._not_answered(attempt, Refused(sentence))
            raise Refused(f"{sentence} Look at the payment in the gateway's own list.") from problem
        if found is None:
            return await self._absence.weigh(attempt, provable=provable)
        if found.state is not State.SETTLED or attempt.state is State.SETTLED:
            await self._ledger.journal.looked_up(
                attempt.id, absent=False, said=found.said, request_id=found.request_id
            )
            return await self._case_when_old(found)
        return found

    async def _not_answered(self, attempt: Attempt, problem: GatewayError | Refused) -> None:
        told = problem if isinstance(problem, GatewayError) else None
        if attempt.state in SWEPT:
            self._again_at[attempt.id] = self._clock() + _SWEEP_AGAIN
        await self._ledger.journal.looked_up(
            attempt.id,
            absent=False,
            note=str(problem),
            said=told.said if told else "",
            request_id=told.request_id if told else "",
        )
        await self._case_when_old(attempt)

    async def _look_for_charge(
        self, attempt: Attempt, gateway: Gateway, *, provable: bool
    ) -> Attempt | None:
        if attempt.payment_id:
            payment = await gateway.read(attempt.payment_id)
            return (await self._sales.record(attempt, payment, gateway)).attempt
        since = self._absence.search_from(attempt, provable=provable)
        payments = await gateway.find(attempt.intent.reference, since=since)
        if not payments:
            return None
        self._canary.found(attempt.intent.account, attempt.intent.kind)
        ours, *others = first_that_fits(attempt.intent, payments, live=gateway.live)
        for other in others:
            if attempt.intent.kind.takes_money and not other.status.is_final_failure:
                await self._ledger.cases.raise_alarm(
                    AlarmKind.DOUBLE, attempt_id=attempt.id, payment=other
                )
        return (await self._sales.record(attempt, ours, gateway)).attempt

    async def _case_when_old(self, attempt: Attempt) -> Attempt:
        return await case_when_old(self._ledger, attempt, at=self._clock())
