"""The payments of this shop: finding one, seeing what happened, asking the gateway again."""

from __future__ import annotations

from posapp.desk.errors import Refused, ledger_refusals
from posapp.desk.recovery import Recovery
from posapp.desk.refunds import Refunds
from posapp.desk.till import Till
from posapp.gateways.port import GatewayError
from posapp.model.history import PaymentCounts, PaymentDetail, PaymentFilter, PaymentPage
from posapp.model.money import Money


class Book:
    """Every method raises ``Refused`` with a sentence where the ledger cannot be read."""

    def __init__(self, till: Till, *, recovery: Recovery, refunds: Refunds) -> None:
        self._till = till
        self._ledger = till.ledger
        self._recovery = recovery
        self._refunds = refunds

    async def page(self, wanted: PaymentFilter, *, after: str = "") -> PaymentPage:
        """Fifty payments, newest first, from the key ``after`` on."""
        with ledger_refusals():
            return await self._ledger.payments.page(wanted, after=after)

    async def counts(self) -> PaymentCounts:
        with ledger_refusals():
            return await self._ledger.payments.counts()

    async def detail(self, attempt_id: int) -> PaymentDetail:
        with ledger_refusals():
            return await self._ledger.payments.detail(attempt_id)

    async def left_to_refund(self, detail: PaymentDetail) -> Money:
        """What may be given back now; zero where the gateway has no payment."""
        if detail.payment is None:
            return Money(0, detail.attempt.intent.amount.currency)
        with ledger_refusals():
            return await self._refunds.left(detail.payment)

    async def check(self, attempt_id: int, *, who: str) -> PaymentDetail:
        """Ask the gateway how this payment and all that was asked of it stand now.

        Raises:
            Refused: it could not be asked.
        """
        with ledger_refusals():
            return await self._check(attempt_id, who)

    async def _check(self, attempt_id: int, who: str) -> PaymentDetail:
        detail = await self._ledger.payments.detail(attempt_id)
        for attempt in (detail.attempt, *detail.actions, *detail.refunds):
            if attempt.state.is_open:
                await self._recovery.check(attempt)
        if detail.payment is not None and not detail.attempt.state.is_open:
            gateway = self._till.accounts.gateway(detail.payment.account)
            try:
                latest = await gateway.read(detail.payment.id)
            except GatewayError as problem:
                raise Refused(str(problem)) from problem
            await self._ledger.payments.store(latest, who=who)
        self._till.news.tell()
        return await self._ledger.payments.detail(attempt_id)
