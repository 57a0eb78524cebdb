"""Whether the search of a gateway can be believed when it finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from posapp.gateways.port import Gateway
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import ABSENT_AFTER, Kind

_GOOD_FOR = timedelta(hours=24)
_RECENT = timedelta(days=7)
_EARLIER = timedelta(minutes=5)  # how far a gateway's clock may be behind ours


class Canary:
    """A search that finds nothing proves something only where it is known to find what is there.

    It is known for a day after it found a payment of ours, while recovering or because it was
    asked for one that is surely there.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._found_at: dict[tuple[str, bool], datetime] = {}

    def found(self, account: str, kind: Kind) -> None:
        """The search of this account has just found something of ours. Payouts have a search of
        their own: that payments are found says nothing about them."""
        self._found_at[account, kind is Kind.PAYOUT] = self._clock()

    def alive(self, account: str, kind: Kind) -> bool:
        """Whether it found one in the last day."""
        found = self._found_at.get((account, kind is Kind.PAYOUT))
        return found is not None and abs(self._clock() - found) <= _GOOD_FOR

    async def ask(self, gateway: Gateway) -> bool:
        """Search for a recent charge of ours that is surely there.

        Returns:
            False where it is not found, or where there is no such charge to search for.

        Raises:
            GatewayError: the gateway could not be asked, which says nothing.
        """
        now = self._clock()
        known = await self._ledger.cases.recent_charge(
            gateway.account, since=now - _RECENT, before=now - ABSENT_AFTER
        )
        if known is None:
            return False
        since = (known.sent_at or known.prepared_at) - _EARLIER
        payments = await gateway.find(known.intent.reference, since=since)
        if not any(payment.id == known.payment_id for payment in payments):
            return False
        self.found(gateway.account, Kind.CHARGE)
        return True
