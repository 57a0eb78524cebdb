"""One Flowlix account behind the port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from posapp.gateways import strict_json
from posapp.gateways.answers import (
    charge_refused,
    document_of,
    read_refused,
    refund_refused,
    unreadable_outcome,
    unreadable_read,
)
from posapp.gateways.call import Answer
from posapp.gateways.flowlix import wire
from posapp.gateways.flowlix.bodies import (
    CURRENCIES,
    card_problem,
    charge_body,
    charge_problem,
    page_body,
    refund_body,
)
from posapp.gateways.flowlix.client import PAGES, PAYMENTS, REFUNDS, FlowlixClient
from posapp.gateways.flowlix.connection import FlowlixConnection
from posapp.gateways.flowlix.translate import payment_from, refund_from
from posapp.gateways.flowlix_answers import REFERENCE, explain
from posapp.gateways.outside_text import is_id
from posapp.gateways.payment_search import PAGE, check_mode, search
from posapp.gateways.port import Charge, NotFound, Prepared, Refund, Rejected
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import Payment, RefundRecord
from posapp.model.payment import refund_problem as general_problem


class FlowlixGateway:
    """Fulfils ``Gateway`` and ``PaymentPages`` of ``posapp.gateways.port``.

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
        self._clock = clock
        self._client = FlowlixClient(connection, transport)

    @property
    def account(self) -> str:
        return self._connection.account

    @property
    def label(self) -> str:
        return self._connection.label

    @property
    def live(self) -> bool:
        return self._connection.live

    @property
    def currencies(self) -> Sequence[str]:
        return tuple(code for code in self._connection.currencies if code in CURRENCIES)

    def charge_problem(self, charge: Charge) -> str | None:
        problem = charge_problem(self._connection, charge)
        return problem[1] if problem else None

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        return general_problem(payment, amount)

    def prepare_charge(self, charge: Charge, card: Card) -> Prepared:
        problem = charge_problem(self._connection, charge) or card_problem(charge, card)
        if problem:
            raise Rejected(problem[1], fields=dict((problem,)))
        built = charge_body(self._connection, charge, card)
        return Prepared(
            operation="charge",
            path=PAYMENTS,
            body=built.body,
            key=charge.key,
            fingerprint=built.fingerprint,
            keeps=False,
            reference=charge.reference,
            amount=charge.amount,
        )

    async def send_charge(self, prepared: Prepared) -> Payment:
        try:
            answer = await self._client.create_payment(
                prepared.body, key=prepared.key, reference=prepared.reference
            )
        finally:
            prepared.wipe()
        return await self._made(answer)

    def prepare_page(self, charge: Charge) -> Prepared:
        if problem := charge_problem(self._connection, charge):
            raise Rejected(problem[1], fields=dict((problem,)))
        built = page_body(self._connection, charge)
        return Prepared(
            operation="page",
            path=PAGES,
            body=built.body,
            key=charge.key,
            fingerprint=built.fingerprint,
            keeps=True,
            reference=charge.reference,
            amount=charge.amount,
        )

    async def send_page(self, prepared: Prepared) -> Payment:
        answer = await self._client.create_page(
            prepared.body, key=prepared.key, reference=prepared.reference
        )
        return await self._made(answer)

    def prepare_refund(self, refund: Refund) -> Prepared:
        problem = self.refund_problem(refund.payment, refund.amount)
        if problem is None and not is_id(refund.payment.id):
            problem = "This payment has an id that Flowlix does not give."
        if problem:
            raise Rejected(problem, fields={"amount": problem})
        built = refund_body(refund)
        return Prepared(
            operation="refund",
            path=REFUNDS,
            body=built.body,
            key=refund.key,
            fingerprint=built.fingerprint,
            keeps=True,
            reference=refund.reference,
            amount=refund.amount,
        )

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        answer = await self._client.create_refund(
            prepared.body, key=prepared.key, reference=prepared.reference
        )
        if not answer.accepted:
            raise refund_refused(answer, explain(answer), self.label)
        try:
            said = wire.read(wire.RefundAnswer, await document_of(answer))
            record = refund_from(said, prepared.amount.currency)
            asked = strict_json.parse(bytes(prepared.body))
            # An answer about another refund proves nothing about this one.
            if (
                isinstance(asked, dict)
                and said.payment_id in (asked.get("payment_id"), None)
                and record.amount == prepared.amount
            ):
                return record
        except Unreadable:
            pass
        raise unreadable_outcome(answer, self.label)

    async def read(self, payment_id: str) -> Payment:
        if not is_id(payment_id):
            raise NotFound(f"{self.label} has no payment with such an id.")
        answer = await self._client.payment(payment_id)
        if not answer.accepted:
            raise read_refused(answer, explain(answer), self.label, by_id=True)
        try:
            return self._payment(await document_of(answer), answer)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        matches = await search(
            self._page,
            references=_references,
            created="created_at",
            reference=reference,
            since=since,
            clock=self._clock,
            peer=self.label,
        )
        found = []
        for match in matches:
            try:
                found.append(self._payment(match.entry, match.answer))
                continue
            except Unreadable:
                pass
            raise unreadable_read(match.answer, self.label)
        return tuple(found)

    async def check(self) -> str:
        answer = await self._client.payments(limit=1)
        if not answer.accepted:
            raise read_refused(answer, explain(answer), self.label, by_id=False)
        await check_mode(answer, live=self.live, peer=self.label)
        mode = "real payments" if self.live else "training"
        return f"{self.label} answered; address and key are good. It is set up for {mode}."

    async def close(self) -> None:
        """Nothing to close: connections belong to the shared transport."""

    async def _made(self, answer: Answer) -> Payment:
        """The payment that a charge or a page has made."""
        if not answer.accepted:
            raise charge_refused(answer, explain(answer), self.label)
        try:
            return self._payment(await document_of(answer), answer)
        except Unreadable:
            pass
        raise unreadable_outcome(answer, self.label)

    async def _page(self, created_from: int, after: str) -> Answer:
        answer = await self._client.payments(limit=PAGE, created_from=created_from, after=after)
        if not answer.accepted:
            raise read_refused(answer, explain(answer), self.label, by_id=False)
        return answer

    def _payment(self, document: object, answer: Answer) -> Payment:
        return payment_from(
            wire.read(wire.PaymentAnswer, document),
            account=self.account,
            request_id=answer.request_id,
        )


def _references(entry: dict[str, object]) -> tuple[object, ...]:
    kept = entry.get("metadata")
    return entry.get("merchant_reference"), kept.get(REFERENCE) if isinstance(kept, dict) else None
