"""Requesting payments and reading them."""

from __future__ import annotations

import re

from posapp.sandbox import cards, ids
from posapp.sandbox.clock import DAY
from posapp.sandbox.http import BadJson, Call, Reply, json_reply
from posapp.sandbox.payfac import settling, tables, views
from posapp.sandbox.payfac.contexts import Context
from posapp.sandbox.payfac.errors import FORBIDDEN, NOT_FOUND, Refused, empty, unprocessable
from posapp.sandbox.payfac.fields import Members
from posapp.sandbox.payfac.history import History
from posapp.sandbox.payfac.parts import Card
from posapp.sandbox.payfac.payout_rules import is_payout
from posapp.sandbox.payfac.payouts import Payouts
from posapp.sandbox.payfac.validation import PaymentRequest, Retries, read_payment
from posapp.sandbox.records import (
    PayfacChallenge,
    PayfacPayment,
    PayfacRetry,
    PendingAction,
)
from posapp.sandbox.store import Table
from posapp.sandbox.world import World

_PAYMENT_ID = re.compile(r"pay_\w{26}", re.ASCII)
_SESSION_ID = re.compile(r"sid_\w{26}", re.ASCII)


def read_object(call: Call, *, may_be_empty: bool = False) -> Members:
    """The body as an object.

    Raises:
        Refused: 422 if it is not one.
    """
    if may_be_empty and not call.oversize and not call.body.strip():
        return {}
    try:
        value = call.json()
    except BadJson:
        raise Refused(unprocessable(call, ["request_json_invalid"])) from None
    if not isinstance(value, dict):
        raise Refused(unprocessable(call, ["request_invalid"]))
    return value


