"""The journal of a shared ledger: an answer is not lost because the server went away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from posapp.ledger.attempt_rows import check_answer
from posapp.ledger.audit import Audit
from posapp.ledger.engine import Database
from posapp.ledger.errors import (
    LedgerAway,
    LedgerBusy,
    LedgerFull,
    LedgerStopped,
    LedgerUnreadable,
    NoSuchEntry,
    WrongPayment,
)
from posapp.ledger.held import Answer, Held, HeldAnswer, contradicts, still_to_write, with_answer
from posapp.ledger.journal import Journal
from posapp.model.attempt import Attempt, BrokenRule, Intent, State, Verdict
from posapp.model.payment import Payment

_log = logging.getLogger(__name__)
_NOT_KEPT = (LedgerAway, LedgerBusy, LedgerFull, LedgerStopped, LedgerUnreadable)


class SharedJournal(Journal):
    """Begins nothing while the server is away, and forgets nothing that was sent before.

    The answer to an attempt that this program sent is then held in a file of this till and
    delivered when the server is back: before anything else is concluded about open attempts.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        clock: Callable[[], datetime],
        till: str,
        held: Held,
    ) -> None:
        super().__init__(database, audit, clock, till)
        self._held = held
        self._mine: dict[int, Attempt] = {}  # begun by this program, as far as it knows; open ones
        self._waiting = True  # as far as is known, until the file was looked at
        self._delivering = asyncio.Lock()

    async def begin(self, intent: Intent) -> Attempt:
        try:
            attempt = await super().begin(intent)
        except LedgerAway as problem:
            raise _nothing_sent(problem) from problem
        self._mine[attempt.id] = attempt
        return attempt

    async def sending(self, attempt_id: int) -> Attempt:
        """As ``Journal.sending``. Where the server goes away in this step, it may have kept it;
        that nothing was sent is then held, for it is proved here only."""
        try:
            attempt = await super().sending(attempt_id)
        except LedgerAway as problem:
            known = self._mine.pop(attempt_id, None)
            if known is not None:
                note = "The shared ledger went away before this was sent."
                await self._hold(known, Answer(State.NOT_SENT, note=note))
            raise _nothing_sent(problem) from problem
        if attempt_id in self._mine:
            self._mine[attempt_id] = attempt
        return attempt

    async def settle(
        self,
        attempt_id: int,
        *,
        state: State,
        verdict: Verdict | None = None,
        payment: Payment | None = None,
        payout_id: str = "",
        action_id: str = "",
        note: str = "",
        said: str = "",
        request_id: str = "",
        who: str = "",
        seen: Attempt | None = None,
    ) -> Attempt:
        """As ``Journal.settle``; while the server cannot keep it, what this program sent is settled
        in its own file. What was only searched for is searched for again."""
        if seen is not None:
            return await super().settle(
                attempt_id, state=state, verdict=verdict, note=note, seen=seen
            )
        answer = Answer(
            state=state,
            verdict=verdict,
            payment=payment,
            payout_id=payout_id,
            action_id=action_id,
            note=note,
            said=said,
            request_id=request_id,
            who=who,
        )
        try:
            settled = await self._write(attempt_id, answer)
        except _NOT_KEPT:
            known = self._mine.get(attempt_id)
            if known is None:
                raise  # found by a look-up: it will be found again
            check_answer(known, state, verdict, payment, payout_id, action_id)
            settled = with_answer(known, answer, self._clock())
            await self._hold(known, answer)
        if settled.state.is_open:
            if attempt_id in self._mine:
                self._mine[attempt_id] = settled
        else:
            self._mine.pop(attempt_id, None)
        return settled

    async def recover(self, *, why: str = "The program ended") -> tuple[Attempt, ...]:
        await self.deliver()
        return await super().recover(why=why)

    async def deliver(self) -> bool:
        """Tell the ledger what was held; what it knows already is not written again.

        Raises:
            LedgerError: what was not told yet is still held.
        """
        async with self._delivering:
            if not self._waiting:
                return False
            self._waiting = False  # unless something is held meanwhile, or stays
            done = 0
            try:
                waiting = await self._held.all()
                for each in waiting:
                    if await self._deliver(each):
                        await self._held.drop(each.number)
                        done += 1
                self._waiting = self._waiting or done < len(waiting)
            except BaseException:
                self._waiting = True
                raise
            return done > 0

    async def _hold(self, attempt: Attempt, answer: Answer) -> None:
        await self._held.keep(attempt, answer)
        self._waiting = True

    async def _deliver(self, each: HeldAnswer) -> bool:
        """Whether the ledger has it now."""
        try:
            current = await self.read(each.attempt_id)
        except NoSuchEntry:
            current = None
        mine = (each.account, each.reference)
        if current is None or (current.intent.account, current.intent.reference) != mine:
            _log.error("an answer is held for an attempt that this ledger does not have")
            return False
        wanted = still_to_write(current, each.answer)
        try:
            if wanted is not None:
                await self._write(current.id, wanted)
            elif contradicts(current, each.answer):
                await self._contradicted(each)
        except BrokenRule:
            _log.warning("an attempt changed while the answer to it was delivered")
            return False  # compared anew the next time
        except WrongPayment:
            await self._contradicted(each)
        return True

    async def _contradicted(self, each: HeldAnswer) -> None:
        """People have to know; what was proved first stays."""
        _log.error("the answer to an attempt contradicts what is proved about it")
        answer = each.answer
        detail = {
            "state": answer.state.value,
            "verdict": answer.verdict.value if answer.verdict else "",
            "payment_id": answer.payment.id if answer.payment else answer.payout_id,
            "request_id": answer.request_id,
            "note": "This answer came while the shared ledger was away and contradicts what is "
            "proved. Look at the payment in the gateway's own list.",
        }
        await self._audit.record(
            "answer_contradicts",
            answer.who or "program",
            f"attempt:{each.attempt_id}",
            {name: value for name, value in detail.items() if value},
        )

    async def _write(self, attempt_id: int, answer: Answer) -> Attempt:
        return await super().settle(
            attempt_id,
            state=answer.state,
            verdict=answer.verdict,
            payment=answer.payment,
            payout_id=answer.payout_id,
            action_id=answer.action_id,
            note=answer.note,
            said=answer.said,
            request_id=answer.request_id,
            who=answer.who,
        )


def _nothing_sent(problem: LedgerAway) -> LedgerAway:
    return LedgerAway(f"{problem} Nothing was sent to the gateway.")
