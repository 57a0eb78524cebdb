"""Seeing the capture that follows an approval by itself."""

from __future__ import annotations

import logging

from posapp.desk.till import Till
from posapp.model.payment import Payment, PaymentStatus

_log = logging.getLogger(__name__)
_PAUSE = 1.2  # seconds between two rounds of reading


class Captures:
    """Reads approved charges until their capture shows, or often enough."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._reading = False

    @property
    def wanted(self) -> bool:
        """Whether there is something to read that nobody reads yet."""
        return bool(self._till.uncollected) and not self._reading

    async def read(self) -> None:
        """Read them, round after round, until none is left."""
        self._reading = True
        try:
            while self._till.uncollected:
                for attempt_id, reads in tuple(self._till.uncollected.items()):
                    if not self._till.under_way.is_followed(attempt_id):
                        await self._look(attempt_id, reads)
                await self._till.sleep(_PAUSE)
        finally:
            self._reading = False

    async def _look(self, attempt_id: int, reads: int) -> None:
        payment = await self._read(attempt_id)
        if reads <= 1 or (payment and payment.status is not PaymentStatus.AUTHORISED):
            del self._till.uncollected[attempt_id]
        else:
            self._till.uncollected[attempt_id] = reads - 1
        self._till.news.tell()

    async def _read(self, attempt_id: int) -> Payment | None:
        ledger = self._till.ledger
        try:
            detail = await ledger.payments.detail(attempt_id)
            gateway = self._till.accounts.gateway(detail.attempt.intent.account)
            payment = await gateway.read(detail.attempt.payment_id)
            await ledger.payments.store(payment)
        except Exception as problem:  # it is only a wish to know; the money is approved
            _log.warning("capture not seen: %s", type(problem).__name__)
            return None
        return payment
