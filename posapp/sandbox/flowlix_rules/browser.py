"""The hosted payment page and the 3-D Secure page of both Flowlix generations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from posapp.model.money import ISO_EXPONENT
from posapp.sandbox import cards, pages
from posapp.sandbox.flowlix_rules import lifecycle, tables
from posapp.sandbox.forms import TypedCard, read_card, read_form
from posapp.sandbox.http import Call, Reply, html_reply, redirect_reply
from posapp.sandbox.records import FlowlixPayment
from posapp.sandbox.store import Table
from posapp.sandbox.world import World

_NOTICES = {
    "succeeded": ("Payment made", "You can close this page."),
    "failed": ("Payment declined", "No money was taken. You can close this page."),
    "canceled": ("Payment canceled", "No money was taken. You can close this page."),
    "expired": (
        "Time is up",
        "This payment was not finished in time. No money was taken. Ask the shop for a new page.",
    ),
}
_UNDER_WAY = ("Payment under way", "The result will be known soon. You can close this page.")


class Browser:
    """Pages under ``/hpp/{id}`` and ``/3ds/{id}`` of one generation.

    ``word`` is how the generation prints the status of a payment.
    """

    def __init__(
        self,
        world: World,
        table: Table[FlowlixPayment],
        base: str,
        *,
        word: Callable[[FlowlixPayment], str],
        training: tables.TrainingCards = tables.PRESENT_CARDS,
    ) -> None:
        self._world = world
        self._table = table
        self._base = base
        self._word = word
        self._training = training

    def hosted_url(self, payment: FlowlixPayment) -> str:
        return f"{self._base}/hpp/{payment.id}"

    def challenge_url(self, payment: FlowlixPayment) -> str:
        return f"{self._base}/3ds/{payment.id}"

    def show_hosted(self, call: Call) -> Reply:
        payment = self._find(call)
        if payment is None or not payment.hosted:
            return _nothing()
        if not self._open(payment):
            return self._ended(payment, call)
        if payment.challenged:
            return redirect_reply(self.challenge_url(payment))
        return html_reply(200, self._card_page(payment))

    def answer_hosted(self, call: Call) -> Reply:
        payment = self._find(call)
        if payment is None or not payment.hosted:
            return _nothing()
        if not self._open(payment):
            return self._ended(payment, call)
        if payment.challenged:
            return redirect_reply(self.challenge_url(payment))
        form = read_form(call)
        if form.get("do") == "cancel":
            return self._end(payment, call, "canceled")
        today = datetime.fromtimestamp(call.now, UTC)
        card = read_card(form, today=(today.year, today.month))
        if isinstance(card, dict):
            return html_reply(200, self._card_page(payment, typed=form, problems=card))
        return self._pay(payment, card, call)

    def _pay(self, payment: FlowlixPayment, card: TypedCard, call: Call) -> Reply:
        decline = self.take_card(payment, card, call)
        if self.challenges(card) and decline is None:
            payment.challenged = True
            lifecycle.enter(payment, "requires_action", call.now)
            payment.expires = call.now + self._world.settings.challenge_seconds
            self._table.changed(payment.id)
            return redirect_reply(self.challenge_url(payment))
        return self._end(payment, call, "failed" if decline else "succeeded", decline)

    def challenges(self, card: TypedCard) -> bool:
        """Whether the bank of ``card`` asks its holder."""
        return card.number in self._training.challenged

    def take_card(self, payment: FlowlixPayment, card: TypedCard, call: Call) -> str | None:
        """Keep what may be kept of ``card``; returns the decline it leads to, if any."""
        payment.card = cards.face(
            card.number,
            month=card.month,
            year=card.year,
            key=self._world.store.keys.digests,
            holder=card.holder,
        )
        payment.card_country = tables.country_of(card.number)
        decline = tables.decline_of(
            card.number,
            self._training,
            luhn_valid=cards.luhn_valid(card.number),
            metadata=payment.metadata,
        )
        if decline is None and call.fail_later is not None:
            decline = call.fail_later or "generic_decline"
        payment.after_challenge = decline
        return decline

    def show_challenge(self, call: Call) -> Reply:
        payment = self._find(call)
        if payment is None or not payment.challenged or payment.card is None:
            return _nothing()
        if not self._open(payment):
            return self._ended(payment, call)
        page = pages.challenge_page(
            self._sum(payment), last4=payment.card.last4, description=payment.description
        )
        return html_reply(200, page)

    def answer_challenge(self, call: Call) -> Reply:
        payment = self._find(call)
        if payment is None or not payment.challenged:
            return _nothing()
        if not self._open(payment):
            return self._ended(payment, call)
        choice = read_form(call).get("do")
        if choice == "cancel":
            return self._end(payment, call, "canceled")
        if choice == "refuse":
            return self._end(payment, call, "failed", "three_d_secure_failed")
        if choice != "confirm":
            return self.show_challenge(call)
        decline = payment.after_challenge
        if payment.hosted:
            return self._end(payment, call, "failed" if decline else "succeeded", decline)
        lifecycle.enter(payment, "processing", call.now)
        seconds = self._world.settings.flowlix_settle_seconds
        lifecycle.finish_later(payment, seconds, call.now, decline)
        lifecycle.settle(self._table, payment, call.now)
        self._table.changed(payment.id)
        return self._ended(payment, call)

    def _find(self, call: Call) -> FlowlixPayment | None:
        payment = self._table.get(call.parameters["id"])
        if payment is not None:
            lifecycle.settle(self._table, payment, call.now)
        return payment

    def _open(self, payment: FlowlixPayment) -> bool:
        """Whether the page still waits for the person in front of it."""
        if payment.challenged:
            return payment.status == "requires_action"
        return payment.hosted and payment.status in ("pending", "requires_action")

    def _end(
        self, payment: FlowlixPayment, call: Call, status: str, decline: str | None = None
    ) -> Reply:
        lifecycle.enter(payment, status, call.now, decline_code=decline)
        self._table.changed(payment.id)
        return self._ended(payment, call)

    def _ended(self, payment: FlowlixPayment, call: Call) -> Reply:
        """Back to the merchant, as the contract says; without an address, a notice.

        Someone who opens a page too late is told so first, and goes back by a link.
        """
        onward = None
        if payment.return_url is not None:
            pairs = {"payment_id": payment.id, "status": self._word(payment)}
            onward = pages.with_query(payment.return_url, pairs)
        too_late = call.method == "GET" and payment.status == "expired"
        if onward is not None and not too_late:
            return redirect_reply(onward)
        title, text = _NOTICES.get(payment.status, _UNDER_WAY)
        return html_reply(200, pages.notice_page(title, text, onward=onward))

    def _card_page(
        self,
        payment: FlowlixPayment,
        *,
        typed: dict[str, str] | None = None,
        problems: dict[str, str] | None = None,
    ) -> str:
        if typed is None:
            buyer = payment.buyer or {}
            names = (buyer.get("first_name"), buyer.get("last_name"), buyer.get("name"))
            typed = {"holder": " ".join(str(name) for name in names if name)}
        return pages.card_page(
            self._sum(payment),
            description=payment.description,
            typed=typed,
            problems=problems,
            cards=self._training.listed(),
        )

    def _sum(self, payment: FlowlixPayment) -> pages.Sum:
        places = ISO_EXPONENT.get(payment.currency.upper())
        return pages.Sum(payment.amount, payment.currency, places)


def _nothing() -> Reply:
    return html_reply(404, pages.notice_page("Nothing here", "This page does not exist."))
