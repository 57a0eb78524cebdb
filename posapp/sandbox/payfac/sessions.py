"""Payment sessions: what Flow, the payment form in the shop's own page, is opened with.

Creating one gives a token and a secret, once: of the secret a digest is kept, of the token
nothing. A submission makes an ordinary payment. A session takes one payment; after a decline it
can be submitted again, as often as it was created for.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from posapp.sandbox import ids
from posapp.sandbox.clock import iso
from posapp.sandbox.http import Call, Reply, json_reply
from posapp.sandbox.payfac import settling, tables, views
from posapp.sandbox.payfac.errors import (
    NOT_FOUND,
    Refused,
    empty,
    told_too_many,
    unprocessable,
)
from posapp.sandbox.payfac.payments import Payments, read_object
from posapp.sandbox.payfac.session_data import secret_digest
from posapp.sandbox.payfac.session_requests import (
    SessionRequest,
    Submission,
    read_session,
    read_submission,
)
from posapp.sandbox.payfac.validation import PaymentRequest, Retries
from posapp.sandbox.records import PayfacPayment, PayfacSession
from posapp.sandbox.world import World

DUPLICATE = "duplicate_request"


class Sessions:
    def __init__(self, world: World, payments: Payments) -> None:
        self._world = world
        self._payments = payments
        self._table = world.store.payfac_sessions
        self._base = world.base("payfac")

    def create(self, call: Call) -> Reply:
        wanted = read_session(read_object(call), self._world.settings, call.now)
        if not isinstance(wanted, SessionRequest):
            return unprocessable(call, wanted)
        call.reference = wanted.order.reference
        secret = f"pss_{ids.uuid4()}"
        session = PayfacSession(
            id=ids.alphanumeric("ps_", 27),
            secret_digest=secret_digest(secret, self._world.store.keys.digests),
            order=wanted.order,
            expires=wanted.expires,
            attempts_left=wanted.attempts,
        )
        self._table.put(session.id, session)
        body = {
            "id": session.id,
            "payment_session_token": _token(session),
            "payment_session_secret": secret,
            "_links": self._links(session),
        }
        return json_reply(201, body, {"Cache-Control": "no-store"})

    def details(self, call: Call) -> Reply:
        """The session without its token and secret, which nobody can ask for again."""
        session = self._find(call)
        order = session.order
        optional: dict[str, Any] = {
            "payment_id": session.payment_id,
            "reference": order.reference,
            "description": order.description,
            "customer": order.customer,
            "products": order.products,
        }
        body = {
            "id": session.id,
            "amount": order.amount,
            "currency": order.currency,
            "billing": order.billing,
            "expires_on": iso(session.expires),
            "_links": self._links(session),
        }
        return json_reply(200, body | {n: v for n, v in optional.items() if v is not None})

    def submit(self, call: Call) -> Reply:
        """A payment attempt. The checks: is the session there, the request sound, still open."""
        session = self._find(call)
        settings, key = self._world.settings, self._world.store.keys.digests
        wanted = read_submission(read_object(call), session, settings, key=key, now=call.now)
        if not isinstance(wanted, Submission):
            return unprocessable(call, wanted)
        call.reference = wanted.reference
        if self._is_paid(session, call):
            return told_too_many(call, DUPLICATE)
        if session.expires <= call.now:
            return unprocessable(call, ["payment_session_expired"])
        if not session.attempts_left:
            return unprocessable(call, ["action_failure_limit_exceeded"])
        payment = self._payments.attempt(_payment(session, wanted), call)
        session.attempts_left -= 1
        session.payment_id = payment.id
        self._table.changed(session.id)
        return self._submitted(payment)

    def _find(self, call: Call) -> PayfacSession:
        session = self._table.get(call.parameters["id"])
        if session is None:
            raise Refused(empty(NOT_FOUND))
        return session

    def _is_paid(self, session: PayfacSession, call: Call) -> bool:
        """Whether the session has a payment that was approved or can still be."""
        payments = self._world.store.payfac
        payment = payments.get(session.payment_id or "")
        if payment is None:
            return False
        settling.settle(payments, payment, call.now)
        return payment.outcome not in ("declined", "expired")

    def _submitted(self, payment: PayfacPayment) -> Reply:
        if payment.challenge is not None:
            address = f"{self._base}/3ds/{payment.challenge.session}"
            action = {"type": "redirect", "url": address}
            body = {"id": payment.id, "status": "Action Required", "type": "card"}
            return json_reply(202, {**body, "action": action})
        shown: dict[str, Any] = {"id": payment.id, "status": "Approved", "type": ["card"]}
        if not views.approved(payment):
            shown["status"] = "Declined"
            shown["decline_reason"] = tables.summary(payment.response_code)
        return json_reply(201, shown)

    def _links(self, session: PayfacSession) -> dict[str, Any]:
        return {"self": views.link(f"{self._base}/payment-sessions/{session.id}")}


def _token(session: PayfacSession) -> str:
    """What Flow is opened with: which session, how much, and the ways to pay."""
    order = session.order
    shown = {
        "id": session.id,
        "amount": order.amount,
        "currency": order.currency,
        "payment_methods": [{"type": "card"}] if order.takes_cards else [],
    }
    return f"YmFzZTY0:{base64.b64encode(json.dumps(shown).encode()).decode()}"


def _payment(session: PayfacSession, wanted: Submission) -> PaymentRequest:
    """The payment that a submission asks for: the session's, with what was submitted."""
    order = session.order
    address, phone = order.billing.get("address"), order.billing.get("phone")
    return PaymentRequest(
        source=wanted.card,
        currency=order.currency,
        amount=wanted.amount,
        payment_type=order.payment_type,
        authorization_type="Final",
        capture=order.capture,
        capture_on=order.capture_on,
        reference=wanted.reference,
        description=order.description,
        billing_address=address if isinstance(address, dict) else None,
        phone=phone if isinstance(phone, dict) else None,
        customer=order.customer,
        billing_descriptor=order.billing_descriptor,
        metadata=order.metadata,
        challenge=wanted.challenge,
        success_url=order.success_url,
        failure_url=order.failure_url,
        retries=Retries(),
    )
