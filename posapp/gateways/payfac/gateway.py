"""One PayFac account behind the port."""

from __future__ import annotations

from dataclasses import replace

from posapp.gateways.abilities import ActionRequest, Again, PayoutRequest
from posapp.gateways.answers import outcome_of, payout_refused, reading_of, unreadable_outcome
from posapp.gateways.outside_text import is_id
from posapp.gateways.payfac import wire
from posapp.gateways.payfac.action_answer import NOTHING, action_from, given_back_before
from posapp.gateways.payfac.action_body import KINDS, LAST, action_body, action_problem, amount_of
from posapp.gateways.payfac.charge_body import card_problem, charge_body, charge_problem
from posapp.gateways.payfac.client import PAYMENTS, SESSIONS
from posapp.gateways.payfac.context_body import context_body, context_problem
from posapp.gateways.payfac.look_ups import PayfacLookUps
from posapp.gateways.payfac.payout_answer import accepted_payout
from posapp.gateways.payfac.payout_body import holds_numbers, payout_body, payout_problem
from posapp.gateways.payfac.refund_body import refund_body, refund_problem
from posapp.gateways.payfac.session_answer import session_from, submitted
from posapp.gateways.payfac.session_body import (
    session_body,
    session_problem,
    submission_body,
    submission_problem,
)
from posapp.gateways.payfac.translate import is_complete
from posapp.gateways.port import (
    Charge,
    Prepared,
    Refund,
    Rejected,
)
from posapp.gateways.preparing import (
    Problem,
    prepared_action,
    prepared_again,
    prepared_charge,
    prepared_context,
    prepared_form,
    prepared_payout,
    prepared_refund,
    reject_if,
)
from posapp.gateways.strict_json import Unreadable
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
from posapp.model.payout import Payout


class PayfacGateway(PayfacLookUps):
    """Fulfils ``Gateway`` of the port and every ability but the payment page."""

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

    def prepare_context_charge(self, charge: Charge, context_id: str) -> Prepared:
        reject_if(self._broken_limit(charge) or context_problem(charge, context_id))
        return prepared_context(charge, context_body(charge, context_id), path=PAYMENTS)

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

    def prepare_again(self, asked: Again) -> Prepared:
        self._check_id(asked.payment_id)
        return prepared_again(asked, path=f"{PAYMENTS}/{asked.payment_id}/{LAST[asked.kind]}")

    async def send_action(self, prepared: Prepared) -> ActionRecord:
        answer = await self._client.act(prepared)
        if earlier := given_back_before(prepared, answer):
            return earlier
        return await self._acted(
            answer,
            lambda document: action_from(prepared, document),
            nothing=NOTHING[ActionKind(prepared.operation)],
        )

    def payout_problem(self, asked: PayoutRequest) -> str | None:
        problem = payout_problem(self._connection, asked)
        return problem[1] if problem else None

    def prepare_payout(self, asked: PayoutRequest) -> Prepared:
        reject_if(payout_problem(self._connection, asked))
        body = payout_body(self._connection, asked)
        return prepared_payout(asked, body, path=PAYMENTS, keeps=not holds_numbers(asked))

    async def send_payout(self, prepared: Prepared) -> Payout:
        try:
            answer = await self._client.request_payment(prepared)
        finally:
            prepared.wipe()

        def taken(document: object) -> Payout:
            return accepted_payout(
                prepared, document, account=self.account, request_id=answer.request_id
            )

        if not answer.accepted:
            raise payout_refused(answer, self._explain(answer), self.label)
        return await outcome_of(answer, taken, self.label)

    def prepare_session(self, asked: SessionRequest) -> Prepared:
        currencies = self._connection.currencies
        reject_if(
            session_problem(asked, label=self.label, currencies=currencies, now=self._clock())
        )
        return prepared_form(
            "session",
            session_body(asked, channel=self._connection.processing_channel_id),
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

    def _broken_limit(self, charge: Charge) -> Problem | None:
        currencies = self._connection.currencies
        return charge_problem(charge, label=self.label, currencies=currencies, now=self._clock())
