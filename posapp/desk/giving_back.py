"""Giving back money that should not have moved."""

from __future__ import annotations

from posapp.desk.errors import Refused
from posapp.desk.outcome import Outcome
from posapp.desk.refunds import Refunds
from posapp.model.case import Alarm

_REASONS = {"late": "Late charge", "double": "Charged twice"}


async def give_back(alarm: Alarm, *, refunds: Refunds, who: str) -> Outcome:
    """Undo the charge of an alarm as a whole, in the way that is right for how far it got.

    Raises:
        Refused: before anything was sent.
        NothingMoved: it is proved that nothing was given back.
    """
    if not alarm.can_be_given_back:
        raise Refused("There is no charge to give back here. Acknowledge it with a reason.")
    return await refunds.refund_rest(
        alarm.payment, of=alarm.attempt, reason=_REASONS[alarm.kind.value], who=who
    )
