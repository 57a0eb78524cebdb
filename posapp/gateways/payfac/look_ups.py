"""What one PayFac account tells: payments read, found, searched and listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from posapp.gateways.abilities import HistoryPage, SearchTerms
from posapp.gateways.account import Account
from posapp.gateways.answers import document_of, reading_of, unreadable_read
from posapp.gateways.call import Answer
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.client import PAGE, PayfacClient
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.errors import explain
from posapp.gateways.payfac.payout_answer import is_payment, is_payout, payout_from
from posapp.gateways.payfac.search import (
    EVERYTHING,
    found_in,
    pairs_of,
    query_for,
    search_body,
    search_refused,
    terms_problem,
)
from posapp.gateways.payfac.translate import payment_from
from posapp.gateways.port import GatewayDown, GatewayError, NotFound, OutcomeUnknown
from posapp.gateways.preparing import reject_if
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.payment import Payment
from posapp.model.payout import Payout

_MOST_PAGES = 50
_UNUSED_REFERENCE = "connection-check"
_SESSION = "sid_"


class PayfacLookUps(Account):
    """The half of the account that changes nothing.

    Args:
        connection: address, keys and what this account can do.
        transport: shared with all accounts and not closed here.
        clock: gives the present moment with its offset, for signatures and tokens.
    """

    def __init__(
        self,
        connection: PayfacConnection,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(connection, api="PayFac", explain=explain)
        self._connection = connection
        self._clock = clock
        self._client = PayfacClient(connection, transport, clock=clock)

    async def read(self, payment_id: str) -> Payment:
        actions, answer, document = await self._told(payment_id)
        try:
            said = wire.read(wire.PaymentAnswer, document)
            # Asked for by the id of a session, a payment answers with its own. Only what answers
            # by its id can say that it is something else.
            if said.id == payment_id or payment_id.startswith(_SESSION):
                if is_payout(document):
                    raise NotFound(
                        f"This is no payment of {self.label}, but a payout. Look for it among "
                        "those."
                    )
                return self._payment(said, answer, actions)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        """As the port says; ``since`` narrows nothing, since the reference alone decides here.

        Entries of the list carry no history: a refusal found this way has no reason yet, and
        refunds are not listed. ``read`` tells both.
        """
        found = {}
        for entry, answer in await self._listed(reference):
            if not is_payout(entry):
                payment = self._understood(entry, answer)
                found[payment.id] = payment
        return tuple(found.values())

    async def find_payouts(self, reference: str) -> Sequence[Payout]:
        found = {}
        for entry, answer in await self._listed(reference):
            if not is_payment(entry):
                payout = self._read_as_payout(entry, answer)
                found[payout.id] = payout
        return tuple(found.values())

    async def read_payout(self, payout_id: str) -> Payout:
        actions, answer, document = await self._told(payout_id)
        try:
            if wire.read(wire.PayoutAnswer, document).id == payout_id:
                if is_payment(document):
                    raise NotFound(
                        f"This is no payout of {self.label}, but a payment. Look for it among "
                        "those."
                    )
                return self._payout(document, answer, actions)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def history(self, *, since: datetime, until: datetime, page: str = "") -> HistoryPage:
        return await self._search(EVERYTHING, since=since, until=until, page=page)

    def search_problem(self, terms: SearchTerms) -> str | None:
        problem = terms_problem(terms)
        return problem[1] if problem else None

    async def search(
        self, terms: SearchTerms, *, since: datetime, until: datetime, page: str = ""
    ) -> HistoryPage:
        reject_if(terms_problem(terms))
        return await self._search(query_for(terms), since=since, until=until, page=page)

    async def check(self) -> str:
        await self._page(_UNUSED_REFERENCE, 0)
        return self._check_passed()

    async def _told(self, asked: str) -> tuple[tuple[wire.Action, ...], Answer, object]:
        """The history and the details of whatever has this id, and the answer they came in."""
        self._check_id(asked)
        # The history first: a refund that settles in between then makes less look refundable,
        # never more.
        history = await self._client.actions(asked)
        self._check_read(history, by_id=True)
        answer = await self._client.details(asked)
        self._check_read(answer, by_id=True)
        try:
            actions = wire.actions(await document_of(history))
            return actions, answer, await document_of(answer)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def _listed(self, reference: str) -> list[tuple[dict[str, object], Answer]]:
        """Every entry with this reference, with the answer it stood in.

        Raises:
            GatewayDown: the search could not be finished.
        """
        entries: list[tuple[dict[str, object], Answer]] = []
        skip = 0
        for _ in range(_MOST_PAGES):
            answer, page = await self._page(reference, skip)
            # An entry that names no reference was still found under this one.
            entries += [
                (entry, answer)
                for entry in page.data
                if entry.get("reference") in (reference, None)
            ]
            skip += len(page.data)
            if page.total_count is None:
                complete = len(page.data) < (page.limit or PAGE)
            else:
                complete = skip >= page.total_count
            if complete:
                return entries
            if not page.data:
                break
        raise GatewayDown(
            f"{self.label} did not show all payments with this reference, so the search is not "
            "finished. Try again in a moment."
        )

    async def _page(self, reference: str, skip: int) -> tuple[Answer, wire.Page]:
        answer = await self._client.list_by_reference(reference, limit=PAGE, skip=skip)
        self._check_read(answer, by_id=False)
        page = await reading_of(answer, lambda document: wire.read(wire.Page, document), self.label)
        return answer, page

    def _understood(self, entry: dict[str, object], answer: Answer) -> Payment:
        try:
            return self._payment(wire.read(wire.PaymentAnswer, entry), answer)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    def _read_as_payout(
        self, document: object, answer: Answer, actions: Sequence[wire.Action] = ()
    ) -> Payout:
        try:
            return self._payout(document, answer, actions)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def _search(
        self, query: str, *, since: datetime, until: datetime, page: str
    ) -> HistoryPage:
        body = search_body(query, since=since, until=until)
        answer = await self._client.search(body, pairs_of(page))
        if not answer.accepted:
            raise search_refused(answer, self._explain(answer), self.label)

        def shown(document: object) -> HistoryPage:
            found = found_in(document, base_url=self._connection.base_url, asked=page)
            payments: list[Payment] = []
            payouts: list[Payout] = []
            unreadable = 0
            for entry in found.entries:
                try:
                    if is_payout(entry):
                        payouts.append(self._payout(entry, answer))
                    else:
                        payments.append(self._payment(wire.read(wire.PaymentAnswer, entry), answer))
                except Unreadable:
                    unreadable += 1

            # Entries carry no history, and the gateway may round the span: it is ours that counts.
            def inside(moment: datetime | None) -> bool:
                return moment is None or since <= moment < until

            return HistoryPage(
                tuple(one for one in payments if inside(one.created_at)),
                found.next_page,
                unreadable,
                tuple(one for one in payouts if inside(one.created_at)),
                whole=False,
            )

        return await reading_of(answer, shown, self.label)

    async def _completed(self, payment_id: str, answer: Answer) -> Payment:
        """What became of a charge whose own answer was too short to tell."""
        said = ""
        try:
            return await self.read(payment_id)
        except GatewayError as fault:
            said = fault.said
        raise OutcomeUnknown(
            f"{self.label} took the charge, but what came of it could not be read. "
            "It is being looked up.",
            said=said,
            request_id=answer.request_id,
        )

    def _payout(
        self, document: object, answer: Answer, actions: Sequence[wire.Action] = ()
    ) -> Payout:
        return payout_from(
            document, account=self.account, request_id=answer.request_id, actions=actions
        )

    def _payment(
        self, said: wire.PaymentAnswer, answer: Answer, actions: Sequence[wire.Action] = ()
    ) -> Payment:
        return payment_from(
            said,
            account=self.account,
            now=self._clock(),
            request_id=answer.request_id,
            actions=actions,
        )
