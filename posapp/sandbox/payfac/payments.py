"""Requesting payments and reading them."""

from __future__ import annotations

import re

from posapp.sandbox import cards, ids
from posapp.sandbox.clock import DAY
from posapp.sandbox.http import BadJson, Call, Reply, json_reply
from posapp.sandbox.payfac import settling, tables, views
from posapp.sandbox.payfac.errors import FORBIDDEN, NOT_FOUND, Refused, empty, unprocessable
from posapp.sandbox.payfac.fields import Members
from posapp.sandbox.payfac.history import History
from posapp.sandbox.payfac.payout_rules import is_payout
from posapp.sandbox.payfac.payouts import Payouts
from posapp.sandbox.payfac.validation import PaymentRequest, read_payment
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
        call.reference = wanted.reference
        payment = self._new(wanted, call.now)
        can_challenge = (
            wanted.payment_type != "MOTO" and wanted.number not in tables.CANNOT_CHALLENGE
        )
        if wanted.challenge and can_challenge:
            self._await_challenge(payment, wanted, call.now)
            self._table.put(payment.id, payment)
            return json_reply(202, views.pending(payment, self._base))
        code = self._code(wanted)
        decide(payment, code, call.now, self._capture_due(wanted, call.now), call.fail_later)
        if payment.outcome == "declined" and wanted.retries:
            _schedule_retry(payment, code, wanted.retries, call.now)
        self._table.put(payment.id, payment)
        return json_reply(201, views.created(payment, payment.actions[-1], self._base))

    def _code(self, wanted: PaymentRequest) -> str:
        if wanted.challenge:
            # Only a challenge that cannot take place gets here.
            return "20150"
        if wanted.number in tables.NEEDS_CHALLENGE:
            return tables.NEEDS_CHALLENGE[wanted.number]
        return self._issuer_code(wanted)

    def _issuer_code(self, wanted: PaymentRequest) -> str:
        by_amount = self._world.settings.payfac_amount_triggers
        return tables.response_code(wanted.number, wanted.amount, wanted.cvv, by_amount=by_amount)

    def _capture_due(self, wanted: PaymentRequest, now: float) -> tuple[float, bool] | None:
        if wanted.capture_on is not None and wanted.capture_on > now:
            return wanted.capture_on, True
        settle_seconds = self._world.settings.payfac_settle_seconds
        return (now + settle_seconds, False) if wanted.capture else None

    def _new(self, wanted: PaymentRequest, now: float) -> PayfacPayment:
        key = self._world.store.keys.digests
        card = cards.face(
            wanted.number,
            month=wanted.expiry_month,
            year=wanted.expiry_year,
            key=key,
            holder=wanted.holder,
        )
        address = wanted.billing_address or {}
        customer = wanted.customer
        if customer is not None and "id" not in customer:
            customer = {"id": ids.base32("cus_"), **customer}
        return PayfacPayment(
            id=ids.base32("pay_"),
            requested_on=now,
            amount=wanted.amount,
            currency=wanted.currency,
            payment_type=wanted.payment_type,
            outcome="pending",
            response_code="",
            card=card,
            source_id=ids.base32("src_"),
            authorization_type=wanted.authorization_type,
            scheme_id=ids.digits(15),
            card_type=tables.card_type(wanted.number),
            acquirer_id=ids.digits(21),
            reference=wanted.reference,
            description=wanted.description,
            cvv_check=tables.cvv_check(wanted.number, wanted.cvv),
            avs_check=tables.avs_check(card.brand, address.get("address_line1")),
            increment_code=tables.INCREMENT.get(wanted.number),
            verification_only=wanted.number in tables.VERIFICATION_ONLY,
            billing_address=wanted.billing_address,
            phone=wanted.phone,
            customer=customer,
            billing_descriptor=wanted.billing_descriptor,
            metadata=wanted.metadata,
        )

    def _await_challenge(self, payment: PayfacPayment, wanted: PaymentRequest, now: float) -> None:
        payment.session_id = ids.base32("sid_")
        payment.challenge = PayfacChallenge(
            session=payment.session_id,
            expires=now + self._world.settings.challenge_seconds,
            response_code=self._issuer_code(wanted),
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


def _schedule_retry(payment: PayfacPayment, code: str, attempts: int, now: float) -> None:
    if code not in tables.RETRIED_DECLINES:
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
