"""Receipts of what is in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from posapp.desk.errors import Refused
from posapp.desk.settings import Settings
from posapp.desk.till import Till
from posapp.model.attempt import Verdict
from posapp.model.display import AmountStyle

if TYPE_CHECKING:
    from posapp.receipts.content import Receipt


class Papers:
    def __init__(self, till: Till, *, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._till = till
        self._settings = settings
        self._clock = clock

    async def receipt(self, attempt_id: int, style: AmountStyle) -> Receipt:
        """The receipt of an approved charge, with its balances as last read.

        Raises:
            Refused: there is nothing to give a receipt for.
        """
        from posapp.receipts.content import for_sale

        detail = await self._till.ledger.payments.detail(attempt_id)
        approved = detail.attempt.verdict is Verdict.APPROVED
        if detail.payment is None or detail.order is None or not approved:
            raise Refused("There is a receipt only for a payment that was approved.")
        return for_sale(
            self._settings.shop,
            detail.order,
            detail.payment,
            till=self._till.name,
            who=detail.attempt.intent.who,
            style=style,
            at=self._clock().astimezone(),
            account_live=self._till.accounts.gateway(detail.payment.account).live,
        )
