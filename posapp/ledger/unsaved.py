"""What gateways answered and the disk refused to keep: in memory, until it is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from posapp.ledger.engine import Database
from posapp.ledger.errors import LedgerBusy, LedgerFull, LedgerStopped, WrongPayment
from posapp.model.attempt import Attempt, BrokenRule

Work = Callable[[Connection], Attempt]
_log = logging.getLogger(__name__)


class Unsaved:
    """``waiting`` has the last answer to each attempt that could not be written down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.waiting: dict[int, Work] = {}

    async def write(self, attempt_id: int, work: Work) -> Attempt:
        """Write an answer down.

        Raises:
            LedgerFull, LedgerBusy, LedgerStopped: it waits.
        """
        try:
            settled = await self._database.write(work)
        except (LedgerFull, LedgerBusy, LedgerStopped):
            self.waiting[attempt_id] = work
            raise
        self.waiting.pop(attempt_id, None)
        return settled

    async def save(self) -> None:
        """Write down what waits; where something else is proved meanwhile, that stays.

        Raises:
            LedgerError: it still cannot be written, and waits on.
        """
        for attempt_id, work in tuple(self.waiting.items()):
            try:
                await self._database.write(work)
            except (BrokenRule, WrongPayment):
                _log.exception("an answer saved late does not fit; the attempt is looked up")
            if self.waiting.get(attempt_id) is work:
                del self.waiting[attempt_id]
