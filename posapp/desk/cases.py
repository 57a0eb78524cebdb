"""What waits for a person: open cases, charges that turned up late, charges made twice."""

from __future__ import annotations

from posapp.desk.actions import Actions
from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.outcome import Outcome, Result
from posapp.desk.people import People
from posapp.desk.recovery import Recovery
from posapp.desk.till import Till
from posapp.gateways.port import GatewayError
from posapp.model.attempt import Attempt, BrokenRule, State
from posapp.model.case import (
    Alarm,
    Case,
    CaseEnd,
    Closing,
    OpenQuestions,
    SeenWhere,
    reason_problem,
)
from posapp.model.history import PaymentDetail
from posapp.model.payment import Payment
from posapp.model.secret import Secret


class Cases:
    """Every method raises ``Refused`` with a sentence where the ledger cannot be read."""

    def __init__(self, till: Till, *, recovery: Recovery, actions: Actions, people: People) -> None:
        self._till = till
        self._ledger = till.ledger
        self._recovery = recovery
        self._actions = actions
        self._people = people

    async def questions(self) -> OpenQuestions:
        """Alarms, open cases and what is being looked up; each newest first."""
        with ledger_refusals():
            return await self._ledger.cases.questions()

    async def case(self, attempt_id: int) -> Case:
        with ledger_refusals():
            return await self._ledger.cases.read(attempt_id)

    async def evidence(self, attempt_id: int) -> PaymentDetail:
        """Everything that happened to the attempt, every look-up with what the gateway said."""
        with ledger_refusals():
            return await self._ledger.payments.detail(attempt_id)

    async def take(self, attempt_id: int, *, who: str) -> Case:
        """Make ``who`` the one who finds out."""
        with ledger_refusals():
            await self._ledger.cases.take(attempt_id, who=who)
            case = await self._ledger.cases.read(attempt_id)
        self._till.news.tell()
        return case

    async def check(self, attempt_id: int) -> Case:
        """Ask the gateway now.

        Raises:
            Refused: it could not be asked.
        """
        with ledger_refusals():
            await self._recovery.check(await self._ledger.journal.read(attempt_id))
            return await self._ledger.cases.read(attempt_id)

    async def close(
        self,
        attempt_id: int,
        *,
        end: CaseEnd,
        seen: SeenWhere,
        reason: str,
        pin: Secret,
        who: str,
    ) -> Attempt:
        """End an open case with what a person saw. It is still swept for afterwards.

        Args:
            pin: of a supervisor; wiped.

        Raises:
            Refused: the reason is missing, the PIN is wrong, or the case has ended meanwhile;
                ``fields`` names ``reason`` or ``pin``.
        """
        try:
            if problem := reason_problem(reason):
                raise Refused(problem, fields={"reason": problem})
            with ledger_refusals():
                state = (await self._ledger.journal.read(attempt_id)).state
            if state is not State.OPEN_CASE:
                raise Refused(_ENDED_MEANWHILE)
            approved_by = await self._people.approve(pin, what="close_case")
        finally:
            pin.wipe()
        closing = Closing(end=end, seen=seen, reason=reason.strip(), approved_by=approved_by)
        try:
            with ledger_refusals():
                closed = await self._ledger.cases.close(attempt_id, closing, who=who)
        except BrokenRule as broken:
            raise Refused(_ENDED_MEANWHILE) from broken
        self._till.changed()
        return closed

    async def give_back(self, alarm: Alarm, *, who: str) -> Outcome:
        """Undo the charge of an alarm. The alarm ends when the gateway shows the money as given
        back, and not before.

        Raises:
            Refused: before anything was sent.
            NothingMoved: it is proved that nothing was given back.
        """
        with ledger_refusals():
            if await self._ledger.cases.alarm(alarm.id) is None:
                raise Refused("This was settled meanwhile.")
        payment = alarm.to_give_back
        if payment is None:
            raise Refused("There is no charge to give back here. Acknowledge it with a reason.")
        outcome = await self._actions.undo(
            payment, of=alarm.attempt, reason=_REASONS[alarm.kind.value], who=who
        )
        if outcome.result is Result.APPROVED:
            await self._read_again(payment)
        return outcome

    async def acknowledge(self, alarm: Alarm, *, reason: str, who: str) -> None:
        """End an alarm although nothing is given back here.

        Raises:
            Refused: the reason is missing, or it has ended meanwhile.
        """
        if problem := reason_problem(reason):
            raise Refused(problem, fields={"reason": problem})
        with ledger_refusals():
            done = await self._ledger.cases.acknowledge(alarm.id, reason=reason.strip(), who=who)
        self._till.news.tell()
        if not done:
            raise Refused("This was settled meanwhile.")

    async def _read_again(self, known: Payment) -> None:
        """See the money back at the gateway, which ends the alarm; later is good enough."""
        try:
            gateway = self._till.accounts.gateway(known.account)
            payment = await gateway.read(known.id)
        except (GatewayError, Refused):
            return
        with ledger_refusals():
            await self._ledger.payments.store(payment)
        self._till.news.tell()


_REASONS = {"late": "Late charge", "double": "Charged twice"}
_ENDED_MEANWHILE = "This case is not open any more: it was found out meanwhile, or is looked up."
