"""The one moment money may move: send once, and write down exactly what that proves."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from posapp.desk.errors import NothingMoved
from posapp.gateways.port import (
    GatewayError,
    NotAllowed,
    NotFound,
    NotSent,
    Rejected,
    Unauthorised,
)
from posapp.ledger.errors import LedgerError
from posapp.ledger.journal import Journal
from posapp.model.attempt import Attempt, State

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)
_DEFINITE = (Rejected, NotAllowed, NotFound, Unauthorised)
_SALT = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_salt() -> str:
    """Five characters that are hard to mishear; they keep references unique for ever."""
    return "".join(secrets.choice(_SALT) for _ in range(5))


def not_saved(attempt: Attempt, problem: LedgerError) -> Attempt:
    """How an attempt stands when the ledger fails after the first byte may have left.

    The journal goes on showing it as being sent; the recovery looks it up.
    """
    _log.error("the answer to an attempt was not saved: %s", type(problem).__name__)
    note = "The gateway was asked, but the answer could not be saved. It is being looked up."
    return replace(attempt, state=State.UNKNOWN, note=note)


async def send_once(
    journal: Journal, attempt: Attempt, request: Awaitable[Answer]
) -> Answer | Attempt:
    """Await one money request of a journalled attempt.

    Returns:
        The gateway's answer, or the attempt, settled as UNKNOWN, where nothing is proved.

    Raises:
        NothingMoved: it is proved that no money moved, and the journal says so.
    """
    try:
        return await request
    except NotSent as problem:
        await journal.settle(attempt.id, state=State.NOT_SENT, note=str(problem))
        raise NothingMoved(str(problem)) from problem
    except _DEFINITE as problem:
        await journal.settle(
            attempt.id,
            state=State.REFUSED,
            note=str(problem),
            said=problem.said,
            request_id=problem.request_id,
        )
        fields = problem.fields if isinstance(problem, Rejected) else {}
        raise NothingMoved(str(problem), fields=fields) from problem
    except GatewayError as problem:
        return await journal.settle(
            attempt.id,
            state=State.UNKNOWN,
            note=str(problem),
            said=problem.said,
            request_id=problem.request_id,
        )
    except Exception:
        # A mistake of ours after sending proves nothing about the money.
        _log.exception("the gateway's answer was not understood")
        note = "The answer could not be understood."
        return await journal.settle(attempt.id, state=State.UNKNOWN, note=note)
