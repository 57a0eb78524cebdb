"""Following what was asked to its end: every look at the gateway is written down the same way."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from posapp.desk.outcome import Outcome
from posapp.desk.till import Till
from posapp.gateways.port import GatewayError
from posapp.ledger.errors import LedgerAway, LedgerError, WrongPayment
from posapp.model.attempt import Attempt, BrokenRule, State
from posapp.model.case import AlarmKind
from posapp.model.judge import Finding
from posapp.model.payment import Payment

_log = logging.getLogger(__name__)
_PAUSES = (0.5, 0.7, 1.0, 1.5, 2.0, 2.0)


def is_pending(outcome: Outcome) -> bool:
    return outcome.attempt.state is State.PENDING


def done_before(mine: Iterable[Attempt], payment: Payment | None = None) -> frozenset[str]:
    """The ids of everything that was done to a payment so far: an answer that names one of them
    is an older answer.

    Args:
        mine: our own attempts on it.
        payment: read before the request is sent.
    """
    known = {attempt.action_id for attempt in mine}
    if payment is not None:
        known.update(record.id for record in payment.history)
        known.update(record.id for record in payment.refunds)
    return frozenset(known)


async def await_end(
    till: Till,
    outcome: Outcome,
    look: Callable[[Attempt], Awaitable[Outcome | None]],
    *,
    pauses: Sequence[float] = _PAUSES,
    goes_on: Callable[[Outcome], bool] = is_pending,
) -> Outcome:
    """Stay for some seconds; most of what is asked ends in that time.

    Args:
        look: asks the gateway once and writes down what it shows; None where it shows nothing.
        pauses: seconds before each look.
        goes_on: whether it is worth another look.
    """
    for pause in pauses:
        if not goes_on(outcome):
            break
        await till.sleep(pause)
        try:
            outcome = await look(outcome.attempt) or outcome
        except (GatewayError, WrongPayment):
            continue  # the recovery goes on asking
        except LedgerAway:
            break  # so much is kept; the recovery goes on when the server is back
        except LedgerError:
            raise
        except Exception:
            _log.exception("the gateway's answer was not understood")
            continue
    return outcome


async def conclude(
    till: Till,
    attempt: Attempt,
    finding: Finding,
    *,
    payment: Payment | None = None,
    payout_id: str = "",
    action_id: str = "",
    said: str = "",
    request_id: str = "",
    contradiction: AlarmKind = AlarmKind.CONTRADICTED,
) -> Attempt:
    """Write down what a read of the gateway proves about an attempt; the attempt as it is then.

    What is found late and proves nothing changes nothing. Where it contradicts what a person had
    seen at a gateway, a person has to look again.

    Args:
        payment: as it was read; None for a payout, which is no payment.
        contradiction: the alarm where it ended otherwise than it is known to have ended.
    """
    if finding.foreign:
        await till.distrust(attempt, finding.note)
    if attempt.state is State.NOT_CHARGED and finding.state is not State.SETTLED:
        return attempt
    if attempt.state is State.SETTLED and finding.verdict is not attempt.verdict:
        if finding.state is State.SETTLED:
            await till.ledger.cases.raise_alarm(
                contradiction, attempt_id=attempt.id, payment=payment
            )
        return attempt
    believed = finding.state is not State.UNKNOWN
    stays_a_case = attempt.state is State.OPEN_CASE and finding.verdict is None
    try:
        return await till.ledger.journal.settle(
            attempt.id,
            state=State.OPEN_CASE if stays_a_case else finding.state,
            verdict=finding.verdict,
            payment=payment if believed else None,
            payout_id=payout_id if believed else "",
            action_id=action_id if believed else "",
            note=finding.note,
            said=said,
            request_id=request_id,
        )
    except BrokenRule:
        # Several tills may look at the same attempt: what another one has proved meanwhile stays
        # where this read proves nothing.
        current = await till.ledger.journal.read(attempt.id)
        if finding.verdict is not None or current.state is attempt.state:
            raise
        return current