class Payments:
    """The calls that create and read payments."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table: Table[PayfacPayment] = world.store.payfac
        self._payouts = Payouts(world)
        self._history = History(world)
        self._base = world.base("payfac")

    def find(self, call: Call) -> PayfacPayment:
        """The payment of the path, up to date.

        Raises:
            Refused: 404, or 403 for a payout, with which nothing can be done but reading it.
        """
        name = call.parameters["id"]
        if self._payouts.find(name, call.now) is not None:
            raise Refused(empty(FORBIDDEN))
        payment = self._table.get(name) if _PAYMENT_ID.fullmatch(name) else None
        if payment is None and _SESSION_ID.fullmatch(name):
            payment = self.of_session(name)
        if payment is None:
            raise Refused(empty(NOT_FOUND))
        settling.settle(self._table, payment, call.now)
        return payment

    def of_session(self, session: str) -> PayfacPayment | None:
        for payment in self._table.newest_first():
            if payment.session_id == session:
                return payment
        return None

    def request(self, call: Call) -> Reply:
        members = read_object(call)
        if is_payout(members):
            return self._payouts.request(call, members)
        wanted = read_payment(members, self._world.settings, call.now)
        if not isinstance(wanted, PaymentRequest):
            return unprocessable(call, wanted)
        payment = self.attempt(wanted, call)
        if payment.outcome == "pending":
            return json_reply(202, views.pending(payment, self._base))
        return json_reply(201, views.created(payment, payment.actions[-1], self._base))

    def attempt(self, wanted: PaymentRequest, call: Call) -> PayfacPayment:
        """A new payment that its issuer has answered, or that waits for its 3-D Secure page."""
        call.reference = wanted.reference
        payment = self._new(wanted, call.now)
        match wanted.source:
            case Card() as card if wanted.challenge:
                stopped_by = self._no_page(wanted, card)
                if stopped_by is None:
                    self._await_challenge(payment, wanted, card, call.now)
                else:
                    self._answer(payment, wanted, stopped_by, call)
            case Card() as card:
                self._answer(payment, wanted, self._code(card, payment), call)
            case Context() as context:
                self._answer(payment, wanted, context.response_code, call)
        self._table.put(payment.id, payment)
        return payment

    def _answer(
        self, payment: PayfacPayment, wanted: PaymentRequest, code: str, call: Call
    ) -> None:
        decide(payment, code, call.now, self._capture_due(wanted, call.now), call.fail_later)
        if payment.outcome == "declined":
            _schedule_retry(payment, code, wanted.retries, call.now)

    def _no_page(self, wanted: PaymentRequest, card: Card) -> str | None:
        """Why no 3-D Secure page can be shown, or None if it can."""
        if wanted.payment_type == "MOTO" or card.number in tables.CANNOT_CHALLENGE:
            return "20150"
        spoiled = self._by_amount() and wanted.amount in tables.AMOUNTS_THAT_SPOIL_A_CHALLENGE
        return "20153" if spoiled else None

    def _code(self, card: Card, payment: PayfacPayment) -> str:
        """The answer to a payment that asks for no 3-D Secure page."""
        if card.number in tables.NEEDS_CHALLENGE:
            return tables.NEEDS_CHALLENGE[card.number]
        if self._by_amount() and payment.amount in tables.AMOUNTS_THAT_NEED_A_CHALLENGE:
            return "20154"
        return self._issuer_code(card, payment)

    def _by_amount(self) -> bool:
        return self._world.settings.payfac_amount_triggers

    def _issuer_code(self, card: Card, payment: PayfacPayment) -> str:
        by_amount = self._by_amount() and not self._was_stopped(payment)
        return tables.response_code(card.number, payment.amount, card.cvv, by_amount=by_amount)

    def _was_stopped(self, payment: PayfacPayment) -> bool:
        """Whether this card was declined for this amount before, by a trigger that strikes once."""
        code = tables.STOPPED_ONCE.get(payment.amount)
        return code is not None and any(
            earlier.response_code == code
            and earlier.amount == payment.amount
            and earlier.fingerprint == payment.fingerprint
            for earlier in self._table.newest_first()
        )

    def _capture_due(self, wanted: PaymentRequest, now: float) -> tuple[float, bool] | None:
        if wanted.capture_on is not None and wanted.capture_on > now:
            return wanted.capture_on, True
        settle_seconds = self._world.settings.payfac_settle_seconds
        return (now + settle_seconds, False) if wanted.capture else None

    def _new(self, wanted: PaymentRequest, now: float) -> PayfacPayment:
        customer = wanted.customer
        if customer is not None and "id" not in customer:
            customer = {"id": ids.base32("cus_"), **customer}
        payment = PayfacPayment(
            id=ids.base32("pay_"),
            requested_on=now,
            amount=wanted.amount,
            currency=wanted.currency,
            payment_type=wanted.payment_type,
            outcome="pending",
            response_code="",
            card=None,
            source_id=ids.base32("src_"),
            authorization_type=wanted.authorization_type,
            scheme_id=ids.digits(15),
            card_type="",
            acquirer_id=ids.digits(21),
            reference=wanted.reference,
            description=wanted.description,
            billing_address=wanted.billing_address,
            phone=wanted.phone,
            customer=customer,
            billing_descriptor=wanted.billing_descriptor,
            metadata=wanted.metadata,
        )
        if isinstance(wanted.source, Context):
            payment.partner = wanted.source.partner
        else:
            self._take_card(payment, wanted.source)
        return payment

    def _take_card(self, payment: PayfacPayment, card: Card) -> None:
        """Keep of the card what may be kept, and what the training cards decide."""
        payment.card = cards.face(
            card.number,
            month=card.month,
            year=card.year,
            key=self._world.store.keys.digests,
            holder=card.holder,
        )
        payment.card_type = tables.card_type(card.number)
        payment.cvv_check = tables.cvv_check(card.number, card.cvv)
        line = (payment.billing_address or {}).get("address_line1")
        payment.avs_check = tables.avs_check(payment.card.brand, line)
        payment.increment_code = tables.INCREMENT.get(card.number)
        payment.verification_only = card.number in tables.VERIFICATION_ONLY

    def _await_challenge(
        self, payment: PayfacPayment, wanted: PaymentRequest, card: Card, now: float
    ) -> None:
        payment.session_id = ids.base32("sid_")
        payment.challenge = PayfacChallenge(
            session=payment.session_id,
            expires=now + self._world.settings.challenge_seconds,
            response_code=self._issuer_code(card, payment),
            capture=wanted.capture,
            capture_on=wanted.capture_on,
            success_url=wanted.success_url,
            failure_url=wanted.failure_url,
        )

    def details(self, call: Call) -> Reply:
        payout = self._payouts.find(call.parameters["id"], call.now)
        if payout is not None:
            return self._payouts.details(payout)
        payment = self.find(call)
        asked_by_session = call.parameters["id"].startswith("sid_")
        shown = views.details(payment, self._base, with_actions=asked_by_session)
        return json_reply(200, shown)

    def actions(self, call: Call) -> Reply:
        payout = self._payouts.find(call.parameters["id"], call.now)
        if payout is not None:
            return self._payouts.actions(payout)
        payment = self.find(call)
        if call.parameters["id"].startswith("sid_"):
            return empty(NOT_FOUND)
        entries = [views.action_entry(payment, action) for action in reversed(payment.actions)]
        return json_reply(200, entries)

    def list(self, call: Call) -> Reply:
        """Payments and payouts with one reference, newest first."""
        query = dict(call.query)
        reference = query.get("reference")
        limit = _number(query.get("limit", "10"), 1, 100)
        skip = _number(query.get("skip", "0"), 0, 10**9)
        if limit is None or skip is None or len(query) != len(call.query):
            return unprocessable(call, ["paging_limit_invalid"])
        if not reference:
            return unprocessable(call, ["parameter_invalid"])
        everything = self._history.newest_first(call.now)
        found = [record for record in everything if record.reference == reference]
        for record in found:
            self._history.settle(record, call.now)
        page = found[skip : skip + limit]
        body = {
            "limit": limit,
            "skip": skip,
            "total_count": len(found),
            "data": [self._history.details(record) for record in page],
        }
        return json_reply(self._world.settings.payfac_list_status, body)


def decide(
    payment: PayfacPayment,
    code: str,
    now: float,
    capture_due: tuple[float, bool] | None,
    fail_later: str | None,
) -> None:
    """The issuer answers with ``code``.

    ``capture_due`` is when the payment captures itself and whether that day was chosen
    (then the amount is not held until it comes).
    """
    payment.response_code = code
    if code == tables.APPROVED and payment.amount:
        payment.outcome = "authorized"
        payment.authorized = payment.amount
        payment.expires_on = now + settling.VALIDITY
    else:
        payment.outcome = "verified" if code == tables.APPROVED else "declined"
    action = settling.authorization(payment, code, now)
    payment.auth_code = action.auth_code
    payment.actions.append(action)
    if payment.outcome != "authorized" or capture_due is None or payment.verification_only:
        return
    due, chosen = capture_due
    payment.pending.append(
        PendingAction(
            id=ids.base32("act_"),
            type="Capture",
            amount=None if chosen else payment.amount,
            due=due,
            held=0 if chosen else payment.amount,
            reference=payment.reference,
            fail_code=None if fail_later is None else fail_later or "20006",
        )
    )


def _schedule_retry(payment: PayfacPayment, code: str, retries: Retries, now: float) -> None:
    attempts = 0
    if code in tables.DUNNED_DECLINES:
        attempts = retries.dunning
    elif code in tables.TECHNICAL_DECLINES:
        attempts = retries.after_downtime
    if not attempts:
        return
    payment.outcome = "retry"
    payment.retry = PayfacRetry(
        attempts_left=attempts,
        max_attempts=attempts,
        next_attempt=now + DAY,
        ends=now + attempts * DAY,
        response_code=code,
    )


def _number(text: str, low: int, high: int) -> int | None:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    return int(text) if low <= int(text) <= high else None
