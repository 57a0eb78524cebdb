"""One Flowlix account behind the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from posapp.gateways import strict_json
from posapp.gateways.call import Answer
from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.bodies import (
    CURRENCIES,
    charge_body,
    charge_problem,
    page_body,
    refund_body,
    refund_limits_problem,
)
from posapp.gateways.flowlix.client import REFUNDS, FlowlixClient
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.translate import payment_from, refund_from
from posapp.gateways.flowlix_account import FlowlixAccount
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.json_body import Built
from posapp.gateways.port import Charge, Prepared, Refund
from posapp.gateways.preparing import Problem, prepared_refund, reject_if
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import Payment, RefundRecord
from posapp.model.payment import refund_problem as general_problem


class FlowlixGateway(FlowlixAccount):
    """Fulfils ``Gateway`` of the port and the abilities ``PaymentPages`` and ``History``.

    The API knows no phone orders: the bank may ask the caller to confirm, and the payment then
    has the status ACTION_NEEDED and an address. A charge may also be PENDING at first.

    Args:
        connection: address, key and what this account can do.
        transport: shared with all accounts and not closed here.
        clock: gives the present moment with its offset, for the search by time.
    """

    def __init__(
        self,
        connection: FlowlixConnection,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._client = FlowlixClient(connection, transport)
        super().__init__(
            connection, self._client, takes=CURRENCIES, created="created_at", clock=clock
        )

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        return general_problem(payment, amount)

    def prepare_refund(self, refund: Refund) -> Prepared:
        self._check_refund(refund)
        reject_if(refund_limits_problem(refund))
        return prepared_refund(refund, refund_body(refund), path=REFUNDS)

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        def made(document: object) -> RefundRecord:
            said = wire.read(wire.RefundAnswer, document)
            record = refund_from(said, prepared.amount.currency)
            asked = strict_json.parse(bytes(prepared.body))
            # An answer about another refund proves nothing about this one.
            if (
                isinstance(asked, dict)
                and said.payment_id in (asked.get("payment_id"), None)
                and record.amount == prepared.amount
            ):
                return record
            raise Unreadable

        return await self._refunded(await self._client.create_refund(prepared), made)

    def _broken_limit(self, charge: Charge) -> Problem | None:
        return charge_problem(self._connection, charge)

    def _charge_body(self, charge: Charge, card: Card) -> Built:
        return charge_body(self._connection, charge, card)

    def _page_body(self, charge: Charge) -> Built:
        return page_body(self._connection, charge)

    def _payment(self, document: object, answer: Answer) -> Payment:
        said = wire.read(wire.PaymentAnswer, document)
        return payment_from(said, account=self.account, request_id=answer.request_id)

    def _references(self, entry: dict[str, object]) -> tuple[object, ...]:
        kept = entry.get("metadata")
        stored = kept.get(REFERENCE) if isinstance(kept, dict) else None
        return entry.get("merchant_reference"), stored
