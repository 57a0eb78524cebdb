"""Receipts of what is in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from posapp.desk.accounts import Accounts
from posapp.desk.errors import Refused
from posapp.desk.settings import Settings
from posapp.ledger.ledger import Ledger
from posapp.model.attempt import Verdict
from posapp.model.display import AmountStyle
from posapp.receipts.content import Receipt, for_sale


class Papers:
    def __init__(
        self,
        *,
        ledger: Ledger,
        accounts: Accounts,
        settings: Settings,
        clock: Callable[[], datetime],
        till: str,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._settings = settings
        self._clock = clock
        self._till = till

    async def receipt(self, attempt_id: int, style: AmountStyle) -> Receipt:
        """The receipt of an approved charge, with its balances as last read.

        Raises:
            Refused: there is nothing to give a receipt for.
        """
        detail = await self._ledger.payments.detail(attempt_id)
        approved = detail.attempt.verdict is Verdict.APPROVED
        if detail.payment is None or detail.order is None or not approved:
            raise Refused("There is a receipt only for a payment that was approved.")
        return for_sale(
            self._settings.shop,
            detail.order,
            detail.payment,
            till=self._till,
            who=detail.attempt.intent.who,
            style=style,
            at=self._clock().astimezone(),
            account_live=self._accounts.gateway(detail.payment.account).live,
        )
