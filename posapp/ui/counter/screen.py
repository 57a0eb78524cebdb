"""The counter: an order on one side, customer and payment on the other."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from posapp.desk.errors import Refused
from posapp.model.card import Card
from posapp.model.display import AmountStyle
from posapp.model.order import Customer, Line, Order, OrderState, Product
from posapp.runtime.tasks import spawn
from posapp.ui import theme
from posapp.ui.counter.card_form import CardForm
from posapp.ui.counter.customer_panel import CustomerPanel
from posapp.ui.counter.expiry import local_today
from posapp.ui.counter.order_panel import OrderPanel
from posapp.ui.counter.state import derive_customer, derive_order, read_customer
from posapp.ui.counter.typed_line import custom_line, product_line
from posapp.ui.doing import do
from posapp.ui.messages import Messages
from posapp.ui.opening import Opening
from posapp.ui.widgets.buttons import Button
from posapp.ui.widgets.scroll import Scroll, lay_over

if TYPE_CHECKING:
    from asyncio import Task

    from posapp.ui.counter.payment_flow import PaymentFlow

_TAX_PERCENT = 19  # of a line that is not in the catalogue


class CounterScreen(QWidget):
    """``receipt_wanted(attempt)`` asks the window for the receipt of a charge, ``case_wanted`` for
    what is known about one."""

    receipt_wanted = Signal(int)
    case_wanted = Signal(int)

    def __init__(
        self, opening: Opening, messages: Messages, style: AmountStyle, *, currency: str
    ) -> None:
        super().__init__()
        self.setObjectName("counter")
        self._opening = opening
        self._messages = messages
        self._style = style
        self._currency = currency
        self._order: Order | None = None
        self._early = Customer()
        self._hits: tuple[Product, ...] = ()
        self._callers: tuple[Customer, ...] = ()
        self._removed: tuple[str, int, Line] | None = None
        self._saving: Task[None] | None = None
        self._unsaved = False
        self.order_panel = OrderPanel(self)
        self.customer_panel = CustomerPanel(self)
        self.card_form = CardForm()
        self.pay_link = Button("Payment link", name="counter.pay_link", shortcut="F9", icon="link")
        self.payment = QStackedWidget()
        self.flow: PaymentFlow | None = None
        self._build()
        self._connect()
        self._paint()

    def complete(self) -> None:
        """Build what the first paint did not need: lists of hits and lines, running, result."""
        from posapp.ui.counter.payment_flow import PaymentFlow

        self.order_panel.complete()
        self.customer_panel.complete()
        self.flow = PaymentFlow(self, self._opening, self._messages, self._style)
        self.card_form.charge_wanted.connect(self.flow.charge)
        self.pay_link.clicked.connect(self.flow.link)
        self.pay_link.bind("F9")

    @property
    def order(self) -> Order | None:
        return self._order

    async def begin(self) -> None:
        """Take up the order that was left open; what was typed before stays."""
        desk = await self._opening.desk()
        self.card_form.show_accounts(
            tuple((account.id, account.label) for account in desk.settings.accounts)
        )
        await self.take_up()
        desk.news.listen(self._settings_changed)

    async def take_up(self) -> None:
        """Go on with the order that was left open, unless there is one already."""
        if self._order is not None:
            return
        desk = await self._opening.desk()
        try:
            order = await desk.orders.current()
            if not self._early.is_empty:
                order = replace(order, customer=self._early)
                await desk.orders.save(order)
        except Refused as problem:
            self._messages.problem(str(problem))
            return
        self.show_order(order)

    async def next_order(self) -> None:
        desk = await self._opening.desk()
        self.show_order(await desk.orders.new())
        self.card_form.wipe()
        self.show_form()
        self.order_panel.focus_search()

    def show_order(self, order: Order) -> None:
        self._order = order
        self._paint()

    def show_form(self) -> None:
        self.payment.setCurrentWidget(self.card_form)
        self._paint()

    def lock(self) -> None:
        """Somebody leaves the till: the card fields are emptied, the rest waits."""
        self.card_form.wipe()

    async def saved(self) -> Order | None:
        """The order, once everything typed so far is on disk."""
        desk = await self._opening.desk()
        if self._order is not None and self._order.state is OrderState.OPEN:
            self._unsaved = False
            if not self._order.customer.is_empty:
                customer = await desk.orders.save_customer(self._order.customer)
                self._order = replace(self._order, customer=customer)
            await desk.orders.save(self._order)
        return self._order

    async def kept(self) -> None:
        """Wait until nothing that was typed is on its way to the disk."""
        from asyncio import wait

        if self._saving is not None:
            await wait({self._saving})

    def card(self) -> Card | None:
        return self.card_form.card(local_today())

    # What people ask for.

    def _search(self, text: str) -> None:
        self.order_panel.search.problem(None)
        self._do(self._find(text), "search the catalogue")

    async def _find(self, text: str) -> None:
        desk = await self._opening.desk()
        hits = await desk.orders.find_products(text) if text.strip() else ()
        if text.strip() != self.order_panel.search.text():
            return  # typed on meanwhile
        self._hits = hits
        from posapp.ui.widgets.suggestions import Hit

        self.order_panel.show_hits(
            tuple(Hit(p.name, f"SKU {p.sku}", self._style.money(p.price)) for p in hits)
        )

    def _add(self, text: str, row: int) -> None:
        self._do(self._add_line(text, row), "add a line")

    async def _add_line(self, text: str, row: int) -> None:
        from decimal import Decimal

        desk = await self._opening.desk()
        if self._order is None:
            await self.begin()
        wanted = text.strip()
        if not wanted:
            self.order_panel.search.problem("Type part of a name, an SKU or a price first.")
            return
        hits = await desk.orders.find_products(wanted)
        line: Line | None = None
        if hits:
            line = product_line(hits[min(max(row, 0), len(hits) - 1)])
        else:
            line = custom_line(
                wanted,
                self._style,
                currency=self._order.currency if self._order else self._currency,
                tax_percent=Decimal(_TAX_PERCENT),
            )
        if line is None:
            self.order_panel.search.problem(
                "Nothing found. For a custom line type a name and a price, like: Gift box 4.50"
            )
            return
        if self._order is not None:
            self._change(self._order.add(line))
            self.order_panel.clear_search()

    def _quantity(self, row: int, difference: int) -> None:
        if self._order is None or self._order.state is not OrderState.OPEN:
            return
        quantity = self._order.lines[row].quantity + difference
        if quantity >= 1:
            self._change(self._order.with_quantity(row, quantity))

    def _remove(self, row: int) -> None:
        if self._order is None or self._order.state is not OrderState.OPEN:
            return
        line = self._order.lines[row]
        self._removed = (self._order.id, row, line)
        self._change(self._order.with_quantity(row, 0))
        self._messages.offer(f"{line.name} was taken out.", "Undo", self._put_back)

    def _put_back(self) -> None:
        """Undo the last removal, if the same order is still on the counter."""
        if self._removed is None or self._order is None:
            return
        order_id, row, line = self._removed
        self._removed = None
        if self._order.id == order_id and self._order.state is OrderState.OPEN:
            lines = (*self._order.lines[:row], line, *self._order.lines[row:])
            self._change(replace(self._order, lines=lines))

    def _search_customer(self, text: str) -> None:
        self._do(self._find_customer(text), "search customers")

    async def _find_customer(self, text: str) -> None:
        desk = await self._opening.desk()
        found = await desk.orders.find_customers(text) if len(text.strip()) >= 2 else ()
        if text.strip() != self.customer_panel.field.text():
            return
        from posapp.ui.widgets.suggestions import Hit

        self._callers = found
        views = [derive_customer(customer) for customer in found]
        self.customer_panel.show_hits(tuple(Hit(v.name, v.detail) for v in views))

    def _name_customer(self, text: str, row: int) -> None:
        if not text and row < 0:
            return
        present = self._order.customer if self._order else self._early
        if 0 <= row < len(self._callers):
            chosen = self._callers[row]
        else:
            chosen = read_customer(text, present)
        self._set_customer(chosen)

    def _set_customer(self, customer: Customer) -> None:
        self.card_form.suggest_name(customer.name)
        if self._order is None:
            self._early = customer
            self._paint()
        elif self._order.customer != customer:
            self._change(replace(self._order, customer=customer))

    def _edit_customer(self) -> None:
        self._do(self._ask_details(), "customer details")

    async def _ask_details(self) -> None:
        from posapp.runtime.dialogs import show
        from posapp.ui.counter.customer_dialog import CustomerDialog

        dialog = CustomerDialog(self._order.customer if self._order else self._early, self)
        if await show(dialog):
            self._set_customer(dialog.customer())

    def _change(self, order: Order) -> None:
        self._order = order
        self._paint()
        self._unsaved = True
        if self._saving is None or self._saving.done():
            self._saving = spawn(self._save(), name="save the order")

    async def _save(self) -> None:
        """One writer at a time; the newest version wins."""
        desk = await self._opening.desk()
        try:
            while self._unsaved and self._order is not None:
                self._unsaved = False
                if self._order.state is OrderState.OPEN:
                    await desk.orders.save(self._order)
        except Exception as problem:
            self._messages.problem(str(problem))
            raise

    def _settings_changed(self) -> None:
        self._do(self._refresh_accounts(), "refresh accounts")

    async def _refresh_accounts(self) -> None:
        desk = await self._opening.desk()
        wanted = tuple((account.id, account.label) for account in desk.settings.accounts)
        shown = tuple(
            (self.card_form.account.itemData(i), self.card_form.account.itemText(i))
            for i in range(self.card_form.account.count())
        )
        if wanted != shown:
            self.card_form.show_accounts(wanted)

    def _do(self, work: Coroutine[Any, Any, object], name: str) -> None:
        do(work, name=name, owner=self, messages=self._messages)

    # Painting and building.

    def _paint(self) -> None:
        view = derive_order(self._order, self._style, currency=self._currency)
        self.order_panel.show_order(view)
        self.card_form.say_charge(view.charge)
        customer = self._order.customer if self._order else self._early
        self.customer_panel.show_customer(derive_customer(customer))
        at_form = self.payment.currentWidget() is self.card_form
        self.pay_link.setVisible(at_form)

    def _connect(self) -> None:
        self.order_panel.searched.connect(self._search)
        self.order_panel.add_wanted.connect(self._add)
        self.order_panel.quantity_wanted.connect(self._quantity)
        self.order_panel.removal_wanted.connect(self._remove)
        self.customer_panel.searched.connect(self._search_customer)
        self.customer_panel.given.connect(self._name_customer)
        self.customer_panel.details_wanted.connect(self._edit_customer)

    def changeEvent(self, event: QEvent) -> None:
        self.update()
        super().changeEvent(event)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.PAD, theme.PAD, theme.PAD - theme.SCROLLBAR, theme.PAD)
        row.setSpacing(theme.STEP * 4)
        row.addWidget(self.order_panel, 1)
        side = QWidget()
        side.setFixedWidth(theme.SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP * 4)
        column.addWidget(self.customer_panel)
        self.payment.addWidget(self.card_form)
        column.addWidget(self.payment, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.pay_link)
        column.addStretch(1)
        scroll = Scroll(side, name="Customer and payment", is_form=True)
        scroll.setFixedWidth(theme.SIDE_WIDTH + theme.SCROLLBAR)
        lay_over(scroll)
        row.addWidget(scroll)
