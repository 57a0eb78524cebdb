"""Finding out what happened to every attempt whose end is not known.

Look up, never resend. A look-up that fails proves nothing; absence needs two complete searches,
the later one a quarter of an hour after the last byte. What stays unknown becomes an open case.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from posapp.desk.actions import Actions
from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.payouts import Payouts
from posapp.desk.refunds import Refunds
from posapp.desk.sales import Sales
from posapp.desk.till import Till
from posapp.gateways.port import Gateway, GatewayError
from posapp.ledger.errors import LedgerError
from posapp.model.attempt import (
    ACTIONS,
    CASE_AFTER,
    LOOK_UP_DELAYS,
    SWEEPS,
    Attempt,
    Kind,
    State,
    absence_is_proved,
    may_repeat,
    next_look_up,
    next_sweep,
)
from posapp.model.payment import PaymentStatus

Look = Callable[[Attempt, Gateway], Awaitable[Outcome | None]]
"""Asks the gateway about one attempt and writes down what it shows; None where it is absent."""

_log = logging.getLogger(__name__)
_IDLE = timedelta(minutes=5)
_DISK_PAUSE = timedelta(seconds=30)
_BETWEEN_LOOK_UPS = 1.0  # seconds; recovery is never the reason for a rate limit
_CAPTURE_PAUSE = timedelta(seconds=1.2)
_SWEEP_ROOM = timedelta(hours=24)  # a till that was off for a day still makes its last sweep
_LEAVING = (State.PREPARED, State.SENDING)
_EARLIER = timedelta(minutes=5)  # how far a gateway's clock may be behind ours


class Recovery:
    """Runs as one task for as long as the desk is open."""

    def __init__(
        self,
        till: Till,
        *,
        sales: Sales,
        refunds: Refunds,
        actions: Actions,
        payouts: Payouts,
        clock: Callable[[], datetime],
    ) -> None:
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
        self._turn = asyncio.Lock()

    def recheck(self) -> None:
        """Something changed: work out anew when to look next."""
        self._wake.set()

    async def run(self) -> None:
        """Look up whatever is due, for ever; ends only by being cancelled."""
        while True:
            self._wake.clear()
            pause = await self.look_at_what_is_due()
            if await self._look_for_captures():
                pause = min(pause, _CAPTURE_PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._wake.wait()

    async def check(self, attempt: Attempt) -> Attempt:
        """Ask the gateway about one attempt now.

        Raises:
            Refused: it could not be asked; the attempt is as open as before.
        """
        async with self._turn:
            await self._open_attempts()
            current = await self._ledger.journal.read(attempt.id)
            leaving = current.state in _LEAVING
            followed = self._till.under_way.is_followed(attempt.id)
            looked_for = current.state.is_open or current.state is State.NOT_CHARGED
            if not looked_for or leaving or followed:
                return current
            try:
                return await self._look(current)
            finally:
                self._till.news.tell()

    async def _open_attempts(self) -> tuple[Attempt, ...]:
        """Every open attempt; one whose answer could not be saved is unknown from now on.

        While no money is under way here, nothing of this till can still be on its way.
        """
        if await self._ledger.journal.deliver():
            self._till.news.tell()
        found = await self._ledger.journal.open_attempts()
        leaving = any(
            attempt.state in _LEAVING and attempt.intent.till == self._till.name
            for attempt in found
        )
        if self._till.under_way.busy or not leaving:
            return found
        return await self._ledger.journal.recover(why="The ledger failed")

    async def _to_sweep(self) -> tuple[Attempt, ...]:
        """What was taken as not charged, as long as it may still turn up late."""
        return await self._ledger.journal.not_charged_since(
            self._clock() - SWEEPS[-1] - _SWEEP_ROOM
        )

    async def look_at_what_is_due(self) -> timedelta:
        """Look up every open attempt that is due; how long until the next one is."""
        try:
            waiting = (*await self._open_attempts(), *await self._to_sweep())
        except LedgerError:
            _log.exception("open attempts cannot be read")
            return _DISK_PAUSE
        pause = _IDLE
        for attempt in waiting:
            due = _due(attempt)
            if due is None or self._till.under_way.is_followed(attempt.id):
                continue
            if due > self._clock():
                pause = min(pause, due - self._clock())
                continue
            try:
                await self.check(attempt)
            except Refused:
                _log.warning("look-up did not succeed")
            except LedgerError:
                _log.exception("a look-up cannot be written down")
                return _DISK_PAUSE
            pause = timedelta(0)
            await self._till.sleep(_BETWEEN_LOOK_UPS)
        return max(pause, timedelta(seconds=0.2))

    async def _look_for_captures(self) -> bool:
        """Read approved charges until their capture shows; True while some are left."""
        for attempt_id, reads in tuple(self._till.uncollected.items()):
            if self._till.under_way.is_followed(attempt_id):
                continue
            try:
                detail = await self._ledger.payments.detail(attempt_id)
                gateway = self._till.accounts.gateway(detail.attempt.intent.account)
                payment = await gateway.read(detail.attempt.payment_id)
                await self._ledger.payments.store(payment)
            except Exception as problem:  # it is only a wish to know; the money is approved
                _log.warning("capture not seen: %s", type(problem).__name__)
                payment = None
            if reads <= 1 or (payment and payment.status is not PaymentStatus.AUTHORISED):
                del self._till.uncollected[attempt_id]
            else:
                self._till.uncollected[attempt_id] = reads - 1
            self._till.news.tell()
        return bool(self._till.uncollected)

    async def _look(self, attempt: Attempt) -> Attempt:
        try:
            gateway = self._till.accounts.gateway(attempt.intent.account)
            if look := self._looks.get(attempt.intent.kind):
                outcome = await look(attempt, gateway)
                found = outcome.attempt if outcome else None
            else:
                found = await self._look_for_charge(attempt, gateway)
        except (GatewayError, Refused) as problem:
            await self._not_answered(attempt, str(problem))
            raise Refused(str(problem)) from problem
        except LedgerError:
            raise
        except Exception as problem:
            _log.exception("the answer to a look-up was not understood")
            sentence = "The gateway answered, but the answer could not be understood."
            await self._not_answered(attempt, sentence)
            raise Refused(f"{sentence} Look at the payment in the gateway's own list.") from problem
        if found is None:
            return await self._absent(attempt)
        if found.state is not State.SETTLED:
            await self._ledger.journal.looked_up(attempt.id, absent=False)
            return await self._make_case_when_old(found)
        return found

    async def _not_answered(self, attempt: Attempt, note: str) -> None:
        await self._ledger.journal.looked_up(attempt.id, absent=False, note=note)
        await self._make_case_when_old(attempt)

    async def _look_for_charge(self, attempt: Attempt, gateway: Gateway) -> Attempt | None:
        if attempt.payment_id:
            payment = await gateway.read(attempt.payment_id)
            return (await self._sales.record(attempt, payment, gateway)).attempt
        since = (attempt.sent_at or attempt.prepared_at) - _EARLIER
        payments = await gateway.find(attempt.intent.reference, since=since)
        if not payments:
            return None
        if len(payments) > 1 and attempt.state is not State.NOT_CHARGED:
            return await self._ledger.journal.settle(
                attempt.id,
                state=State.OPEN_CASE,
                note=f"The gateway shows {len(payments)} payments under this reference.",
            )
        return (await self._sales.record(attempt, payments[0], gateway)).attempt

    async def _absent(self, attempt: Attempt) -> Attempt:
        if attempt.state is State.NOT_CHARGED:
            return await self._ledger.journal.looked_up(attempt.id, absent=True)
        if attempt.state is State.PENDING:
            # The gateway accepted it once: absent now means lagging, not undone.
            await self._ledger.journal.looked_up(attempt.id, absent=False)
            return await self._make_case_when_old(attempt)
        if may_repeat(attempt, self._clock()):
            gateway = self._till.accounts.gateway(attempt.intent.account)
            again = await self._actions.repeat(attempt, gateway)
            if again is not None:
                return again
        if absence_is_proved(attempt, self._clock()):
            return await self._ledger.journal.settle(
                attempt.id,
                state=State.NOT_CHARGED,
                note="The gateway was searched completely, twice, and has no such payment.",
            )
        looked = await self._ledger.journal.looked_up(attempt.id, absent=True)
        return await self._make_case_when_old(looked)

    async def _make_case_when_old(self, attempt: Attempt) -> Attempt:
        since = attempt.sent_at or attempt.prepared_at
        settled_for_now = attempt.state in (State.OPEN_CASE, State.NOT_CHARGED)
        if settled_for_now or self._clock() - since < CASE_AFTER:
            return attempt
        if await self._waits_for_customer(attempt):
            return attempt
        return await self._ledger.journal.settle(
            attempt.id,
            state=State.OPEN_CASE,
            note="Still not known after three hours. A person has to find out.",
        )

    async def _waits_for_customer(self, attempt: Attempt) -> bool:
        """A link may wait for days; the gateway says when it has expired."""
        if attempt.state is not State.PENDING or not attempt.payment_id:
            return False
        payment = await self._ledger.payments.by_gateway_id(
            attempt.intent.account, attempt.payment_id
        )
        return payment is not None and payment.status is PaymentStatus.ACTION_NEEDED


def _due(attempt: Attempt) -> datetime | None:
    """When to look next. An open case is a person's, but a late end of it is still noticed."""
    if attempt.state is State.NOT_CHARGED:
        return next_sweep(attempt)
    if attempt.state is State.OPEN_CASE:
        return (attempt.looked_up_at or attempt.prepared_at) + LOOK_UP_DELAYS[-1]
    return next_look_up(attempt)
