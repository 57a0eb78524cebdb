"""The 3-D Secure page of a PayFac payment and what follows from the holder's answer."""

from __future__ import annotations

from posapp.sandbox import pages
from posapp.sandbox.forms import read_form
from posapp.sandbox.http import Call, Reply, html_reply, redirect_reply
from posapp.sandbox.payfac import settling, tables
from posapp.sandbox.payfac.payments import Payments, decide
from posapp.sandbox.records import PayfacChallenge, PayfacPayment
from posapp.sandbox.world import World


class Challenges:
    def __init__(self, world: World, payments: Payments) -> None:
        self._world = world
        self._payments = payments

    def show(self, call: Call) -> Reply:
        found = self._open(call)
        if isinstance(found, Reply):
            return found
        payment, _ = found
        return html_reply(
            200,
            pages.challenge_page(
                pages.Sum(payment.amount, payment.currency, tables.places(payment.currency) or 0),
                last4=payment.card.last4 if payment.card else "",
                description=payment.description,
            ),
        )

    def answer(self, call: Call) -> Reply:
        found = self._open(call)
        if isinstance(found, Reply):
            return found
        payment, challenge = found
        choice = read_form(call).get("do")
        if choice not in ("confirm", "refuse", "cancel"):
            return self.show(call)
        payment.challenge = None
        if choice == "confirm":
            self._confirm(payment, challenge, call)
        else:
            decide(payment, "20151", call.now, None, None)
        self._world.store.payfac.changed(payment.id)
        good = payment.outcome in ("authorized", "verified")
        back = challenge.success_url if good else challenge.failure_url
        if back is not None:
            return redirect_reply(pages.with_query(back, {"cko-session-id": challenge.session}))
        title = "Payment confirmed" if good else "Payment not made"
        return html_reply(200, pages.notice_page(title, "You can close this page."))

    def _confirm(self, payment: PayfacPayment, challenge: PayfacChallenge, call: Call) -> None:
        due: tuple[float, bool] | None = None
        if challenge.capture_on is not None and challenge.capture_on > call.now:
            due = challenge.capture_on, True
        elif challenge.capture:
            due = call.now + self._world.settings.payfac_settle_seconds, False
        decide(payment, challenge.response_code, call.now, due, call.fail_later)

    def _open(self, call: Call) -> tuple[PayfacPayment, PayfacChallenge] | Reply:
        payment = self._payments.of_session(call.parameters["id"])
        if payment is not None:
            settling.settle(self._world.store.payfac, payment, call.now)
        if payment is None:
            return html_reply(404, pages.notice_page("Nothing here", "This page does not exist."))
        if payment.challenge is None:
            ended = "This payment is finished or its time is over. You can close this page."
            return html_reply(200, pages.notice_page("Payment finished", ended))
        return payment, payment.challenge
