"""One PayFac account behind the port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from posapp.gateways.abilities import ActionRequest, HistoryPage, SearchTerms
from posapp.gateways.account import Account
from posapp.gateways.answers import document_of, reading_of, unreadable_outcome, unreadable_read
from posapp.gateways.call import Answer
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.action_answer import NOTHING, action_from, given_back_before
from posapp.gateways.payfac.action_body import KINDS, action_body, action_problem, amount_of
from posapp.gateways.payfac.charge_body import card_problem, charge_body, charge_problem
from posapp.gateways.payfac.client import PAGE, PAYMENTS, SESSIONS, PayfacClient
from posapp.gateways.payfac.connection import PayfacConnection
from posapp.gateways.payfac.errors import explain
from posapp.gateways.payfac.refund_body import refund_body, refund_problem
from posapp.gateways.payfac.search import (
    EVERYTHING,
    found_in,
    is_payout,
    pairs_of,
    query_for,
    search_body,
    terms_problem,
)
from posapp.gateways.payfac.session_answer import session_from, submitted
from posapp.gateways.payfac.session_body import (
    session_body,
    session_problem,
    submission_body,
    submission_problem,
)
from posapp.gateways.payfac.translate import is_complete, payment_from
from posapp.gateways.port import (
    Charge,
    GatewayDown,
    GatewayError,
    OutcomeUnknown,
    Prepared,
    Refund,
    Rejected,
)
from posapp.gateways.preparing import (
    Problem,
    prepared_action,
    prepared_charge,
    prepared_form,
    prepared_refund,
    reject_if,
)
from posapp.gateways.strict_json import Unreadable
from posapp.gateways.transport import Transport
from posapp.model.card import Card
from posapp.model.money import Money
from posapp.model.payment import (
    ActionKind,
    ActionRecord,
    ActionState,
    Payment,
    PaymentStatus,
    RefundRecord,
)
from posapp.model.payment_session import PaymentSession, SessionRequest, Submission

_MOST_PAGES = 50
_UNUSED_REFERENCE = "connection-check"
_SESSION = "sid_"


class PayfacGateway(Account):
    """Fulfils ``Gateway`` of the port and the abilities ``PaymentActions``, ``History``,
    ``PaymentSearch`` and ``PaymentSessions``.

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

    def refund_problem(self, payment: Payment, amount: Money) -> str | None:
        return refund_problem(self._connection, payment, amount)

    def prepare_charge(self, charge: Charge, card: Card) -> Prepared:
        reject_if(self._broken_limit(charge) or card_problem(charge, card))
        return prepared_charge(charge, charge_body(charge, card), path=PAYMENTS)

    async def send_charge(self, prepared: Prepared) -> Payment:
        try:
            answer = await self._client.request_payment(prepared)
        finally:
            prepared.wipe()

        def made(document: object) -> Payment | str:
            said = wire.read(wire.PaymentAnswer, document)
            if is_complete(said):
                return self._payment(said, answer)
            if is_id(said.id):
                return said.id
            raise Unreadable

        payment = await self._charged(answer, made)
        return await self._completed(payment, answer) if isinstance(payment, str) else payment

    def prepare_refund(self, refund: Refund) -> Prepared:
        self._check_refund(refund)
        built = refund_body(self._connection, refund, now=self._clock())
        return prepared_refund(refund, built, path=f"{PAYMENTS}/{refund.payment.id}/refunds")

    async def send_refund(self, prepared: Prepared) -> RefundRecord:
        def made(document: object) -> RefundRecord:
            said = wire.read(wire.ActionAnswer, document)
            return RefundRecord(
                id=said.action_id, amount=prepared.amount, state=ActionState.PENDING
            )

        return await self._refunded(await self._client.act(prepared), made)

    def action_problem(self, asked: ActionRequest) -> str | None:
        problem = action_problem(self._connection, asked)
        return problem[1] if problem else self._id_problem(asked.payment)

    def prepare_action(self, asked: ActionRequest) -> Prepared:
        reject_if(action_problem(self._connection, asked))
        if problem := self._id_problem(asked.payment):
            raise Rejected(problem)
        kind, last = KINDS[type(asked)]
        return prepared_action(
            kind,
            asked,
            action_body(self._connection, asked, now=self._clock()),
            path=f"{PAYMENTS}/{asked.payment.id}/{last}",
            amount=amount_of(asked),
        )

    async def send_action(self, prepared: Prepared) -> ActionRecord:
        answer = await self._client.act(prepared)
        if earlier := given_back_before(prepared, answer):
            return earlier
        return await self._acted(
            answer,
            lambda document: action_from(prepared, document),
            nothing=NOTHING[ActionKind(prepared.operation)],
        )

    async def read(self, payment_id: str) -> Payment:
        self._check_id(payment_id)
        # The history first: a refund that settles in between then makes less look refundable,
        # never more.
        history = await self._client.actions(payment_id)
        self._check_read(history, by_id=True)
        answer = await self._client.details(payment_id)
        self._check_read(answer, by_id=True)
        try:
            actions = wire.actions(await document_of(history))
            said = wire.read(wire.PaymentAnswer, await document_of(answer))
            # Asked for by the id of a session, a payment answers with its own.
            if said.id == payment_id or payment_id.startswith(_SESSION):
                return self._payment(said, answer, actions)
        except Unreadable:
            pass
        raise unreadable_read(answer, self.label)

    async def find(self, reference: str, *, since: datetime) -> Sequence[Payment]:
        """As the port says; ``since`` narrows nothing, since the reference alone decides here.

        Entries of the list carry no history: a refusal found this way has no reason yet, and
        refunds are not listed. ``read`` tells both.
        """
        found: dict[str, Payment] = {}
        skip = 0
        for _ in range(_MOST_PAGES):
            page, payments = await self._page(reference, skip)
            found |= {payment.id: payment for payment in payments}
            skip += len(page.data)
            if page.total_count is None:
                complete = len(page.data) < (page.limit or PAGE)
            else:
                complete = skip >= page.total_count
            if complete:
                return tuple(found.values())
            if not page.data:
                break
        raise GatewayDown(
            f"{self.label} did not show all payments with this reference, so the search is not "
            "finished. Try again in a moment."
        )

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

    def prepare_session(self, asked: SessionRequest) -> Prepared:
        currencies = self._connection.currencies
        reject_if(
            session_problem(asked, label=self.label, currencies=currencies, now=self._clock())
        )
        return prepared_form(
            "session",
            session_body(asked),
            path=SESSIONS,
            reference=asked.reference,
            amount=asked.amount,
        )

    async def send_session(self, prepared: Prepared) -> PaymentSession:
        try:
            answer = await self._client.open_session(prepared)
        finally:
            prepared.wipe()

        def opened(document: object) -> PaymentSession:
            session = session_from(document, account=self.account, request_id=answer.request_id)
            if session.secret is None or session.token is None:
                raise Unreadable  # without them nobody can pay in it
            return session

        return await self._acted(answer, opened, nothing="No session was opened.")

    def prepare_submission(self, asked: Submission) -> Prepared:
        reject_if(submission_problem(asked))
        return prepared_form(
            "submission",
            submission_body(asked),
            path=f"{SESSIONS}/{asked.session_id}/submit",
            reference=asked.reference,
            amount=asked.amount,
        )

    async def send_submission(self, prepared: Prepared) -> Payment:
        try:
            answer = await self._client.submit_session(prepared)
        finally:
            prepared.wipe()
        paid = await self._charged(answer, submitted)
        payment = await self._completed(paid.payment_id, answer)
        if payment.reference != prepared.reference:
            raise unreadable_outcome(answer, self.label)
        if payment.status in (PaymentStatus.PENDING, PaymentStatus.ACTION_NEEDED) and paid.url:
            return replace(payment, status=PaymentStatus.ACTION_NEEDED, action_url=paid.url)
        return payment

    async def read_session(self, session_id: str) -> PaymentSession:
        self._check_id(session_id)
        answer = await self._client.session(session_id)
        self._check_read(answer, by_id=True)

        def asked_for(document: object) -> PaymentSession:
            session = session_from(document, account=self.account, request_id=answer.request_id)
            if session.id != session_id:
                raise Unreadable
            return replace(session, token=None, secret=None)

        return await reading_of(answer, asked_for, self.label)

    async def check(self) -> str:
        await self._page(_UNUSED_REFERENCE, 0)
        return self._check_passed()

    def _broken_limit(self, charge: Charge) -> Problem | None:
        currencies = self._connection.currencies
        return charge_problem(charge, label=self.label, currencies=currencies, now=self._clock())

    async def _page(self, reference: str, skip: int) -> tuple[wire.Page, list[Payment]]:
        answer = await self._client.list_by_reference(reference, limit=PAGE, skip=skip)
        self._check_read(answer, by_id=False)

        def shown(document: object) -> tuple[wire.Page, list[Payment]]:
            page = wire.read(wire.Page, document)
            return page, [
                self._payment(wire.read(wire.PaymentAnswer, entry), answer)
                for entry in page.data
                # An entry that names no reference was still found under this one.
                if entry.get("reference") in (reference, None)
            ]

        return await reading_of(answer, shown, self.label)

    async def _search(
        self, query: str, *, since: datetime, until: datetime, page: str
    ) -> HistoryPage:
        body = search_body(query, since=since, until=until)
        answer = await self._client.search(body, pairs_of(page))
        self._check_read(answer, by_id=False)

        def shown(document: object) -> HistoryPage:
            found = found_in(document, base_url=self._connection.base_url, asked=page)
            payments, unreadable = [], 0
            for entry in found.entries:
                if is_payout(entry):
                    continue
                try:
                    payments.append(self._payment(wire.read(wire.PaymentAnswer, entry), answer))
                except Unreadable:
                    unreadable += 1
            # Entries carry no history, and the gateway may round the span: it is ours that counts.
            inside = tuple(one for one in payments if since <= one.created_at < until)
            return HistoryPage(inside, found.next_page, unreadable)

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
