"""What an account of either Flowlix generation does alike behind the port."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime

from posapp.gateways.abilities import HistoryPage
from posapp.gateways.account import Account, Identity
from posapp.gateways.answers import reading_of, unreadable_read
from posapp.gateways.call import Answer
from posapp.gateways.flowlix_answers import explain
from posapp.gateways.flowlix_charge import card_problem
from posapp.gateways.flowlix_client import PAGES, PAYMENTS, PaymentCalls
from posapp.gateways.json_body import Built
from posapp.gateways.payment_history import history_page
from posapp.gateways.payment_list import PAGE, check_mode
from posapp.gateways.payment_search import search
from posapp.gateways.port import Charge, Prepared
from posapp.gateways.preparing import prepared_charge, prepared_page, reject_if
from posapp.gateways.strict_json import Unreadable
from posapp.model.card import Card
from posapp.model.payment import Payment


class FlowlixAccount(Account):
    """Makes charges and pages, reads, lists and finds payments.

    How bodies and documents are written, and all about refunds, is each generation's own.

    Args:
        takes: the currencies of the generation; an account may take fewer.
        created: the member of a payment with its time of creation, Unix seconds.
        clock: gives the present moment with its offset, for the search by time.
    """

    def __init__(
        self,
        identity: Identity,
        calls: PaymentCalls,
        *,
        takes: Sequence[str],
        created: str,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(identity, api="Flowlix", explain=explain)
        self._calls = calls
        self._takes = takes
        self._created = created
        self._clock = clock

    @property
    def currencies(self) -> Sequence[str]:
        return tuple(code for code in super().currencies if code in self._takes)

    def prepare_charge(self, charge: Charge, card: Card) -> Prepared:
        reject_if(self._broken_limit(charge) or card_problem(charge, card))
        return prepared_charge(charge, self._charge_body(charge, card), path=PAYMENTS)

    async def send_charge(self, prepared: Prepared) -> Payment:
        try:
            answer = await self._calls.create_payment(prepared)
        finally:
            prepared.wipe()
        return await self._charged(answer, lambda document: self._payment(document, answer))

    def prepare_page(self, charge: Charge) -> Prepared:
        reject_if(self._broken_limit(charge))
        return prepared_page(charge, self._page_body(charge), path=PAGES)

    async def send_page(self, prepared: Prepared) -> Payment:
        answer = await self._calls.create_page(prepared)
        return await self._charged(answer, lambda document: self._payment(document, answer))

    async def read(self, payment_id: str) -> Payment:
        self._check_id(payment_id)
        answer = await self._calls.payment(payment_id)
        self._check_read(answer, by_id=True)

        def asked_for(document: object) -> Payment:
            payment = self._payment(document, answer)
            if payment.id == payment_id:
                return payment
            raise Unreadable  # a document about another payment says nothing about this one

        return await reading_of(answer, asked_for, self.label)

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        matches = await search(
            self._page,
            references=self._references,
            created=self._created,
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

    async def history(self, *, since: datetime, until: datetime, page: str = "") -> HistoryPage:
        return await history_page(
            self._span,
            payment=self._payment,
            created=self._created,
            since=since,
            until=until,
            page=page,
            peer=self.label,
        )

    async def check(self) -> str:
        answer = await self._calls.payments(limit=1)
        self._check_read(answer, by_id=False)
        await check_mode(answer, live=self.live, peer=self.label)
        return self._check_passed()

    @abstractmethod
    def _charge_body(self, charge: Charge, card: Card) -> Built: ...

    @abstractmethod
    def _page_body(self, charge: Charge) -> Built: ...

    @abstractmethod
    def _payment(self, document: object, answer: Answer) -> Payment:
        """The payment in this document; raises Unreadable when there is none."""

    @abstractmethod
    def _references(self, entry: dict[str, object]) -> tuple[object, ...]:
        """What an entry of the list holds where our reference would stand."""

    async def _page(self, created_from: int, after: str) -> Answer:
        return await self._span(created_from, 0, after)

    async def _span(self, created_from: int, created_before: int, after: str) -> Answer:
        answer = await self._calls.payments(
            limit=PAGE, created_from=created_from, created_before=created_before, after=after
        )
        self._check_read(answer, by_id=False)
        return answer
