"""One account of the older Flowlix generation behind the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from posapp.gateways import strict_json
from posapp.gateways.call import Answer
from posapp.gateways.flowlix_account import FlowlixAccount
from posapp.gateways.flowlix_answers import REFERENCE
from posapp.gateways.flowlix_classic import wire
from posapp.gateways.flowlix_classic.bodies import (
    CURRENCIES,
    charge_body,
    charge_problem,
    page_body,
    refund_body,
    refund_limits_problem,
    refund_problem,
)
from posapp.gateways.flowlix_classic.client import FlowlixClassicClient
from posapp.gateways.flowlix_classic.connection import FlowlixClassicConnection
from posapp.gateways.flowlix_classic.translate import payment_from
from posapp.gateways.flowlix_client import PAYMENTS
from posapp.gateways.json_body import Built
from posapp.gateways.port import Charge, Prepared, Refund
from posapp.gateways.preparing import Problem, prepared_refund, reject_if
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import Payment, RefundRecord


class FlowlixClassicGateway(FlowlixAccount):
    """Fulfils ``Gateway`` of the port and the abilities ``PaymentPages`` and ``History``.

    The API knows no phone orders: the bank may ask the caller to confirm, and the payment then
    has the status ACTION_NEEDED and an address. A charge is PENDING at first. The forerunner of
    this generation answers a refusal with HTTP 402 and names no payment; that alone does not say
    which charge was refused, so it ends in OutcomeUnknown and the look-up decides.

    Args:
        connection: address, key and what this account can do.
        transport: shared with all accounts and not closed here.
        clock: gives the present moment with its offset, for the search by time and the age of
            a payment that is to be refunded.
    """

    def __init__(
        self,
        connection: FlowlixClassicConnection,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._client = FlowlixClassicClient(connection, transport)
        super().__init__(connection, self._client, takes=CURRENCIES, created="created", clock=clock)

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        return refund_problem(self._connection, payment, amount, now=self._clock())

    def prepare_refund(self, refund: Refund) -> Prepared:
        self._check_refund(refund)
        reject_if(refund_limits_problem(refund))
        return prepared_refund(refund, refund_body(refund), path=_refund_path(refund.payment.id))

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        answer = await self._client.refund(prepared)

        def made(document: object) -> RefundRecord:
            payment = self._payment(document, answer)
            asked = strict_json.parse(bytes(prepared.body))
            # An answer about another payment proves nothing about this refund.
            if prepared.path == _refund_path(payment.id) and isinstance(asked, dict):
                return _newest(payment, prepared.amount, asked.get("reason"))
            raise Unreadable

        return await self._refunded(answer, made)

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
        return (kept.get(REFERENCE),) if isinstance(kept, dict) else ()


def _refund_path(payment_id: str) -> str:
    return f"{PAYMENTS}/{payment_id}/refund"


def _newest(payment: Payment, amount: Money, reason: object) -> RefundRecord:
    """The entry that the call has just made: the last one with this amount and reason.

    Raises:
        Unreadable: there is none.
    """
    for refund in reversed(payment.refunds):
        if refund.amount == amount and refund.reason in (reason, ""):
            return refund
    raise Unreadable
