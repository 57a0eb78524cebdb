"""From the charge button to the result, and on to the next order."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from posapp.desk.errors import NothingMoved, Refused
from posapp.model.card import Card
from posapp.model.display import AmountStyle
from posapp.model.order import Order
from posapp.runtime.tasks import spawn
from posapp.ui.counter.result_state import card_words, derive_not_moved, derive_result
from posapp.ui.counter.result_view import ResultPanel
from posapp.ui.counter.running_view import RunningView
from posapp.ui.doing import do
from posapp.ui.format import clock_time
from posapp.ui.messages import Messages
from posapp.ui.opening import Opening

if TYPE_CHECKING:
    from posapp.desk.desk import Desk
    from posapp.desk.outcome import Outcome
    from posapp.ui.counter.screen import CounterScreen


class PaymentFlow(QObject):
    """One charge at a time. The desk owns the charge; this only waits for it and shows it."""

    def __init__(
        self, screen: CounterScreen, opening: Opening, messages: Messages, style: AmountStyle
    ) -> None:
        super().__init__(screen)
        self._screen = screen
        self._opening = opening
        self._messages = messages
        self._style = style
        self._busy = False
        self._shown: Outcome | None = None
        self._listening = False
        self.running = RunningView()
        self.result = ResultPanel()
        for page in (self.running, self.result):
            screen.payment.addWidget(page)
        self.result.next_wanted.connect(self.go_on)
        self.result.receipt_wanted.connect(self.receipt)
        self.result.case_wanted.connect(self.case)

    @property
    def attempt(self) -> int | None:
        """The journal's id of the attempt whose result is on the screen."""
        return self._shown.attempt.id if self._shown else None

    def charge(self) -> None:
        """Charge the keyed card; a second press changes nothing."""
        if self._busy:
            return
        card = self._screen.card()
        if card is None:
            return
        self._busy = True
        self._screen.card_form.setEnabled(False)  # nobody types into a card that is being read
        spawn(self._charge(card), name="charge")

    def link(self) -> None:
        """Ask the gateway for a page on which the customer pays alone."""
        if not self._busy:
            self._busy = True
            spawn(self._make_link(), name="payment link")

    def go_on(self) -> None:
        """What the button on the result says."""
        view = self.result.view
        self._shown = None
        self.result.clear()
        if view is not None and view.next_step == "another_card":
            self._do(self._another_card(), "another card")
        else:
            self._do(self._screen.next_order(), "next order")

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        do(work, name=name, owner=self._screen, messages=self._messages)

    def receipt(self) -> None:
        if self._shown is not None:
            self._screen.receipt_wanted.emit(self._shown.attempt.id)

    def case(self) -> None:
        """What is known about a result that is not known yet."""
        if self._shown is not None and self._shown.attempt.state.is_open:
            self._screen.case_wanted.emit(self._shown.attempt.id)

    async def _charge(self, card: Card) -> None:
        try:
            desk = await self._opening.desk()
            order = await self._screen.saved()
            if order is None:
                raise Refused("The order is empty. Add a line first.")
            account = self._screen.card_form.chosen_account()
            self._run(order, card_words(card.summary().brand, card.summary().last4))
            outcome = await desk.sales.charge(order, card, account=account, who=desk.people.who)
            await self._arrive(desk, outcome)
        except NothingMoved as problem:
            await self._not_moved(problem)
        except Refused as problem:
            self._screen.card_form.setEnabled(True)
            self._back_to_form(problem)
        finally:
            self._screen.card_form.setEnabled(True)
            self._screen.card_form.card_used()
            self._busy = False
            self.running.stop()

    async def _make_link(self) -> None:
        try:
            desk = await self._opening.desk()
            order = await self._screen.saved()
            if order is None:
                raise Refused("The order is empty. Add a line first.")
            account = self._screen.card_form.chosen_account()
            self._run(order, "Payment link")
            outcome = await desk.links.create(order, account=account, who=desk.people.who)
            await self._arrive(desk, outcome)
        except NothingMoved as problem:
            await self._not_moved(problem)
        except Refused as problem:
            self._back_to_form(problem)
        finally:
            self._busy = False
            self.running.stop()

    def _run(self, order: Order, what: str) -> None:
        self.running.start(self._style.money(order.total), what)
        self._screen.payment.setCurrentWidget(self.running)
        self._screen.pay_link.hide()

    async def _arrive(self, desk: Desk, outcome: Outcome) -> None:
        self._show(outcome, desk.recovery.asked_next(outcome.attempt))
        if not self._listening:
            self._listening = True
            desk.news.listen(self._something_changed)
        try:
            order = await desk.orders.read(outcome.attempt.intent.order_id)
        except Refused:  # the ledger is away; the result stands all the same
            if self._screen.order is None:
                return
            order = replace(self._screen.order, state=outcome.order_state)
        self._screen.show_order(order)

    def _show(self, outcome: Outcome, due: datetime | None) -> None:
        self._shown = outcome
        view = derive_result(outcome, self._style, due=due, time=_with_seconds)
        self.result.show_result(view)
        self._screen.payment.setCurrentWidget(self.result)
        self._screen.pay_link.hide()

    def _something_changed(self) -> None:
        if self._shown is not None:
            self._do(self._look_again(self._shown), "follow a result")

    async def _look_again(self, seen: Outcome) -> None:
        desk = await self._opening.desk()
        if desk.till.is_cut_off:
            return
        latest = await desk.sales.outcome(seen.attempt.id)
        quiet = self.result.view is None or not self.result.view.follows
        if self._shown is seen and (latest != seen or not quiet):
            await self._arrive(desk, latest)

    async def _another_card(self) -> None:
        desk = await self._opening.desk()
        order = self._screen.order
        if order is not None:
            self._screen.show_order(await desk.orders.read(order.id))
        self._screen.card_form.wipe()
        self._screen.show_form()
        self._screen.card_form.focus_number()

    async def _not_moved(self, problem: NothingMoved) -> None:
        """Nothing was charged: mend the fields where they are to blame, else say so in full."""
        desk = await self._opening.desk()
        order = self._screen.order
        if order is not None:
            self._screen.show_order(await desk.orders.read(order.id))
        if problem.fields:
            self._back_to_form(problem)
            return
        amount = self._style.money(order.total) if order else ""
        self.result.show_result(derive_not_moved(str(problem), amount))
        self._screen.payment.setCurrentWidget(self.result)
        self._screen.pay_link.hide()

    def _back_to_form(self, problem: Refused) -> None:
        self.result.clear()
        self._screen.show_form()
        self._screen.card_form.show_problems(str(problem), problem.fields)


def _with_seconds(at: datetime) -> str:
    return clock_time(at, seconds=True)
